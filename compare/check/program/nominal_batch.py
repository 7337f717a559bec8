"""A short batch that is divided by the number of rows of a whole one."""

from collections.abc import Iterator

from compare.check.program.diagnose import diagnose
from compare.check.program.finding import Edit, Finding
from compare.check.program.reference import Meeting, Reading, Window
from compare.check.program.steps import Step, Training
from compare.check.program.trace import Op, Trace, operand_node

NAME = "nominal-batch-size-on-a-short-batch"


def nominal_batch(trace: Trace, training: Training, reading: Reading | None) -> list[Finding]:
    """Return where a short batch's sum is divided by a whole batch's rows; nothing where no batch is short."""
    if reading is None:
        return []
    sizes = [_size(trace, step, reading) for step in training.steps]
    whole = max(sizes, default=0)
    short = next((n for n, size in enumerate(sizes) if 1 < size < whole), None)
    if short is None or sizes.count(whole) < 2:
        return []
    window = Window(training, training.steps[short])
    met = [m for m in window.meetings if m.op.node == reading.node]
    if not met:
        return []
    rows = max(trace.shape(met[0].label) or (1,))
    many = rows * whole // sizes[short]
    for op in _divisions(trace, window, many):
        return [_finding(trace, op, met[0], rows, many)]
    return []


def _size(trace: Trace, step: Step, reading: Reading) -> int:
    """Return how many numbers meet labels in a step."""
    met = [op for op in trace.ops[step.begin : step.end] if op.node == reading.node and op.out >= 0]
    return max((trace.size(op.out) for op in met), default=0)


def _divisions(trace: Trace, window: Window, many: int) -> Iterator[Op]:
    """Yield the divisions by this number of rows on the way to what moves."""
    up = window.upstream(window.step.after)
    for op in window.ops():
        if op.kind == "binary" and op.detail == "/" and op.out in up and trace.size(op.inputs[1]) == 1:
            divisor = trace.array(op.inputs[1])
            if divisor is not None and float(divisor.sum()) == many:
                yield op


def _finding(trace: Trace, op: Op, meeting: Meeting, rows: int, many: int) -> Finding:
    """Return the finding at a division."""
    position = meeting.op.inputs.index(meeting.label) if meeting.label in meeting.op.inputs else -1
    labels = trace.operand_text(meeting.op, position) if position >= 0 else None
    divisor = operand_node(trace.program.nodes[op.node], op, 1)
    edits: list[Edit] = []
    if labels and divisor is not None:
        for written in (f"len({labels})", f"{labels}.shape[1]"):
            edits.append(((divisor.number, written),))  # type: ignore[attr-defined]
    says = f"A batch of {rows} rows, the last one, is divided by {many}, the rows of a whole batch"
    return Finding(op.node, says, NAME, f"division by {rows}, the rows of this batch", edits=edits, holds=_is_gone)


def _is_gone(trace: Trace) -> bool:
    """Return whether a new recording is right, and divides by its own rows."""
    new = diagnose(trace)
    return new is not None and new.right is not None and not nominal_batch(trace, new.training, new.right)
