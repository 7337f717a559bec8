"""What Hypothesis draws, in one place: numbers, arrays, targets, whole stacks of layers."""

import inspect
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import scratch
from scratch.arrays import Array
from scratch.losses import EPSILON

DTYPES = st.sampled_from(["float32", "float64"])
SIZES = st.integers(1, 5)
WORDS = ("get", "serialize", "deserialize")  # functions that compute nothing


def numbers(size: float) -> st.SearchStrategy[float]:
    """Multiples of 1/64 up to ``size``: spread like what a layer sees, and exact in every float type."""
    return st.integers(int(-64 * size), int(64 * size)).map(lambda n: n / 64)


def arrays(*shape: int, size: float = 4.0, dtype: str = "float64") -> st.SearchStrategy[Array]:
    return hnp.arrays(dtype, shape, elements=numbers(size))


ACTIVATIONS, LOSSES = (
    [name for name in room.__all__ if inspect.isfunction(getattr(room, name)) and name not in WORDS]
    for room in (scratch.activations, scratch.losses)
)


def loss_of(name: str) -> scratch.losses.LossFunction:
    """Return a loss's function and its gradient."""
    return scratch.losses.function_of(scratch.losses.get(name))[0]


@st.composite
def of_any_size(draw: st.DrawFn, shape: tuple[int, ...], largest: float, dtype: str = "float64") -> Array:
    """Numbers of sizes from 1e-30 to ``largest``, those of one array alike or not, of either sign; none is 0."""
    sizes = st.floats(-30, float(np.log10(largest))).map(lambda power: 10**power)
    together = draw(st.none() | sizes)
    size = sizes if together is None else st.just(together)
    elements = st.builds(lambda size, n: size * n / 64, size, st.integers(-64, 64).filter(bool))
    return draw(hnp.arrays(dtype, shape, elements=elements))


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
    description: str


WITHOUT_ENDS = [name for name in ACTIVATIONS if name not in ("sigmoid", "softmax")]
"""Activations whose outputs are no shares: a cross-entropy clips them."""


def kinks(activation: str, loss: str | None) -> tuple[list[float], list[float]]:
    """Where an activation, or a loss that clips it or has an edge, has no derivative, as values of z and of a."""
    of_z = [0.0] if activation in ("relu", "leaky_relu", "elu", "selu", "softsign") else []
    clips = activation in WITHOUT_ENDS and loss in ("binary_crossentropy", "sparse_categorical_crossentropy")
    return of_z, [EPSILON, 1 - EPSILON] if clips else []


def shift(z: Array, activation: str, loss: str | None) -> Array:
    """Return what to add to each unit's bias so that no row of z or a is near a kink.

    Of 129 places in -1..1 it is the one farthest from all kinks. Ten rows, with a kink near 0 and one near 1, shut
    out 20 places: somewhere between these is one that is 1/21 away, and one of the 129 within 1/128 of it. A
    categorical loss divides by the row's sum: there, the shift makes every z, and so every output, positive.
    """
    z = z.reshape(-1, z.shape[-1])
    if loss == "categorical_crossentropy" and activation in WITHOUT_ENDS:
        return 0.5 - z.min(axis=0)
    places = np.linspace(-1, 1, 129)
    moved = z[..., None] + places
    of_z, of_a = kinks(activation, loss)
    distance = np.full(moved.shape, np.inf)
    for kink in of_z:
        distance = np.minimum(distance, np.abs(moved - kink))
    if of_a:
        a = scratch.activations.get(activation)(moved)
        for kink in of_a:
            distance = np.minimum(distance, np.abs(a - kink))
    return places[distance.min(axis=0).argmax(axis=-1)]


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    """One to three Dense layers of any activations under any loss, on flat or on two-axis rows, Flatten between any.

    No weighted sum is near a kink, by construction: see ``shift``. The weights of a unit add up to no more than
    1/3, so that no depth saturates it.
    """
    loss = draw(st.sampled_from(LOSSES))
    rows, units = draw(SIZES), draw(st.integers(1, 4))
    shape = draw(st.sampled_from([(3,), (2, 2)]))
    names = draw(st.lists(st.sampled_from(ACTIVATIONS), min_size=1, max_size=3))
    flatten_at = draw(st.integers(0, len(names) - 1))
    model = scratch.Sequential([scratch.Input(shape)])
    X = a = draw(arrays(rows, *shape, size=1.0)) / 3
    for number, name in enumerate(names):
        if number == flatten_at:
            model.add(scratch.layers.Flatten())
            a = a.reshape(rows, -1)
        layer = scratch.layers.Dense(units, activation=name)
        model.add(layer)
        layer.W = draw(arrays(*layer.W.shape, size=1.0)) / (3 * len(layer.W))
        layer.b = draw(arrays(units, size=1.0)) / 3
        layer.forward(a)
        layer.b += shift(layer.z, name, loss if number == len(names) - 1 else None)
        layer.forward(a)
        a = layer.a
    model.compile(optimizer="sgd", loss=loss)
    y = draw(targets_for(loss, a))
    if loss == "mean_absolute_error":  # whose edge is where the answer is right
        y = y + np.where(np.abs(y - a) < 1 / 128, 1 / 32, 0)
    return Stack(model, X, y, f"{loss} after {names}, Flatten at {flatten_at}, rows {shape}")
