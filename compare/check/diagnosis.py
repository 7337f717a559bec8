"""Names the mistake behind a failed rung: by its numbers, never by its text.

Every mistake of the catalogue is a program whose answers to the exam are known. Where a submission's answers equal
one's, to rounding, on every question of the rung, it is named; then pairs are tried. What equals several is said to
be ambiguous. Where nothing fits, that is said, with the pattern that is seen (``patterns``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from compare.check.cases import BEYOND
from compare.check.catalogue import CATALOGUE, Mistake
from compare.check.exam import Question
from compare.check.judge import Attempt, JudgedRung, attempt, small
from compare.check.patterns import NO_NUMBERS, pattern
from compare.check.perceptron import Replacement, call_trusted, perceptron, shows_on
from scratch.arrays import Array

Form = Mapping[str, Replacement]

SPARE_ROUNDINGS = 64  # for the operations around the sums: library functions, factors, a step
MOST_NAMED = 5  # of several explanations that fit alike, more than these would be noise


@dataclass(frozen=True)
class Diagnosis:
    """What is behind a failed rung.

    ``explanations`` are sets of mistakes, each of which makes the very numbers that were seen: one where the case is
    clear, several where the numbers cannot tell them apart, none where nothing in the catalogue fits; then
    ``pattern`` says what is seen.
    """

    explanations: tuple[tuple[Mistake, ...], ...] = ()
    pattern: str = ""

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The mistakes that are sure: those in every explanation."""
        return tuple(m for m in (self.explanations or ((),))[0] if all(m in other for other in self.explanations))

    @property
    def worth(self) -> int:
        """How much it says: a mistake's name or an error most, then several names, then what is seen."""
        if self.mistakes or self.pattern.startswith(NO_NUMBERS):
            return 2
        return 1 if self.explanations else 0

    @property
    def sentence(self) -> str:
        """Name what was found in one sentence."""
        if self.pattern.startswith(NO_NUMBERS):
            return self.pattern
        if not self.explanations:
            return f"none of the {len(CATALOGUE)} known mistakes fits; {self.pattern}"
        said = [" and ".join(f"{m.says} ({m.name})" for m in found) for found in self.explanations]
        return said[0] if len(said) == 1 else "the numbers fit alike: " + "; or: ".join(said)


def diagnose(climbed: Sequence[JudgedRung]) -> dict[str, Diagnosis]:
    """Return a diagnosis for every failed rung, lower rungs first: what was found there explains rungs above."""
    diagnoses: dict[str, Diagnosis] = {}
    known: list[Mistake] = []
    passed = {judged.name for judged in climbed if judged.state == "passed"}
    for judged in climbed:
        if judged.state == "failed":
            unexplained = any(not found.explanations for found in diagnoses.values())
            diagnoses[judged.name] = found = _of_rung(judged, known, passed, pairs=not unexplained)
            known += [m for m in found.mistakes if m not in known]
    return {name: _settled(found, known) for name, found in diagnoses.items()}


def _settled(found: Diagnosis, known: Sequence[Mistake]) -> Diagnosis:
    """Settle what fits alike on one rung by what another rung is sure of."""
    sure = tuple(e for e in found.explanations if all(m in known for m in e))
    return replace(found, explanations=sure) if sure else found


def _of_rung(judged: JudgedRung, known: Sequence[Mistake], passed: set[str], pairs: bool) -> Diagnosis:
    attempts = _telling(judged)
    for explanations in _candidates(judged, known, attempts, passed, pairs):
        likely = [found for found in explanations if not any(_contradicted(m, passed) for m in found)] or explanations
        if likely:
            return Diagnosis(tuple(sorted(likely, key=_simplicity))[:MOST_NAMED])
    return Diagnosis(pattern=pattern(judged, attempts))


def _telling(judged: JudgedRung) -> list[Attempt]:
    """Return the attempts to compare: the small ones, where roundings do not add up, those that fail first."""
    required = [one for one in judged.attempts if one.question.case.kind != BEYOND]
    telling = small(required)
    if not any(one.wrong(judged.rung.results) for one in telling):
        telling = required
    return sorted(telling, key=lambda one: one.wrong(judged.rung.results) is None)


def _candidates(
    judged: JudgedRung, known: Sequence[Mistake], attempts: Sequence[Attempt], passed: set[str], pairs: bool
) -> Iterator[list[tuple[Mistake, ...]]]:
    """Yield explanations, the simplest kind first: what is known already, one mistake, one more, then any pair.

    Pairs are thousands: those that contradict nothing go first, and above a rung that nothing explains none is tried.
    """
    reaching = [m for m in known if _shows_on(m, judged)]
    others = [m for m in CATALOGUE.values() if _shows_on(m, judged) and m not in reaching]
    fits = _Fit(judged, attempts)
    if reaching:
        yield fits([tuple(reaching)], proved=True)
    yield fits([(m,) for m in (*reaching, *others)])
    if reaching:
        yield fits([(*reaching, m) for m in others])
    elif pairs:
        possible = [m for m in others if not _contradicted(m, passed)]
        yield fits(list(combinations(possible, 2)))
        yield fits([pair for pair in combinations(others, 2) if not set(pair) <= set(possible)])


def _shows_on(mistake: Mistake, judged: JudgedRung) -> bool:
    """Tell whether a mistake can change the results of a rung at all."""
    return any(shows_on(judged.name, part) for form in mistake.forms for part in form)


def _contradicted(mistake: Mistake, passed: set[str]) -> bool:
    """Tell whether the submission passed a rung that the mistake, in whichever form, must fail."""
    return all(any(rung in passed for rung in mistake.fails_in(form) if rung != "history") for form in mistake.forms)


def _simplicity(found: tuple[Mistake, ...]) -> tuple[int, int]:
    return len(found), min(len(form) for m in found for form in m.forms)


class _Fit:
    """Tells which sets of mistakes make the very answers that were seen."""

    def __init__(self, judged: JudgedRung, attempts: Sequence[Attempt]) -> None:
        self.judged = judged
        self.attempts = [(one, rounding_of(one)) for one in attempts]

    def __call__(self, sets: Sequence[tuple[Mistake, ...]], proved: bool = False) -> list[tuple[Mistake, ...]]:
        """Return those of the sets that fit. Of mistakes that are ``proved`` already, a mere error may come, too."""
        return [mistakes for mistakes in sets if any(self._fits(forms, proved) for forms in _forms(mistakes))]

    def _fits(self, forms: tuple[Form, ...], proved: bool) -> bool:
        """Compare all answers. An error alone proves nothing: there must be numbers, and they must be the same."""
        compared = int(proved)
        for one, rounding in self.attempts:
            predicted = predict(one.question, forms)
            if predicted.problem and not predicted.returned:
                if not (one.answer.problem and one.answer.problem.startswith("raised")):
                    return False
            elif predicted.problem != one.problem or not self._close(predicted, one, rounding):
                return False
            else:
                compared += one.wrong(self.judged.rung.results) is not None
        return compared > 0

    def _close(self, predicted: Attempt, one: Attempt, rounding: float) -> bool:
        names = [name for name in self.judged.rung.results if name in one.returned and name in predicted.returned]
        return all(close(predicted.returned[name], one.returned[name], rounding) for name in names)


def _forms(mistakes: tuple[Mistake, ...]) -> Iterator[tuple[Form, ...]]:
    """Yield every choice of one form of each mistake."""
    if not mistakes:
        yield ()
        return
    for form in mistakes[0].forms:
        for rest in _forms(mistakes[1:]):
            yield (form, *rest)


def predict(question: Question, forms: tuple[Form, ...]) -> Attempt:
    """Answer a question as a program with these mistakes would."""
    return attempt(question, call_trusted(getattr(perceptron(_merged(forms)), question.name), question.case.arguments))


@cache
def _merged_part(part: str, wrongs: tuple[Replacement, ...]) -> Replacement:
    """Make one wrong part of several that replace the same one.

    Each changes the right result by a factor, entry by entry; together they change it by all of them.
    """
    if len(wrongs) == 1:
        return wrongs[0]

    def several(self: Any, *arguments: Any) -> Any:
        right = getattr(super(type(self), self), part)(*arguments)
        results = [wrong(self, *arguments) for wrong in wrongs]
        if isinstance(right, tuple):
            return tuple(_composed(r, [result[i] for result in results]) for i, r in enumerate(right))
        return _composed(right, results)

    return several


def _composed(right: Any, results: Sequence[Any]) -> Any:
    composed = results[0]
    for result in results[1:]:
        same = result == right
        composed = np.where(same, composed, composed * np.where(same, 1, result / np.where(right == 0, 1, right)))
    return composed


def _merged(forms: tuple[Form, ...]) -> dict[str, Replacement]:
    parts = dict.fromkeys(part for form in forms for part in form)
    return {part: _merged_part(part, tuple(form[part] for form in forms if part in form)) for part in parts}


def rounding_of(one: Attempt) -> float:
    """Return how far the roundings of any program can be apart on small inputs, relative to the largest number.

    There are no more of them than there are numbers to add up, and some around the sums.
    """
    case = one.question.case
    numbers = sum(np.size(x) for x in case.arguments.values()) * case.arguments.get("epochs", 1)
    coarse = one.question.dtype == "float32" or any(_is_coarse(x) for x in one.returned.values())
    u = float(np.finfo("float32" if coarse else "float64").eps) / 2
    inputs = (x for x in case.arguments.values() if isinstance(x, np.ndarray) and x.dtype.kind == "f")
    scale = max(map(_size, (*one.question.expected.values(), *inputs)))
    return (numbers + SPARE_ROUNDINGS) * u * scale


def _is_coarse(x: Array) -> bool:
    return x.dtype.kind == "f" and x.dtype.itemsize < 8


def close(predicted: Array, seen: Array, rounding: float) -> bool:
    """Tell whether two results are the same to rounding, and no number in the same places."""
    if predicted.shape != seen.shape:
        return False
    finite = np.isfinite(predicted)
    if not np.array_equal(finite, np.isfinite(seen)):
        return False
    allowed = max(rounding, rounding * _size(predicted[finite]))
    return bool((np.abs(predicted[finite] - seen[finite]) <= allowed).all())


def _size(x: Array) -> float:
    return float(np.abs(x).max()) if np.size(x) else 0.0
