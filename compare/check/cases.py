"""What functions are tried on: small random inputs, extreme ones, and real images.

The smallest come first, so the first case that fails is easy to read. Every number fits a float32, so the same case
can be asked in float32 and in float64. Cases ``beyond`` the five-detector (several units, labels as whole numbers, raw
pixels) are tried and told of, and fail nothing: one unit, float labels and scaled pixels are what is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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

Arguments = dict[str, Any]
Drawn = Iterator[tuple[str, str, Arguments]]
"""Cases as they are drawn: the kind, in words, and the arguments."""


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


@dataclass(frozen=True)
class Real:
    """The real images, flat, and the weights that Keras would start from."""

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
    def batch(self) -> Arguments:
        """The first batch and the weights to meet it with."""
        return {"X": self.X[:BATCH], "y": self.y[:BATCH], "W": self.W, "b": self.b}

    @property
    def z(self) -> Array:
        """The weighted sum of the first batch."""
        return _rounded(self.X[:BATCH] @ self.W + self.b)


def layer_inputs(draw: Drawer, real: Real) -> Drawn:
    """Draw images with weights: the way up through a layer."""
    for N, D in ((1, 1), (1, 4), (4, 1), (3, 3), (5, 2)):
        arguments = {"X": draw.pixels(N, D), "W": draw.normal(D, 1), "b": draw.normal(1)}
        yield RANDOM, f"{N} rows of {D} pixels", arguments
    large = {"X": draw.pixels(3, 4), "W": draw.large_weights(4), "b": draw.normal(1)}
    yield EXTREME, "large weights", large
    yield EXTREME, "black images", {"X": np.zeros((2, 3)), "W": draw.normal(3, 1), "b": np.array([-1.5])}
    yield REAL, "a batch of real images", real.batch
    yield BEYOND, "two units", {"X": draw.pixels(4, 3), "W": draw.normal(3, 2), "b": draw.normal(2)}
    raw = draw.stream.integers(0, 256, (3, 4)).astype(np.uint8)
    yield BEYOND, "uint8 pixels", {"X": raw, "W": draw.normal(4, 1, scale=0.01), "b": draw.normal(1)}


def weighted_sums(draw: Drawer, real: Real) -> Drawn:
    """Draw weighted sums."""
    yield RANDOM, "one row", {"z": draw.normal(1, 1, scale=2.0)}
    yield RANDOM, "5 rows", {"z": draw.normal(5, 1, scale=2.0)}
    yield EXTREME, "large and small z", {"z": np.array([EXTREME_Z]).T}
    yield REAL, "a batch of real images", {"z": real.z}
    yield BEYOND, "two units", {"z": draw.normal(4, 2, scale=2.0)}


def _answers(draw: Drawer, real: Real) -> Drawn:
    """Draw labels and answers. One row each way first: every mistake of a single answer shows there."""
    for label, answer in ((1.0, 0.25), (0.0, 0.75)):
        yield RANDOM, "one row", {"y": np.array([[label]]), "a": np.array([[answer]])}
    for N in (2, 5, 8):
        yield RANDOM, f"{N} rows", {"y": draw.labels(N, 1), "a": draw.outputs(N, 1)}
    yield RANDOM, "2 rows, both right", {"y": np.array([[1.0], [0.0]]), "a": np.array([[0.75], [0.25]])}
    sure = np.array([[1e-30, 1 - 2.0**-24, 0.5, 1e-30, 1 - 2.0**-24]]).T
    yield EXTREME, "sure answers", {"y": np.array([[0.0, 1, 1, 1, 0]]).T, "a": sure}
    yield REAL, "a batch of real images", {"y": real.y[:BATCH], "a": _rounded(sigmoid(real.z))}
    yield BEYOND, "labels as uint8", {"y": draw.labels(4, 1).astype(np.uint8), "a": draw.outputs(4, 1)}


def answers_of_several(draw: Drawer, real: Real) -> Drawn:
    """Draw labels and answers, of several units as well."""
    yield from _answers(draw, real)
    yield BEYOND, "two units", {"y": draw.labels(3, 2), "a": draw.outputs(3, 2)}


def answers_near_a_half(draw: Drawer, real: Real) -> Drawn:
    """Draw labels and answers, where a half is the question, too."""
    yield from _answers(draw, real)
    above, below = np.nextafter(np.float32(0.5), np.float32(1)), np.nextafter(np.float32(0.5), np.float32(0))
    for y in (0.0, 1.0):
        half = {"y": np.full((3, 1), y), "a": np.array([[0.5, float(above), float(below)]]).T}
        yield EXTREME, "answers of a half, and next to it", half


def derivatives(draw: Drawer, real: Real) -> Drawn:
    """Draw derivatives with respect to z: the way back through a layer."""
    for N, D in ((1, 1), (1, 4), (4, 1), (3, 3), (5, 2)):
        arguments = {"X": draw.pixels(N, D), "W": draw.normal(D, 1), "dz": draw.normal(N, 1)}
        yield RANDOM, f"{N} rows of {D} pixels", arguments
    large = {"X": draw.pixels(4, 3), "W": draw.normal(3, 1), "dz": draw.normal(4, 1, scale=2.0**10)}
    yield EXTREME, "large dz", large
    dz = draw.normal(min(BATCH, len(real.X)), 1, scale=0.01)
    yield REAL, "a batch of real images", real.batch | {"dz": dz}
    yield BEYOND, "two units", {"X": draw.pixels(4, 3), "W": draw.normal(3, 2), "dz": draw.normal(4, 2)}
    raw = draw.stream.integers(0, 256, (3, 4)).astype(np.uint8)
    yield BEYOND, "uint8 pixels", {"X": raw, "W": draw.normal(4, 1), "dz": draw.normal(3, 1)}


def descents(draw: Drawer, real: Real) -> Drawn:
    """Draw parameters and gradients."""
    for shape in ((1,), (3, 1)):
        for rate in RATES:
            arguments = {"param": draw.normal(*shape), "gradient": draw.normal(*shape), "learning_rate": rate}
            yield RANDOM, f"parameters of shape {shape}", arguments
    still = {"param": draw.normal(2, 1), "gradient": np.zeros((2, 1)), "learning_rate": 0.1}
    yield EXTREME, "gradient 0", still
    steep = {"param": draw.normal(2, 1), "gradient": draw.normal(2, 1, scale=2.0**10), "learning_rate": 0.1}
    yield EXTREME, "large gradient", steep
    gradient = draw.normal(*real.W.shape, scale=0.01)
    yield REAL, "weights of real images", {"param": real.W, "gradient": gradient, "learning_rate": 0.1}


def _small_batch(draw: Drawer, N: int, D: int) -> Arguments:
    return {"X": draw.pixels(N, D), "y": draw.labels(N, 1), "W": draw.normal(D, 1), "b": draw.normal(1)}


def steps(draw: Drawer, real: Real) -> Drawn:
    """Draw batches with weights and a learning rate."""
    for (N, D), rate in zip(((1, 1), (1, 3), (3, 3), (5, 2), (8, 4)), RATES * 3, strict=False):
        yield RANDOM, f"{N} rows of {D} pixels", _small_batch(draw, N, D) | {"learning_rate": rate}
    saturated = _small_batch(draw, 4, 3) | {"W": draw.large_weights(3), "learning_rate": 0.1}
    yield EXTREME, "large weights", saturated
    yield REAL, "a batch of real images", real.batch | {"learning_rate": 0.1}
    whole = _small_batch(draw, 4, 3) | {"learning_rate": 0.1}
    yield BEYOND, "labels as uint8", whole | {"y": whole["y"].astype(np.uint8)}


def trainings(draw: Drawer, real: Real) -> Drawn:
    """Draw rows, weights and orders to train with."""
    for N, D, batch_size, epochs in ((2, 1, 1, 1), (7, 3, 3, 1), (5, 2, 5, 1), (4, 3, 8, 1), (7, 3, 3, EPOCHS)):
        training = {"learning_rate": 0.75, "batch_size": batch_size, "epochs": epochs}
        arguments = _small_batch(draw, N, D) | training | {"order": draw.order(epochs, N)}
        yield RANDOM, f"{N} rows of {D} pixels, batches of {batch_size}, epochs: {epochs}", arguments
    for epochs in (1, EPOCHS):
        arguments = {"X": real.X, "y": real.y, "W": real.W, "b": real.b, "learning_rate": 0.1}
        arguments |= {"batch_size": BATCH, "epochs": epochs, "order": draw.order(epochs, len(real.X))}
        yield REAL, f"{len(real.X):,} real images, batches of {BATCH}, epochs: {epochs}", arguments
