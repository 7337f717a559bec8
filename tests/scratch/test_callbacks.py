"""Do callbacks hear what Keras's hear, in its order?"""

from typing import Any

import scratch
from tests.scratch.small_models import X, model_of, y


def test_callbacks_hear_every_batch_and_every_epoch() -> None:
    heard: list[tuple[str, int, list[str]]] = []

    class Listener(scratch.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            heard.append(("batch", batch, []))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            heard.append(("epoch", epoch, sorted(logs)))

    model, listener = model_of(), Listener()
    model.fit(X, y, batch_size=4, epochs=2, callbacks=[listener, scratch.callbacks.Callback()], verbose=0)
    an_epoch = [("batch", 0, []), ("batch", 1, [])]
    logs = ["accuracy", "loss"]
    assert heard == [*an_epoch, ("epoch", 0, logs), *an_epoch, ("epoch", 1, logs)]
    assert listener.model is model


def test_history_starts_empty_and_keeps_the_epochs() -> None:
    history = scratch.callbacks.History()
    history.on_epoch_end(0)
    assert (history.epoch, history.history) == ([0], {})


def test_callbacks_are_told_in_the_order_in_which_they_are_given() -> None:
    heard: list[str] = []

    class Named(scratch.callbacks.Callback):
        def __init__(self, name: str) -> None:
            self.name = name

        def set_model(self, model: Any) -> None:
            heard.append(f"{self.name} meets the model")

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            heard.append(f"{self.name}, batch {batch}")

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            heard.append(f"{self.name}, epoch {epoch}")

    model_of().fit(X, y, callbacks=[Named("one"), Named("two")], verbose=0)
    events = ("meets the model", "batch 0", "epoch 0")
    assert [line.replace(",", "") for line in heard] == [
        f"{name} {event}" for event in events for name in ("one", "two")
    ]


def test_the_history_is_what_the_callbacks_were_told() -> None:
    told: list[dict[str, float]] = []

    class Listener(scratch.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            told.append(dict(logs))

    history = model_of().fit(X, y, epochs=3, callbacks=[Listener()], validation_data=(X, y), verbose=0)
    assert history.epoch == [0, 1, 2]
    assert history.history == {name: [logs[name] for logs in told] for name in told[0]}
    assert list(told[0]) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert isinstance(history.model, scratch.Sequential)
