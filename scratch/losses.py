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
from typing import NamedTuple

import numpy as np

from scratch import activations
from scratch.activations import shifted
from scratch.arrays import Array
from scratch.names import lookup
from scratch.utils import to_categorical

EPSILON = 1e-7  # keras.config.epsilon(): cross-entropies of probabilities keep this far from 0 and 1


def lined_up(y: Array, a: Array) -> Array:
    """Give targets the shape and type of the outputs: (N,) becomes (N, 1).

    Raises ValueError where the shapes cannot be lined up.
    """
    if y.shape == a.shape and y.dtype == a.dtype:
        return y
    if y.shape != a.shape and (*y.shape, 1) != a.shape:
        raise ValueError(f"targets of shape {y.shape} do not fit outputs of shape {a.shape}")
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


def binary_crossentropy(y: Array, a: Array) -> Array:
    """Average over a row's units how surprised the answer a is by the truth y.

        q = clip(a, EPSILON, 1 - EPSILON)
        loss = -mean(y * log(q) + (1 - y) * log(1 - q), axis=-1)

    y, a: (N, U); loss: (N,). Keras: ``loss="binary_crossentropy"`` after any activation but sigmoid.
    """
    y = lined_up(y, a)
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


def categorical_crossentropy(y: Array, a: Array) -> Array:
    """Tell how surprised the shares a are by the one true class in the one-hot row y.

        p = a / sum(a, axis=-1, keepdims=True)
        loss = -sum(y * log(clip(p, EPSILON, 1 - EPSILON)), axis=-1)

    y, a: (N, U); loss: (N,). Keras: ``loss="categorical_crossentropy"`` after any activation but softmax. A row that
    adds up to 0 has no shares: p is taken as 0 there, where Keras gives NaN.
    """
    y = lined_up(y, a)
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


def sparse_categorical_crossentropy(y: Array, a: Array) -> Array:
    """Tell how surprised the shares a are by the true class, whose number is y.

        y = one_hot(y)
        q = clip(a, EPSILON, 1 - EPSILON)
        loss = -sum(y * log(q / sum(q, axis=-1, keepdims=True)), axis=-1)

    y: (N,), 0 to U - 1; a: (N, U); loss: (N,). Keras: ``loss="sparse_categorical_crossentropy"`` after any activation
    but softmax. It clips before it divides; the categorical loss divides before it clips.
    """
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


class Loss(NamedTuple):
    """A loss, one number a row, and the gradient of its mean over the batch: functions of y and a."""

    function: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]
    from_logits: Callable[[Array], Array] | None = None
    """Of a loss that is a function of y and z, the logits: what makes a of them. Its gradient takes that, and is dz."""
    sparse: bool = False
    """Whether the targets are class numbers."""

    def after(self, activation: activations.Activation) -> "Loss":
        """Return the form that this loss takes in a model whose last layer ends in ``activation``."""
        probabilities = activation.function in (activations.sigmoid, activations.softmax)
        return _FROM_LOGITS.get(self.function, self) if probabilities else self


_MSE = Loss(mean_squared_error, mean_squared_error_gradient)
_BY_NAME = {
    "mse": _MSE,
    "mean_squared_error": _MSE,
    "binary_crossentropy": Loss(binary_crossentropy, binary_crossentropy_gradient),
    "categorical_crossentropy": Loss(categorical_crossentropy, categorical_crossentropy_gradient),
    "sparse_categorical_crossentropy": Loss(
        sparse_categorical_crossentropy, sparse_categorical_crossentropy_gradient, sparse=True
    ),
}
_FROM_LOGITS: dict[Callable[[Array, Array], Array], Loss] = {
    binary_crossentropy: Loss(
        binary_crossentropy_from_logits, binary_crossentropy_from_logits_gradient, activations.sigmoid
    ),
    categorical_crossentropy: Loss(
        categorical_crossentropy_from_logits, categorical_crossentropy_from_logits_gradient, activations.softmax
    ),
    sparse_categorical_crossentropy: Loss(
        sparse_categorical_crossentropy_from_logits,
        sparse_categorical_crossentropy_from_logits_gradient,
        activations.softmax,
        sparse=True,
    ),
}


def get(loss: str | Callable[[Array, Array], Array]) -> Loss:
    """Return the loss of that name, in any case, or that belongs to one of the functions above.

    Raises ValueError that lists the names for anything else.
    """
    for known in _BY_NAME.values():
        if loss is known.function:
            return known
    return lookup("loss", loss.lower() if isinstance(loss, str) else loss, _BY_NAME)


__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "get",
    "mean_squared_error",
    "sparse_categorical_crossentropy",
]
