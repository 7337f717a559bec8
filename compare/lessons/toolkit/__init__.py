"""What a lesson is, and what a run of it finds. What it is made with:

context.py   the data, the seed, and ``pair``, which trains both sides
pair.py      one config trained on both sides, and how far the two came apart
figures.py   what a lesson shows, and how matplotlib draws it
sweep.py     many learning rates in one run
terminal.py  what a lesson looks like in a terminal
result.py    what a run leaves on disk: lessons.json, lessons.html, the figures
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure
from compare.lessons.toolkit.pair import PERTURBED, Pair, SideName, both


@dataclass(frozen=True)
class Finding:
    """A statement that is computed from the run: whether either side shows it, and the sentence with its numbers."""

    sentence: str
    keras: bool | None
    """None where Keras had no part in it."""
    scratch: bool
    undecided: bool = False
    """Whether the sides differ, and a perturbed run of scratch answers as Keras does: rounding alone decides it."""

    @property
    def shown(self) -> bool:
        """Whether this run shows it, on every side that was asked."""
        return self.scratch and self.keras is not False

    @property
    def same(self) -> bool:
        """Whether the sides that were asked agree, as far as rounding lets them."""
        return self.keras is None or self.keras == self.scratch or self.undecided


def finding(holds: Callable[[SideName], bool], shown: str, otherwise: str, numpy_alone: bool = False) -> Finding:
    """Ask each side whether it shows something, and take the sentence that fits the answers."""
    ours = bool(holds("scratch"))
    theirs = None if numpy_alone else bool(holds("keras"))
    if theirs in (None, ours):
        return Finding(shown if ours else otherwise, theirs, ours)
    undecided = any(bool(holds(perturbed)) == theirs for perturbed in PERTURBED)
    why = ": rounding decides it, for NumPy's perturbed runs differ in it, too" if undecided else ""
    return Finding(f"{otherwise} Keras and NumPy answer this differently{why}.", theirs, ours, undecided)


def noise(accuracy: float, rows: int) -> float:
    """Return the standard error of an accuracy that was counted on so many rows.

    noise = sqrt(accuracy * (1 - accuracy) / rows)
    """
    return float(np.sqrt(accuracy * (1 - accuracy) / rows))


def above(accuracy: float, other: float, rows: int) -> bool:
    """Tell whether one accuracy has at least one more row right than another; either may be rounded to float32."""
    return accuracy - other > 0.5 / rows


def beats_baseline(pair: Pair, side: SideName) -> bool:
    """Tell whether a side ends with more rows right than always answering no."""
    return above(pair.last(side, "val_accuracy"), pair.rows.baseline["validation"], len(pair.rows.x_val))


def told(pair: Pair, name: str = "val_accuracy") -> str:
    """Write a loss or an accuracy after the last epoch, once where both sides have the same."""
    return both(lambda side: pair.last(side, name), ".3f")


@dataclass(frozen=True)
class Outcome:
    """What a run of a lesson found."""

    how: str
    """What was trained, on how many rows: nothing that was made smaller goes unsaid."""
    pairs: Sequence[Pair]
    findings: Sequence[Finding]
    figure: Figure
    numbers: dict[str, Any] = field(default_factory=dict)
    notice: str | None = None
    """What nobody may miss: that other data were taken than were meant."""

    @property
    def same_story(self) -> bool:
        """Whether no run departs by more than rounding, and where rounding rules, every finding is the same."""
        words = {pair.verdict.word for pair in self.pairs}
        return "mismatched" not in words and ("rounding-limited" not in words or all(one.same for one in self.findings))

    @property
    def story(self) -> str:
        """Say in words whether both sides told the same story, and what that rests on."""
        matched, limited, departed = (
            [pair for pair in self.pairs if pair.verdict.word == word]
            for word in ("matched", "rounding-limited", "mismatched")
        )
        parts = []
        if matched:
            widest = max(pair.accuracy_difference for pair in matched)
            parts.append(
                f"{_runs(matched)} agree{'s' * (len(matched) == 1)} to within what rounding explains (no accuracy "
                f"differs by more than {widest:.1g})"
            )
        if limited:
            differ = [one for one in self.findings if not one.same]
            agreed = f"{len(differ)} findings differ" if differ else "but every finding is the same on both sides"
            parts.append(
                f"in {_runs(limited)} rounding errors grow, as the perturbed runs of NumPy's side show, so that no "
                f"curve can match, {agreed}"
            )
        parts += [f"{pair.label}: {pair.verdict.sentence}" for pair in departed]
        verdict = "Both sides told the same story" if self.same_story else "The sides told different stories"
        return f"{verdict}: {'; '.join(parts)}."


def _runs(pairs: Sequence[Pair]) -> str:
    return f"{len(pairs)} run{'s' * (len(pairs) > 1)}"


@dataclass(frozen=True)
class Lesson:
    """One lesson: a function in a file of ``compare/lessons`` that ``lesson`` decorates."""

    number: int
    """Its place in the tutorial's order."""
    name: str
    title: str
    look_for: str
    run: Callable[[Context], Outcome]


def lesson(number: int, title: str, look_for: str) -> Callable[[Callable[[Context], Outcome]], Lesson]:
    """Make a lesson of the function that runs it; the function's name is the lesson's."""
    return lambda run: Lesson(number, run.__name__.replace("_", "-"), title, look_for, run)


@dataclass(frozen=True)
class Finished:
    """A lesson that was run: what it found, and the seconds it took."""

    lesson: Lesson
    outcome: Outcome
    seconds: float

    @property
    def seconds_of_keras(self) -> float:
        """How many of the seconds went into Keras's training."""
        return sum(sum(pair.keras.seconds) for pair in self.outcome.pairs)
