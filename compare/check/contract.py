"""The contract: every function that can be checked, in the ladder's order, and all that is to be known of each.

An entry of ``CONTRACT`` holds a function's arguments and results, its cases, Keras's answer, what it may write over,
other right ways to write it, and the rungs that it is asked on. The right code, which mistakes replace, is the method
of the same name in ``perceptron``; what a learner is told of it stands in ``templates/mine.py``.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from compare.check.cases import (
    Arguments,
    Drawer,
    Drawn,
    Real,
    answers_near_a_half,
    answers_of_several,
    derivatives,
    descents,
    layer_inputs,
    steps,
    trainings,
    weighted_sums,
)
from compare.check.sandbox.loading import RATE
from compare.core.data import Rows
from compare.core.intervals import Interval
from scratch.activations import sigmoid


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
    cases: Callable[[Drawer, Real], Drawn]
    keras: Callable[..., Any]
    """Keras's answer: of ``exam.KerasAnswers``, which has Keras's parts, and of the arguments."""
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
        Function("dense", ("X", "W", "b"), ("z",), layer_inputs, lambda k, X, W, b: k.weighed(X, W, b)),
        Function(
            "sigmoid",
            ("z",),
            ("a",),
            weighted_sums,
            lambda k, z: k.sigmoid(z),
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
            layer_inputs,
            lambda k, X, W, b: k.sigmoid(k.weighed(X, W, b)),
            otherwise=lambda given: {"a": _by_tanh(given["X"] @ given["W"] + given["b"])},
            of_classes=True,
        ),
        Function(
            "mse",
            ("y", "a"),
            ("loss",),
            answers_of_several,
            lambda k, y, a: k.loss(y, a),
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
            answers_near_a_half,
            lambda k, y, a: k.accuracy(y, a),
            lookalikes={
                "recall": lambda y, a: ((a > 0.5) & (y > 0.5)).sum() / (y > 0.5).sum(),
                "precision": lambda y, a: ((a > 0.5) & (y > 0.5)).sum() / (a > 0.5).sum(),
                "the share of yes answers": lambda y, a: (a > 0.5).mean(),
                "the share of fives": lambda y, a: y.mean(),
                "1 - mse": lambda y, a: 1 - ((a - y) ** 2).mean(),
            },
        ),
        Function(
            "mse_gradient",
            ("y", "a"),
            ("da",),
            answers_of_several,
            lambda k, y, a: k.gradient(lambda a: k.loss(y, a), a),
        ),
        Function(
            "sigmoid_gradient",
            ("z", "a"),
            ("slope",),
            weighted_sums,
            lambda k, z, a: k.gradient(k.sigmoid, z),
            either=True,
            follows={"a": _activation},
            otherwise=lambda given: {"slope": given["a"] - given["a"] * given["a"]},
        ),
        Function(
            "dense_gradient",
            ("X", "W", "dz"),
            ("dW", "db"),
            derivatives,
            lambda k, X, W, dz: k.layer_gradients(X, W, dz),
            lookalikes={
                "X.reshape(D, N) @ dz": lambda X, W, dz: X.reshape(X.shape[::-1]) @ dz,
                "X.sum(axis=0) * dz.sum()": lambda X, W, dz: X.sum(axis=0)[:, None] * dz.sum(axis=0),
                "dz.max(axis=0)": lambda X, W, dz: dz.max(axis=0),
                "dz[0]": lambda X, W, dz: dz[0],
            },
        ),
        Function(
            "sgd",
            ("param", "gradient", "learning_rate"),
            ("param",),
            descents,
            lambda k, param, gradient, learning_rate: k.stepped(param, gradient, learning_rate),
            in_place=("param",),
        ),
        Function(
            "train_step",
            ("X", "y", "W", "b", "learning_rate"),
            ("W", "b"),
            steps,
            lambda k, X, y, W, b, rate: k.trained(X, y, W, b, rate, len(X), np.arange(len(X))[None])[:2],
            in_place=("W", "b"),
        ),
        Function(
            "fit",
            ("X", "y", "W", "b", "learning_rate", "batch_size", "epochs", "order"),
            ("W", "b"),
            trainings,
            lambda k, X, y, W, b, rate, size, epochs, order: k.trained(X, y, W, b, rate, size, order),
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


def all_cases(rows: Rows, seed: int = 0) -> list[Case]:
    """Return every case, the ladder's functions in order, each from the smallest to the real images."""
    draw, real = Drawer(seed), Real.of(rows, seed)
    return [
        Case(function.name, {name: given[name] for name in function.arguments if name in given}, kind, what)
        for function in CONTRACT.values()
        for kind, what, given in function.cases(draw, real)
    ]


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
