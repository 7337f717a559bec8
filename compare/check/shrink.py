"""Makes a failing input small: fewer rows, pixels and epochs, rounder numbers, as long as it still fails."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from compare.check.cases import REAL
from compare.check.contract import Case, axes_of
from compare.check.exam import Question, allowed_for
from compare.check.judge import Attempt, Functions, JudgedRung, attempt, look_alike
from compare.check.perceptron import right_answer
from scratch.arrays import Array

MOST_CALLS = 200


def smallest(submission: Functions, judged: JudgedRung) -> Attempt | None:
    """Return the smallest failing attempt that greedy steps lead to; None where making it smaller is no use.

    A call that ended the process is not repeated. Right answers are ``scratch``'s: the exam has shown that they are
    Keras's.
    """
    best = judged.failed
    if best is None or best.answer.ended:
        return None
    calls = 0
    for steps in (_shorter, _simpler):
        moved = True
        while moved:
            moved = False
            for case in steps(best.question.case):
                calls += 1
                if calls > MOST_CALLS:
                    return best
                tried = _try(submission, replace(best.question, case=case))
                if tried and _fails_alike(tried, best, judged):
                    best, moved = tried, True
                    break
    return best


def _fails_alike(tried: Attempt, best: Attempt, judged: JudgedRung) -> bool:
    """Tell whether a smaller attempt still fails on the same rung, and shows it where the larger one did."""
    alike = bool(tried.problem) == bool(best.problem) and judged.rung.asks(tried.question.case)
    shows = _shows(tried) or not _shows(best)
    return alike and shows and tried.wrong(judged.rung.results) is not None


def _shows(one: Attempt) -> bool:
    return any(not look_alike(x, one.question.expected[name]) for name, x in one.returned.items())


def _try(submission: Functions, question: Question) -> Attempt | None:
    case, dtype = question.case.in_type(question.dtype), question.dtype
    expected = right_answer(case, dtype)
    asked = Question(case, dtype, expected, allowed_for(case, dtype), allowed_for(case.in_type("float32"), "float32"))
    if not all(np.isfinite(x).all() for x in (*expected.values(), *asked.allowed.values())):
        return None
    arguments = asked.function.asked_with(case.arguments, submission.functions[case.function])
    return attempt(asked, submission.call(case.function, arguments))


def _with(case: Case, **changed: Any) -> Case:
    kind = "shrunk" if case.kind == REAL else case.kind
    return replace(case, arguments=case.arguments | changed, kind=kind, what="the smallest that fails")


def _shorter(case: Case) -> Iterator[Case]:
    """Yield the case with fewer epochs, rows or pixels, the largest cuts first."""
    given = case.arguments
    if given.get("epochs", 1) > 1:
        yield _with(case, epochs=given["epochs"] - 1, order=given["order"][:-1])
    sizes = {axis: n for name, x in given.items() for axis, n in zip(axes_of(name, x), np.shape(x), strict=False)}
    for axis in "NDP":
        size = sizes.get(axis, 1)
        for cut in sorted({size // 2, 1}, reverse=True):
            for start in range(0, size if size > 1 else 0, max(cut, 1)):
                dropped = np.arange(start, min(start + cut, size))
                if 0 < len(dropped) < size:
                    yield _with(case, **_without(given, axis, dropped))
    if given.get("batch_size", 1) > 1:
        yield _with(case, batch_size=1)
        yield _with(case, batch_size=given["batch_size"] - 1)


def _without(given: dict[str, Any], axis: str, dropped: Array) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, x in given.items():
        if axis in (axes := axes_of(name, x)):
            changed[name] = np.delete(x, dropped, axis=axes.index(axis))
    if axis == "N" and "order" in given:
        order = given["order"]
        kept = order[~np.isin(order, dropped)].reshape(len(order), -1)
        changed["order"] = np.searchsorted(np.setdiff1d(order[0], dropped), kept)
    return changed


_ROUNDER: tuple[Callable[[Array], Array], ...] = (
    np.zeros_like,
    np.ones_like,
    np.round,
    lambda x: np.round(x * 2) / 2,
    lambda x: np.round(x * 4) / 4,
)
"""Ways to make numbers simpler, the simplest first. They keep labels labels and answers within 0 and 1."""


def _simpler(case: Case) -> Iterator[Case]:
    """Yield the case with one array simpler, or one of its first entries."""
    for name, x in case.arguments.items():
        if not axes_of(name, x) or x.dtype.kind != "f":
            continue
        level = _level(x)
        for rounder in _ROUNDER[: int(level.max(initial=0))]:
            yield _with(case, **{name: rounder(x)})
        for place in list(np.ndindex(x.shape))[:8]:
            for rounder in _ROUNDER[: int(level[place])]:
                changed = x.copy()
                changed[place] = rounder(x[place])
                yield _with(case, **{name: changed})


def _level(x: Array) -> Array:
    """Return how many of the ways would make each number simpler: none for a 0, one for a 1, and so on."""
    levels = np.full(x.shape, len(_ROUNDER))
    for number in reversed(range(len(_ROUNDER))):
        levels[_ROUNDER[number](x) == x] = number
    return levels
