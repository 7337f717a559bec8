"""Which activation leads from a weighted sum to an answer, found from their numbers alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Activation:
    """An activation: its Keras name, its formula, and its slope as a function of z and a."""

    name: str
    function: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array] | None
    keras: str
    """The argument in a Keras line; empty for linear."""
    formula: str
    """What stands for ``f(z)``."""
    slope_formula: str = ""


def _softmax(axis: int) -> Callable[[Array], Array]:
    def softmax(z: Array) -> Array:
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return np.asarray(e / e.sum(axis=axis, keepdims=True))

    return softmax


def _log_softmax(axis: int) -> Callable[[Array], Array]:
    def log_softmax(z: Array) -> Array:
        z = z - z.max(axis=axis, keepdims=True)
        return np.asarray(z - np.log(np.exp(z).sum(axis=axis, keepdims=True)))

    return log_softmax


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (np.tanh(0.5 * z) + 1))


def _named(
    name: str, function: Callable[[Array], Array], slope: Callable[[Array, Array], Array], text: str
) -> Activation:
    return Activation(name, function, slope, f'activation="{name}"', f"{name}(z)", text)


LINEAR = Activation("linear", lambda z: z, lambda z, a: np.ones_like(z), "", "z")
SIGMOID = _named("sigmoid", _sigmoid, lambda z, a: a * (1 - a), "a * (1 - a)")
FIXED = (
    LINEAR,
    SIGMOID,
    _named("tanh", np.tanh, lambda z, a: 1 - a**2, "(1 - a**2)"),
    _named("relu", lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(float), "(z > 0)"),
    _named("softplus", lambda z: np.logaddexp(0, z), lambda z, a: _sigmoid(z), "sigmoid(z)"),
    _named("silu", lambda z: z * _sigmoid(z), lambda z, a: a + _sigmoid(z) * (1 - a), "(a + sigmoid(z) * (1 - a))"),
    _named("elu", lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z, a: np.where(z > 0, 1, a + 1),
           "where(z > 0, 1, a + 1)"),
    _named("selu", lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0))),
           lambda z, a: np.where(z > 0, 1.0507009873554805, a + 1.0507009873554805 * 1.6732632423543772), "selu'(z)"),
    _named("softsign", lambda z: z / (1 + np.abs(z)), lambda z, a: 1 / (1 + np.abs(z)) ** 2, "1 / (1 + abs(z))**2"),
    _named("exponential", np.exp, lambda z, a: a, "a"),
    _named("relu6", lambda z: np.clip(z, 0, 6), lambda z, a: ((z > 0) & (z < 6)).astype(float), "((z > 0) & (z < 6))"),
    _named("hard_sigmoid", lambda z: np.clip(z / 6 + 0.5, 0, 1), lambda z, a: (np.abs(z) < 3) / 6, "(abs(z) < 3) / 6"),
)  # fmt: skip

CLIPPED = 1e-3
"""So near to an activation's end an answer may be cut off for safety."""


def recognised(z: Array, a: Array, unit: float = 2.0**-53) -> Activation | None:
    """Return the activation that gives ``a`` of ``z``, of the same shape; None where none does."""
    for activation in FIXED:
        if _equal(activation.function(z), a, unit):
            return activation
    for axis in range(z.ndim)[::-1]:
        if z.shape[axis] > 1:
            if _equal(_softmax(axis)(z), a, unit):
                return Activation("softmax", _softmax(axis), None, 'activation="softmax"', "softmax(z)")
            if _equal(_log_softmax(axis)(z), a, unit):
                return Activation("log_softmax", _log_softmax(axis), None, 'activation="log_softmax"', "log_softmax(z)")
    return _with_constant(z, a, unit) or _threshold(z, a)


def tried() -> str:
    """Say which activations are known."""
    return ", ".join(activation.name for activation in FIXED) + ", leaky_relu, softmax, log_softmax, threshold"


def _equal(due: Array, a: Array, unit: float) -> bool:
    """Return whether numbers are the same but for rounding, and for answers that were cut off near an end."""
    slack = 2e9 * unit  # 2e-7 in float64: formulas that are rounded in other ways, and an epsilon beside them
    if unit > 2.0**-30:
        slack = 1e-5
    size = np.maximum(1.0, np.abs(due))
    if not np.isfinite(due).all():
        return False
    if (np.abs(due - a) <= slack * size).all():
        return True
    inside = np.clip(due, a.min(), a.max())
    cut = np.abs(due - inside) > slack
    ends = bool(cut.any() and not cut.all() and np.abs(due - a)[cut].max() < CLIPPED)
    return ends and bool((np.abs(inside - a) <= slack * size).all())


def _with_constant(z: Array, a: Array, unit: float) -> Activation | None:
    """Return an activation with a constant of its own: leaky relu, elu, a scaled tanh."""
    below, above = z < 0, z > 0
    if below.any() and above.any() and _equal(z[above], a[above], unit):
        slopes = a[below] / z[below]
        slope = float(np.median(slopes))
        if np.allclose(slopes, slope, rtol=1e-6, atol=0) and 0 < slope < 1:
            text = f"{slope:.6g}"
            return Activation(
                "leaky_relu", lambda z: np.where(z > 0, z, slope * z), lambda z, a: np.where(z > 0, 1.0, slope),
                f"activation=keras.layers.LeakyReLU(negative_slope={text})", f"leaky_relu(z, {text})",
                f"where(z > 0, 1, {text})",
            )  # fmt: skip
        alphas = a[below] / np.expm1(z[below])
        alpha = float(np.median(alphas))
        if np.allclose(alphas, alpha, rtol=1e-6, atol=0) and alpha > 0:
            text = f"{alpha:.6g}"
            return Activation(
                "elu", lambda z: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
                lambda z, a: np.where(z > 0, 1.0, a + alpha),
                f"activation=keras.layers.ELU(alpha={text})", f"elu(z, {text})", f"where(z > 0, 1, a + {text})",
            )  # fmt: skip
    lecun = 1.7159 * np.tanh(2 * z / 3)
    if _equal(lecun, a, unit):
        return Activation(
            "scaled tanh", lambda z: 1.7159 * np.tanh(2 * z / 3), lambda z, a: 2 / 3 * (1.7159 - a**2 / 1.7159),
            "activation=lambda z: 1.7159 * keras.ops.tanh(2 * z / 3)", "1.7159 * tanh(2 / 3 * z)",
            "2 / 3 * (1.7159 - a**2 / 1.7159)",
        )  # fmt: skip
    return None


def _threshold(z: Array, a: Array) -> Activation | None:
    """Return the step function where answers are one of two values, by the sign of z."""
    values = np.unique(a)
    if len(values) > 2 or not np.isin(values, (-1, 0, 1)).all() or z.size < 2:
        return None
    low, high = (values[0], values[-1]) if len(values) == 2 else (min(values[0], 0.0), max(values[0], 1.0))
    if (low, high) not in ((0, 1), (-1, 1)) and len(values) == 2:
        return None
    for above in (z > 0, z >= 0):
        if np.array_equal(np.where(above, high, low), a):
            text = f"lambda z: keras.ops.where(z > 0, {high:g}, {low:g})"
            return Activation(
                "threshold", lambda z: np.where(z > 0, high, low), None, f"activation={text}", "threshold(z)"
            )
    return None


def of_scalars(zs: Sequence[float], answers: Sequence[float], unit: float = 2.0**-53) -> Activation | None:
    """Return the activation that leads from single numbers to single numbers."""
    return recognised(np.asarray(zs, float).reshape(-1, 1), np.asarray(answers, float).reshape(-1, 1), unit)
