"""What looks on while a model works: the base class with all its hooks, and the list that calls them."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scratch.callbacks.history import History
    from scratch.callbacks.progbar_logger import ProgbarLogger

Logs = dict[str, float]
Told = Logs | None


class Callback:
    """Is told what happens during ``fit``, ``evaluate`` and ``predict``; ``self.model`` is the model that works.

    A hook's ``logs`` hold the losses and metrics so far. Setting ``self.model.stop_training = True`` in one ends the
    training after the batch, or the epoch, that it is told of.
    """

    model: Any = None
    params: dict[str, Any]

    def set_model(self, model: Any) -> None:
        """Take the model before anything begins."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Take what ``fit`` was asked: verbose, epochs and steps."""
        self.params = params

    def on_batch_begin(self, batch: int, logs: Told = None) -> None:
        """Hear what ``on_train_batch_begin`` does, by its older name."""

    def on_batch_end(self, batch: int, logs: Told = None) -> None:
        """Hear what ``on_train_batch_end`` does, by its older name."""

    def on_train_begin(self, logs: Told = None) -> None:
        """Hear that ``fit`` begins."""

    def on_train_end(self, logs: Told = None) -> None:
        """Hear that ``fit`` is over, with the last epoch's numbers."""

    def on_epoch_begin(self, epoch: int, logs: Told = None) -> None:
        """Hear that an epoch begins; the first is 0."""

    def on_epoch_end(self, epoch: int, logs: Told = None) -> None:
        """Hear an epoch's losses and metrics, training and validation."""

    def on_train_batch_begin(self, batch: int, logs: Told = None) -> None:
        """Hear that batch number ``batch`` of this epoch comes next."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Told = None) -> None:
        """Hear that batch number ``batch`` of this epoch has moved the weights, and the means so far."""
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs: Told = None) -> None:
        """Hear that ``evaluate``, or the validation in ``fit``, begins."""

    def on_test_end(self, logs: Told = None) -> None:
        """Hear that it is over, with its numbers."""

    def on_test_batch_begin(self, batch: int, logs: Told = None) -> None:
        """Hear that a batch of it comes next."""

    def on_test_batch_end(self, batch: int, logs: Told = None) -> None:
        """Hear that a batch of it is done, and the means so far."""

    def on_predict_begin(self, logs: Told = None) -> None:
        """Hear that ``predict`` begins."""

    def on_predict_end(self, logs: Told = None) -> None:
        """Hear that it is over."""

    def on_predict_batch_begin(self, batch: int, logs: Told = None) -> None:
        """Hear that a batch of it comes next."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Hear that a batch of it is done: ``logs["outputs"]`` holds its activations."""


def hears(callback: Any, hook: str) -> bool:
    """Tell whether a callback does anything at this hook: nothing need be computed for those that do not."""
    older = hook.replace("on_train_batch", "on_batch")
    return any(getattr(getattr(callback, name), "__func__", None) is not vars(Callback)[name] for name in {hook, older})


class CallbackList:
    """Calls the hooks of many callbacks, in the order in which they were given. Keras: ``callbacks=[...]``.

    The means so far are computed for those that hear of batches, and for the progress bar when it is about to be
    drawn: who looks on only at the end of each epoch costs nothing in between.
    """

    def __init__(
        self,
        callbacks: Iterable[Any],
        model: Any,
        bar: "ProgbarLogger | None" = None,
        history: "History | None" = None,
        **params: Any,
    ) -> None:
        self.callbacks = list(callbacks)
        if history and not any(isinstance(callback, type(history)) for callback in self.callbacks):
            self.callbacks.append(history)
        self.history = history and next(c for c in self.callbacks if isinstance(c, type(history)))
        self.bar = bar
        for callback in (*self.callbacks, *((bar,) if bar else ())):
            callback.set_params(params)
            callback.set_model(model)
        self._begins, self._ends = (
            {
                what: [c for c in self.callbacks if hears(c, f"on_{what}_batch_{when}")]
                for what in ("train", "test", "predict")
            }
            for when in ("begin", "end")
        )

    def __getattr__(self, hook: str) -> Callable[..., None]:
        """Return what calls a hook of all callbacks, the bar's last."""
        if not hook.startswith("on_"):
            raise AttributeError(hook)

        def call(*args: Any, **kwargs: Any) -> None:
            for callback in (*self.callbacks, *((self.bar,) if self.bar else ())):
                getattr(callback, hook)(*args, **kwargs)

        return call

    def batch_begins(self, what: str, batch: int) -> None:
        """Tell that a batch comes next, of what: "train", "test" or "predict"."""
        for callback in self._begins[what]:
            getattr(callback, f"on_{what}_batch_begin")(batch, logs={})

    def batch_ends(self, what: str, batch: int, so_far: Callable[[], Any]) -> None:
        """Tell that a batch is done; ``so_far`` computes the logs, for those that hear."""
        listening = self._ends[what]
        if listening:
            logs = so_far()
            for callback in listening:
                getattr(callback, f"on_{what}_batch_end")(batch, logs=logs)
        if self.bar and self.bar.due(what):
            self.bar.draw(batch + 1, {} if what == "predict" else so_far())
