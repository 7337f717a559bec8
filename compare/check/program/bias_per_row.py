"""A bias that became one for each row: its step was not summed over the rows, and NumPy repeated it instead."""

import ast

from compare.check.program.diagnose import diagnose
from compare.check.program.finding import Edit, Finding
from compare.check.program.reference import Reading, Window
from compare.check.program.steps import Training
from compare.check.program.trace import COMPUTES, Op, Trace

NAME = "bias-not-summed"


def bias_per_row(trace: Trace, training: Training, reading: Reading | None) -> list[Finding]:
    """Return the parameters that are added to the weighted sums row by row, each row having its own."""
    if reading is None or len(training.steps) < 2:
        return []
    window = Window(training, training.steps[1])
    rows = {trace.shape(m.prediction) for m in window.meetings if m.op.node == reading.node}
    found = []
    for chain, ref in zip(training.parameters, window.step.before, strict=True):
        shape = trace.shape(ref)
        if not shape or shape not in rows or max(shape) < 2:
            continue
        added = [op for op in window.ops() if op.kind == "binary" and op.detail in ("+", "-") and ref in op.inputs]
        forward = [
            op
            for op in added
            if op.out not in chain.refs and trace.shape(op.out) == shape and _rows(window, op, ref) > 1
        ]
        update = trace.ops[chain.made[1]]
        if forward and update.kind in COMPUTES:
            found.append(_finding(trace, update.node, shape))
    return found


def _rows(window: Window, op: Op, bias: int) -> int:
    """Return how many examples a weighted sum has, to which a bias is added; 0 where it is no product."""
    trace = window.trace
    (weighted,) = [ref for ref in op.inputs if ref != bias] or [bias]
    made = trace.maker[weighted]
    product = trace.ops[made] if made >= window.step.first else None
    if product is None:
        return 0
    name = product.detail if product.kind == "binary" else product.detail[0] if product.kind == "call" else ""
    if name != "@" and str(name).rpartition(".")[2] not in ("dot", "matmul"):
        return 0
    weights = product.inputs[-1]
    turned = trace.ops[trace.maker[weights]] if trace.maker[weights] >= window.step.first else None
    if weights in window.cut or (turned is not None and turned.kind == "attribute" and turned.inputs[0] in window.cut):
        return (trace.shape(weighted) or (1,))[0]
    return 0  # W @ x has its examples along the columns


def _finding(trace: Trace, node: int, shape: tuple[int, ...]) -> Finding:
    """Return the finding at the line that updates a bias."""
    program = trace.program
    found = program.nodes[node]
    name, step = "the bias", None
    if isinstance(found, ast.BinOp):
        name, step = program.text(found.left.number), found.right  # type: ignore[attr-defined]
    elif isinstance(found, ast.AugAssign):
        name, step = program.text(found.target.number), found.value  # type: ignore[union-attr]
    edits: list[Edit] = []
    if step is not None:
        text = program.text(step.number)  # type: ignore[attr-defined]
        axis = 0 if len(shape) == 1 or shape[0] >= shape[1] else 1
        for call in ("mean", "sum"):
            how = f"({text}).{call}()" if len(shape) == 1 else f"({text}).{call}(axis={axis}, keepdims=True)"
            edits.append(((step.number, how),))  # type: ignore[attr-defined]
    says = f"{name} has become an array of shape {shape}, one number for each row: its step is not summed over the rows"
    return Finding(node, says, NAME, f"one step of {name} for all rows, the sum or the mean of theirs", edits=edits,
                   holds=_is_gone)  # fmt: skip


def _is_gone(trace: Trace) -> bool:
    """Return whether a new recording is right, with one bias for all rows."""
    new = diagnose(trace)
    return new is not None and new.right is not None and not bias_per_row(trace, new.training, new.right)
