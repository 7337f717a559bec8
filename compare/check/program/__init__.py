"""Examines a training program as it is, script or notebook: what it trains, and which line of its math is wrong."""

from pathlib import Path

from compare.check.program.result import ProgramResult
from compare.check.sandbox import Limits, Submission


def examine(path: Path, source: bytes, call: str | None, limits: Limits) -> ProgramResult:
    """Examine one program; whatever it does, a result comes back."""
    with Submission(path, limits, source) as submission:
        problem = submission.problem
    verdict = "unreadable" if problem else "not understood"
    return ProgramResult(
        str(path), verdict, problem=problem, missing=None if problem else "no step of training was seen"
    )
