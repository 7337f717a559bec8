"""Recordings of small programs, made in this process, and what is understood of them."""

import contextlib
import io

import numpy as np

from compare.check.program.describe import Description, describe
from compare.check.program.diagnose import Diagnosis, diagnose
from compare.check.program.reference import Reading
from compare.check.program.trace import Program, Trace
from compare.check.sandbox.instrument import instrument
from compare.check.sandbox.recorder import Enough, Recorder

EVENTS = 8000
LONG = 60.0
"""Seconds that no recording of a few thousand operations takes."""


def trace_of(source: str) -> Trace:
    """Run a program's first operations and return their recording."""
    recorder = Recorder(EVENTS, LONG)
    names = {"__name__": "__main__", "np": np, **recorder.hooks}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Enough):
        for code in instrument([source]):
            exec(code, names)
    return Trace(recorder.table(), lambda refs: {ref: recorder.value(ref) for ref in refs}, Program([source]))


def description_of(source: str, loss: str | None = None) -> tuple[Description, Diagnosis]:
    """Return what is understood of a program, by the reading that fits it, or by one of a loss."""
    found = diagnose(trace_of(source))
    assert found is not None
    reading = found.right
    if reading is None or loss is not None:
        reading = next(one for one in found.dues if one.loss.name == loss)
    return described(found, reading), found


def described(found: Diagnosis, reading: Reading) -> Description:
    """Return the description by a reading."""
    wrong = frozenset() if found.right is reading else found.wrong[reading]
    return describe(found.trace, found.training, reading, found.dues[reading], found.rules[reading], wrong)
