"""The model: layers in a row, and the loop that trains them (``keras.models``)."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratch import callbacks as watching
from scratch import config, losses, optimizers
from scratch.arrays import Array, Stored
from scratch.callbacks import Logs
from scratch.data import batches, rows_of, sequential, shuffled, split_tail
from scratch.layers import Input, Layer, Shape
from scratch.metrics import Metric, RunningMean
from scratch.metrics import get as get_metric
from scratch.utils import generator

Outputs = tuple[Array, Array, Array]  # y, z and a of a batch
Scores = float | list[float] | Logs


class Sequential:
    """Layers applied one after the other. Keras: ``keras.Sequential([...])``, ``model.add(...)``.

    A model keeps the floating-point type that was set when it was made.
    """

    def __init__(self, layers: Sequence[Layer | Input] | None = None, name: str = "sequential") -> None:
        self.name = name
        self.layers: list[Layer] = []
        self.trainable_weights: list[Array] = []
        self.input_shape: Shape | None = None
        self._dtype = config.floatx()
        self._loss: losses.Loss | None = None
        self._metrics: dict[str, Metric] = {}
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Layer | Input) -> None:
        """Put a layer on top; with an ``Input`` or an ``input_shape`` below, its weights are made at once.

        Raises TypeError for what is no layer, ValueError for an ``Input`` above a layer.
        """
        if isinstance(layer, Input):
            if self.layers:
                raise ValueError("Input comes first, before every layer")
            self.input_shape = layer.shape
            return
        if not isinstance(layer, Layer):
            raise TypeError(f"a model is made of layers, and {layer!r} is none")
        self.layers.append(layer)
        self.input_shape = self.input_shape or layer.input_shape
        if self.input_shape is not None:
            self.build(self.input_shape)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights that are not made yet, for rows of ``input_shape``, with or without Keras's leading None.

        ``trainable_weights`` are then W and b of each layer, from the lowest up: build again after replacing one.
        """
        self.input_shape = shape = tuple(n for n in input_shape if n is not None)
        for layer in self.layers:
            if not layer.built:
                layer.build(shape)
            shape = layer.output_shape
        self.trainable_weights = [w for layer in self.layers for w in layer.weights]
        lowest = next((i for i, layer in enumerate(self.layers) if layer.weights), len(self.layers))
        for i, layer in enumerate(self.layers):
            layer.passes_down = i > lowest
        self._way_back = self.layers[lowest:-1][::-1]
        self._follow()

    def _follow(self) -> None:
        """Give the loss the form that follows the last layer's activation."""
        if self._loss and self.layers:
            self.loss = self._loss.after(self.layers[-1].activation)

    def compile(
        self,
        optimizer: str | optimizers.Optimizer,
        loss: str | Callable[[Array, Array], Array],
        *,
        metrics: Sequence[str | Metric] | None = None,
    ) -> None:
        """Choose the rule that moves the weights, the loss, and what to report beside it.

        Keras: ``model.compile(loss="mse", optimizer="sgd", metrics=["accuracy"])``. Raises ValueError that lists the
        names for one that is unknown.
        """
        self.optimizer = optimizers.get(optimizer)
        self._loss = losses.get(loss)
        self._metrics = {m if isinstance(m, str) else m.__name__: get_metric(m) for m in metrics or ()}
        self._follow()

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")  # a diverging run shows in its history
    def fit(
        self,
        x: ArrayLike | Stored,
        y: ArrayLike,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Sequence[watching.Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: tuple[ArrayLike | Stored, ArrayLike] | None = None,
        shuffle: bool = True,
    ) -> watching.History:
        """Train: epoch after epoch, batch after batch, forward, backward, step.

        x: (N, ...), y: (N,) or (N, U). Keras: ``model.fit(x, y, epochs=10, validation_data=(x_val, y_val))``. Loss
        and accuracy in the history are means over the epoch while the weights change; validation comes after it.
        Raises ValueError for data or sizes that do not fit, RuntimeError before ``compile``.
        """
        x, y = self._rows(x, y)
        validation = self._rows(*validation_data) if validation_data else ()
        if validation_split and not validation:
            (x, y), validation = split_tail(x, y, validation_split)
        batch_size = _batch_size(batch_size)
        history, callbacks = watching.History(), callbacks or ()
        for callback in (history, *callbacks):
            callback.set_model(self)

        for epoch in range(_size("epochs", epochs)):
            order = shuffled(x, batch_size, generator()) if shuffle else sequential(x, batch_size)
            mean = RunningMean(self._reported)
            for step, (X, targets) in enumerate(batches(x, y, order, batch_size, self._dtype)):
                mean.add(self.train_step(X, targets))
                for callback in callbacks:
                    callback.on_train_batch_end(step)
            logs = mean.result()
            if validation:
                held_out = self._means(self.test_step, *validation, batch_size)
                logs |= {f"val_{name}": value for name, value in held_out.items()}
            for callback in (history, *callbacks):
                callback.on_epoch_end(epoch, logs)
            if verbose:
                print(f"Epoch {epoch + 1}/{epochs} - " + _line(logs))
        return history

    def train_step(self, X: Array, y: Array) -> Outputs:
        """Take one step on a batch: forward, backward, update. Return y, and z and a from before the step.

        X: (N, ...), y: (N, U) or class numbers (N,), both in the model's float type. Keras: ``model.train_step``.
        """
        a = self(X)
        self.optimizer.apply(self.backward(y), self.trainable_weights)
        return y, self.layers[-1].z, a

    def test_step(self, X: Array, y: Array) -> Outputs:
        """Go forward only: return y, z and a. Keras: ``model.test_step``."""
        a = self(X)
        return y, self.layers[-1].z, a

    def __call__(self, X: Array) -> Array:
        """Pass a batch up through the layers; return the last a. Keras: ``model(X)``."""
        a = X
        for layer in self.layers:
            a = layer.forward(a)
        return a

    def compute_loss(self, y: Array, z: Array, a: Array) -> Array:
        """Return the loss of each row, (N,), of what ``train_step`` and ``test_step`` return."""
        return self.loss.function(y, z if self.loss.from_logits else a)

    def backward(self, y: Array) -> tuple[Array, ...]:
        """Pass the derivative of the last batch's loss down, as far as there are weights: backpropagation.

        Return dW and db of each layer, as ``trainable_weights`` lists W and b.
        """
        loss, last = self.loss, self.layers[-1]
        a = last.a if loss.from_logits in (None, last.activation.function) else loss.from_logits(last.z)
        derivative = last.backward(loss.gradient(y, a), from_logits=loss.from_logits is not None)
        gradients = last.gradients
        for layer in self._way_back:
            derivative = layer.backward(derivative)
            gradients = layer.gradients + gradients
        return gradients

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def train_on_batch(self, x: ArrayLike | Stored, y: ArrayLike, *, return_dict: bool = False) -> Scores:
        """Take one step on these rows; return their loss and metrics before it, as ``evaluate`` does.

        Keras: ``model.train_on_batch(x, y)``. Raises as ``fit`` does.
        """
        return self._on_batch(self.train_step, x, y, return_dict)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def test_on_batch(self, x: ArrayLike | Stored, y: ArrayLike, *, return_dict: bool = False) -> Scores:
        """Return the loss and the metrics of these rows as one batch. Keras: ``model.test_on_batch(x, y)``."""
        return self._on_batch(self.test_step, x, y, return_dict)

    def _on_batch(
        self, step: Callable[[Array, Array], Outputs], x: ArrayLike | Stored, y: ArrayLike, return_dict: bool
    ) -> Scores:
        x, y = self._rows(x, y)
        return self._scores(self._means(step, x, y, len(x)), return_dict)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def evaluate(
        self,
        x: ArrayLike | Stored,
        y: ArrayLike,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        return_dict: bool = False,
    ) -> Scores:
        """Return the loss and the metrics of the weights as they are.

        Keras: ``model.evaluate(x, y)``: a list, the loss alone where there are no metrics, a dict with
        ``return_dict=True``. Raises as ``fit`` does.
        """
        x, y = self._rows(x, y)
        logs = self._means(self.test_step, x, y, _batch_size(batch_size))
        if verbose:
            print(_line(logs))
        return self._scores(logs, return_dict)

    @np.errstate(over="ignore", invalid="ignore")
    def predict(self, x: ArrayLike | Stored, batch_size: int | None = None, verbose: int | str = "auto") -> Array:
        """Return the activation of every row, (N, U): for the five-detector, how much it looks like a five.

        Keras: ``model.predict(x)``. ``verbose`` is taken and prints nothing. Raises ValueError for data that does
        not fit.
        """
        x, batch_size = self._inputs(x), _batch_size(batch_size)
        no_targets = np.empty((len(x), 0))
        order = sequential(x, batch_size)
        return np.concatenate([self(X) for X, _ in batches(x, no_targets, order, batch_size, self._dtype)])

    def _means(self, step: Callable[[Array, Array], Outputs], x: Array | Stored, y: Array, batch_size: int) -> Logs:
        """Take the rows in order through ``step``, and return their mean loss and metrics."""
        mean = RunningMean(self._reported)
        for X, targets in batches(x, y, sequential(x, batch_size), batch_size, self._dtype):
            mean.add(step(X, targets))
        return mean.result()

    def _scores(self, logs: Logs, return_dict: bool) -> Scores:
        if return_dict:
            return logs
        values = [logs["loss"], *(logs[name] for name in self._metrics)]
        return values if self._metrics else values[0]

    def get_weights(self) -> list[Array]:
        """Return copies of W and b of each layer, from the lowest up. Keras: ``model.get_weights()``."""
        return [w.copy() for w in self.trainable_weights]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Take over W and b of each layer, from the lowest up. Keras: ``model.set_weights(weights)``.

        Raises ValueError where their number or a shape does not fit.
        """
        shapes = [np.shape(w) for w in weights]
        if shapes != [w.shape for w in self.trainable_weights]:
            raise ValueError(f"weights of shapes {shapes} do not fit {[w.shape for w in self.trainable_weights]}")
        for mine, given in zip(self.trainable_weights, weights, strict=True):
            mine[...] = given

    def count_params(self) -> int:
        """Return the number of weights: 784 + 1 for the five-detector. Keras: ``model.count_params()``.

        Raises ValueError before the model knows the shape of its rows.
        """
        if self.input_shape is None:
            raise ValueError("the model has no weights before it knows its rows: give it an Input or some data")
        return sum(w.size for w in self.trainable_weights)

    def summary(self) -> None:
        """Print the layers, what comes out of each, and its number of weights. Keras: ``model.summary()``."""
        print(f'Model: "{self.name}"')
        print(f"{'Layer (type)':<32}{'Output Shape':<24}{'Param #':>10}")
        for layer in self.layers:
            shape = (None, *layer.output_shape) if self.input_shape is not None else "?"
            params = sum(w.size for w in layer.weights)
            print(f"{f'{layer.name} ({type(layer).__name__})':<32}{shape!s:<24}{params:>10,}")
        print(f"Total params: {sum(w.size for w in self.trainable_weights):,}")

    @property
    def _reported(self) -> dict[str, Callable[[Array, Array, Array], Array]]:
        """The functions of (y, z, a) whose means make the logs."""
        return {"loss": self.compute_loss} | {name: _of_a(metric) for name, metric in self._metrics.items()}

    def _inputs(self, x: ArrayLike | Stored) -> Array | Stored:
        """Check the rows of x against the model; the first that a model sees tell it the shape of its weights."""
        rows = rows_of(x, self._dtype)
        if not self.layers:
            raise RuntimeError("the model has no layers yet: add some")
        if self.input_shape is None:
            self.build(rows.shape[1:])
        if rows.shape[1:] != self.input_shape:
            raise ValueError(f"the model takes rows of shape {self.input_shape}, not {rows.shape[1:]}")
        return rows

    def _targets(self, y: ArrayLike, rows: int) -> Array:
        """Check the targets against the rows, and line them up with the outputs; class numbers stay as they are."""
        array = np.asarray(y)
        if len(array) != rows:
            raise ValueError(f"x has {rows} rows and y has {len(array)}: every row needs its target")
        if self._loss is None:
            raise RuntimeError("call compile(optimizer=…, loss=…) first")
        outputs = np.broadcast_to(np.zeros((), array.dtype), (rows, *self.layers[-1].output_shape))
        return array if self.loss.sparse else losses.lined_up(array, outputs)

    def _rows(self, x: ArrayLike | Stored, y: ArrayLike) -> tuple[Array | Stored, Array]:
        inputs = self._inputs(x)
        return inputs, self._targets(y, len(inputs))


def _of_a(metric: Metric) -> Callable[[Array, Array, Array], Array]:
    return lambda y, z, a: metric(y, a)


def _size(name: str, value: int) -> int:
    if not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} is a whole number of at least 1, not {value}")
    return int(value)


def _batch_size(value: int | None) -> int:
    return 32 if value is None else _size("batch_size", value)


def _line(logs: dict[str, float]) -> str:
    return " - ".join(f"{name}: {value:.4f}" for name, value in logs.items())


__all__ = ["Sequential"]
