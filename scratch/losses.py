"""How wrong the answers are: each loss with its gradient right under it.

A loss returns one number a row, shape (N,), as Keras's functions do. Its gradient is that of the batch's loss,
which is the mean over the rows: hence the division by ``a.size`` = N * U, the short last batch's own N included.
y: targets, a: activations, both (N, U). Targets (N,) are lined up with outputs (N, 1), as Keras does; NumPy would
silently make (N, N) of them.

A cross-entropy after its own activation (sigmoid or softmax) is computed ``from_logits``, from z, as Keras does with
TensorFlow: the logarithm of a rounded a would lose what z still knows, and dz becomes as simple as (a - y) / N. After
the other one's activation Keras does the same, and so trains a model whose ``predict`` is not what its loss sees; so
it is here.
"""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from scratch import activations
from scratch.activations import shifted
from scratch.arrays import Array
from scratch.config import floatx
from scratch.names import listed, lookup, snake_case
from scratch.serialization import Configured, deserialized, serialized
from scratch.utils import to_categorical

EPSILON = 1e-7  # keras.config.epsilon(): cross-entropies of probabilities keep this far from 0 and 1


def lined_up(y: Any, a: Any) -> Array:
    """Give targets the shape and type of the outputs: (N,) becomes (N, 1).

    Raises ValueError where the shapes cannot be lined up, TypeError for a list, which has no shape.
    """
    try:
        if y.shape == a.shape and y.dtype == a.dtype:
            return y
    except AttributeError:
        raise TypeError("targets and answers are arrays, not lists: wrap them in np.array(...)") from None
    if y.shape != a.shape and (*y.shape, 1) != a.shape:
        raise ValueError(
            f"targets of shape {y.shape} do not fit outputs of shape {a.shape}: they must have the same shape"
        )
    return y.reshape(a.shape).astype(a.dtype, copy=False)


def mean_squared_error(y: Array, a: Array) -> Array:
    """Average the squared error over a row's units; there is no 1/2.

        loss = mean((a - y)**2, axis=-1)

    y, a: (N, U); loss: (N,). Keras: ``loss="mse"``.
    """
    return np.square(a - lined_up(y, a)).mean(axis=-1)


def mean_squared_error_gradient(y: Array, a: Array) -> Array:
    """Pull each answer towards its target, in proportion to the error.

        da = 2 * (a - y) / a.size

    y, a, da: (N, U).
    """
    return (2 / a.size) * (a - lined_up(y, a))


def mean_absolute_error(y: Array, a: Array) -> Array:
    """Average the size of the error over a row's units.

        loss = mean(abs(a - y), axis=-1)

    y, a: (N, U); loss: (N,). Keras: ``loss="mae"``.
    """
    error = a - lined_up(y, a)
    return np.maximum(error, -error).mean(axis=-1)


def mean_absolute_error_gradient(y: Array, a: Array) -> Array:
    """Pull each answer towards its target, equally hard however far it is; not at all where it is there.

        da = ((a > y) * 1.0 - (a < y)) / a.size

    y, a, da: (N, U).
    """
    y = lined_up(y, a)
    return ((a > y).astype(a.dtype) - (a < y)) / a.size


def binary_crossentropy(y: Array, a: Array, from_logits: bool = False, label_smoothing: float = 0.0) -> Array:
    """Average over a row's units how surprised the answer a is by the truth y.

        q = clip(a, EPSILON, 1 - EPSILON)
        loss = -mean(y * log(q) + (1 - y) * log(1 - q), axis=-1)

    y, a: (N, U); loss: (N,). Keras: ``loss="binary_crossentropy"`` after any activation but sigmoid. ``from_logits``
    says that a is z, and ``label_smoothing`` moves the targets, as ``smoothed_by_half`` says.
    """
    y = smoothed_by_half(lined_up(y, a), label_smoothing)
    if from_logits:
        return binary_crossentropy_from_logits(y, a)
    q = np.clip(a, EPSILON, 1 - EPSILON)
    return -(y * np.log(q) + (1 - y) * np.log(1 - q)).mean(axis=-1)


def binary_crossentropy_gradient(y: Array, a: Array) -> Array:
    """Pull hardest on confident wrong answers; where the clip holds a, nothing pulls.

        q = clip(a, EPSILON, 1 - EPSILON)
        da = ((1 - y) / (1 - q) - y / q) / a.size * (a >= EPSILON) * (a <= 1 - EPSILON)

    y, a, da: (N, U).
    """
    y = lined_up(y, a)
    q = np.clip(a, EPSILON, 1 - EPSILON)
    return ((1 - y) / (1 - q) - y / q) / a.size * _unclipped(a)


def binary_crossentropy_from_logits(y: Array, z: Array) -> Array:
    """Compute the binary cross-entropy of sigmoid(z) from z itself.

        loss = mean(maximum(z, 0) - z * y + log1p(exp(-abs(z))), axis=-1)

    y, z: (N, U); loss: (N,). Keras: ``loss="binary_crossentropy"`` after ``activation="sigmoid"``.
    """
    y = lined_up(y, z)
    return (np.maximum(z, 0) - z * y + np.log1p(np.exp(np.minimum(z, -z)))).mean(axis=-1)


def binary_crossentropy_from_logits_gradient(y: Array, a: Array) -> Array:
    """Give dz at once, with a = sigmoid(z): the sigmoid's slope cancels.

        dz = (a - y) / a.size

    y, a, dz: (N, U).
    """
    return (a - lined_up(y, a)) / a.size


def categorical_crossentropy(y: Array, a: Array, from_logits: bool = False, label_smoothing: float = 0.0) -> Array:
    """Tell how surprised the shares a are by the one true class in the one-hot row y.

        p = a / sum(a, axis=-1, keepdims=True)
        loss = -sum(y * log(clip(p, EPSILON, 1 - EPSILON)), axis=-1)

    y, a: (N, U); loss: (N,). Keras: ``loss="categorical_crossentropy"`` after any activation but softmax. A row that
    adds up to 0 has no shares: p is taken as 0 there, where Keras gives NaN. ``from_logits`` says that a is z, and
    ``label_smoothing`` moves the targets, as ``smoothed`` says.
    """
    y = smoothed(lined_up(y, a), label_smoothing)
    if from_logits:
        return categorical_crossentropy_from_logits(y, a)
    p, _ = _shares(a)
    return -(y * np.log(np.clip(p, EPSILON, 1 - EPSILON))).sum(axis=-1)


def categorical_crossentropy_gradient(y: Array, a: Array) -> Array:
    """Raise the true class's share; since shares add up to 1, that pulls on all of them.

        p = a / sum(a, axis=-1, keepdims=True)
        q = clip(p, EPSILON, 1 - EPSILON)
        dp = -y / q * (p >= EPSILON) * (p <= 1 - EPSILON) / (a.size / a.shape[-1])
        da = (dp - sum(dp * p, axis=-1, keepdims=True)) / sum(a, axis=-1, keepdims=True)

    y, a, da: (N, U).
    """
    y = lined_up(y, a)
    p, total = _shares(a)
    dp = -y / np.clip(p, EPSILON, 1 - EPSILON) * _unclipped(p) / (a.size / a.shape[-1])
    return (dp - (dp * p).sum(axis=-1, keepdims=True)) / total


def categorical_crossentropy_from_logits(y: Array, z: Array) -> Array:
    """Compute the categorical cross-entropy of softmax(z) from z itself.

        loss = log(sum(exp(z), axis=-1)) - sum(y * z, axis=-1)

    y: one-hot, z: (N, U); loss: (N,). Keras: ``loss="categorical_crossentropy"`` after ``activation="softmax"``.
    """
    y = lined_up(y, z)
    s = shifted(z)
    return np.log(np.exp(s).sum(axis=-1)) - (y * s).sum(axis=-1)


def categorical_crossentropy_from_logits_gradient(y: Array, a: Array) -> Array:
    """Give dz at once, with a = softmax(z) and y one-hot.

        dz = (a - y) / (a.size / a.shape[-1])

    y, a, dz: (N, U). a.size / U is N: this loss adds over the classes, it does not average.
    """
    return (a - lined_up(y, a)) / (a.size / a.shape[-1])


def sparse_categorical_crossentropy(y: Array, a: Array, from_logits: bool = False) -> Array:
    """Tell how surprised the shares a are by the true class, whose number is y.

        y = one_hot(y)
        q = clip(a, EPSILON, 1 - EPSILON)
        loss = -sum(y * log(q / sum(q, axis=-1, keepdims=True)), axis=-1)

    y: (N,), 0 to U - 1; a: (N, U); loss: (N,). Keras: ``loss="sparse_categorical_crossentropy"`` after any activation
    but softmax. It clips before it divides; the categorical loss divides before it clips. ``from_logits`` says that a
    is z.
    """
    if from_logits:
        return sparse_categorical_crossentropy_from_logits(y, a)
    y = one_hot(y, a)
    q = np.clip(a, EPSILON, 1 - EPSILON)
    return -(y * np.log(q / q.sum(axis=-1, keepdims=True))).sum(axis=-1)


def sparse_categorical_crossentropy_gradient(y: Array, a: Array) -> Array:
    """Raise the true class's share, lower all in proportion; where the clip holds a, nothing pulls.

        y = one_hot(y)
        q = clip(a, EPSILON, 1 - EPSILON)
        dq = (1 / sum(q, axis=-1, keepdims=True) - y / q) / (a.size / a.shape[-1])
        da = dq * (a >= EPSILON) * (a <= 1 - EPSILON)

    y: (N,); a, da: (N, U).
    """
    y = one_hot(y, a)
    q = np.clip(a, EPSILON, 1 - EPSILON)
    dq = (1 / q.sum(axis=-1, keepdims=True) - y / q) / (a.size / a.shape[-1])
    return dq * _unclipped(a)


def sparse_categorical_crossentropy_from_logits(y: Array, z: Array) -> Array:
    """Compute the categorical cross-entropy of softmax(z) from class numbers and z.

        loss = log(sum(exp(z), axis=-1)) - sum(one_hot(y) * z, axis=-1)

    y: (N,); z: (N, U); loss: (N,). Keras: ``loss="sparse_categorical_crossentropy"`` after ``activation="softmax"``.
    """
    return categorical_crossentropy_from_logits(one_hot(y, z), z)


def sparse_categorical_crossentropy_from_logits_gradient(y: Array, a: Array) -> Array:
    """Give dz at once, with a = softmax(z) and y a class number.

        dz = (a - one_hot(y)) / (a.size / a.shape[-1])

    y: (N,); a, dz: (N, U).
    """
    return categorical_crossentropy_from_logits_gradient(one_hot(y, a), a)


def smoothed_by_half(y: Array, label_smoothing: float) -> Array:
    """Move targets of 0 and 1 towards a half, so that no answer is asked to be certain.

        s = y * (1 - label_smoothing) + 0.5 * label_smoothing

    y, s: (N, U). Keras: ``BinaryCrossentropy(label_smoothing=0.1)``.
    """
    return y * (1 - label_smoothing) + 0.5 * label_smoothing if label_smoothing else y


def smoothed(y: Array, label_smoothing: float) -> Array:
    """Take a part of the true class's share, and give it to all classes alike.

        s = y * (1 - label_smoothing) + label_smoothing / y.shape[-1]

    y, s: (N, U). Keras: ``CategoricalCrossentropy(label_smoothing=0.1)``.
    """
    return y * (1 - label_smoothing) + label_smoothing / y.shape[-1] if label_smoothing else y


def one_hot(y: Array, a: Array) -> Array:
    """Turn class numbers into rows as wide as the outputs a: 1 at the class, 0 elsewhere.

    Raises ValueError for anything but one number a row, one-hot rows among it.
    """
    return lined_up(to_categorical(y, a.shape[-1]), a)


def _unclipped(a: Array) -> Array:
    return (a >= EPSILON) & (a <= 1 - EPSILON)


def _shares(a: Array) -> tuple[Array, Array]:
    """Divide each row by its total, through the row's largest size so that the total cannot overflow."""
    size = np.abs(a).max(axis=-1, keepdims=True)
    size = np.where(size == 0, 1, size)
    total = (a / size).sum(axis=-1, keepdims=True)
    total = np.where(total == 0, np.inf, total)
    largest = np.finfo(a.dtype).max  # where the total all but vanishes, a share ends there and not at infinity
    with np.errstate(over="ignore"):
        return np.clip(a / size / total, -largest, largest), size * total


class LossFunction(NamedTuple):
    """A loss, one number a row, and the gradient of its mean over the batch: functions of y and a."""

    function: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]
    from_logits: Callable[[Array], Array] | None = None
    """Of a loss that is a function of y and z, the logits: what makes a of them. Its gradient takes that, and is dz."""
    sparse: bool = False
    """Whether the targets are class numbers."""
    smoothing: Callable[[Array, float], Array] | None = None
    """What ``label_smoothing`` does to the targets."""

    def after(self, activation: Callable[[Array], Array]) -> "LossFunction":
        """Return the form that this loss takes in a model whose last layer ends in ``activation``."""
        return self.of_logits() if activation in (activations.sigmoid, activations.softmax) else self

    def of_logits(self) -> "LossFunction":
        """Return the form that takes z."""
        return _FROM_LOGITS.get(self.function, self)

    def smoothed(self, label_smoothing: float) -> "LossFunction":
        """Return the loss of smoothed targets."""
        move = self.smoothing
        if not label_smoothing or move is None:
            return self
        return self._replace(
            function=lambda y, a: self.function(move(lined_up(y, a), label_smoothing), a),
            gradient=lambda y, a: self.gradient(move(lined_up(y, a), label_smoothing), a),
        )


_FUNCTIONS = {
    "mean_squared_error": LossFunction(mean_squared_error, mean_squared_error_gradient),
    "mean_absolute_error": LossFunction(mean_absolute_error, mean_absolute_error_gradient),
    "binary_crossentropy": LossFunction(binary_crossentropy, binary_crossentropy_gradient, smoothing=smoothed_by_half),
    "categorical_crossentropy": LossFunction(
        categorical_crossentropy, categorical_crossentropy_gradient, smoothing=smoothed
    ),
    "sparse_categorical_crossentropy": LossFunction(
        sparse_categorical_crossentropy, sparse_categorical_crossentropy_gradient, sparse=True
    ),
}
_ALIASES = {"mse": "mean_squared_error", "mae": "mean_absolute_error", "bce": "binary_crossentropy"}
_FROM_LOGITS: dict[Callable[[Array, Array], Array], LossFunction] = {
    binary_crossentropy: LossFunction(
        binary_crossentropy_from_logits,
        binary_crossentropy_from_logits_gradient,
        activations.sigmoid,
        smoothing=smoothed_by_half,
    ),
    categorical_crossentropy: LossFunction(
        categorical_crossentropy_from_logits,
        categorical_crossentropy_from_logits_gradient,
        activations.softmax,
        smoothing=smoothed,
    ),
    sparse_categorical_crossentropy: LossFunction(
        sparse_categorical_crossentropy_from_logits,
        sparse_categorical_crossentropy_from_logits_gradient,
        activations.softmax,
        sparse=True,
    ),
}

REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)


class Loss(Configured):
    """A loss and its options, as an object. Keras: ``loss=keras.losses.MeanSquaredError()``.

    Called with targets and answers it returns one number for the batch, reduced as ``reduction`` says: the mean over
    the rows, their sum or, for None, every row's own. Raises ValueError for a reduction that Keras does not have.
    """

    room = "keras.losses"
    options: ClassVar[tuple[str, ...]] = ("name", "reduction")

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: str | None = None
    ) -> None:
        if reduction not in REDUCTIONS:
            raise ValueError(f"Invalid value for argument `reduction`: {reduction!r}; it is one of {REDUCTIONS}")
        self.name = name or snake_case(type(self).__name__)
        self.reduction = reduction
        self.dtype = dtype or floatx()

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return the loss of each row, (N,)."""
        raise NotImplementedError

    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> Any:
        """Return the loss of these rows, each counted by its ``sample_weight``.

        y_true: (N,) or (N, U), y_pred: (N, U), sample_weight: a number, (N,) or (N, 1).
        """
        rows = self.call(np.asarray(y_true, self.dtype), np.asarray(y_pred, self.dtype))
        if sample_weight is None:
            return reduced(rows, self.reduction)
        weight = np.asarray(sample_weight, rows.dtype)
        if weight.ndim == rows.ndim + 1:  # as Keras lines them up, which shows where nothing is reduced
            rows, weight = (rows[:, None], weight) if rows.ndim == 1 else (rows, weight[..., 0])
        return reduced(rows * weight.reshape(weight.shape + (1,) * (rows.ndim - weight.ndim)), self.reduction, weight)


def reduced(rows: Array, reduction: str | None, weight: Array | None = None) -> Any:
    """Make one number of the losses of the rows, weighted already.

    Keras: ``reduction="sum_over_batch_size"``, the mean over all rows whatever their weights are; ``"sum"``;
    ``"mean_with_sample_weight"``, which divides by the weights' sum; None.
    """
    if reduction in ("none", None):
        return rows
    total = rows.sum()
    if reduction == "sum":
        return total
    count = weight.sum() if reduction == "mean_with_sample_weight" and weight is not None else rows.size
    return total / count if count else total * 0


class LossFunctionWrapper(Loss):
    """A loss whose rows are those of one of the functions above."""

    of: str
    from_logits = False
    label_smoothing = 0.0

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(name or self.of, reduction, dtype)

    @property
    def function(self) -> LossFunction:
        """The function and its gradient, with these options."""
        plain = _FUNCTIONS[self.of]
        return (plain.of_logits() if self.from_logits else plain).smoothed(self.label_smoothing)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return the loss of each row, (N,)."""
        return self.function.function(y_true, y_pred)


class MeanSquaredError(LossFunctionWrapper):
    """``mean_squared_error`` as an object. Keras: ``losses.MeanSquaredError()``."""

    of = "mean_squared_error"


class MeanAbsoluteError(LossFunctionWrapper):
    """``mean_absolute_error`` as an object. Keras: ``losses.MeanAbsoluteError()``."""

    of = "mean_absolute_error"


class _Crossentropy(LossFunctionWrapper):
    """What the cross-entropies' options have in common; their classes are on the last axis, as ever in Dense models."""

    options = (*Loss.options, "from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, _last(axis)


def _last(axis: int) -> int:
    """Return the axis of the classes; raises ValueError for another than the last."""
    if axis != -1:
        raise ValueError(f"the classes are on the last axis, -1, not {axis}")
    return axis


class BinaryCrossentropy(_Crossentropy):
    """``binary_crossentropy`` as an object. Keras: ``losses.BinaryCrossentropy(from_logits=True)``."""

    of = "binary_crossentropy"


class CategoricalCrossentropy(_Crossentropy):
    """``categorical_crossentropy`` as an object. Keras: ``losses.CategoricalCrossentropy(label_smoothing=0.1)``."""

    of = "categorical_crossentropy"


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """The same of class numbers. Keras: ``losses.SparseCategoricalCrossentropy(from_logits=True)``."""

    of = "sparse_categorical_crossentropy"
    options = (*Loss.options, "from_logits", "axis")
    unused = ("ignore_class",)

    def __init__(
        self,
        from_logits: bool = False,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.from_logits, self.axis = from_logits, _last(axis)


_CLASSES: dict[str, type[Loss]] = {
    kind.__name__: kind
    for kind in (
        BinaryCrossentropy,
        CategoricalCrossentropy,
        MeanAbsoluteError,
        MeanSquaredError,
        SparseCategoricalCrossentropy,
    )
}
_BY_NAME: dict[str, Any] = {
    **{name: pair.function for name, pair in _FUNCTIONS.items()},
    **{alias: _FUNCTIONS[name].function for alias, name in _ALIASES.items()},
    **_CLASSES,
}


def get(loss: Any) -> Any:
    """Return the loss of that name, in any case, as Keras does: a function, or an object for a class's name.

    One of the functions above, or a Loss, is returned as it is; a dict from ``serialize`` is made a Loss again. Raises
    ValueError that lists the names for anything else: scratch has no gradient for a function of one's own.
    """
    if isinstance(loss, dict):
        return deserialized("loss", loss, _CLASSES)
    if isinstance(loss, Loss) or loss is None or any(loss is pair.function for pair in _FUNCTIONS.values()):
        return loss
    if isinstance(loss, type) and issubclass(loss, Loss):
        return loss()
    name = loss.lower() if isinstance(loss, str) and loss not in _BY_NAME else loss
    found = lookup("loss", name, _BY_NAME)
    return found() if isinstance(found, type) else found


def serialize(loss: Any) -> Any:
    """Return what a saved model holds of a loss: a function's name, or a dict with the class and its options."""
    return serialized(loss) if isinstance(loss, Loss) else loss.__name__


deserialize = get


def function_of(loss: Any) -> tuple[LossFunction, str | None]:
    """Return function and gradient of what ``get`` returns, and how the rows are reduced.

    Raises ValueError for a Loss of one's own, which has no gradient here.
    """
    if type(loss) in _CLASSES.values():
        return loss.function, loss.reduction
    if isinstance(loss, Loss):
        raise ValueError(
            f"scratch has no gradient for {type(loss).__name__}: to train there is {listed(list(_BY_NAME))}"
        )
    return next(pair for pair in _FUNCTIONS.values() if pair.function is loss), "sum_over_batch_size"


__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "deserialize",
    "get",
    "mean_absolute_error",
    "mean_squared_error",
    "serialize",
    "sparse_categorical_crossentropy",
]
