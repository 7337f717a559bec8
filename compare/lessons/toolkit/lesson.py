"""What a lesson is, and what a run of it leaves behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure
from compare.lessons.toolkit.pair import PERTURBED, Pair, SideName


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
    if numpy_alone:
        return Finding(shown if ours else otherwise, None, ours)
    theirs = bool(holds("keras"))
    if theirs == ours:
        return Finding(shown if ours else otherwise, theirs, ours)
    undecided = any(bool(holds(perturbed)) == theirs for perturbed in PERTURBED)
    why = ": rounding decides it, for NumPy's perturbed runs differ in it, too" if undecided else ""
    return Finding(f"{otherwise} Keras and NumPy answer this differently{why}.", theirs, ours, undecided)


@dataclass(frozen=True)
class Outcome:
    """What a run of a lesson found."""

    how: str
    """What was trained, on how many rows: nothing that was made smaller goes unsaid."""
    pairs: Sequence[Pair]
    findings: Sequence[Finding]
    figures: Sequence[Figure]
    numbers: dict[str, Any] = field(default_factory=dict)
    notice: str | None = None
    """What nobody may miss: that other data were taken than were meant."""

    @property
    def same_story(self) -> bool:
        """Whether no run departs by more than rounding, and where rounding rules, every finding is the same."""
        told = all(pair.verdict.word != "mismatched" for pair in self.pairs)
        limited = any(pair.verdict.word == "rounding-limited" for pair in self.pairs)
        return told and (not limited or all(one.same for one in self.findings))

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
    """One lesson: a file in ``compare/lessons`` that says ``LESSON = Lesson(...)``."""

    number: int
    """Its place in the tutorial's order."""
    name: str
    title: str
    look_for: str
    run: Callable[[Context], Outcome]
