"""Updates that lead to nothing, and parameters that no update reaches."""

import ast
import re
from collections.abc import Iterator

import numpy as np

from compare.check.program.finding import Edit, Finding
from compare.check.program.reference import Window
from compare.check.program.source import assignments_of, number_of, target_text
from compare.check.program.steps import Chain, Step, Training
from compare.check.program.trace import COMPUTES, Op, Program, Trace


def never_added(training: Training, chains: list[Chain]) -> list[Finding]:
    """Return what is trained like the parameters and takes no part in the forward pass."""
    trace, program = training.trace, training.trace.program
    step = training.steps[min(1, len(training.steps) - 1)]
    rates = {trace.value(ref) for chain in training.parameters for ref in rates_in(trace, chain, step)}
    window = Window(training, step)
    known = {chain.refs[0] for chain in training.parameters}
    found = []
    for chain in chains:
        if chain.refs[0] in known or not _is_idle(trace, chain):
            continue
        op = update_of(trace, chain, step)
        if op is None or op.detail not in ("-", "+") or len(op.inputs) != 2:
            continue
        same_node = any(_update_node(trace, p, step) == op.node for p in training.parameters)
        if not same_node and not (rates & {trace.value(ref) for ref in rates_in(trace, chain, step)}):
            continue
        if not any(ref in window.down for ref in op.inputs):
            continue
        shape = trace.shape(chain.refs[0])
        edits = []
        for one in window.way(step.after):
            node = program.nodes[one.node]
            name = one.detail[0] if one.kind == "call" else one.detail
            if name not in ("@", "numpy.dot", "ndarray.dot", "numpy.matmul") or not isinstance(
                node, ast.BinOp | ast.Call
            ):
                continue
            out = trace.shape(one.out)
            if (
                not out
                or not shape
                or not _fits(shape, out)
                or not _forward(training, one, step)
                or _has_bias(trace, one, step)
            ):
                continue
            label = _local_name(trace, chain, one, program)
            if label is not None:
                edits.append((one.node, label))
        if not edits:
            continue
        product, label = edits[0]
        text = program.text(product)
        found.append(
            Finding(
                product,
                f"`{label}` is updated in each step, and nothing is computed with it: `{text}` is without it.",
                "bias-not-added",
                f"`{text} + {label}`",
                [],
                [((at, f"{program.text(at)} + {bias}"),) for at, bias in edits],
            )
        )
    return found


def _is_idle(trace: Trace, chain: Chain) -> bool:
    """Return whether nothing but its own replacement is computed from a value."""
    mine = set(chain.refs)
    if trace.size(chain.refs[0]) < 1 or trace.rows[chain.refs[0]][0] not in ("array", "float"):
        return False
    for ref in chain.refs[1:-1]:
        for at in trace.consumers(ref):
            if trace.ops[at].out not in mine:
                return False
    return True


def update_of(trace: Trace, chain: Chain, step: Step) -> Op | None:
    """Return the operation that replaced a value in a step."""
    after = chain.at(step.end)
    made = trace.maker[after]
    return trace.ops[made] if step.first <= made < step.end else None


def _update_node(trace: Trace, chain: Chain, step: Step) -> int | None:
    op = update_of(trace, chain, step)
    return None if op is None else op.node


def rates_in(trace: Trace, chain: Chain, step: Step) -> list[int]:
    """Return the single numbers by which an increment was multiplied: rates."""
    op = update_of(trace, chain, step)
    found: list[int] = []
    todo = [] if op is None else list(op.inputs)
    for _ in range(12):
        if not todo:
            break
        ref = todo.pop(0)
        if trace.size(ref) == 1 and trace.rows[ref][0] == "float":
            found.append(ref)
        made = trace.maker[ref]
        if made < step.begin or trace.ops[made].kind not in ("binary", "unary", "call"):
            continue
        one = trace.ops[made]
        name = one.detail[0] if one.kind == "call" else one.detail
        if name in ("*", "/", "@", "numpy.dot", "ndarray.dot", "numpy.matmul", "numpy.multiply") or one.kind == "unary":
            todo += one.inputs
    return found


def _fits(shape: tuple[int, ...], out: tuple[int, ...]) -> bool:
    """Return whether a bias of a shape can be added to outputs, a unit's number to each of its outputs."""
    units = int(np.prod(shape))
    if len(shape) == 1 or shape[0] == 1:
        return out[-1] == units and len(shape) <= len(out)
    return len(shape) == 2 and shape[1] == 1 and len(out) == 2 and out[0] == units


def _forward(training: Training, op: Op, step: Step) -> bool:
    """Return whether an operation multiplies parameters as they were before the step, going forward."""
    trace = training.trace
    return any(ref in step.before for ref in op.inputs) and all(trace.shape(ref) for ref in op.inputs)


def _has_bias(trace: Trace, op: Op, step: Step) -> bool:
    """Return whether a parameter is added to a product."""
    return any(
        trace.ops[at].kind in ("binary", "augment") and trace.ops[at].detail in ("+", "-")
        and any(ref in step.before for ref in trace.ops[at].inputs)
        for at in trace.users[op.out]
    )  # fmt: skip


def _local_name(trace: Trace, chain: Chain, op: Op, program: Program) -> str | None:
    """Return how a value is called where an operation stands, in its function or at the top."""
    own = program.function(op.node)
    for ref in chain.refs:
        for at, frame, name in trace.names.get(ref, []):
            if frame in (op.frame, 0) and at < op.at + 10**9:
                del own
                return name
    for ref in chain.refs:
        for mark in trace.ops:
            if (
                mark.kind == "set"
                and mark.inputs == [ref]
                and isinstance(mark.detail[1], str)
                and mark.detail[1].isidentifier()
            ):
                return f"self.{mark.detail[1]}"
    return None


def updates_lost(trace: Trace, training: Training | None) -> Finding | None:
    """Return that an update is computed in each step and kept nowhere."""
    program = trace.program
    by_node: dict[int, list[Op]] = {}
    for op in trace.ops:
        if op.kind == "binary" and op.detail in ("-", "+") and len(op.inputs) == 2:
            by_node.setdefault(op.node, []).append(op)
    bound = {op.inputs[0] for op in trace.ops if op.kind in ("bind",)}
    kept = {
        op.inputs[0]
        for op in trace.ops
        if op.kind in ("set", "append", "shown", "result", "test", "entry") and op.inputs
    }
    for node, ops in by_node.items():
        if len(ops) < 3 or not _is_last(program, node):
            continue
        first = ops[0]
        by_start: dict[int, list[Op]] = {}
        for op in ops:
            by_start.setdefault(op.inputs[0], []).append(op)
        if any(len(again) < 3 for again in by_start.values()) and not all(len(a) >= 2 for a in by_start.values()):
            continue
        if any(trace.rows[ref][0] not in ("array", "float") for ref in by_start):
            continue
        if not all(op.out in bound and op.out not in kept and not list(trace.consumers(op.out)) for op in ops):
            continue
        if first.detail == "+" and not _negative(trace, first):
            continue
        if not all(_made_from(trace, again[0].inputs[1], start) for start, again in by_start.items()):
            continue
        statement = program.statement(node)
        target = target_text(program, statement)
        found = program.nodes[statement]
        source = (
            program.text(number_of(found.value.left))
            if isinstance(found, ast.Assign) and isinstance(found.value, ast.BinOp)
            else ""
        )
        looped = any(
            isinstance(one, ast.For) and target in {n.id for n in ast.walk(one.target) if isinstance(n, ast.Name)}
            for one in (program.nodes[n] for n in program.loops(node))
        )
        edits = tuple(_kept(program, statement, target, source, looped))
        says = (
            f"`{program.text(statement)}` gives a new value to `{target}` alone: `{source}` is the same in every step."
        )
        if looped:
            says = (
                f"`{program.text(statement)}` gives the loop's variable `{target}` a new value, and the array that it "
                "stood for stays as it was."
            )
        return Finding(
            statement,
            says,
            "nothing-updated" if looped or trace.size(first.inputs[0]) > 1 else "bias-not-updated",
            "an update that is kept" if looped else f"`{source}` is what has to change",
            list(program.loops(node)[:1]), list(edits),
        )  # fmt: skip
    return None


def _is_last(program: Program, node: int) -> bool:
    """Return whether an expression is the whole of what an assignment to a name assigns."""
    parent = program.nodes[program.parents[node]]
    return isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name)


def _negative(trace: Trace, op: Op) -> bool:
    """Return whether what is added begins with a minus."""
    node = trace.program.nodes[op.node]
    return isinstance(node, ast.BinOp) and ast.unparse(node.right).startswith("-")


def _made_from(trace: Trace, ref: int, source: int) -> bool:
    """Return whether a value was computed from another one."""
    todo: list[int] = [ref]
    seen: set[int] = set()
    while todo and len(seen) < 3000:
        one = todo.pop()
        if one == source:
            return True
        if one in seen or trace.rows[one][0] == "plain":
            continue
        seen.add(one)
        row = trace.rows[one]
        if row[0] in ("list", "tuple", "slice"):
            todo += row[1]
        made = trace.maker[one]
        if made > trace.maker[source]:
            todo += trace.ops[made].inputs
    return False


def _kept(program: Program, statement: int, target: str, source: str, looped: bool) -> Iterator[Edit]:
    """Yield edits that keep an update: in place, or under the name of what it came from."""
    node = program.nodes[statement]
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.BinOp):
        return
    operator = "-=" if isinstance(node.value.op, ast.Sub) else "+="
    right = program.text(number_of(node.value.right))
    if isinstance(node.value.right, ast.BinOp) and isinstance(node.value.right.op, ast.Add | ast.Sub):
        right = f"({right})"
    if looped and source == target:
        yield ((statement, f"{target} {operator} {right}"),)
    elif source and source != target:
        yield ((number_of(node.targets[0]), source),)


BIAS = re.compile(r"b\d*|b_\w+|\w+_b\d*|b[a-z]|\w*bias\w*|\w*intercept\w*", re.IGNORECASE)
"""What a bias is called."""


def stands_still(training: Training) -> Finding | None:
    """Return a bias that is added to every weighted sum and never changes."""
    trace, program = training.trace, training.trace.program
    step = training.steps[min(1, len(training.steps) - 1)]
    window = Window(training, step)
    movers = set(training.movers)
    later = [s for s in training.steps if s is not step][:1]
    for op in window.way(step.after):
        if op.kind != "binary" or op.detail != "+" or op.at < step.begin:
            continue
        for position, ref in enumerate(op.inputs):
            other = op.inputs[1 - position]
            if ref in window.down or other not in window.down or ref in movers:
                continue
            made = trace.maker[other]
            product = trace.ops[made] if made >= step.begin else None
            name = "" if product is None else product.detail[0] if product.kind == "call" else product.detail
            if name not in ("@", "*", "numpy.dot", "ndarray.dot", "numpy.matmul", "numpy.sum", "builtins.sum"):
                continue
            if product is None or not any(one in step.before for one in product.inputs):
                continue
            if trace.rows[ref][0] not in ("array", "float") or trace.maker[ref] >= step.first > 0:
                continue
            text = trace.operand_text(op, position)
            if text is None or not BIAS.fullmatch(text.rpartition(".")[2].strip("_")):
                continue
            again = [o for s in later for o in trace.ops[s.begin : s.end] if o.node == op.node and o.kind in COMPUTES]
            if not again or any(o.inputs[position] != ref for o in again):
                continue
            value = trace.array(ref)
            assert value is not None
            weights = next(
                c for c in training.parameters if c.at(step.begin) in product.inputs or c.refs[0] in product.inputs
            )
            update = update_of(trace, weights, step)
            node = program.statement(update.node if update is not None else op.node)
            edits = tuple(_also_moved(training, node, text, ref, step))
            created = trace.maker[ref]
            also = (
                (program.statement(trace.ops[created].node),)
                if created >= 0
                else tuple(assignments_of(program, text)[:1])
            )
            return Finding(
                node,
                f"`{text}` is added to every weighted sum, and no step changes it: it stays {value.ravel()[0]:g}.",
                "bias-not-updated",
                f"an update of `{text}` in each step", [*also, program.statement(op.node)], list(edits),
            )  # fmt: skip
    return None


def _also_moved(training: Training, statement: int, bias: str, ref: int, step: Step) -> Iterator[Edit]:
    """Yield edits that move a bias as its weights are: by the sum of what the inputs are multiplied by."""
    trace, program = training.trace, training.trace.program
    node = program.nodes[statement]
    if not isinstance(node, ast.AugAssign | ast.Assign):
        return
    weights = program.text(number_of(node.target if isinstance(node, ast.AugAssign) else node.targets[0]))
    indent = " " * program.place(statement).column
    text = program.text(statement)
    value = node.value
    sources = [(value, program.text(number_of(value)))]
    for one in ast.walk(value):
        if isinstance(one, ast.Name):
            made = [
                n
                for n in assignments_of(program, one.id)
                if n < statement and program.function(n) is program.function(statement)
            ]
            given = program.nodes[made[-1]] if made else None
            if isinstance(given, ast.Assign) and len(given.targets) == 1:
                sources.append((given.value, program.text(number_of(given.value))))
    for source, written in sources:
        for one in ast.walk(source):
            operands = _operands(one)
            if operands is None:
                continue
            for operand, axis in operands:
                delta = program.text(number_of(operand))
                if delta.endswith(".T"):
                    delta = delta[:-2]
                    axis = 1 - axis
                total = f"{delta}.sum(axis={axis}{', keepdims=True' if len(trace.shape(ref)) == 2 else ''})"
                if not trace.shape(ref):
                    total = f"{delta}.sum()"
                inner = program.text(number_of(one))
                if isinstance(one, ast.BinOp) and isinstance(one.left, ast.BinOp) and isinstance(one.left.op, ast.Mult):
                    total = f"{program.text(number_of(one.left.left))} * {total}"
                new = written.replace(inner, total)
                if source is value:
                    whole = text.replace(written, new)
                else:
                    whole = text.replace(_name_for(program, value, source, statement), f"({new})")
                whole = whole.replace(weights, bias)
                yield ((statement, f"{text}\n{indent}{whole}"),)


def _operands(node: ast.AST) -> list[tuple[ast.expr, int]] | None:
    """Return the factors of a matrix product, and for each the axis along which the rows lie: the likelier first."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return [(node.right, 0), (node.left, 1)]
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("dot", "matmul"):
        if len(node.args) == 2:
            return [(node.args[1], 0), (node.args[0], 1)]
        if len(node.args) == 1 and isinstance(node.func, ast.Attribute):
            return [(node.args[0], 0), (node.func.value, 1)]
    return None


def _name_for(program: Program, value: ast.AST, source: ast.AST, statement: int) -> str:
    """Return the name under which an expression's value is used in another."""
    for one in ast.walk(value):
        if isinstance(one, ast.Name):
            for n in assignments_of(program, one.id):
                if getattr(program.nodes[n], "value", None) is source and n < statement:
                    return one.id
    return ""
