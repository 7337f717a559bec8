"""Units of a hidden layer that begin alike, and so learn alike."""

import ast

import numpy as np

from compare.check.program.finding import Finding
from compare.check.program.reference import Window
from compare.check.program.source import number_of
from compare.check.program.steps import Training
from compare.check.program.trace import Program


def alike(training: Training) -> list[Finding]:
    """Return that the units of a hidden layer begin alike and stay so."""
    trace, program = training.trace, training.trace.program
    steps = training.steps[:40]
    if len(steps) < 2:
        return []
    found = []
    window = Window(training, steps[0])
    matrices = [
        c for c in training.parameters if len(trace.shape(c.refs[0])) == 2 and c.at(steps[0].begin) == c.refs[0]
    ]
    order: dict[int, int] = {}
    for op in window.way(steps[0].after):
        for ref in op.inputs:
            order.setdefault(ref, op.at)
    used = [c for c in matrices if c.refs[0] in order]
    used.sort(key=lambda c: order[c.refs[0]])
    for k, chain in enumerate(used):
        rest = used[k + 1 :]
        shape = trace.shape(chain.refs[0])
        op = trace.ops[order[chain.refs[0]]]
        name = op.detail[0] if op.kind == "call" else op.detail
        if name not in ("@", "numpy.dot", "ndarray.dot", "numpy.matmul") or not rest:
            continue
        axis = 1 if op.inputs[1] == chain.refs[0] else 0
        units = shape[axis]
        if units < 2 or not any(units in trace.shape(c.refs[0]) for c in rest):
            continue
        refs = [chain.refs[0], *(chain.at(step.end) for step in (steps[0], steps[len(steps) // 2], steps[-1]))]
        first, *values = (np.asarray(trace.array(ref), float) for ref in refs)
        same = [bool(np.all(v == np.take(v, [0], axis=axis))) for v in (first, *values)]
        if not all(same):
            continue
        moved = not np.array_equal(first, values[-1])
        zero = all(not np.any(trace.array(c.refs[0])) for c in rest)
        if not moved and not zero:
            continue
        made = trace.maker[chain.refs[0]]
        node = trace.ops[made].node if made >= 0 else program.statement(op.node)
        parts = []
        for one in (chain, *rest):
            at = trace.maker[one.refs[0]]
            text = None if at < 0 else _random(program, trace.ops[at].node)
            start = trace.array(one.refs[0])
            if text is not None and start is not None and np.ptp(start) == 0:
                parts.append((trace.ops[at].node, text))
        also = tuple(
            program.statement(trace.ops[trace.maker[c.refs[0]]].node) for c in rest if trace.maker[c.refs[0]] >= 0
        )
        edits = [(part,) for part in parts[:1]] + ([tuple(parts)] if len(parts) > 1 else [])
        found.append(
            Finding(
                node,
                f"All {units} hidden units begin with the same weights ({first.flat[0]:g}), so they get the same "
                "gradient and stay alike in every step: the layer is worth one unit.",
                "weights-start-at-zero" if not np.any(first) else "weights-start-alike",
                "weights that differ from unit to unit, as random ones do",
                list(also),
                list(edits[::-1]),
            )
        )
        break
    return found


def _random(program: Program, node: int) -> str | None:
    """Return a call like ``np.zeros((h, n))`` with random numbers instead."""
    call = program.nodes[node]
    if not isinstance(call, ast.Call) or not call.args:
        return None
    function = ast.unparse(call.func)
    if function.rpartition(".")[2] not in ("zeros", "ones", "full"):
        return None
    module = function.rpartition(".")[0]
    shape = program.text(number_of(call.args[0]))
    return f"{module + '.' if module else ''}random.normal(size={shape})"
