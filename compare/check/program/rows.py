"""What one step does not show, and a look over the recording does: its rows, its labels, its numbers, its states."""

from functools import partial

from compare.check.program.batches import Rows
from compare.check.program.dealing import lines_left_out, overlapping, row_left_out, same_batch, short_batch
from compare.check.program.diagnose import Diagnosis, diagnose
from compare.check.program.finding import Finding
from compare.check.program.labels import labels_apart, targets
from compare.check.program.reference import Reading
from compare.check.program.states import wrong_states
from compare.check.program.steps import Training
from compare.check.program.trace import Trace
from compare.check.program.whole_numbers import lost


def wrong_rows(trace: Trace, training: Training | None, reading: Reading | None) -> list[Finding]:
    """Return what one step does not show: wrong rows and labels, numbers that lose something, states that go on."""
    found = [*lost(trace, training), *wrong_states(trace, training)]
    if training is not None:
        found += wrongly_taken(training, reading)
    found += lines_left_out(trace)
    for one in found:
        one.holds = partial(_is_gone, one.name, trace)
    return found


SHOWS_IN_STEPS = ("gradients-accumulate", "adam-time-stands-still", "nothing-updated")
"""Mistakes without which more parameters move rightly."""


def _is_gone(name: str, before: Trace, trace: Trace) -> bool:
    """Return whether a new recording is without a mistake, and no fewer parameters than before move rightly."""
    old, new = diagnose(before), diagnose(trace)
    if new is None:
        return False
    reading, right, wrong = _likeliest(new)
    if old is not None:
        rightly = _likeliest(old)[1]
        if right < rightly or (name in SHOWS_IN_STEPS and wrong and right == rightly):
            return False
    again = [*lost(trace, new.training), *wrong_states(trace, new.training), *wrongly_taken(new.training, reading)]
    again += lines_left_out(trace)
    return all(one.name != name for one in again)


def _likeliest(diagnosis: Diagnosis) -> tuple[Reading | None, int, int]:
    """Return the reading by which fewest parameters move wrongly, and how many move rightly and wrongly."""
    wrong = diagnosis.wrong
    reading = diagnosis.right or min(wrong, key=lambda one: len(wrong[one]), default=None)
    if reading is None:
        return None, 0, 0
    return reading, diagnosis.counts[reading] - len(wrong[reading]), len(wrong[reading])


def wrongly_taken(training: Training, reading: Reading | None) -> list[Finding]:
    """Return what is wrong with the rows and labels that a training was given."""
    rows = Rows(training, reading)
    found: list[Finding] = []
    for check in (same_batch, overlapping, labels_apart, short_batch, row_left_out, targets):
        one = check(rows)
        if one is not None and not any(one.node == other.node for other in found):
            found.append(one)
            if check in (same_batch, overlapping):
                break  # what else is odd follows from it
    return found
