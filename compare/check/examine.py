"""One submission from the file to the result: run it, climb, make the first failure small, name the mistake."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from compare.check.cases import Case
from compare.check.catalogue import CATALOGUE, Mistake
from compare.check.diagnosis import Diagnosis, diagnose
from compare.check.exam import RESULTS, Exam
from compare.check.judge import Attempt, Finding, climb
from compare.check.keras_answers import KerasAnswers
from compare.check.sandbox import Limits, Submission
from compare.check.shrink import smallest
from scratch.arrays import Array


@dataclass(frozen=True)
class Smallest:
    """The smallest input that shows a failure, and what both sides make of it."""

    case: Case
    dtype: str
    yours: dict[str, Array]
    keras: dict[str, Array]
    sentence: str

    @classmethod
    def of(cls, one: Attempt, finding: Finding) -> "Smallest":
        """Take over what is to be shown of an attempt."""
        keras = {name: one.question.expected[name] for name in finding.results if name in one.question.expected}
        yours = {name: x for name, x in one.returned.items() if name in keras}
        return cls(one.question.case, one.question.dtype, yours, keras, one.wrong(finding.results) or "")


@dataclass
class Rung:
    """One rung as it is shown: what was asked, what came of it, and what is behind it."""

    name: str
    state: str
    right: int
    asked: int
    sentence: str = ""
    remarks: list[str] = field(default_factory=list)
    explanations: list[list[str]] = field(default_factory=list)
    pattern: str = ""
    smallest: Smallest | None = None

    @property
    def diagnosis(self) -> Diagnosis:
        """What is behind a failed rung, with the catalogue's own words."""
        found = tuple(tuple(CATALOGUE[name] for name in names) for names in self.explanations)
        return Diagnosis(found, self.pattern)


@dataclass
class Checked:
    """Everything about one submission. Plain data, so that it travels from one process to another."""

    file: str
    problem: str | None = None
    """Why the file could not be checked at all."""
    rungs: list[Rung] = field(default_factory=list)
    output: str = ""
    protection: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def climbed(self) -> list[Rung]:
        """The rungs that could be tried."""
        return [rung for rung in self.rungs if rung.state != "absent"]

    @property
    def passed(self) -> list[Rung]:
        """The rungs that were passed."""
        return [rung for rung in self.rungs if rung.state == "passed"]

    @property
    def first_failed(self) -> Rung | None:
        """The first rung that failed."""
        return next((rung for rung in self.rungs if rung.state == "failed"), None)

    @property
    def mistakes(self) -> list[Mistake]:
        """Every mistake that is sure, the lowest first."""
        found = [m for rung in self.rungs if rung.state == "failed" for m in rung.diagnosis.mistakes]
        return list(dict.fromkeys(found))

    @property
    def diagnosis(self) -> str:
        """The diagnosis of the first rung that failed, in one sentence."""
        return self.first_failed.diagnosis.sentence if self.first_failed else ""

    @property
    def verdict(self) -> str:
        """One word: right, wrong or unreadable."""
        return "unreadable" if self.problem else "wrong" if self.first_failed else "right"

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {
            "file": self.file,
            "verdict": self.verdict,
            "rungs_passed": len(self.passed),
            "rungs_climbed": len(self.climbed),
            "first_failing_rung": self.first_failed.name if self.first_failed else None,
            "diagnosis": self.diagnosis or None,
            "mistakes": [m.name for m in self.mistakes],
            "error": self.problem,
            "seconds": round(self.seconds, 3),
            "rungs": [_rung_as_dict(rung) for rung in self.rungs],
            "output": self.output,
            "protection": self.protection,
        }


def _rung_as_dict(rung: Rung) -> dict[str, Any]:
    shown = rung.smallest
    return {
        "rung": rung.name,
        "state": rung.state,
        "right": rung.right,
        "asked": rung.asked,
        "sentence": rung.sentence or None,
        "remarks": rung.remarks,
        "explanations": rung.explanations,
        "pattern": rung.pattern or None,
        "smallest": shown
        and {
            "input": {name: x.tolist() if isinstance(x, np.ndarray) else x for name, x in shown.case.arguments.items()},
            "dtype": shown.dtype,
            "yours": {name: x.tolist() for name, x in shown.yours.items()},
            "keras": {name: x.tolist() for name, x in shown.keras.items()},
            "sentence": shown.sentence,
        },
    }


def examine(path: Path, exam: Exam, limits: Limits, source: bytes | None = None) -> Checked:
    """Check one file. Whatever the file does, a result comes back."""
    began = time.perf_counter()
    checked = Checked(str(path))
    with Submission(path, limits, source) as submission:
        checked.protection = list(submission.protection)
        checked.problem = submission.problem
        if not checked.problem:
            findings = list(climb(submission, exam))
            checked.rungs = list(_rungs(submission, findings))
            if not checked.climbed:
                checked.problem = _nothing_to_check(submission)
    checked.output = submission.output  # now that it is closed, nothing more can come
    checked.seconds = time.perf_counter() - began
    return checked


def _rungs(submission: Submission, findings: list[Finding]) -> Iterable[Rung]:
    diagnoses = diagnose(findings)
    shown = False
    for finding in findings:
        rung = Rung(finding.rung, finding.state, finding.right, finding.asked, finding.sentence, finding.remarks)
        if finding.state == "failed":
            found = diagnoses[finding.rung]
            rung.explanations = [[m.name for m in mistakes] for mistakes in found.explanations]
            rung.pattern = found.pattern
            if not shown and (small := smallest(submission, finding) or finding.failed):
                rung.smallest = Smallest.of(small, finding)
                shown = True
        yield rung


def _nothing_to_check(submission: Submission) -> str:
    asked = ", ".join(RESULTS)
    if any(name in submission.functions for name in RESULTS):
        return "nothing is filled in yet: every function raises NotImplementedError"
    return f"it has nothing to check: define any of {asked}, or a class with fit, predict, get_weights and set_weights"


def confirmed(checked: Checked, keras: KerasAnswers) -> Checked:
    """Ask Keras itself about the smallest inputs, which were found without it."""
    for rung in checked.rungs:
        if rung.smallest:
            shown = rung.smallest
            answer = keras.answer(shown.case.function, shown.dtype, shown.case.arguments)
            rung.smallest = replace(shown, keras={name: answer[name] for name in shown.keras})
    return checked
