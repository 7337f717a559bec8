"""The loop that trains a model, and those that test it and use it: ``fit``, ``evaluate``, ``predict``."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratch import callbacks as watching
from scratch import losses, metrics, optimizers
from scratch.arrays import Array, Stored
from scratch.callbacks.callback import Logs
from scratch.data import batches, sequential, shuffled, split_tail, weights_of
from scratch.layers import Layer
from scratch.metrics import RunningMean
from scratch.utils import generator

Rows = tuple[Array | Stored, Array, Array | None]  # x, y and, where some rows count for more, their weights
Outputs = tuple[Array, ...]  # y, z and a of a batch; with weights or regularizers also what each row counts and costs
Scores = float | list[float] | Logs

HOW_IT_RUNS = ("run_eagerly", "jit_compile", "auto_scale_loss", "steps_per_execution")
"""Options of Keras's ``compile`` that change no number."""


class Trainer:
    """What a model of layers needs to learn: optimizer, loss, metrics, and the loop over the batches."""

    trainable_weights: list[Array]
    stop_training = False
    """Set by a callback, ends the training."""
    history: watching.History | None = None
    optimizer: Any = None
    loss: Any = None
    """The loss as ``compile`` was told."""
    _dtype: str
    _steps: list[Layer]
    _way_back: list[Layer]
    _loss: losses.LossFunction | None = None
    """Its function and gradient in the form that follows the last layer's activation."""
    _given: losses.LossFunction | None = None
    _reduction: str | None = None
    _regularized: list[Layer]
    _plain = True
    """Whether the loss is the plain mean over rows, where none has a weight."""
    chosen_metrics: list[Any] | None = None
    """The metrics as ``compile`` was told."""
    _metrics: Mapping[str, metrics.MetricFunction]
    _kept = RunningMean.KEPT
    directions: Mapping[str, str | None]
    """Whether more or less of each metric is better, by its name."""

    def __call__(self, X: Any, training: bool = False) -> Any:
        """Pass a batch up through the layers; return the last a."""
        raise NotImplementedError

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights, and find the way back through the layers."""
        raise NotImplementedError

    def compile(
        self,
        optimizer: str | optimizers.Optimizer | dict[str, Any] = "rmsprop",
        loss: Any = None,
        *,
        metrics: Sequence[Any] | None = None,
        **how_it_runs: Any,
    ) -> None:
        """Choose the rule that moves the weights, the loss, and what to report beside it.

        Keras: ``model.compile(loss="mse", optimizer="sgd", metrics=["accuracy"])``. Options that change no number, such
        as ``jit_compile``, are taken and do nothing. A loss or metrics from before stay where none are given, as in
        Keras. Raises ValueError that lists the names for one that is unknown, TypeError for an option that scratch
        does not have.
        """
        for name in how_it_runs:
            if name not in HOW_IT_RUNS:
                raise TypeError(f"{type(self).__name__}.compile got an unexpected keyword argument {name!r}")
        if how_it_runs.get("steps_per_execution", 1) != 1:
            raise ValueError("scratch takes one step at a time: steps_per_execution is 1")
        if metrics is not None and not isinstance(metrics, list | tuple):
            raise ValueError(f"Expected `metrics` argument to be a list, tuple, or dict, not {metrics!r}")
        self.optimizer = optimizers.get(optimizer)
        if loss is not None:
            self._choose_loss(loss)
        if metrics is not None:
            self._choose_metrics(metrics)
        self._follow()

    @property
    def compiled(self) -> bool:
        """Whether ``compile`` was called."""
        return self.optimizer is not None

    def _choose_loss(self, loss: Any) -> None:
        self.loss = loss
        if isinstance(loss, str) and loss.lower() in ("crossentropy", "ce"):
            raise ValueError(f"unknown loss {loss!r}: name the one that is meant, such as 'categorical_crossentropy'")
        self._given, self._reduction = losses.function_of(losses.get(loss))
        if self._reduction in (None, "none"):
            raise ValueError("training needs one number for each batch: a loss with reduction=None has none")

    def _choose_metrics(self, chosen: Sequence[Any]) -> None:
        self.chosen_metrics = list(chosen)
        found = [metrics.compiled(metric) for metric in chosen]
        self._metrics = {name: function for name, function, _ in found}
        self.directions = {name: direction for name, _, direction in found}
        own = any(not isinstance(metric, str | metrics.Metric) and not metrics.known(metric) for metric in chosen)
        self._kept = 1 if own else RunningMean.KEPT

    def _follow(self) -> None:
        """Give the loss the form that follows the last layer's activation, and count the layers that cost."""
        steps = self._steps
        self._loss = self._given.after(steps[-1].activation) if self.compiled and self._given and steps else None
        self._regularized = [layer for layer in steps if getattr(layer, "regularized", False)]
        self._plain = self._reduction != "sum" and not self._regularized

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")  # a diverging run shows in its history
    def fit(
        self,
        x: ArrayLike | Stored,
        y: ArrayLike,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Sequence[Any] | None = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: ArrayLike | None = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> watching.History:
        """Train: epoch after epoch, batch after batch, forward, backward, step.

        x: (N, ...), y: (N,) or (N, U). Keras: ``model.fit(x, y, epochs=10, validation_data=(x_val, y_val))``. Loss
        and accuracy in the history are means over the epoch while the weights change; validation comes after it.
        With ``steps_per_epoch`` an epoch ends after so many batches, and the next one goes on from there.
        Raises ValueError for data or sizes that do not fit, RuntimeError before ``compile``.
        """
        x, y, w = self._rows(x, y, sample_weight, class_weight)
        validation = self._validation(validation_data)
        if validation_split and not validation:
            (x, y, w), validation = split_tail(x, y, w, validation_split)
        batch_size, self.stop_training = _batch_size(batch_size), False
        history = watching.History()
        steps = math.ceil(len(x) / batch_size)
        told = self._told(callbacks, verbose, min(steps, steps_per_epoch or steps), _size("epochs", epochs), history)

        left = 0
        told.on_train_begin({})
        for epoch in range(initial_epoch, epochs):
            told.on_epoch_begin(epoch, {})
            if not left:
                order = shuffled(x, batch_size, generator()) if shuffle else sequential(x, batch_size)
                coming, left = batches(x, y, order, batch_size, self._dtype, w), steps
            mean = RunningMean(self._reported, self._kept)
            for step, batch in enumerate(islice(coming, steps_per_epoch)):
                told.batch_begins("train", step)
                mean.add(self.train_step(*batch))
                told.batch_ends("train", step, mean.result)
                if self.stop_training:
                    break
            left -= min(left, steps_per_epoch or left)
            logs = mean.result()
            if validation and (epoch + 1) % validation_freq == 0:
                held_out = self._tested(validation, validation_batch_size or batch_size, told)
                logs |= {f"val_{name}": value for name, value in held_out.items()}
            told.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        told.on_train_end(logs if epochs > initial_epoch else {})
        return self.history or history

    def train_step(self, X: Array, y: Array, w: Array | None = None) -> Outputs:
        """Take one step on a batch: forward, backward, update. Return y, and z and a from before the step.

        X: (N, ...), y: (N, U) or class numbers (N,), both in the model's float type. Keras: ``model.train_step``.
        """
        self(X, training=True)
        seen = self._seen(y, w)
        self.optimizer.apply(self.backward(y, w), self.trainable_weights)
        return seen

    def test_step(self, X: Array, y: Array, w: Array | None = None) -> Outputs:
        """Go forward only: return y, z and a. Keras: ``model.test_step``."""
        self(X)
        return self._seen(y, w)

    def _seen(self, y: Array, w: Array | None) -> Outputs:
        """Return y, z and a of the batch; where rows or weights have a price, also what each row counts and costs."""
        last = self._steps[-1]
        if w is None and self._plain:
            return y, last.z, last.a
        w = self._counted(w, len(y))
        cost = sum(cost for layer in self._regularized for cost in layer.losses)
        return y, last.z, last.a, np.ones(len(y)) if w is None else w, np.full(len(y), cost)

    def _counted(self, w: Array | None, rows: int) -> Array | None:
        """Return how much each row counts in the batch's mean, as the loss's reduction says; None for all alike."""
        if self._reduction == "sum":
            return np.full(rows, float(rows)) if w is None else w * rows
        return w / w.mean() if self._reduction == "mean_with_sample_weight" and w is not None else w

    def compute_loss(self, y: Array, z: Array, a: Array, w: Array | None = None, cost: Array | None = None) -> Array:
        """Return the loss of each row, (N,), of what ``train_step`` and ``test_step`` return."""
        loss = self._loss
        assert loss is not None
        rows = loss.function(y, z if loss.from_logits else a)
        return rows if w is None or cost is None else rows * _beside(w, rows) + _beside(cost, rows)

    def backward(self, y: Array, w: Array | None = None) -> tuple[Array, ...]:
        """Pass the derivative of the last batch's loss down, as far as there are weights: backpropagation.

        Return dW and db of each layer, as ``trainable_weights`` lists W and b.
        """
        loss, last = self._loss, self._steps[-1]
        assert loss is not None
        logits = loss.from_logits
        a = last.a if logits is None or logits is last.activation else logits(last.z)
        derivative = loss.gradient(y, a)
        counted = None if w is None and self._plain else self._counted(w, len(y))
        if counted is not None:
            derivative = derivative * _beside(counted, derivative)
        derivative = last.backward(derivative, from_logits=logits is not None)
        gradients = last.gradients
        for layer in self._way_back:
            derivative = layer.backward(derivative)
            gradients = layer.gradients + gradients
        return gradients

    def train_on_batch(
        self,
        x: ArrayLike | Stored,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Scores:
        """Take one step on these rows; return their loss and metrics before it, as ``evaluate`` does.

        Keras: ``model.train_on_batch(x, y)``. Raises as ``fit`` does.
        """
        return self._on_batch(self.train_step, self._rows(x, y, sample_weight, class_weight), return_dict)

    def test_on_batch(
        self,
        x: ArrayLike | Stored,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        return_dict: bool = False,
    ) -> Scores:
        """Return the loss and the metrics of these rows as one batch. Keras: ``model.test_on_batch(x, y)``."""
        return self._on_batch(self.test_step, self._rows(x, y, sample_weight), return_dict)

    def predict_on_batch(self, x: ArrayLike | Stored) -> Array:
        """Return the activations of these rows as one batch. Keras: ``model.predict_on_batch(x)``."""
        return self.predict(x, batch_size=len(self._inputs(x)), verbose=0)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def _on_batch(self, step: Callable[..., Outputs], rows: Rows, return_dict: bool) -> Scores:
        x, y, w = rows
        mean = RunningMean(self._reported, self._kept)
        for batch in batches(x, y, sequential(x, len(x)), len(x), self._dtype, w):
            mean.add(step(*batch))
        return self._scores(mean.result(), return_dict)

    def evaluate(
        self,
        x: ArrayLike | Stored,
        y: ArrayLike,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: ArrayLike | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Scores:
        """Return the loss and the metrics of the weights as they are.

        Keras: ``model.evaluate(x, y)``: a list, the loss alone where there are no metrics, a dict with
        ``return_dict=True``. Raises as ``fit`` does.
        """
        rows, batch_size = self._rows(x, y, sample_weight), _batch_size(batch_size)
        told = self._told(callbacks, verbose, math.ceil(len(rows[0]) / batch_size))
        return self._scores(self._tested(rows, batch_size, told), return_dict)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def _tested(self, rows: Rows, batch_size: int, told: watching.CallbackList) -> Logs:
        """Take the rows in order through ``test_step``, and return their mean loss and metrics."""
        x, y, w = rows
        mean = RunningMean(self._reported, self._kept)
        told.on_test_begin({})
        for step, batch in enumerate(batches(x, y, sequential(x, batch_size), batch_size, self._dtype, w)):
            told.batch_begins("test", step)
            mean.add(self.test_step(*batch))
            told.batch_ends("test", step, mean.result)
        logs = mean.result()
        told.on_test_end(logs)
        return logs

    @np.errstate(over="ignore", invalid="ignore")
    def predict(
        self,
        x: ArrayLike | Stored,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        callbacks: Any = None,
    ) -> Array:
        """Return the activation of every row, (N, U): for the five-detector, how much it looks like a five.

        Keras: ``model.predict(x)``. Raises ValueError for data that does not fit.
        """
        x, batch_size = self._inputs(x), _batch_size(batch_size)
        told, outputs = self._told(callbacks, verbose, math.ceil(len(x) / batch_size)), []
        order, no_targets = sequential(x, batch_size), np.empty((len(x), 0))
        told.on_predict_begin({})
        for step, (X, _) in enumerate(batches(x, no_targets, order, batch_size, self._dtype)):
            told.batch_begins("predict", step)
            outputs.append(a := self(X))
            told.batch_ends("predict", step, lambda a=a: {"outputs": a})  # type: ignore[misc]
        told.on_predict_end({})
        return np.concatenate(outputs)

    def _told(
        self,
        callbacks: Any,
        verbose: int | str,
        steps: int,
        epochs: int = 1,
        history: watching.History | None = None,
    ) -> watching.CallbackList:
        """Return the list of those who look on, a progress bar among them unless ``verbose=0``."""
        if isinstance(callbacks, watching.CallbackList):
            return callbacks
        given = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks] if callbacks else []
        for callback in given:
            if not isinstance(callback, watching.Callback):
                raise TypeError(f"callbacks are instances of keras.callbacks.Callback, and {callback!r} is none")
        verbose = 1 if verbose == "auto" else int(verbose)
        bar = watching.ProgbarLogger() if verbose else None
        told = watching.CallbackList(given, self, bar, history, verbose=verbose, epochs=epochs, steps=steps)
        if told.history:
            self.history = told.history
        return told

    def _scores(self, logs: Logs, return_dict: bool) -> Scores:
        if return_dict:
            return logs
        values = [logs["loss"], *(logs[name] for name in self._metrics)]
        return values if self._metrics else values[0]

    @property
    def _reported(self) -> dict[str, Callable[..., Array]]:
        """The functions of (y, z, a), and of what each row counts and costs, whose means make the logs."""
        return {"loss": self.compute_loss} | {name: _of_a(metric) for name, metric in self._metrics.items()}

    @property
    def metrics_names(self) -> list[str]:
        """Keras's names for what ``evaluate`` returns: the loss, and all metrics together."""
        return ["loss", "compile_metrics"] if self._metrics else ["loss"]

    def _inputs(self, x: ArrayLike | Stored) -> Array | Stored:
        """Check the rows of x against the model."""
        raise NotImplementedError

    def _rows(
        self,
        x: ArrayLike | Stored,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[int, float] | None = None,
    ) -> Rows:
        """Check rows, targets and weights against the model and each other."""
        inputs = self._inputs(x)
        targets = self._targets(y, len(inputs))
        return inputs, targets, weights_of(targets, sample_weight, class_weight)

    def _targets(self, y: ArrayLike, rows: int) -> Array:
        """Check the targets against the rows, and line them up with the outputs; class numbers stay as they are."""
        array = np.asarray(y)
        if array.ndim == 0 or len(array) != rows:
            there = len(array) if array.ndim else "no row"
            raise ValueError(f"x has {rows} rows and y has {there}: every row needs its target")
        if not self.compiled:
            raise RuntimeError("call compile(optimizer=…, loss=…) first")
        if self._loss is None:
            raise ValueError("No loss to compute: provide a `loss` argument in `compile()`")
        outputs = np.broadcast_to(np.zeros((), array.dtype), (rows, *self._row_of_outputs()))
        return array if self._loss.sparse else losses.lined_up(array, outputs)

    def _row_of_outputs(self) -> tuple[int, ...]:
        """Return the shape of one row of outputs."""
        raise NotImplementedError

    def _validation(self, given: Sequence[Any] | None) -> Rows | None:
        """Check what is held out: x, y and, perhaps, the weights of the rows."""
        if given is None:
            return None
        if not isinstance(given, list | tuple) or len(given) not in (2, 3):
            raise ValueError("validation_data is (x_val, y_val) or (x_val, y_val, sample_weights)")
        return self._rows(*given)


def _of_a(metric: metrics.MetricFunction) -> Callable[..., Array]:
    return lambda y, z, a, *counts: metric(y, a)


def _beside(rows: Array, values: Array) -> Array:
    """Lay a number for each row beside values with more axes, in their type."""
    return rows.reshape(rows.shape + (1,) * (values.ndim - rows.ndim)).astype(values.dtype)


def _size(name: str, value: int) -> int:
    if not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} is a whole number of at least 1, not {value}")
    return int(value)


def _batch_size(value: int | None) -> int:
    return 32 if value is None else _size("batch_size", value)
