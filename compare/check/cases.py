"""What a submission is tried on: for every function small random inputs, extreme ones, and real images.

The smallest come first, so the first case that fails is easy to read. Every number fits a float32, so the same case
can be asked in float32 and in float64. Cases ``beyond`` the five-detector (several units, labels as whole numbers,
raw pixels) are tried and told of, and fail nothing: one unit, float labels and scaled pixels are what is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import initial_weights
from scratch.activations import sigmoid
from scratch.arrays import Array

RANDOM, EXTREME, REAL, BEYOND = "random", "extreme", "real", "beyond"
RATES = (0.1, 0.75)
EPOCHS = 3
BATCH = 32

EXTREME_Z = (-700.0, -100.0, -40.0, -20.0, -1e-6, 0.0, 1e-6, 20.0, 40.0, 100.0, 800.0)
"""Beyond these, correct code in pure Python raises OverflowError: math.exp ends at 709. So the negative side, where
exp(-z) grows, ends before it; the positive side, where only a needless exp(z) does, goes on."""


@dataclass(frozen=True)
class Case:
    """One call: the function's arguments by name, and why it is asked."""

    function: str
    arguments: dict[str, Any]
    kind: str
    what: str

    def in_type(self, dtype: str) -> "Case":
        """Return the case with its floats in another type. What follows from an argument is computed in that type."""
        arguments = {name: _in_type(x, dtype) for name, x in self.arguments.items()}
        if self.function == "sigmoid_gradient":
            arguments["a"] = sigmoid(arguments["z"])
        return replace(self, arguments=arguments)


def _in_type(x: Any, dtype: str) -> Any:
    return x.astype(dtype) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x


def _rounded(x: Array) -> Array:
    return np.asarray(x, np.float32).astype(float)


class Drawer:
    """Draws small inputs, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.stream = np.random.default_rng(seed)

    def normal(self, *shape: int, scale: float = 1.0) -> Array:
        """Draw numbers around 0."""
        return _rounded(scale * self.stream.standard_normal(shape))

    def large_weights(self, D: int) -> Array:
        """Draw weights that can carry z far out, yet not beyond 64, where a float32 exp would overflow at 88."""
        W = self.normal(D, 1)
        return _rounded(64 * W / np.abs(W).sum())

    def pixels(self, *shape: int) -> Array:
        """Draw scaled pixels, black and white among them."""
        X = _rounded(self.stream.random(shape))
        X.flat[0] = 1.0
        if X.size > 1:
            X.flat[-1] = 0.0
        return X

    def outputs(self, *shape: int) -> Array:
        """Draw answers between 0 and 1."""
        return _rounded(self.stream.uniform(0.02, 0.98, shape))

    def labels(self, *shape: int) -> Array:
        """Draw labels, both kinds where there is room."""
        y = (self.stream.random(shape) < 0.4).astype(float)
        y.flat[0] = 1.0
        if y.size > 1:
            y.flat[1] = 0.0
        return y

    def order(self, epochs: int, N: int) -> Array:
        """Draw one order of the rows for every epoch."""
        return np.stack([self.stream.permutation(N) for _ in range(epochs)])


def cases(rows: Rows, seed: int = 0) -> list[Case]:
    """Return every case, the ladder's functions in order, each from the smallest to the real images."""
    draw = Drawer(seed)
    makers = (
        *(_dense, _sigmoid, _predict, _mse, _accuracy, _mse_gradient, _sigmoid_gradient, _dense_gradient, _sgd),
        *(_train_step, _fit),
    )
    real = Real.of(rows, seed)
    return [case for make in makers for case in make(draw, real)]


@dataclass(frozen=True)
class Real:
    """The real images, flat, a batch of them, and the weights that Keras would start from."""

    X: Array
    y: Array
    W: Array
    b: Array

    @classmethod
    def of(cls, rows: Rows, seed: int) -> "Real":
        """Flatten the training rows."""
        W, _ = initial_weights(Config(seed=seed), rows.shape)
        X = _rounded(rows.x_train.reshape(len(rows.x_train), -1))
        return cls(X, rows.y_train.reshape(-1, 1).astype(float), W.astype(float), np.array([0.25]))

    @property
    def first(self) -> slice:
        """The rows of the first batch."""
        return slice(0, BATCH)


def _forward(function: str, draw: Drawer, real: Real) -> Iterator[Case]:
    for N, D in ((1, 1), (1, 4), (4, 1), (3, 3), (5, 2)):
        arguments = {"X": draw.pixels(N, D), "W": draw.normal(D, 1), "b": draw.normal(1)}
        yield Case(function, arguments, RANDOM, f"{N} rows of {D} pixels")
    large = {"X": draw.pixels(3, 4), "W": draw.large_weights(4), "b": draw.normal(1)}
    yield Case(function, large, EXTREME, "large weights")
    black = {"X": np.zeros((2, 3)), "W": draw.normal(3, 1), "b": np.array([-1.5])}
    yield Case(function, black, EXTREME, "black images")
    yield Case(function, {"X": real.X[real.first], "W": real.W, "b": real.b}, REAL, "a batch of real images")
    several = {"X": draw.pixels(4, 3), "W": draw.normal(3, 2), "b": draw.normal(2)}
    yield Case(function, several, BEYOND, "two units")
    raw = draw.stream.integers(0, 256, (3, 4)).astype(np.uint8)
    yield Case(function, {"X": raw, "W": draw.normal(4, 1, scale=0.01), "b": draw.normal(1)}, BEYOND, "uint8 pixels")


def _dense(draw: Drawer, real: Real) -> Iterator[Case]:
    yield from _forward("dense", draw, real)


def _predict(draw: Drawer, real: Real) -> Iterator[Case]:
    yield from _forward("predict", draw, real)


def _some_z(draw: Drawer, real: Real) -> Iterator[tuple[str, str, Array]]:
    yield RANDOM, "one row", draw.normal(1, 1, scale=2.0)
    yield RANDOM, "5 rows", draw.normal(5, 1, scale=2.0)
    yield EXTREME, "large and small z", np.array([EXTREME_Z]).T
    yield REAL, "a batch of real images", _rounded(real.X[real.first] @ real.W + real.b)
    yield BEYOND, "two units", draw.normal(4, 2, scale=2.0)


def _sigmoid(draw: Drawer, real: Real) -> Iterator[Case]:
    for kind, what, z in _some_z(draw, real):
        yield Case("sigmoid", {"z": z}, kind, what)


def _sigmoid_gradient(draw: Drawer, real: Real) -> Iterator[Case]:
    for kind, what, z in _some_z(draw, real):
        yield Case("sigmoid_gradient", {"z": z}, kind, what)


def _answers(function: str, draw: Drawer, real: Real) -> Iterator[Case]:
    """Labels and answers. One row each way first: every mistake of a single answer shows there."""
    for label, answer in ((1.0, 0.25), (0.0, 0.75)):
        yield Case(function, {"y": np.array([[label]]), "a": np.array([[answer]])}, RANDOM, "one row")
    for N in (2, 5, 8):
        yield Case(function, {"y": draw.labels(N, 1), "a": draw.outputs(N, 1)}, RANDOM, f"{N} rows")
    yield Case(function, {"y": np.array([[1.0], [0.0]]), "a": np.array([[0.75], [0.25]])}, RANDOM, "2 rows, both right")
    sure = np.array([[1e-30, 1 - 2.0**-24, 0.5, 1e-30, 1 - 2.0**-24]]).T
    yield Case(function, {"y": np.array([[0.0, 1, 1, 1, 0]]).T, "a": sure}, EXTREME, "sure answers")
    a = _rounded(sigmoid(real.X[real.first] @ real.W + real.b))
    yield Case(function, {"y": real.y[real.first], "a": a}, REAL, "a batch of real images")
    whole = draw.labels(4, 1).astype(np.uint8)
    yield Case(function, {"y": whole, "a": draw.outputs(4, 1)}, BEYOND, "labels as uint8")


def _several_units(function: str, draw: Drawer) -> Case:
    return Case(function, {"y": draw.labels(3, 2), "a": draw.outputs(3, 2)}, BEYOND, "two units")


def _mse(draw: Drawer, real: Real) -> Iterator[Case]:
    yield from _answers("mse", draw, real)
    yield _several_units("mse", draw)


def _accuracy(draw: Drawer, real: Real) -> Iterator[Case]:
    yield from _answers("accuracy", draw, real)
    above, below = np.nextafter(np.float32(0.5), np.float32(1)), np.nextafter(np.float32(0.5), np.float32(0))
    for y in (0.0, 1.0):
        half = {"y": np.full((3, 1), y), "a": np.array([[0.5, float(above), float(below)]]).T}
        yield Case("accuracy", half, EXTREME, "answers of a half, and next to it")


def _mse_gradient(draw: Drawer, real: Real) -> Iterator[Case]:
    yield from _answers("mse_gradient", draw, real)
    yield _several_units("mse_gradient", draw)


def _dense_gradient(draw: Drawer, real: Real) -> Iterator[Case]:
    for N, D in ((1, 1), (1, 4), (4, 1), (3, 3), (5, 2)):
        arguments = {"X": draw.pixels(N, D), "W": draw.normal(D, 1), "dz": draw.normal(N, 1)}
        yield Case("dense_gradient", arguments, RANDOM, f"{N} rows of {D} pixels")
    large = {"X": draw.pixels(4, 3), "W": draw.normal(3, 1), "dz": draw.normal(4, 1, scale=2.0**10)}
    yield Case("dense_gradient", large, EXTREME, "large dz")
    batch = {"X": real.X[real.first], "W": real.W, "dz": draw.normal(min(BATCH, len(real.X)), 1, scale=0.01)}
    yield Case("dense_gradient", batch, REAL, "a batch of real images")
    several = {"X": draw.pixels(4, 3), "W": draw.normal(3, 2), "dz": draw.normal(4, 2)}
    yield Case("dense_gradient", several, BEYOND, "two units")
    raw = draw.stream.integers(0, 256, (3, 4)).astype(np.uint8)
    arguments = {"X": raw, "W": draw.normal(4, 1), "dz": draw.normal(3, 1)}
    yield Case("dense_gradient", arguments, BEYOND, "uint8 pixels")


def _sgd(draw: Drawer, real: Real) -> Iterator[Case]:
    for shape in ((1,), (3, 1)):
        for rate in RATES:
            arguments = {"param": draw.normal(*shape), "gradient": draw.normal(*shape), "learning_rate": rate}
            yield Case("sgd", arguments, RANDOM, f"parameters of shape {shape}")
    still = {"param": draw.normal(2, 1), "gradient": np.zeros((2, 1)), "learning_rate": 0.1}
    yield Case("sgd", still, EXTREME, "gradient 0")
    steep = {"param": draw.normal(2, 1), "gradient": draw.normal(2, 1, scale=2.0**10), "learning_rate": 0.1}
    yield Case("sgd", steep, EXTREME, "large gradient")
    gradient = draw.normal(*real.W.shape, scale=0.01)
    yield Case("sgd", {"param": real.W, "gradient": gradient, "learning_rate": 0.1}, REAL, "weights of real images")


def _small_batch(draw: Drawer, N: int, D: int) -> dict[str, Any]:
    return {"X": draw.pixels(N, D), "y": draw.labels(N, 1), "W": draw.normal(D, 1), "b": draw.normal(1)}


def _train_step(draw: Drawer, real: Real) -> Iterator[Case]:
    for (N, D), rate in zip(((1, 1), (1, 3), (3, 3), (5, 2), (8, 4)), RATES * 3, strict=False):
        arguments = _small_batch(draw, N, D) | {"learning_rate": rate}
        yield Case("train_step", arguments, RANDOM, f"{N} rows of {D} pixels")
    saturated = _small_batch(draw, 4, 3) | {"W": draw.large_weights(3), "learning_rate": 0.1}
    yield Case("train_step", saturated, EXTREME, "large weights")
    batch = {"X": real.X[real.first], "y": real.y[real.first], "W": real.W, "b": real.b, "learning_rate": 0.1}
    yield Case("train_step", batch, REAL, "a batch of real images")
    whole = _small_batch(draw, 4, 3) | {"learning_rate": 0.1}
    yield Case("train_step", whole | {"y": whole["y"].astype(np.uint8)}, BEYOND, "labels as uint8")


def _fit(draw: Drawer, real: Real) -> Iterator[Case]:
    for N, D, batch_size, epochs in ((2, 1, 1, 1), (7, 3, 3, 1), (5, 2, 5, 1), (4, 3, 8, 1), (7, 3, 3, EPOCHS)):
        training = {"learning_rate": 0.75, "batch_size": batch_size, "epochs": epochs}
        arguments = _small_batch(draw, N, D) | training | {"order": draw.order(epochs, N)}
        what = f"{N} rows of {D} pixels, batches of {batch_size}, epochs: {epochs}"
        yield Case("fit", arguments, RANDOM, what)
    for epochs in (1, EPOCHS):
        order = draw.order(epochs, len(real.X))
        arguments = {"X": real.X, "y": real.y, "W": real.W, "b": real.b, "learning_rate": 0.1}
        arguments |= {"batch_size": BATCH, "epochs": epochs, "order": order}
        yield Case("fit", arguments, REAL, f"{len(real.X):,} real images, batches of {BATCH}, epochs: {epochs}")
