"""What a layer does to its weighted sum z: each function with its gradient right under it.

A gradient takes the activation ``a`` that the function returned, or ``z`` where a does not tell the slope, and ``da``,
the derivative of the loss with respect to ``a``; it returns ``dz``. All arrays are (N, U): N rows, U units.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from scratch.arrays import Array
from scratch.config import through_float32
from scratch.names import lookup


def linear(z: Array) -> Array:
    """Leave the weighted sum as it is.

        a = z

    z, a: (N, U). Keras: ``Dense(1)``, which is ``activation="linear"``.
    """
    return z


def linear_gradient(a: Array, da: Array) -> Array:
    """Pass the derivative on unchanged.

        dz = da

    a, da, dz: (N, U).
    """
    return da


def sigmoid(z: Array) -> Array:
    """Squash any number into 0..1: large negative to 0, large positive to 1, 0 to a half.

        a = 1 / (1 + exp(-z))

    z, a: (N, U). Keras: ``Dense(1, activation="sigmoid")``. Written as exp(z) / (1 + exp(z)), the same number, it keeps
    its digits where a is small; beyond 80, where every float type has long rounded a to 1, z makes no difference, and
    so nothing overflows. Below -87 float32 has only its sparse smallest numbers left: sigmoid(-90) is 8.194e-40 here,
    as it should be, and 0 in Keras, which flushes them.
    """
    e = np.exp(np.minimum(z, 80))
    return e / (1 + e)


def sigmoid_gradient(a: Array, da: Array) -> Array:
    """Multiply by the sigmoid's slope, which its output a already tells.

        dz = da * a * (1 - a)

    a, da, dz: (N, U). It takes a = sigmoid(z), not z.
    """
    return da * a * (1 - a)


def relu(z: Array, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Array:
    """Keep what is positive, make the rest 0.

        a = maximum(z, 0)

    z, a: (N, U). Keras: ``Dense(10, activation="relu")``. With its options (``layers.ReLU(max_value=6)``) a unit is on
    above ``threshold``, no more than ``max_value`` comes out of it, and below the threshold
    ``negative_slope * (z - threshold)`` does.
    """
    if not (negative_slope or threshold or max_value is not None):
        return np.maximum(z, 0)
    on = z if max_value is None else np.minimum(z, max_value)
    return np.where(z > threshold, on, negative_slope * (z - threshold))


def relu_gradient(
    a: Array, da: Array, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Array:
    """Let the derivative through where the unit is on; at z = 0 the slope is 0, as in Keras.

        dz = da * (a > 0)

    a, da, dz: (N, U). With relu's options, nothing comes through at ``max_value``, and ``negative_slope`` of it below
    the threshold.
    """
    if not (negative_slope or max_value is not None):
        return da * (a > 0)
    on = a > 0 if max_value is None else (a > 0) & (a < max_value)
    off = a < 0 if threshold or max_value is not None else a <= 0  # TensorFlow's leaky form has its slope at 0 as well
    return da * on + negative_slope * off * da


def shifted(z: Array) -> Array:
    """Move each row so that its largest entry is 0, which changes no softmax and keeps exp from overflowing.

        s = z - max(z, axis=-1, keepdims=True)

    z, s: (N, U). A difference beyond the type's range stops at its largest number.
    """
    with np.errstate(over="ignore"):
        return np.maximum(z - z.max(axis=-1, keepdims=True), np.finfo(z.dtype).min)


def softmax(z: Array, axis: int = -1) -> Array:
    """Turn each row into U shares that are positive and add up to 1.

        a = exp(z) / sum(exp(z), axis=-1, keepdims=True)

    z, a: (N, U). Keras: ``Dense(10, activation="softmax")``. Along another ``axis`` the array is turned.
    """
    if axis not in (-1, z.ndim - 1):
        return np.moveaxis(softmax(np.moveaxis(z, axis, -1)), -1, axis)
    e = np.exp(shifted(z))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_gradient(a: Array, da: Array) -> Array:
    """Raise one share and the others must fall: each dz sees the row's mean of da, weighted by the shares.

        dz = a * (da - sum(a * da, axis=-1, keepdims=True))

    a, da, dz: (N, U).
    """
    return a * (da - (a * da).sum(axis=-1, keepdims=True))


def tanh(z: Array) -> Array:
    """Squash any number into -1..1; 0 stays 0.

        a = tanh(z)

    z, a: (N, U). Keras: ``Dense(10, activation="tanh")``.
    """
    return np.tanh(z)


def tanh_gradient(a: Array, da: Array) -> Array:
    """Multiply by the slope of tanh, which its output a already tells.

        dz = da * (1 - a**2)

    a, da, dz: (N, U).
    """
    return da * (1 - np.square(a))


def elu(z: Array, alpha: float = 1.0) -> Array:
    """Keep what is positive, and let the rest sink towards -alpha, smoothly.

        a = where(z > 0, z, alpha * (exp(z) - 1))

    z, a: (N, U). Keras: ``Dense(10, activation="elu")``, ``layers.ELU(alpha=1.0)``. TensorFlow subtracts 1 from exp(z),
    and so keeps no digit of a z near 0, such as -1e-8; expm1, as here, keeps them all.
    """
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def elu_gradient(a: Array, da: Array, alpha: float = 1.0) -> Array:
    """Let the derivative through where the unit is on; below, the slope alpha * exp(z) is a + alpha.

        dz = da * where(a > 0, 1, a + alpha)

    a, da, dz: (N, U).
    """
    return da * np.where(a > 0, 1, a + alpha)


SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def selu(z: Array) -> Array:
    """Stretch elu so that, from layer to layer, outputs keep a mean near 0 and a size near 1.

        a = SELU_SCALE * where(z > 0, z, SELU_ALPHA * (exp(z) - 1))

    z, a: (N, U). Keras: ``Dense(10, activation="selu", kernel_initializer="lecun_normal")``.
    """
    return SELU_SCALE * elu(z, SELU_ALPHA)


def selu_gradient(a: Array, da: Array) -> Array:
    """Multiply by the slope: SELU_SCALE where the unit is on, and below what elu's is, stretched.

        dz = da * where(a < 0, a + SELU_SCALE * SELU_ALPHA, SELU_SCALE)

    a, da, dz: (N, U). At z = 0 the unit is on, as in Keras.
    """
    return da * np.where(a < 0, a + SELU_SCALE * SELU_ALPHA, SELU_SCALE)


def softplus(z: Array) -> Array:
    """Round relu's corner off: large positive stays, large negative becomes almost 0.

        a = log(1 + exp(z))

    z, a: (N, U). Keras: ``Dense(10, activation="softplus")``. Written as maximum(z, 0) + log1p(exp(-abs(z))), the same
    number, it is right to the rounding for every z. TensorFlow takes exp(z) for it below -13.9 (float32), and z itself
    above 13.9: there it is up to 8 roundings off, and this, 4 at most, is the better number.
    """
    return np.maximum(z, 0) + np.log1p(np.exp(np.minimum(z, -z)))


def softplus_gradient(a: Array, da: Array) -> Array:
    """Multiply by sigmoid(z), which is the slope, as a tells it.

        dz = da * (1 - exp(-a))

    a, da, dz: (N, U).
    """
    return da * -np.expm1(-a)


def leaky_relu(z: Array, negative_slope: float = 0.2) -> Array:
    """Keep what is positive, and a part of the rest.

        a = where(z > 0, z, negative_slope * z)

    z, a: (N, U). Keras: ``Dense(10, activation="leaky_relu")``, ``layers.LeakyReLU(negative_slope=0.3)``. TensorFlow
    keeps the slope as a float32, 0.2 as 0.200000003, in float64 too; so it is here.
    """
    return np.where(z > 0, z, through_float32(negative_slope) * z)


def leaky_relu_gradient(a: Array, da: Array, negative_slope: float = 0.2) -> Array:
    """Let the derivative through where the unit is on, and a part of it elsewhere, at z = 0 too.

        dz = where(a > 0, da, negative_slope * da)

    a, da, dz: (N, U).
    """
    return np.where(a > 0, da, through_float32(negative_slope) * da)


def _error_function(x: Any) -> Any:
    """Return erf of one number; of a complex one, which gradient checks ask for, by its power series."""
    if not np.iscomplexobj(x):
        return math.erf(x)
    term = total = x
    for n in range(1, 200):
        term = term * (2 * x * x / (2 * n + 1))
        total = total + term
    return 2 / np.sqrt(np.pi) * np.exp(-x * x) * total if abs(x) < 8 else np.sign(x.real) + 0 * x


erf = np.frompyfunc(_error_function, 1, 1)


def normal_share(z: Array) -> Array:
    """Return the share of a normal distribution that lies below z.

        share = (1 + erf(z / sqrt(2))) / 2

    z, share: (N, U).
    """
    return (1 + erf(z / math.sqrt(2)).astype(z.dtype)) / 2


def gelu(z: Array) -> Array:
    """Keep of z the share of a normal distribution that lies below it: a smooth relu that dips below 0.

        a = z * (1 + erf(z / sqrt(2))) / 2

    z, a: (N, U). Keras: ``Dense(10, activation="gelu")``. TensorFlow divides by sqrt(2) rounded to float32, in float64
    too, and so is off by 1e-8 there; this is the better number.
    """
    return z * normal_share(z)


def gelu_gradient(z: Array, da: Array) -> Array:
    """Multiply by the slope: the share, and how fast it grows at z times z.

        dz = da * ((1 + erf(z / sqrt(2))) / 2 + z * exp(-(z**2) / 2) / sqrt(2 * pi))

    z, da, dz: (N, U). It takes z: two z may give the same a.
    """
    return da * (normal_share(z) + z * np.exp(np.square(z) / -2) / math.sqrt(2 * math.pi))


def silu(z: Array) -> Array:
    """Keep of z the share that sigmoid says: another smooth relu.

        a = z / (1 + exp(-z))

    z, a: (N, U). Keras: ``Dense(10, activation="silu")``, ``"swish"``.
    """
    return z * sigmoid(z)


def silu_gradient(z: Array, da: Array) -> Array:
    """Multiply by the slope of z * s, where s = sigmoid(z).

        s = 1 / (1 + exp(-z))
        dz = da * (s + z * s * (1 - s))

    z, da, dz: (N, U). It takes z: two z may give the same a.
    """
    s = sigmoid(z)
    return da * (s + z * s * sigmoid(-z))


def exponential(z: Array) -> Array:
    """Grow without end on one side, fall to 0 on the other.

        a = exp(z)

    z, a: (N, U). Keras: ``Dense(1, activation="exponential")``.
    """
    return np.exp(z)


def exponential_gradient(a: Array, da: Array) -> Array:
    """Multiply by the slope, which is the output itself.

        dz = da * a

    a, da, dz: (N, U).
    """
    return da * a


def softsign(z: Array) -> Array:
    """Squash any number into -1..1, more slowly than tanh.

        a = z / (1 + abs(z))

    z, a: (N, U). Keras: ``Dense(10, activation="softsign")``.
    """
    return z / (1 + np.maximum(z, -z))


def softsign_gradient(z: Array, da: Array) -> Array:
    """Multiply by the slope.

        dz = da / (1 + abs(z)) ** 2

    z, da, dz: (N, U). It takes z, whose digits are gone from an a near 1.
    """
    return da / np.square(1 + np.maximum(z, -z))


class Activation(NamedTuple):
    """A function of z and its gradient."""

    function: Callable[[Array], Array]
    gradient: Callable[[Array, Array], Array]
    of_z: bool = False
    """Whether the gradient takes z; most take a, which tells them all they need."""

    def backward(self, z: Array, a: Array, da: Array) -> Array:
        """Return dz for a layer that made a of z."""
        return self.gradient(z if self.of_z else a, da)

    def with_options(self, **options: Any) -> "Activation":
        """Return the pair for another alpha or slope."""
        return Activation(partial(self.function, **options), partial(self.gradient, **options), self.of_z)


_BY_NAME = {
    "linear": Activation(linear, linear_gradient),
    "sigmoid": Activation(sigmoid, sigmoid_gradient),
    "relu": Activation(relu, relu_gradient),
    "softmax": Activation(softmax, softmax_gradient),
    "tanh": Activation(tanh, tanh_gradient),
    "elu": Activation(elu, elu_gradient),
    "selu": Activation(selu, selu_gradient),
    "softplus": Activation(softplus, softplus_gradient),
    "leaky_relu": Activation(leaky_relu, leaky_relu_gradient),
    "gelu": Activation(gelu, gelu_gradient, of_z=True),
    "silu": Activation(silu, silu_gradient, of_z=True),
    "swish": Activation(silu, silu_gradient, of_z=True),
    "exponential": Activation(exponential, exponential_gradient),
    "softsign": Activation(softsign, softsign_gradient, of_z=True),
}


def pair_of(activation: str | Callable[[Array], Array] | None) -> Activation:
    """Return function and gradient for a name, for one of the functions above, or for None, which is linear.

    Raises ValueError that lists the names for anything else: scratch has no gradient for a function of one's own.
    """
    if activation is None:
        return _BY_NAME["linear"]
    for pair in _BY_NAME.values():
        if activation is pair.function:
            return pair
    return lookup("activation", activation, _BY_NAME)


def get(activation: str | Callable[[Array], Array] | None) -> Callable[[Array], Array]:
    """Return the function of that name, or the function itself; linear for None. Keras: ``activations.get("relu")``.

    Raises as ``pair_of`` does.
    """
    return pair_of(activation).function


def serialize(activation: Callable[[Array], Array]) -> str:
    """Return the function's name, as it stands in a saved model. Keras: ``activations.serialize(relu)``."""
    return pair_of(activation).function.__name__


deserialize = get

__all__ = [
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "leaky_relu",
    "linear",
    "relu",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
]
