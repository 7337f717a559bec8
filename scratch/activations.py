"""What a layer does to its weighted sum z: each function with its gradient right under it.

A gradient takes the activation ``a`` that the function returned and ``da``, the derivative of the loss with
respect to ``a``, and returns ``dz``. All arrays are (N, U): N rows, U units.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from scratch.arrays import Array
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
    so nothing overflows.
    """
    e = np.exp(np.minimum(z, 80))
    return e / (1 + e)


def sigmoid_gradient(a: Array, da: Array) -> Array:
    """Multiply by the sigmoid's slope, which its output a already tells.

        dz = da * a * (1 - a)

    a, da, dz: (N, U). It takes a = sigmoid(z), not z.
    """
    return da * a * (1 - a)


def relu(z: Array) -> Array:
    """Keep what is positive, make the rest 0.

        a = maximum(z, 0)

    z, a: (N, U). Keras: ``Dense(10, activation="relu")``.
    """
    return np.maximum(z, 0)


def relu_gradient(a: Array, da: Array) -> Array:
    """Let the derivative through where the unit is on; at z = 0 the slope is 0, as in Keras.

        dz = da * (a > 0)

    a, da, dz: (N, U).
    """
    return da * (a > 0)


def shifted(z: Array) -> Array:
    """Move each row so that its largest entry is 0, which changes no softmax and keeps exp from overflowing.

        s = z - max(z, axis=-1, keepdims=True)

    z, s: (N, U). A difference beyond the type's range stops at its largest number.
    """
    with np.errstate(over="ignore"):
        return np.maximum(z - z.max(axis=-1, keepdims=True), np.finfo(z.dtype).min)


def softmax(z: Array) -> Array:
    """Turn each row into U shares that are positive and add up to 1.

        a = exp(z) / sum(exp(z), axis=-1, keepdims=True)

    z, a: (N, U). Keras: ``Dense(10, activation="softmax")``.
    """
    e = np.exp(shifted(z))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_gradient(a: Array, da: Array) -> Array:
    """Raise one share and the others must fall: each dz sees the row's mean of da, weighted by the shares.

        dz = a * (da - sum(a * da, axis=-1, keepdims=True))

    a, da, dz: (N, U).
    """
    return a * (da - (a * da).sum(axis=-1, keepdims=True))


class Activation(NamedTuple):
    """A function of z and its gradient."""

    function: Callable[[Array], Array]
    gradient: Callable[[Array, Array], Array]


_BY_NAME = {
    "linear": Activation(linear, linear_gradient),
    "sigmoid": Activation(sigmoid, sigmoid_gradient),
    "relu": Activation(relu, relu_gradient),
    "softmax": Activation(softmax, softmax_gradient),
}


def get(activation: str | Callable[[Array], Array] | None) -> Activation:
    """Return the pair for a name, for one of the functions above, or for None (linear), as Keras's ``get`` does.

    Raises ValueError that lists the names for anything else.
    """
    if activation is None:
        return _BY_NAME["linear"]
    for pair in _BY_NAME.values():
        if activation is pair.function:
            return pair
    return lookup("activation", activation, _BY_NAME)


__all__ = ["get", "linear", "relu", "sigmoid", "softmax"]
