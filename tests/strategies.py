"""What Hypothesis draws, in one place: numbers, arrays, targets, whole stacks of layers."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import scratch
from scratch.arrays import Array

DTYPES = st.sampled_from(["float32", "float64"])
SIZES = st.integers(1, 5)


def numbers(size: float) -> st.SearchStrategy[float]:
    """Multiples of 1/64 up to ``size``: spread like what a layer sees, and exact in every float type."""
    return st.integers(int(-64 * size), int(64 * size)).map(lambda n: n / 64)


def arrays(*shape: int, size: float = 4.0, dtype: str = "float64") -> st.SearchStrategy[Array]:
    return hnp.arrays(dtype, shape, elements=numbers(size))


@st.composite
def shapes(draw: st.DrawFn, least_units: int = 1) -> tuple[int, int]:
    """(N, U): rows and units."""
    return draw(SIZES), draw(st.integers(least_units, 5))


@st.composite
def any_finite(draw: st.DrawFn, dtype: str) -> Array:
    """(N, U) of any finite numbers, the largest and the smallest of the type among them."""
    limits = np.finfo(dtype)
    extremes = [float(limits.max), float(limits.min), float(limits.smallest_subnormal), 0.0, -0.0, 88.8, -104.0, 745.2]
    elements = st.one_of(
        st.sampled_from(extremes),
        st.floats(width=limits.bits, allow_nan=False, allow_infinity=False),
    )
    return draw(hnp.arrays(dtype, draw(shapes()), elements=elements))


@st.composite
def class_numbers(draw: st.DrawFn, n: int, classes: int) -> Array:
    return draw(hnp.arrays(np.int64, (n,), elements=st.integers(0, classes - 1)))


@st.composite
def targets_for(draw: st.DrawFn, loss: str, a: Array) -> Array:
    """Targets that fit outputs ``a`` and the loss: class numbers, one-hot rows, 0 and 1, or any numbers."""
    n, u = a.shape
    if loss == "sparse_categorical_crossentropy":
        return draw(class_numbers(n, u))
    if loss == "categorical_crossentropy":
        return scratch.utils.to_categorical(draw(class_numbers(n, u)), u)
    if loss == "binary_crossentropy":
        return draw(hnp.arrays(np.float64, (n, u), elements=st.sampled_from([0.0, 1.0])))
    return draw(arrays(n, u))


@dataclass(frozen=True)
class Stack:
    """A compiled model with weights, and a batch for it."""

    model: scratch.Sequential
    X: Array
    y: Array
    loss: str
    description: str


SMOOTH = ["linear", "sigmoid", "softmax"]
LAST_FOR = {
    "mse": ["linear", "sigmoid", "softmax"],
    "binary_crossentropy": ["sigmoid"],
    "categorical_crossentropy": ["softmax", "sigmoid"],
    "sparse_categorical_crossentropy": ["softmax", "sigmoid"],
}


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    """One to three Dense layers on flat or on two-axis rows, smooth everywhere that the weights reach.

    relu has a kink, and cross-entropies after another activation than their own clip: both have tests of their own.
    """
    loss = draw(st.sampled_from(sorted(LAST_FOR)))
    rows, units = draw(SIZES), draw(st.integers(2, 4))
    shape = draw(st.sampled_from([(3,), (2, 2)]))
    activations = [draw(st.sampled_from(SMOOTH)) for _ in range(draw(st.integers(0, 2)))]
    activations.append(draw(st.sampled_from(LAST_FOR[loss])))
    flatten_at = draw(st.integers(0, len(activations) - 1))
    model = scratch.Sequential([scratch.Input(shape)])
    for number, activation in enumerate(activations):
        if number == flatten_at:
            model.add(scratch.layers.Flatten())
        model.add(scratch.layers.Dense(units, activation=activation))
    model.compile(optimizer="sgd", loss=loss)
    for w in model._weights:
        w[...] = draw(arrays(*w.shape, size=1.0))
    X = draw(arrays(rows, *shape, size=1.0))
    y = draw(targets_for(loss, np.empty((rows, units))))
    return Stack(model, X, y, loss, f"{loss} after {activations}, Flatten at {flatten_at}, rows {shape}")
