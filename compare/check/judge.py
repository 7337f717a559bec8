"""Holds a submission's answers against the exam: rung by rung, what passed, and the first case that did not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from compare.check.answer import Answer
from compare.check.cases import BEYOND, REAL
from compare.check.exam import RESULTS, Exam, Question
from compare.core.checks import compared
from scratch.arrays import Array

RUNGS = (*(name for name in RESULTS if name != "fit"), "one epoch", "epochs", "history")
"""The ladder of a submission: every function, one step, one epoch, the curve, and what is reported of it."""

IN_PLACE = {"sgd": ("param",), "train_step": ("W", "b"), "fit": ("W", "b")}
"""Arguments that a function may write over, as optimizers do, as long as the numbers are right."""

NUMBERS = ("mse", "accuracy")
SLOPE_OF_Z = ("z", "x", "t", "v", "net", "u")
"""Names that a parameter of ``sigmoid_gradient`` has where it means z; any other means a."""


class Submission(Protocol):
    """Somebody's functions, wherever they run."""

    functions: dict[str, tuple[str, ...]]

    def call(self, function: str, arguments: dict[str, Any]) -> Answer:
        """Call one of them."""


@dataclass(frozen=True, eq=False)
class Attempt:
    """One question and what came back."""

    question: Question
    answer: Answer
    returned: dict[str, Array] = field(default_factory=dict)
    problem: str | None = None
    """Why there are no numbers to compare, or what is wrong beside the numbers."""
    remarks: tuple[str, ...] = ()

    def wrong(self, names: tuple[str, ...] | None = None) -> str | None:
        """Say what is wrong with these results, all where none are named; None where nothing is."""
        if self.problem:
            return self.problem
        for name in names or tuple(self.question.expected):
            if name in self.returned and (sentence := self._apart(name)):
                return sentence
        return None

    def _apart(self, name: str) -> str | None:
        expected, returned = self.question.expected[name], self.returned[name]
        if expected.shape != returned.shape:
            return f"{name} has shape {returned.shape}, where {expected.shape} is due"
        rung = compared(self.question.function, name, expected, returned, self.tolerance(name))
        if rung.ok:
            return None
        if rung.keras is None or rung.scratch is None or not np.isfinite(returned).all():
            return f"{name} is {_first_odd(returned, expected)}"
        at = f"[{', '.join(map(str, rung.where))}]" if rung.where else ""
        return (
            f"{name}{at} is {rung.scratch:.9g}, and Keras has {rung.keras:.9g}: "
            f"{abs(rung.scratch - rung.keras):.3g} apart, {rung.allowed:.3g} is allowed"
        )

    def tolerance(self, name: str) -> Array:
        """Return how far the result may be off: what is handed back in float32 is held to float32."""
        coarse = self.returned[name].dtype.kind == "f" and self.returned[name].dtype.itemsize < 8
        return self.question.loosely[name] if coarse else self.question.allowed[name]


def _first_odd(returned: Array, expected: Array) -> str:
    for place in np.ndindex(returned.shape):
        if np.isfinite(returned[place]) != np.isfinite(expected[place]):
            at = f" at {list(place)}" if place else ""
            return f"{float(returned[place])}{at}, where Keras has {float(expected[place]):.9g}"
    return "no number where Keras has one"


@dataclass
class Finding:
    """One rung: whether the submission passed it, and on what it failed."""

    rung: str
    state: Literal["passed", "failed", "absent"]
    right: int = 0
    asked: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    failed: Attempt | None = None
    """The first attempt that failed: the cases come small ones first."""
    sentence: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def function(self) -> str:
        """The function that is asked on this rung."""
        return function_of(self.rung)

    @property
    def results(self) -> tuple[str, ...]:
        """The names of the results that this rung compares."""
        return ("loss", "accuracy") if self.rung == "history" else RESULTS[self.function]


def function_of(rung: str) -> str:
    """Return the function that a rung asks."""
    return rung if rung in RESULTS else "fit"


def asks(rung: str, question: Question) -> bool:
    """Tell whether a question belongs to a rung: ``fit`` with one epoch, with more, or with what it reports."""
    if rung == "one epoch":
        return bool(question.case.arguments["epochs"] == 1)
    return rung != "epochs" or bool(question.case.arguments["epochs"] > 1)


def climb(submission: Submission, exam: Exam) -> Iterator[Finding]:
    """Ask a submission every question that it has a function for, and yield its findings as the ladder is climbed."""
    answered: dict[str, list[Attempt]] = {}
    for rung in RUNGS:
        function = function_of(rung)
        if function not in answered:
            answered[function] = ask(submission, exam.of(function))
        yield finding(rung, [attempt for attempt in answered[function] if asks(rung, attempt.question)])


def ask(submission: Submission, questions: list[Question]) -> list[Attempt]:
    """Put questions to the one function that they are for; none where it is not there or not written yet."""
    if not questions or questions[0].function not in submission.functions:
        return []
    parameters = submission.functions[questions[0].function]
    attempts = []
    for question in questions:
        answer = submission.call(question.function, arguments_for(question, parameters))
        if not answer.written:
            return []
        attempts.append(attempt(question, answer))
        if answer.ended:
            break  # it will not do better, and the others need the file's time
    return attempts


def arguments_for(question: Question, parameters: tuple[str, ...]) -> dict[str, Any]:
    """Return the arguments in the order of the function's own parameters, where it names them as the contract does."""
    arguments = dict(question.case.arguments)
    if question.function == "sigmoid_gradient":
        name = "z" if parameters and parameters[0].lower() in SLOPE_OF_Z else "a"
        return {name: arguments[name]}
    if set(parameters) == set(arguments):
        return {name: arguments[name] for name in parameters}
    return arguments


def attempt(question: Question, answer: Answer) -> Attempt:
    """Read an answer: its numbers by name, or what is wrong with it."""
    remarks = [f"warns: {warning}" for warning in answer.warnings]
    if answer.problem:
        return Attempt(question, answer, problem=answer.problem, remarks=tuple(remarks))
    allowed = IN_PLACE.get(question.function, ())
    forbidden = [name for name in answer.changed if name not in allowed]
    if set(answer.changed) & set(allowed):
        remarks.append(f"{question.function} writes over {', '.join(answer.changed)}, which it may")
    try:
        returned = _results(question, answer, remarks)
    except ValueError as error:
        return Attempt(question, answer, problem=str(error), remarks=tuple(remarks))
    problem = f"it writes over its argument {', '.join(forbidden)}: work on a copy" if forbidden else None
    return Attempt(question, answer, returned, problem, tuple(remarks))


def _results(question: Question, answer: Answer, remarks: list[str]) -> dict[str, Array]:
    """Give the parts of what came back their names. Raises ValueError with a sentence where it cannot be read."""
    function, value = question.function, answer.value
    names = RESULTS[function]
    if value is None and function in IN_PLACE:
        remarks.append(f"{function} returns nothing; what it wrote into {' and '.join(names)} is taken")
        return {name: answer.after.get(name, question.case.arguments[name]) for name in names}
    if function in NUMBERS:
        return {names[0]: _number(question, value, remarks)}
    if len(names) == 1:
        return {names[0]: _array(value, names[0])}
    if not isinstance(value, list | tuple) or not len(names) <= len(value) <= 3:
        raise ValueError(f"it returns {described(value)}, where {' and '.join(names)} are due")
    returned = {}
    for name, part in zip(names, value, strict=False):
        returned[name] = _array(part, name)
        if name in ("b", "db") and returned[name].shape == (1, 1):
            remarks.append(f"{name} has shape (1, 1), where (1,) is due")
            returned[name] = returned[name].reshape(1)
    if function == "fit" and len(value) == 3:
        returned |= _history(value[2], remarks)
    return returned


def _number(question: Question, value: Any, remarks: list[str]) -> Array:
    array = _array(value, RESULTS[question.function][0])
    N = len(question.case.arguments["y"])
    if array.size == 1:
        return array.reshape(())
    if array.shape in ((N,), (N, 1)):
        remarks.append(f"{question.function} returns a number a row, and their mean is taken, as Keras does")
        return np.asarray(array.mean(dtype=float))
    raise ValueError(f"it returns {described(value)}, where one number is due")


def _array(value: Any, name: str) -> Array:
    if isinstance(value, str | dict) or value is None:
        raise ValueError(f"it returns {described(value)}, where {name} is due")
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"it returns {described(value)} of rows of different lengths, where {name} is due") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"it returns {described(value)}, where {name} is due")
    return array


def _history(value: Any, remarks: list[str]) -> dict[str, Array]:
    """Read a history: a dict of lists as Keras's, or a list of losses. What cannot be read is remarked upon."""
    lists = value if isinstance(value, dict) else {"loss": value}
    spoken = {"loss": ("loss", "losses", "mse", "train_loss"), "accuracy": ("accuracy", "acc", "train_accuracy")}
    history = {}
    for name, spellings in spoken.items():
        for spelling in spellings:
            if spelling in lists and name not in history:
                try:
                    history[name] = np.atleast_1d(_array(lists[spelling], name))
                except ValueError:
                    remarks.append(f"the history's {spelling} is {described(lists[spelling])}, and was not read")
    return history


def described(value: Any) -> str:
    """Say what a value is."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.dtype.kind in "biuf" else f"an array of {value.dtype}"
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"


def finding(rung: str, attempts: list[Attempt]) -> Finding:
    """Judge one rung by its attempts."""
    found = Finding(rung, "absent", attempts=attempts)
    required = [a for a in attempts if a.question.case.kind != BEYOND]
    if rung == "history":
        required = [a for a in required if a.problem or {"loss", "accuracy"} & set(a.returned)]
        if all(not a.returned for a in required):
            required = []
    for one in attempts:
        found.remarks += [remark for remark in one.remarks if remark not in found.remarks]
    if not required:
        return found
    found.asked = len(required)
    for one in required:
        wrong = one.wrong(found.results)
        found.right += wrong is None
        if wrong and found.failed is None:
            found.failed, found.sentence = one, wrong
    found.state = "failed" if found.failed else "passed"
    if found.state == "passed":
        found.remarks += _beyond(found)
    return found


def _beyond(found: Finding) -> list[str]:
    """Tell what a right function does wrong beyond the five-detector."""
    remarks: list[str] = []
    for one in found.attempts:
        wrong = one.wrong(found.results) if one.question.case.kind == BEYOND else None
        remark = f"right for the five-detector; with {one.question.case.what}: {wrong}"
        if wrong and not any(one.question.case.what in known for known in remarks):
            remarks.append(remark)
    return remarks


def small(attempts: list[Attempt]) -> list[Attempt]:
    """Return the attempts on small inputs, whose roundings do not add up."""
    return [one for one in attempts if one.question.case.kind != REAL]
