"""What is reported: accuracy, and the running mean that makes an epoch's number (``keras.metrics``)."""

import sys
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from scratch import losses
from scratch.arrays import Array
from scratch.config import floatx
from scratch.losses import lined_up
from scratch.names import lookup, snake_case
from scratch.serialization import Configured, deserialized, serialized

MetricFunction = Callable[[Array, Array], Array]


def binary_accuracy(y: Array, a: Array, threshold: float = 0.5) -> Array:
    """Count an answer as right when it is on the target's side of one half, strictly above for yes.

        right = (a > 0.5) == y

    y: (N, U) or, with one output, (N,); a, right: (N, U). Keras: ``metrics=["accuracy"]`` of a model with one output,
    a linear one too. Its ``threshold`` is another place than one half.
    """
    return ((a > threshold) == lined_up(y, a)).astype(floatx())


def categorical_accuracy(y: Array, a: Array) -> Array:
    """Count a row as right when its largest output is the one-hot target's class.

        right = argmax(a, axis=-1) == argmax(y, axis=-1)

    y, a: (N, U); right: (N,). Keras: ``metrics=["accuracy"]`` with several outputs.
    """
    return (np.argmax(a, axis=-1) == np.argmax(y, axis=-1)).astype(floatx())


def sparse_categorical_accuracy(y: Array, a: Array) -> Array:
    """Count a row as right when its largest output is the class whose number is y.

        right = argmax(a, axis=-1) == y

    y: (N,) or (N, 1), a: (N, U); right: (N,). Keras: ``metrics=["accuracy"]`` with several outputs and class numbers.
    """
    return (np.argmax(a, axis=-1) == y.reshape(a.shape[:-1])).astype(floatx())


def accuracy(y: Array, a: Array) -> Array:
    """Pick the accuracy that Keras means by "accuracy", by the shapes of targets and outputs.

    y: (N,) or (N, U), a: (N, U); returns (N,) or (N, 1).
    """
    if a.shape[-1] == 1:
        return binary_accuracy(y, a)
    return categorical_accuracy(y, a) if y.shape == a.shape else sparse_categorical_accuracy(y, a)


def equal(y: Array, a: Array) -> Array:
    """Count an answer as right when it is the target itself.

        right = a == y

    y, a, right: (N, U). Keras: ``metrics.Accuracy()``, which is for labels; ``"accuracy"`` is another one.
    """
    return (a == lined_up(y, a)).astype(floatx())


class RunningMean:
    """The mean over an epoch's rows of what each row's loss or accuracy was when its batch came by.

        mean = sum(value * rows) / sum(rows)

    value: a batch's mean, rows: its number of rows. The weights change from batch to batch, so this is not the loss
    after the epoch. A short last batch counts by its own rows, which is the mean over all rows: so batches are kept,
    added up many at a time, and divided once at the end.
    """

    KEPT = 256
    """Batches, so that what is kept does not grow with the rows. 1 for a metric of one's own, which may be no mean."""

    def __init__(self, functions: Mapping[str, Callable[..., Array]], kept: int = KEPT) -> None:
        self.functions = functions
        self.kept = kept
        self.batches: list[tuple[Array, ...]] = []
        self.sums = {name: np.zeros(2) for name in sorted(functions)}

    def add(self, batch: tuple[Array, ...]) -> None:
        """Keep a batch's targets, weighted sums and activations, and whatever else the functions take."""
        self.batches.append(batch)
        if len(self.batches) == self.kept:
            self._add_up()

    def _add_up(self) -> None:
        parts = [np.concatenate(part) for part in zip(*self.batches, strict=True)]
        for name, sums in self.sums.items():
            values = np.asarray(self.functions[name](*parts))
            sums += values.sum(dtype=float), values.size
        self.batches = []

    def result(self) -> dict[str, float]:
        """Return the mean of each function over all rows, sorted by name as Keras does."""
        if self.batches:
            self._add_up()
        return {name: float(total / n) for name, (total, n) in self.sums.items()}


class Metric(Configured):
    """A number that is gathered batch by batch. Keras: ``keras.metrics.Metric``."""

    room = "keras.metrics"
    options: ClassVar[tuple[str, ...]] = ("name", "dtype")
    direction: str | None = None
    """``"up"`` where more is better, ``"down"`` where less is."""

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        self.name = name or snake_case(type(self).__name__)
        self.dtype = dtype or floatx()
        self.reset_state()

    def reset_state(self) -> None:
        """Begin anew, as at the start of each epoch."""
        self.variables: list[Array] = []

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch in."""
        raise NotImplementedError

    def result(self) -> Any:
        """Return the number so far."""
        raise NotImplementedError

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch in, and return the number so far."""
        self.update_state(*args, **kwargs)
        return self.result()


class Mean(Metric):
    """The mean of all values so far, each counted by its weight. Keras: ``metrics.Mean()``."""

    def __init__(self, name: str | None = "mean", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def reset_state(self) -> None:
        """Begin anew."""
        self.variables = [np.zeros(()), np.zeros(())]

    def update_state(self, values: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Take values in; where they have more axes than their weights, a row's values are averaged first."""
        total, count = self.variables
        rows = np.asarray(values, self.dtype)
        weight = np.ones(rows.shape) if sample_weight is None else np.asarray(sample_weight, float)
        if weight.ndim == rows.ndim + 1:
            weight = weight[..., 0]
        rows = rows.mean(axis=tuple(range(weight.ndim, rows.ndim)))
        weight = np.broadcast_to(weight, rows.shape)
        total += (rows * weight).sum(dtype=float)
        count += weight.sum()

    def result(self) -> float:
        """Return the mean; 0 before the first value, as in Keras."""
        total, count = self.variables
        return float(total / count) if count else 0.0


class MeanMetricWrapper(Mean):
    """The mean of what a function of targets and answers returns for every row."""

    function: MetricFunction

    def __init__(self, fn: MetricFunction, name: str | None = None, dtype: str | None = None, **options: Any) -> None:
        super().__init__(name or fn.__name__, dtype)
        self.of_function = options
        self.function = (lambda y, a: fn(y, a, **options)) if options else fn

    def update_state(  # type: ignore[override]
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Take a batch of targets and answers in."""
        super().update_state(self.function(np.asarray(y_true), np.asarray(y_pred, self.dtype)), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the options by name."""
        return super().get_config() | self.of_function


class Accuracy(MeanMetricWrapper):
    """The share of answers that are the target itself. Keras: ``metrics.Accuracy()``."""

    direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: str | None = None) -> None:
        super().__init__(equal, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """The mean of ``binary_accuracy``. Keras: ``metrics.BinaryAccuracy(threshold=0.5)``."""

    direction = "up"

    def __init__(self, name: str | None = "binary_accuracy", dtype: str | None = None, threshold: float = 0.5) -> None:
        if not 0 < threshold < 1:
            raise ValueError(f"Invalid value for argument `threshold`: it lies between 0 and 1, unlike {threshold}")
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """The mean of ``categorical_accuracy``. Keras: ``metrics.CategoricalAccuracy()``."""

    direction = "up"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """The mean of ``sparse_categorical_accuracy``. Keras: ``metrics.SparseCategoricalAccuracy()``."""

    direction = "up"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


class MeanSquaredError(MeanMetricWrapper):
    """The mean of the loss, as a metric. Keras: ``metrics.MeanSquaredError()``, ``metrics=["mse"]``."""

    direction = "down"

    def __init__(self, name: str | None = "mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of the loss, as a metric. Keras: ``metrics.MeanAbsoluteError()``, ``metrics=["mae"]``."""

    direction = "down"

    def __init__(self, name: str | None = "mean_absolute_error", dtype: str | None = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


class BinaryCrossentropy(MeanMetricWrapper):
    """The mean of the loss, as a metric, of activations. Keras: ``metrics.BinaryCrossentropy()``."""

    direction = "down"

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(losses.binary_crossentropy, name, dtype, **options)


class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean of the loss, as a metric, of activations. Keras: ``metrics.CategoricalCrossentropy()``."""

    direction = "down"

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(losses.categorical_crossentropy, name, dtype, **options)


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean of the loss, as a metric, of activations. Keras: ``metrics.SparseCategoricalCrossentropy()``."""

    direction = "down"

    def __init__(
        self, name: str | None = "sparse_categorical_crossentropy", dtype: str | None = None, from_logits: bool = False
    ) -> None:
        super().__init__(losses.sparse_categorical_crossentropy, name, dtype, from_logits=from_logits)


_CLASSES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Accuracy,
        BinaryAccuracy,
        BinaryCrossentropy,
        CategoricalAccuracy,
        CategoricalCrossentropy,
        Mean,
        MeanAbsoluteError,
        MeanSquaredError,
        SparseCategoricalAccuracy,
        SparseCategoricalCrossentropy,
    )
}
_BY_NAME: dict[str, type[Any]] = {
    **{snake_case(name): kind for name, kind in _CLASSES.items()},
    **_CLASSES,
    "acc": Accuracy,
    "bce": BinaryCrossentropy,
    "mae": MeanAbsoluteError,
    "mse": MeanSquaredError,
}


def get(metric: Any) -> Any:
    """Return a new metric of that name, or the metric or function itself, as Keras's ``get`` does.

    A dict from ``serialize`` is made a metric again. Raises ValueError that lists the names for anything else.
    """
    if isinstance(metric, dict):
        return deserialized("metric", metric, _CLASSES)
    if isinstance(metric, type) and issubclass(metric, Metric):
        return metric()
    if metric is None or callable(metric):
        return metric
    name = metric.lower() if isinstance(metric, str) and metric not in _BY_NAME else metric
    return lookup("metric", name, _BY_NAME)()


def serialize(metric: Any) -> Any:
    """Return what a saved model holds of a metric: a function's name, or a dict with the class and its options."""
    if isinstance(metric, Metric):
        return serialized(metric)
    return metric if isinstance(metric, str) else metric.__name__


deserialize = get


def known(metric: Any) -> bool:
    """Tell whether a function computes a number for each row, as those above do, of which any mean can be made."""
    return any(metric is getattr(room, name) for room in (losses, sys.modules[__name__]) for name in room.__all__)


def compiled(metric: Any) -> tuple[str, MetricFunction, str | None]:
    """Return a metric's name in the history, what it computes of every row, and whether up or down is better.

    A name stays as it is written, and "accuracy" is picked by the shapes. Raises ValueError for a Metric of one's own
    that is no mean over rows, which a batch alone would not tell.
    """
    if isinstance(metric, str) and metric.lower() in ("accuracy", "acc"):
        return metric, accuracy, "up"
    found = get(metric)
    if not isinstance(found, Metric):
        return found.__name__, found, None
    if not isinstance(found, MeanMetricWrapper) or type(found) not in (MeanMetricWrapper, *_CLASSES.values()):
        raise ValueError(f"scratch reports means over rows, and {type(found).__name__} is none: {', '.join(_CLASSES)}")
    return (metric if isinstance(metric, str) else found.name), found.function, found.direction


__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "Mean",
    "MeanAbsoluteError",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "Metric",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "binary_accuracy",
    "categorical_accuracy",
    "deserialize",
    "get",
    "serialize",
    "sparse_categorical_accuracy",
]
