"""Arithmetic in whole numbers that loses what was meant: bytes that wrap round, divisions that leave nothing, weights
that cannot hold a fraction.
"""

import ast

import numpy as np

from compare.check.program.finding import Edit, Finding
from compare.check.program.source import number_of
from compare.check.program.steps import Training
from compare.check.program.trace import Op, Program, Trace

EXACT = {"+": np.add, "-": np.subtract, "*": np.multiply, "**": np.power}


def lost(trace: Trace, training: Training | None) -> list[Finding]:
    """Return what whole numbers lose."""
    found = [wraps(trace, training), divided_away(trace, training), weights_cut(trace)]
    return [one for one in found if one is not None]


def _kind(trace: Trace, ref: int) -> str:
    row = trace.rows[ref]
    return str(row[1])[1:] if row[0] == "array" else ""


def wraps(trace: Trace, training: Training | None) -> Finding | None:
    """Return an operation on small whole numbers whose result did not fit."""
    program = trace.program
    seen: dict[int, int] = {}
    for op in trace.ops:
        if op.kind not in ("binary", "augment", "unary") or op.detail not in ("+", "-", "*", "**"):
            continue
        if _kind(trace, op.out) not in ("u1", "i1", "u2", "i2", "u4", "u8") or trace.size(op.out) < 2:
            continue
        seen[op.node] = seen.get(op.node, 0) + 1
        if seen[op.node] > 3:
            continue
        given = [trace.value(ref) for ref in op.inputs]
        if any(not isinstance(x, np.ndarray | int) for x in given):
            continue
        wide = [np.asarray(x).astype(np.int64) for x in given]
        if any((np.asarray(x) != w).any() for x, w in zip(given, wide, strict=True)):
            continue
        exact = (
            -wide[0]
            if op.kind == "unary"
            else EXACT[op.detail](*wide)
            if op.detail != "**" or wide[1].min() >= 0
            else None
        )
        if exact is None:
            continue
        got = np.asarray(trace.value(op.out)).astype(np.int64)
        if exact.shape != got.shape or np.array_equal(exact, got) or not _matters(trace, op, training):
            continue
        at = tuple(np.argwhere(exact != got)[0])
        shown = [int(w[at]) if w.ndim and w.shape == exact.shape else int(np.ravel(w)[0]) for w in wide]
        sum_text = f"-{shown[0]}" if op.kind == "unary" else f"{shown[0]} {op.detail} {shown[1]}"
        return Finding(
            op.node,
            f"`{program.text(op.node)}` is computed in {_type_name(trace, op.out)}, which cannot hold "
            f"{int(exact[at])}: {sum_text} gives {int(got[at])}.",
            "uint8-wraps",
            f"{int(exact[at])}", list(_casts(trace, op)), list(_widened(program, op, trace)),
        )  # fmt: skip
    return None


def _type_name(trace: Trace, ref: int) -> str:
    return str(np.dtype(trace.rows[ref][1]))


def _matters(trace: Trace, op: Op, training: Training | None) -> bool:
    """Return whether a value goes into the training, or into what is shown."""
    if training is None or not training.steps:
        return True
    step = training.steps[min(1, len(training.steps) - 1)]
    down = trace.downstream([op.out], op.at, step.end)
    return any(ref in down for ref in step.after) or any(
        mark.kind in ("shown", "test") and mark.inputs and mark.inputs[0] in down for mark in trace.ops[op.at :]
    )


def _casts(trace: Trace, op: Op) -> tuple[int, ...]:
    """Return where the operands were made small."""
    found = []
    for ref in op.inputs:
        for _ in range(4):
            made = trace.maker[ref]
            if made < 0:
                break
            one = trace.ops[made]
            if one.kind == "call" and one.detail[0].rpartition(".")[2] in ("astype", "array", "asarray", "uint8"):
                found.append(one.node)
                break
            if not one.inputs:
                break
            ref = one.inputs[0]
    return tuple(found)


def _widened(program: Program, op: Op, trace: Trace) -> list[Edit]:
    """Return edits that compute in wider numbers."""
    node = program.nodes[op.node]
    operands: list[ast.AST] = []
    if isinstance(node, ast.BinOp):
        operands = [node.left, node.right]
    elif isinstance(node, ast.UnaryOp):
        operands = [node.operand]
    edits: list[Edit] = []
    for one, ref in zip(operands, op.inputs, strict=False):
        if _kind(trace, ref) not in ("u1", "i1", "u2", "i2", "u4", "u8"):
            continue
        inner = one
        while isinstance(inner, ast.BinOp) and not isinstance(inner.left, ast.Constant):
            inner = inner.left
        for target in dict.fromkeys((inner, one)):
            text = program.text(number_of(target))
            text = text if isinstance(target, ast.Name | ast.Attribute | ast.Call | ast.Subscript) else f"({text})"
            edits.append(((number_of(target), f"{text}.astype(float)"),))
    return edits


def divided_away(trace: Trace, training: Training | None) -> Finding | None:
    """Return a whole-number division that leaves nothing between 0 and 1."""
    program = trace.program
    seen: set[int] = set()
    for op in trace.ops:
        if (
            op.kind not in ("binary", "augment")
            or op.detail != "//"
            or trace.size(op.inputs[0]) < 20
            or op.node in seen
        ):
            continue
        seen.add(op.node)
        x, y = trace.array(op.inputs[0]), trace.array(op.inputs[1])
        got = trace.array(op.out)
        if x is None or y is None or got is None or y.size != 1 or x.min(initial=0) < 0:
            continue
        divisor = float(y.ravel()[0])
        if divisor < 2 or x.max() > divisor or len(np.unique(x)) < 3 or not _matters(trace, op, training):
            continue
        node = program.nodes[op.node]
        edits: tuple[Edit, ...] = ()
        if isinstance(node, ast.BinOp):
            text = f"{program.text(number_of(node.left))} / {program.text(number_of(node.right))}"
            edits = (((op.node, text),),)
        some = float(np.unique(x)[-2])
        return Finding(
            op.node,
            f"`{program.text(op.node)}` is a division in whole numbers: {some:g} // {divisor:g} is 0, and so is all "
            "but the largest.",
            "whole-number-division",
            f"{some:g} / {divisor:g} = {some / divisor:.3g}", [], list(edits),
        )  # fmt: skip
    return None


def weights_cut(trace: Trace) -> Finding | None:
    """Return an array of whole numbers into which updates are written, each of them cut off at the point."""
    program = trace.program
    cut: dict[int, list[Op]] = {}
    for op in trace.ops:
        if op.kind != "store" or _kind(trace, op.out)[:1] not in ("i", "u"):
            continue
        if not _is_fraction(trace, op.inputs[2]):
            continue
        cut.setdefault(op.node, []).append(op)
    for node, ops in cut.items():
        statement = program.nodes[node]
        own = isinstance(statement, ast.AugAssign) or (
            isinstance(statement, ast.Assign)
            and isinstance(statement.targets[0], ast.Subscript)
            and ast.unparse(statement.targets[0].value) in {ast.unparse(one) for one in ast.walk(statement.value)}
        )
        if len(ops) < 3 or not own:
            continue
        head = ops[0].inputs[0]
        while trace.maker[head] >= 0 and trace.ops[trace.maker[head]].kind in ("store", "put"):
            head = trace.ops[trace.maker[head]].inputs[0]
        made = trace.maker[head]
        source = trace.ops[made].node if made >= 0 else node
        target = program.nodes[node]
        place = target.target if isinstance(target, ast.AugAssign) else target.targets[0]  # type: ignore[attr-defined]
        name = program.text(number_of(place.value))  # type: ignore[union-attr]
        wanted = trace.array(ops[0].inputs[2])
        got = trace.array(ops[0].out)
        assert wanted is not None
        assert got is not None
        return Finding(
            source,
            f"`{name}` holds whole numbers only ({np.dtype(trace.rows[head][1])}): {float(wanted.ravel()[0]):g} "
            f"becomes {int(np.trunc(wanted.ravel()[0]))} in it, and small steps are lost.",
            "weights-in-whole-numbers",
            "an array of floats", list(cut), list(_floats(program, source)),
        )  # fmt: skip
    return None


def _is_fraction(trace: Trace, ref: int) -> bool:
    if not trace.is_float(ref):
        return False
    value = trace.array(ref)
    return value is not None and bool(np.any(np.isfinite(value) & (value != np.trunc(value))))


def _floats(program: Program, node: int) -> list[Edit]:
    """Return edits that make an array of floats."""
    call = program.nodes[node]
    if not isinstance(call, ast.Call):
        return []
    edits: list[Edit] = []
    for keyword in call.keywords:
        if keyword.arg == "dtype":
            edits.append(((number_of(keyword.value), "float"),))
    if not edits and call.args:
        if ast.unparse(call.func).rpartition(".")[2] in ("array", "asarray"):
            for one in ast.walk(call.args[0]):
                if isinstance(one, ast.Constant) and type(one.value) is int:
                    edits.append(((number_of(one), f"{one.value}.0"),))
                    break
        last = call.args[-1]
        text = f"{program.text(number_of(last))}, dtype=float"
        edits.append(((number_of(last), text),))
    return edits
