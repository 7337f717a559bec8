"""The contract: every function that can be checked, in the ladder's order, and what each is tried on.

An entry of ``CONTRACT`` is all that is to be known of a function: its arguments and results, its cases, what it may
write over, other right ways to write it, and the rungs that it is asked on. The right code is the method of the same
name in ``perceptron``, Keras's that in ``exam.KerasAnswers``, and what a learner is told is in ``templates/mine.py``.

Of the cases, the smallest come first, so the first one that fails is easy to read. Every number fits a float32, so the
same case can be asked in float32 and in float64. Cases ``beyond`` the five-detector (several units, labels as whole
numbers, raw pixels) are tried and told of, and fail nothing: one unit, float labels and scaled pixels are what is
asked for.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from compare.check.sandbox.loading import RATE
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import initial_weights
from compare.core.intervals import Interval
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


@dataclass(frozen=True)
class Symbol:
    """An argument or a result: what its axes count, and the names that people give it."""

    axes: str = ""
    also: tuple[str, ...] = ()


SYMBOLS = {
    "X": Symbol("ND", ("x", "images", "inputs", "features", "data", "x_train", "x_batch")),
    "y": Symbol("NU", ("y_true", "t", "true", "truth", "target", "targets", "label", "labels", "y_train", "y_batch")),
    "W": Symbol("DU", ("w", "weights", "weight", "kernel")),
    "b": Symbol("U", ("bias", "biases")),
    "z": Symbol("NU", ("x", "t", "v", "net", "u")),
    "a": Symbol(
        "NU", ("y_pred", "y_hat", "yhat", "pred", "preds", "prediction", "predictions", "output", "outputs", "p")
    ),
    "da": Symbol("NU"),
    "slope": Symbol("NU"),
    "dz": Symbol("NU", ("delta", "dl_dz", "grad_z", "d_z")),
    "dW": Symbol("DU"),
    "db": Symbol("U"),
    "param": Symbol("PU", ("w", "params", "parameter", "weights", "weight", "theta", "p")),
    "gradient": Symbol("PU", ("grad", "g", "dw", "dparam", "gradients", "grads")),
    "learning_rate": Symbol("", RATE),
    "batch_size": Symbol("", ("batch", "size", "bs", "batchsize")),
    "epochs": Symbol("", ("n_epochs", "num_epochs", "epoch", "iterations")),
    "order": Symbol("", ("orders", "permutation", "permutations", "indices", "shuffles")),
    "loss": Symbol("", ("losses", "mse", "train_loss")),
    "accuracy": Symbol("", ("acc", "train_accuracy")),
}
"""Every argument and result; those without axes are one number, or cut in their own way."""


def axes_of(name: str, x: Any) -> str:
    """Return what the axes of an argument count, a letter each; none for what is cut in no way, or in its own."""
    return SYMBOLS[name].axes[-x.ndim :] if name in SYMBOLS and isinstance(x, np.ndarray) else ""


@dataclass(frozen=True)
class Function:
    """A function that can be checked."""

    name: str
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    cases: Callable[["Drawer", "Real"], Drawn]
    in_place: tuple[str, ...] = ()
    """Arguments that it may write over, as optimizers do, as long as the numbers are right."""
    either: bool = False
    """Whether it is asked with one of its arguments only: the one that its parameter's name means, else the last."""
    follows: dict[str, Callable[[Arguments], Any]] = field(default_factory=dict)
    """Arguments that follow from others."""
    otherwise: Callable[[Arguments], dict[str, Any]] = lambda given: {}
    """Results as another right way to write it rounds them."""
    lookalikes: dict[str, Callable[..., Any]] = field(default_factory=dict)
    """Other things that people compute in its place, of the same arguments: told where no mistake is known."""
    reports: tuple[str, ...] = ()
    """What it may report beside its results."""
    split: dict[str, Callable[[Arguments], bool]] = field(default_factory=dict)
    """The rungs that it is asked on, where that is not one of its own name, and which cases belong to each."""
    of_classes: bool = False
    """Whether only a class has it, so that no file is asked to write it."""

    @property
    def is_number(self) -> bool:
        """Whether the result is one number."""
        return not SYMBOLS[self.results[0]].axes

    def named(self, result: Any) -> dict[str, Any]:
        """Give the parts of a result their names, those of what it reports as well."""
        parts = result if isinstance(result, tuple) else (result,)
        return dict(zip(self.results, parts, strict=False)) | (parts[len(self.results)] if self.reports else {})

    def complete(self, given: Arguments) -> Arguments:
        """Return arguments with those that follow from others."""
        return given | {name: made(given) for name, made in self.follows.items()}

    def asked_with(self, given: Arguments, parameters: tuple[str, ...]) -> Arguments:
        """Return the arguments in the order in which somebody's own parameters mean them, else in the contract's."""
        if self.either:
            means = (name for name in self.arguments if parameters and parameters[0].lower() in _names(name))
            name = next(means, self.arguments[-1])
            return {name: given[name]}
        return {name: given[name] for name in self._order(parameters)}

    def _order(self, parameters: tuple[str, ...]) -> tuple[str, ...]:
        """Tell what each parameter means by its name: the contract's, or another that people give it.

        Names that say nothing stand for what is left, in order. Of two that mean the same, as y and t, the plain letter
        gives way: beside a target, y is what the model answers. Optional parameters at the end are left alone.
        """
        means = [next((n for n in self.arguments if parameter.lower() in _names(n)), None) for parameter in parameters]
        for place, parameter in enumerate(parameters):
            if means.count(means[place]) > 1 and parameter.lower() == (means[place] or "").lower():
                means[place] = None
        left = [name for name in self.arguments if name not in means]
        order = tuple(name or left.pop(0) for name in means if name or left)
        return order if sorted(order) == sorted(self.arguments) else self.arguments


def _names(symbol: str) -> tuple[str, ...]:
    return (symbol.lower(), *SYMBOLS[symbol].also)


@dataclass(frozen=True)
class Case:
    """One call: the function, its arguments by name, and why it is asked."""

    function: str
    arguments: Arguments
    kind: str
    what: str

    def in_type(self, dtype: str) -> "Case":
        """Return the case with its floats in another type. What follows from an argument is computed in that type."""
        arguments = {name: _in_type(x, dtype) for name, x in self.arguments.items()}
        return replace(self, arguments=CONTRACT[self.function].complete(arguments))


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


def all_cases(rows: Rows, seed: int = 0) -> list[Case]:
    """Return every case, the ladder's functions in order, each from the smallest to the real images."""
    draw, real = Drawer(seed), Real.of(rows, seed)
    return [
        Case(function.name, {name: given[name] for name in function.arguments if name in given}, kind, what)
        for function in CONTRACT.values()
        for kind, what, given in function.cases(draw, real)
    ]


def _layer(draw: Drawer, real: Real) -> Drawn:
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


def _weighted_sums(draw: Drawer, real: Real) -> Drawn:
    yield RANDOM, "one row", {"z": draw.normal(1, 1, scale=2.0)}
    yield RANDOM, "5 rows", {"z": draw.normal(5, 1, scale=2.0)}
    yield EXTREME, "large and small z", {"z": np.array([EXTREME_Z]).T}
    yield REAL, "a batch of real images", {"z": real.z}
    yield BEYOND, "two units", {"z": draw.normal(4, 2, scale=2.0)}


def _answers(draw: Drawer, real: Real) -> Drawn:
    """Labels and answers. One row each way first: every mistake of a single answer shows there."""
    for label, answer in ((1.0, 0.25), (0.0, 0.75)):
        yield RANDOM, "one row", {"y": np.array([[label]]), "a": np.array([[answer]])}
    for N in (2, 5, 8):
        yield RANDOM, f"{N} rows", {"y": draw.labels(N, 1), "a": draw.outputs(N, 1)}
    yield RANDOM, "2 rows, both right", {"y": np.array([[1.0], [0.0]]), "a": np.array([[0.75], [0.25]])}
    sure = np.array([[1e-30, 1 - 2.0**-24, 0.5, 1e-30, 1 - 2.0**-24]]).T
    yield EXTREME, "sure answers", {"y": np.array([[0.0, 1, 1, 1, 0]]).T, "a": sure}
    yield REAL, "a batch of real images", {"y": real.y[:BATCH], "a": _rounded(sigmoid(real.z))}
    yield BEYOND, "labels as uint8", {"y": draw.labels(4, 1).astype(np.uint8), "a": draw.outputs(4, 1)}


def _answers_of_several(draw: Drawer, real: Real) -> Drawn:
    yield from _answers(draw, real)
    yield BEYOND, "two units", {"y": draw.labels(3, 2), "a": draw.outputs(3, 2)}


def _answers_near_a_half(draw: Drawer, real: Real) -> Drawn:
    yield from _answers(draw, real)
    above, below = np.nextafter(np.float32(0.5), np.float32(1)), np.nextafter(np.float32(0.5), np.float32(0))
    for y in (0.0, 1.0):
        half = {"y": np.full((3, 1), y), "a": np.array([[0.5, float(above), float(below)]]).T}
        yield EXTREME, "answers of a half, and next to it", half


def _way_back(draw: Drawer, real: Real) -> Drawn:
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


def _descents(draw: Drawer, real: Real) -> Drawn:
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


def _steps(draw: Drawer, real: Real) -> Drawn:
    for (N, D), rate in zip(((1, 1), (1, 3), (3, 3), (5, 2), (8, 4)), RATES * 3, strict=False):
        yield RANDOM, f"{N} rows of {D} pixels", _small_batch(draw, N, D) | {"learning_rate": rate}
    saturated = _small_batch(draw, 4, 3) | {"W": draw.large_weights(3), "learning_rate": 0.1}
    yield EXTREME, "large weights", saturated
    yield REAL, "a batch of real images", real.batch | {"learning_rate": 0.1}
    whole = _small_batch(draw, 4, 3) | {"learning_rate": 0.1}
    yield BEYOND, "labels as uint8", whole | {"y": whole["y"].astype(np.uint8)}


def _trainings(draw: Drawer, real: Real) -> Drawn:
    for N, D, batch_size, epochs in ((2, 1, 1, 1), (7, 3, 3, 1), (5, 2, 5, 1), (4, 3, 8, 1), (7, 3, 3, EPOCHS)):
        training = {"learning_rate": 0.75, "batch_size": batch_size, "epochs": epochs}
        arguments = _small_batch(draw, N, D) | training | {"order": draw.order(epochs, N)}
        yield RANDOM, f"{N} rows of {D} pixels, batches of {batch_size}, epochs: {epochs}", arguments
    for epochs in (1, EPOCHS):
        arguments = {"X": real.X, "y": real.y, "W": real.W, "b": real.b, "learning_rate": 0.1}
        arguments |= {"batch_size": BATCH, "epochs": epochs, "order": draw.order(epochs, len(real.X))}
        yield REAL, f"{len(real.X):,} real images, batches of {BATCH}, epochs: {epochs}", arguments


def _by_tanh(z: Any) -> Any:
    """Return the sigmoid as 1 and a hyperbolic tangent make it: its rounding is that of 1, however small a is."""
    return (1 + np.tanh(z / 2)) / 2


def _activation(given: Arguments) -> Any:
    """Return a of z; of an interval, wherever a right program may end up."""
    a: Any = sigmoid(given["z"])
    return a.joined(_by_tanh(given["z"])) if isinstance(a, Interval) else a


CONTRACT = {
    function.name: function
    for function in (
        Function("dense", ("X", "W", "b"), ("z",), _layer),
        Function(
            "sigmoid",
            ("z",),
            ("a",),
            _weighted_sums,
            otherwise=lambda given: {"a": _by_tanh(given["z"])},
            lookalikes={
                "1/2 + arctan(z)/π": lambda z: 0.5 + np.arctan(z) / np.pi,
                "(1 + z/(1 + |z|))/2": lambda z: (1 + z / (1 + np.abs(z))) / 2,
                "softplus, log(1 + exp(z))": lambda z: np.logaddexp(0, z),
                "sigmoid(2z), (1 + tanh(z))/2": lambda z: (1 + np.tanh(z)) / 2,
            },
        ),
        Function(
            "predict",
            ("X", "W", "b"),
            ("a",),
            _layer,
            otherwise=lambda given: {"a": _by_tanh(given["X"] @ given["W"] + given["b"])},
            of_classes=True,
        ),
        Function(
            "mse",
            ("y", "a"),
            ("loss",),
            _answers_of_several,
            lookalikes={
                "the variance of the errors": lambda y, a: (a - y).var(),
                "the largest squared error": lambda y, a: ((a - y) ** 2).max(),
                "the error rate": lambda y, a: ((a > 0.5) != (y > 0.5)).mean(),
            },
        ),
        Function(
            "accuracy",
            ("y", "a"),
            ("accuracy",),
            _answers_near_a_half,
            lookalikes={
                "recall": lambda y, a: ((a > 0.5) & (y > 0.5)).sum() / (y > 0.5).sum(),
                "precision": lambda y, a: ((a > 0.5) & (y > 0.5)).sum() / (a > 0.5).sum(),
                "the share of yes answers": lambda y, a: (a > 0.5).mean(),
                "the share of fives": lambda y, a: y.mean(),
                "1 - mse": lambda y, a: 1 - ((a - y) ** 2).mean(),
            },
        ),
        Function("mse_gradient", ("y", "a"), ("da",), _answers_of_several),
        Function(
            "sigmoid_gradient",
            ("z", "a"),
            ("slope",),
            _weighted_sums,
            either=True,
            follows={"a": _activation},
            otherwise=lambda given: {"slope": given["a"] - given["a"] * given["a"]},
        ),
        Function(
            "dense_gradient",
            ("X", "W", "dz"),
            ("dW", "db"),
            _way_back,
            lookalikes={
                "X.reshape(D, N) @ dz": lambda X, W, dz: X.reshape(X.shape[::-1]) @ dz,
                "X.sum(axis=0) * dz.sum()": lambda X, W, dz: X.sum(axis=0)[:, None] * dz.sum(axis=0),
                "dz.max(axis=0)": lambda X, W, dz: dz.max(axis=0),
                "dz[0]": lambda X, W, dz: dz[0],
            },
        ),
        Function("sgd", ("param", "gradient", "learning_rate"), ("param",), _descents, in_place=("param",)),
        Function("train_step", ("X", "y", "W", "b", "learning_rate"), ("W", "b"), _steps, in_place=("W", "b")),
        Function(
            "fit",
            ("X", "y", "W", "b", "learning_rate", "batch_size", "epochs", "order"),
            ("W", "b"),
            _trainings,
            in_place=("W", "b"),
            reports=("loss", "accuracy"),
            split={
                "one epoch": lambda given: bool(given["epochs"] == 1),
                "epochs": lambda given: bool(given["epochs"] > 1),
                "history": lambda given: True,
            },
        ),
    )
}


@dataclass(frozen=True)
class Rung:
    """A rung of a submission's ladder: a function, or one side of it."""

    name: str
    function: Function

    @property
    def of_reports(self) -> bool:
        """Whether the rung is about what is reported, not about the results."""
        return self.name == "history"

    @property
    def results(self) -> tuple[str, ...]:
        """The names of the results that this rung compares."""
        return self.function.reports if self.of_reports else self.function.results

    def asks(self, case: Case) -> bool:
        """Tell whether a case belongs to the rung."""
        return not self.function.split or self.function.split[self.name](case.arguments)


LADDER = {name: Rung(name, function) for function in CONTRACT.values() for name in function.split or (function.name,)}
"""Every function, one step, one epoch, the curve, and what is reported of it."""


def starting_file() -> str:
    """Return the file to start from: every function that a file may have, with its formula, and nothing in it."""
    return files("compare.check").joinpath("templates/mine.py").read_text(encoding="utf-8")


@cache
def formulas() -> dict[str, dict[str, str]]:
    """Return the formulas of every function by the results that they make, as the starting file tells them."""
    told: dict[str, dict[str, str]] = {}
    for node in ast.parse(starting_file()).body:
        if isinstance(node, ast.FunctionDef):
            lines = [line.strip() for line in (ast.get_docstring(node) or "").splitlines() if line.startswith("    ")]
            told[node.name] = {line.split(" = ")[0]: line for line in lines}
    return told
