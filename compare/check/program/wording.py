"""What is said of an edit that mends a program: what the line computes, what is due, and the mistake's name."""

import numpy as np

from compare.check.program.diagnose import Diagnosis
from compare.check.program.edits import Edit
from compare.check.program.mend import Candidate
from compare.check.program.trace import COMPUTES, Trace

NAMES = {
    "slope": "slope-left-out",
    "axis": "wrong-axis",
    "sum or mean": "db-averaged-again",
    "move": "updated-while-still-read",
    "lined up": "every-answer-against-every-target",
    "transposed": "weights-not-transposed",
}
"""The catalogue's names for kinds of edits that mend one kind of mistake."""


def said_of(trace: Trace, edit: Edit, candidate: Candidate, found: Diagnosis) -> tuple[str, str]:
    """Return what the marked expression computes, and what is due, in the program's own names."""
    old = trace.program.text(edit.node)
    if edit.move_after is not None:
        line = trace.program.place(edit.move_after).line
        return (
            f"`{_short(old)}` updates a parameter that line {line} still reads: "
            "the derivatives there are taken with the new value, and the old one is due",
            f"the same line behind line {line}",
        )
    value = _value(trace, edit, found)
    now = f", {value} in the second step," if value else ""
    return f"`{_short(old)}`{now} does not give the derivative of the loss; `{_short(edit.text)}` is due", edit.text


def _short(text: str, most: int = 70) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _value(trace: Trace, edit: Edit, found: Diagnosis) -> str:
    """Return the first number that an expression gave in the second step."""
    window = found.windows[min(1, len(found.windows) - 1)]
    for op in trace.ops[window.step.begin : window.step.end]:
        if op.kind in COMPUTES and op.node == edit.node:
            array = trace.array(op.out)
            if array is not None and array.size:
                first = float(np.ravel(array)[0])
                return f"{first:.6g}" if array.size == 1 else f"first {first:.6g}"
    return ""


def catalogue_name(edit: Edit) -> str | None:
    """Return the name of the mistake that an edit mends, where its kind tells."""
    return NAMES.get(edit.kind)
