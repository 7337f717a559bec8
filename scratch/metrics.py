"""What is reported: accuracy, and the running mean that makes an epoch's number (``keras.metrics``)."""

from collections.abc import Callable

import numpy as np

from scratch.arrays import Array
from scratch.names import lookup

Metric = Callable[[Array, Array], Array]


def binary_accuracy(y: Array, a: Array) -> Array:
    """Count an answer as right when it is on the target's side of one half, strictly above for yes.

        right = mean((a > 0.5) == y, axis=-1)

    y: (N, U) or, with one output, (N,); a: (N, U); right: (N,). Keras: ``metrics=["accuracy"]`` of a model with one
    output, a linear one too.
    """
    return ((a > 0.5) == y.reshape(a.shape)).mean(axis=-1)


def categorical_accuracy(y: Array, a: Array) -> Array:
    """Count a row as right when its largest output is the one-hot target's class.

        right = argmax(a, axis=-1) == argmax(y, axis=-1)

    y, a: (N, U); right: (N,). Keras: ``metrics=["accuracy"]`` with several outputs.
    """
    return np.argmax(a, axis=-1) == np.argmax(y, axis=-1)


def sparse_categorical_accuracy(y: Array, a: Array) -> Array:
    """Count a row as right when its largest output is the class whose number is y.

        right = argmax(a, axis=-1) == y

    y: (N,) or (N, 1), a: (N, U); right: (N,). Keras: ``metrics=["accuracy"]`` with several outputs and class numbers.
    """
    return np.argmax(a, axis=-1) == y.reshape(a.shape[:-1])


def accuracy(y: Array, a: Array) -> Array:
    """Pick the accuracy that Keras means by "accuracy", by the shapes of targets and outputs.

    y: (N,) or (N, U), a: (N, U); returns (N,).
    """
    if a.shape[-1] == 1:
        return binary_accuracy(y, a)
    return categorical_accuracy(y, a) if y.shape == a.shape else sparse_categorical_accuracy(y, a)


class RunningMean:
    """The mean over an epoch's rows of what each row's loss or accuracy was when its batch came by.

        mean = sum(value * rows) / sum(rows)

    value: a batch's mean, rows: its number of rows. The weights change from batch to batch, so this is not the loss
    after the epoch. A short last batch counts by its own rows, which is the mean over all rows: so batches are kept,
    added up many at a time, and divided once at the end.
    """

    KEPT = 256
    """Batches, so that what is kept does not grow with the rows."""

    def __init__(self, functions: dict[str, Callable[[Array, Array, Array], Array]]) -> None:
        self.functions = functions
        self.batches: list[tuple[Array, Array, Array]] = []
        self.sums = {name: np.zeros(2) for name in sorted(functions)}

    def add(self, batch: tuple[Array, Array, Array]) -> None:
        """Keep a batch's targets, weighted sums and activations."""
        self.batches.append(batch)
        if len(self.batches) == self.KEPT:
            self._add_up()

    def _add_up(self) -> None:
        y, z, a = (np.concatenate(parts) for parts in zip(*self.batches, strict=True))
        for name, sums in self.sums.items():
            values = self.functions[name](y, z, a)
            sums += values.sum(dtype=float), values.size
        self.batches = []

    def result(self) -> dict[str, float]:
        """Return the mean of each function over all rows, sorted by name as Keras does."""
        if self.batches:
            self._add_up()
        return {name: float(total / n) for name, (total, n) in self.sums.items()}


_BY_NAME: dict[str, Metric] = {
    "accuracy": accuracy,
    "acc": accuracy,
    "binary_accuracy": binary_accuracy,
    "categorical_accuracy": categorical_accuracy,
    "sparse_categorical_accuracy": sparse_categorical_accuracy,
}


def get(metric: str | Metric) -> Metric:
    """Return the metric of that name, or the function itself; raises ValueError that lists the names."""
    return metric if callable(metric) else lookup("metric", metric, _BY_NAME)


__all__ = ["binary_accuracy", "categorical_accuracy", "get", "sparse_categorical_accuracy"]
