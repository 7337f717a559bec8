"""The exam: every case in both float types, what Keras answers, and how far a right program may be from that."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from compare.check.cases import REAL, Case, cases
from compare.check.written import Written
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import scratch_framework
from compare.core.intervals import Interval
from compare.core.training import Training
from scratch.arrays import Array

DTYPES = ("float64", "float32")

RESULTS = {
    "dense": ("z",),
    "sigmoid": ("a",),
    "predict": ("a",),
    "mse": ("loss",),
    "accuracy": ("accuracy",),
    "mse_gradient": ("da",),
    "sigmoid_gradient": ("slope",),
    "dense_gradient": ("dW", "db"),
    "sgd": ("param",),
    "train_step": ("W", "b"),
    "fit": ("W", "b"),
}
"""What each function hands back, the ladder's functions in order."""


@dataclass(frozen=True, eq=False)
class Question:
    """A case in one float type, with Keras's answer and how far each entry may be off.

    ``loosely`` is the tolerance for answers handed back in float32, whatever the question's type.
    """

    case: Case
    dtype: str
    expected: dict[str, Array]
    allowed: dict[str, Array]
    loosely: dict[str, Array]

    @property
    def function(self) -> str:
        """The function that is asked."""
        return self.case.function


@dataclass
class Exam:
    """Every question. It knows the answers, so submissions are judged without Keras."""

    dataset: str
    rows: int
    seed: int
    questions: list[Question] = field(default_factory=list)

    def of(self, function: str) -> list[Question]:
        """Return the questions to one function, small ones first."""
        return [question for question in self.questions if question.function == function]


class Answers(Protocol):
    """Whoever knows the right answers: Keras."""

    def answer(self, function: str, dtype: str, arguments: dict[str, Any]) -> dict[str, Array]:
        """Return the results of a function by name."""


def set_exam(rows: Rows, dataset: str, keras: Answers, seed: int = 0) -> Exam:
    """Ask Keras every question."""
    exam = Exam(dataset, len(rows.x_train), seed)
    for case in cases(rows, seed):
        tolerances = {dtype: allowed_for(case.in_type(dtype), dtype) for dtype in DTYPES}
        for dtype in DTYPES:
            asked = case.in_type(dtype)
            expected = keras.answer(case.function, dtype, asked.arguments)
            exam.questions.append(Question(asked, dtype, expected, tolerances[dtype], tolerances["float32"]))
    return exam


def right_answer(case: Case, dtype: str) -> dict[str, Array]:
    """Return what ``scratch`` answers, by the names of the results."""
    with scratch_framework().dtype(dtype), np.errstate(all="ignore"):
        found = named(case.function, getattr(Written(), case.function)(**case.arguments))
    return {name: np.asarray(value) for name, value in found.items()}


def named(function: str, result: Any) -> dict[str, Any]:
    """Give the parts of a result their names; of ``fit``, the history's as well."""
    parts = result if isinstance(result, tuple) else (result,)
    history = parts[2] if function == "fit" else {}
    return dict(zip(RESULTS[function], parts, strict=False)) | history


def allowed_for(case: Case, dtype: str) -> dict[str, Array]:
    """Work out how far two right programs may be apart: from rounding bounds, for real training from perturbed runs."""
    if case.function == "fit" and case.kind == REAL:
        return _by_perturbed_runs(case, dtype)
    return {name: np.asarray(bounds.tolerance) for name, bounds in _bounds(case, dtype).items()}


INTERVALS = ("W", "b", "z", "a", "dz", "param", "gradient")
"""The arguments that are given as intervals; the others are taken as they are, exactly."""


def _bounds(case: Case, dtype: str) -> dict[str, Interval]:
    arguments: dict[str, Any] = {
        name: Interval.exact(x) if name in INTERVALS else x for name, x in case.arguments.items()
    }
    if case.function == "sigmoid_gradient":
        a: Any = Written().sigmoid(arguments["z"])
        arguments["a"] = a.joined(_by_tanh(arguments["z"]))
    with scratch_framework().dtype(dtype):
        found = named(case.function, getattr(Written(), case.function)(**arguments))
        for name, other in _written_otherwise(case.function, arguments):
            found[name] = found[name].joined(other)
    stacked = {
        name: Interval(np.stack([v.low for v in values]), np.stack([v.high for v in values]), np.dtype(dtype))
        for name, values in found.items()
        if isinstance(values, list)
    }
    return found | stacked


def _written_otherwise(function: str, arguments: dict[str, Any]) -> Iterator[tuple[str, Interval]]:
    """Yield results of other right ways to write a function, whose roundings are not those of ours."""
    if function in ("sigmoid", "predict"):
        z: Any = arguments["z"] if function == "sigmoid" else Written().dense(**arguments)
        yield "a", _by_tanh(z)
    if function == "sigmoid_gradient":
        a = arguments["a"]
        yield "slope", a - a * a


def _by_tanh(z: Interval) -> Interval:
    """Return the sigmoid as 1 and a hyperbolic tangent make it: its rounding is that of 1, however small a is."""
    return (1 + np.tanh(z / 2)) / 2


def _by_perturbed_runs(case: Case, dtype: str) -> dict[str, Array]:
    """Train scratch and two perturbed runs as the case says: right programs may be twice that drift apart."""
    asked = case.arguments
    config = Config(
        dtype="float64" if dtype == "float64" else "float32",
        learning_rate=asked["learning_rate"],
        batch_size=asked["batch_size"],
        epochs=asked["epochs"],
    )
    with scratch_framework().dtype(dtype):
        training = Training(
            config, Rows(asked["X"], asked["y"]), start=[asked["W"], asked["b"]], orders=lambda: asked["order"]
        ).trained()
    weights = {name: np.asarray(training.tolerance(training.epochs)) for name in ("W", "b")}
    return weights | {name: training.history_tolerance(name) for name in ("loss", "accuracy")}
