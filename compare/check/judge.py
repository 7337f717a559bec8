"""Holds a submission's answers against the exam: rung by rung, what passed, and the first case that did not."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Literal, Protocol

import numpy as np

from compare.check.cases import BEYOND, REAL
from compare.check.contract import LADDER, SYMBOLS, Rung
from compare.check.exam import Exam, Question
from compare.check.perceptron import right_answer
from compare.check.sandbox import Answer
from compare.core.checks import compared
from scratch.arrays import Array


class Functions(Protocol):
    """Somebody's functions of known names, wherever they run: their parameters by name, and a way to call them."""

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
        check = compared(self.question.name, name, expected, returned, self.tolerance(name))
        if check.ok:
            return None
        if check.keras is None or check.scratch is None or not np.isfinite(returned).all():
            return f"{name} is {_first_odd(returned, expected)}"
        at = f"[{', '.join(map(str, check.where))}]" if check.where else ""
        return (
            f"{name}{at} is {check.scratch:.9g}, and Keras has {check.keras:.9g}: "
            f"{abs(check.scratch - check.keras):.3g} apart, {check.allowed:.3g} is allowed"
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
class JudgedRung:
    """One rung: whether the submission passed it, and on what it failed."""

    rung: Rung
    state: Literal["passed", "failed", "absent"]
    right: int = 0
    asked: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    failed: Attempt | None = None
    """The first attempt that failed: the cases come small ones first."""
    sentence: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The rung's name."""
        return self.rung.name


def climb(submission: Functions, exam: Exam) -> Iterator[JudgedRung]:
    """Ask a submission every question that it has a function for, and yield each rung as the ladder is climbed."""
    answered: dict[str, list[Attempt]] = {}
    for rung in LADDER.values():
        function = rung.function.name
        if function not in answered:
            answered[function] = ask(submission, exam.of(function))
        yield judged(rung, [attempt for attempt in answered[function] if rung.asks(attempt.question.case)])


def ask(submission: Functions, questions: list[Question]) -> list[Attempt]:
    """Put questions to the one function that they are for; none where it is not there or not written yet."""
    if not questions or questions[0].name not in submission.functions:
        return []
    parameters = submission.functions[questions[0].name]
    attempts = []
    for question in questions:
        arguments = question.function.asked_with(question.case.arguments, parameters)
        answer = submission.call(question.name, arguments)
        if not answer.written:
            return []
        attempts.append(attempt(question, answer))
        if answer.ended:
            break  # it will not do better, and the others need the file's time
    return attempts


def attempt(question: Question, answer: Answer) -> Attempt:
    """Read an answer: its numbers by name, or what is wrong with it."""
    remarks = [f"warns: {warning}" for warning in answer.warnings]
    if answer.problem:
        return Attempt(question, answer, problem=answer.problem, remarks=tuple(remarks))
    allowed = question.function.in_place
    forbidden = [name for name in answer.changed if name not in allowed]
    if set(answer.changed) & set(allowed):
        remarks.append(f"{question.name} writes over {', '.join(answer.changed)}, which it may")
    try:
        returned = _results(question, answer, remarks)
    except ValueError as error:
        return Attempt(question, answer, problem=str(error), remarks=tuple(remarks))
    problem = f"it writes over its argument {', '.join(forbidden)}: work on a copy" if forbidden else None
    return Attempt(question, answer, returned, problem, tuple(remarks))


def _results(question: Question, answer: Answer, remarks: list[str]) -> dict[str, Array]:
    """Give the parts of what came back their names. Raises ValueError with a sentence where it cannot be read."""
    function, value = question.function, answer.value
    names = function.results
    if value is None and function.in_place:
        remarks.append(f"{question.name} returns nothing; what it wrote into {' and '.join(names)} is taken")
        return {name: np.asarray(answer.after.get(name, question.case.arguments[name])) for name in names}
    if function.is_number:
        return {names[0]: _number(question, value, remarks)}
    if len(names) == 1:
        return {names[0]: _array(value, names[0])}
    if not isinstance(value, list | tuple) or not len(names) <= len(value) <= len(names) + 1:
        raise ValueError(f"it returns {described(value)}, where {' and '.join(names)} are due")
    returned = {}
    for name, part in zip(names, value, strict=False):
        returned[name] = _array(part, name)
        if SYMBOLS[name].axes == "U" and returned[name].shape == (1, 1):
            remarks.append(f"{name} has shape (1, 1), where (1,) is due")
            returned[name] = returned[name].reshape(1)
    if len(value) > len(names):
        returned |= _history(value[-1], function.reports, remarks)
    return returned


def _number(question: Question, value: Any, remarks: list[str]) -> Array:
    array = _array(value, question.function.results[0])
    N = len(question.case.arguments["y"])
    if array.size == 1:
        return array.reshape(())
    if array.shape in ((N,), (N, 1)):
        remarks.append(f"{question.name} returns a number a row, and their mean is taken, as Keras does")
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


def _history(value: Any, names: tuple[str, ...], remarks: list[str]) -> dict[str, Array]:
    """Read a history: a dict of lists as Keras's, or a list of losses. What cannot be read is remarked upon."""
    lists = value if isinstance(value, dict) else {"loss": value}
    history = {}
    for name in names:
        for spelling in (name, *SYMBOLS[name].also):
            if spelling in lists and name not in history:
                try:
                    history[name] = np.atleast_1d(_array(lists[spelling], name))
                except ValueError:
                    remarks.append(f"the history's {spelling} is {described(lists[spelling])}, and was not read")
    return history


DIGITS = (6, 9, 17)
"""How many digits of a number are printed: the fewest that show a difference."""


def look_alike(yours: Array, keras: Array, digits: int = DIGITS[0]) -> bool:
    """Tell whether two results are printed alike, so that a reader would see no mistake in them."""
    return yours.shape == keras.shape and as_text(yours + 0.0, digits) == as_text(keras + 0.0, digits)


def as_text(x: Array, digits: int = DIGITS[0]) -> str:
    """Print an array on one line."""
    return " ".join(np.array2string(x, precision=digits, separator=", ", threshold=20).split())


def described(value: Any) -> str:
    """Say what a value is."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.dtype.kind in "biuf" else f"an array of {value.dtype}"
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"


def judged(rung: Rung, attempts: list[Attempt]) -> JudgedRung:
    """Judge one rung by its attempts."""
    found = JudgedRung(rung, "absent", attempts=attempts)
    required = [a for a in attempts if a.question.case.kind != BEYOND]
    if rung.of_reports:
        required = [a for a in required if a.problem or set(rung.results) & set(a.returned)]
        if all(not a.returned for a in required):
            required = []
    for one in attempts:
        found.remarks += [remark for remark in one.remarks if remark not in found.remarks]
    if not required:
        return found
    found.asked = len(required)
    for one in required:
        wrong = one.wrong(rung.results)
        found.right += wrong is None
        if wrong and found.failed is None:
            found.failed, found.sentence = one, wrong
    found.state = "failed" if found.failed else "passed"
    if found.state == "passed":
        found.remarks += _beyond(found)
    return found


def _beyond(found: JudgedRung) -> list[str]:
    """Tell what a right function does wrong beyond the five-detector."""
    remarks: list[str] = []
    for one in found.attempts:
        wrong = one.wrong(found.rung.results) if one.question.case.kind == BEYOND else None
        remark = f"right for the five-detector; with {one.question.case.what}: {wrong}"
        if wrong and not _keeps_the_images_type(one) and not any(one.question.case.what in known for known in remarks):
            remarks.append(remark)
    return remarks


def _keeps_the_images_type(one: Attempt) -> bool:
    """Tell whether wrong numbers are right ones in whole-number images' own type, in which the template computes."""
    given = one.question.case.arguments
    X = given.get("X")
    if not isinstance(X, np.ndarray) or X.dtype.kind == "f" or one.problem:
        return False
    floats = [name for name, x in given.items() if isinstance(x, np.ndarray) and x.dtype.kind == "f"]
    choices = [chosen for n in range(len(floats) + 1) for chosen in combinations(floats, n)]
    with np.errstate(all="ignore"):
        return any(_right_in(X.dtype, chosen, one) for chosen in choices)


def _right_in(dtype: np.dtype[Any], chosen: tuple[str, ...], one: Attempt) -> bool:
    """Tell whether these are the right numbers of some arguments in another type, the results in it or not."""
    case = one.question.case
    cast = {name: x.astype(dtype) if name in chosen else x for name, x in case.arguments.items()}
    right = right_answer(replace(case, arguments=cast), one.question.dtype)
    return all(
        np.allclose(returned, right[name], rtol=1e-4) or np.array_equal(returned, right[name].astype(dtype))
        for name, returned in one.returned.items()
    )


def small(attempts: list[Attempt]) -> list[Attempt]:
    """Return the attempts on small inputs, whose roundings do not add up."""
    return [one for one in attempts if one.question.case.kind != REAL]
