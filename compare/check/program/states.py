"""What goes on from step to step, and should not, or should: sums, rates, counters, weights that are one object.

Each check says only what the whole recording shows; a rate that falls on purpose, or a sum that is reported, is right.
"""

import ast
import re
from collections.abc import Iterator

import numpy as np

from compare.check.program.finding import Edit, Finding
from compare.check.program.reference import Window
from compare.check.program.steps import Chain, Step, Training, _depends, chains_of
from compare.check.program.trace import COMPUTES, Op, Program, Trace


def wrong_states(trace: Trace, training: Training | None) -> list[Finding]:
    """Return what goes wrong from step to step."""
    found: list[Finding | None] = []
    if training is not None and training.steps:
        chains = chains_of(trace)
        found = [
            sums_go_on(training),
            time_stands_still(training),
            *alike(training),
            *never_added(training, chains),
            shared(training),
            best_not_kept(training),
            rate_falls(training, chains),
        ]
    dead = updates_lost(trace, training)
    found += [dead, None if dead is not None or training is None else stands_still(training)]
    return [one for one in found if one is not None]


def _n(node: ast.AST) -> int:
    number: int = node.number  # type: ignore[attr-defined]
    return number


def _steps(training: Training, n: int) -> list[Step]:
    return training.steps[:n]


def _name_of(trace: Trace, chain: Chain) -> str:
    """Return how the program calls a value that goes on."""
    for ref in chain.refs[:4]:
        for _, _, name in trace.names.get(ref, []):
            return name
    for ref in chain.refs[:4]:
        for at in trace.users[ref]:
            op = trace.ops[at]
            for position, one in enumerate(op.inputs):
                if one == ref:
                    text = trace.operand_text(op, position)
                    if text is not None and text.isidentifier():
                        return text
    return "a value"


# ---------------------------------------------------------------------- sums that are not reset


def sums_go_on(training: Training) -> Finding | None:
    """Return that gradients of former steps stay in the sum."""
    program = training.trace.program
    if len(training.steps) < 3:
        return None
    step = training.steps[1]
    nodes = dict.fromkeys(op.node for op in _sums(training, step))
    if not nodes:
        return None
    statements = list(dict.fromkeys(program.statement(node) for node in nodes))
    first = statements[0]
    edits = [*_reset(training, program), *_set_instead(program, statements), *_cleared(training, step)]
    return Finding(
        first,
        f"`{_target(program, first)}` still holds the former steps' sum when a step begins: it is never set back to 0, so "
        "each step goes by all gradients so far.",
        "gradients-accumulate",
        "a sum that begins at 0 in each step", list(statements[1:]), list(edits),
    )  # fmt: skip


def _sums(training: Training, step: Step) -> Iterator[Op]:
    """Yield the operations of a step that add to what a former step left, and whose result a parameter moves by."""
    trace = training.trace
    moved = [(before, after) for before, after in zip(step.before, step.after, strict=True) if before != after]
    for op in trace.ops[step.begin : step.end]:
        if op.kind not in ("augment", "binary") or op.detail != "+":
            continue
        for ref in op.inputs:
            made = trace.maker[ref]
            former = made >= 0 and made < step.begin and trace.ops[made].node == op.node
            if former and not _is_used(trace, ref, op, step) and trace.shape(ref) == trace.shape(op.out):
                total = _total(trace, op, step)
                if any(_depends(trace, after, total, frozenset()) for _, after in moved if after != total):
                    yield op


def _total(trace: Trace, op: Op, step: Step) -> int:
    """Return the last sum of a step to which an operation leads by adding at the same place."""
    ref = op.out
    for _ in range(100000):
        more = [at for at in trace.users[ref] if op.at < at < step.end and trace.ops[at].node == op.node]
        if not more:
            break
        ref = trace.ops[more[0]].out
    return ref


def _is_used(trace: Trace, ref: int, sum_: Op, step: Step) -> bool:
    """Return whether a step computes anything but the next sum with a value."""
    return any(step.begin <= at < step.end and at != sum_.at for at in trace.consumers(ref))


def _target(program: Program, statement: int) -> str:
    node = program.nodes[statement]
    if isinstance(node, ast.AugAssign):
        return program.text(_n(node.target))
    if isinstance(node, ast.Assign):
        return program.text(_n(node.targets[0]))
    return program.text(statement)


def _set_instead(program: Program, statements: list[int]) -> Iterator[Edit]:
    """Yield an edit that sets what was added to."""
    parts = []
    for statement in statements:
        node = program.nodes[statement]
        if not isinstance(node, ast.AugAssign):
            return
        target, value = program.text(_n(node.target)), program.text(_n(node.value))
        if isinstance(node.target, ast.Name) and program.function(statement) is None:
            parts.append((statement, f"{target} = {value}"))
        else:
            parts.append((statement, f"{target} = {value}"))
    if parts:
        yield tuple(parts)


def _cleared(training: Training, step: Step) -> Iterator[Edit]:
    """Yield an edit that sets the sums back to 0 once the parameters have moved by them."""
    trace, program = training.trace, training.trace.program
    totals = {_total(trace, op, step) for op in _sums(training, step)}
    cleared: dict[int, dict[str, bool]] = {}
    for op in trace.ops[step.begin : step.end]:
        for position, ref in enumerate(op.inputs):
            if ref not in totals or op.kind not in ("binary", "augment"):
                continue
            text = trace.operand_text(op, position)
            if text is not None and all(c.isalnum() or c in "._[]" for c in text):
                cleared.setdefault(program.statement(op.node), {})[text] = bool(trace.shape(ref))
    parts = []
    for statement, names in cleared.items():
        indent = " " * program.place(statement).column
        if not isinstance(program.nodes[statement], ast.Assign | ast.AugAssign):
            return
        lines = [f"{name}[:] = 0" if array else f"{name} = 0.0" for name, array in names.items()]
        parts.append((statement, f"\n{indent}".join([program.text(statement), *lines])))
    if parts:
        yield tuple(parts)


def _reset(training: Training, program: Program) -> Iterator[Edit]:
    """Yield an edit that calls, in each step, what the program has for setting back to 0."""
    loop = program.nodes[training.loop]
    if not isinstance(loop, ast.For | ast.While):
        return
    inside = {_n(one) for one in ast.walk(loop) if hasattr(one, "number")}
    first = loop.body[0]
    indent = " " * program.place(_n(first)).column
    for node in program.nodes:
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call) or _n(node) in inside:
            continue
        called = ast.unparse(node.value.func).rpartition(".")[2].lower()
        if any(word in called for word in ("zero", "reset", "clear")) and program.function(_n(node)) is program.function(_n(loop)):
            text = f"{program.text(_n(node))}\n{indent}{program.text(_n(first))}"
            yield ((_n(first), text),)


# ---------------------------------------------------------------------- a counter that stands still


def time_stands_still(training: Training) -> Finding | None:
    """Return that the step number in Adam's correction is the same in every step."""
    trace, program = training.trace, training.trace.program
    steps = training.steps
    if len(steps) < 3:
        return None
    powers: dict[int, list[tuple[int, object]]] = {}
    for n, step in enumerate(steps[:400]):
        for op in trace.ops[step.begin : step.end]:
            if op.kind == "binary" and op.detail == "**" and not trace.shape(op.inputs[0]):
                powers.setdefault(op.node, []).append((n, op))
    for node, found in powers.items():
        expression = program.nodes[node]
        if not isinstance(expression, ast.BinOp) or isinstance(expression.right, ast.Constant):
            continue
        ops = [op for _, op in found]
        base = trace.value(ops[0].inputs[0])  # type: ignore[attr-defined]
        times = {trace.value(op.inputs[1]) for op in ops}  # type: ignore[attr-defined]
        if type(base) is not float or not 0.5 <= base < 1 or len(times) != 1 or len({n for n, _ in found}) < 3:
            continue
        if not _corrects(training, ops[-1]):  # type: ignore[arg-type]
            continue
        if not isinstance(expression.right, ast.Name | ast.Attribute):
            continue
        if training.loop not in trace.shortened and len({n for n, _ in found}) < 5 and trace.stopped is None:
            pass
        time = program.text(_n(expression.right))
        value = next(iter(times))
        sources = [n for n in _assignments(program, time)]
        others = tuple(dict.fromkeys(program.statement(one) for one in powers))
        edits = tuple(_counting(training, program, time, sources))
        return Finding(
            sources[0] if sources else program.statement(node),
            f"`{time}` is {value} in every step: `{program.text(node)}` stays {base**value:g}.",  # type: ignore[operator]
            "adam-time-stands-still",
            f"`{time}` counts the steps: 1, 2, 3, ...", [*others, training.loop], list(edits),
        )  # fmt: skip
    return None


def _corrects(training: Training, op: Op) -> bool:
    """Return whether ``1 - beta ** t`` divides something that goes into the step."""
    trace = training.trace
    for at in trace.users[op.out]:
        one = trace.ops[at]
        if one.kind == "binary" and one.detail == "-" and one.inputs[1] == op.out:
            for after in trace.users[one.out]:
                two = trace.ops[after]
                if two.kind == "binary" and two.detail == "/":
                    return True
                if two.kind == "call" and two.detail[0].endswith("sqrt"):
                    return True
    return False


def _assignments(program: Program, name: str) -> list[int]:
    """Return the statements that give a name its value, from the first."""
    found = []
    for node in program.nodes:
        targets: list[ast.AST] = []
        if isinstance(node, ast.Assign):
            targets = list(node.targets)
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            for one in ast.walk(target):
                if isinstance(one, ast.Name | ast.Attribute) and ast.unparse(one) == name:
                    found.append(_n(node))
    return found


def _counting(training: Training, program: Program, time: str, sources: list[int]) -> Iterator[Edit]:
    """Yield an edit that counts: one more at the end of each step."""
    loop = program.nodes[training.loop]
    if not isinstance(loop, ast.For | ast.While):
        return
    last = loop.body[-1]
    if program.function(_n(loop)) is not None and sources and program.function(sources[0]) is not program.function(_n(loop)):
        return
    indent = " " * program.place(_n(loop.body[0])).column
    yield ((_n(last), f"{program.text(_n(last))}\n{indent}{time} += 1"),)


# ---------------------------------------------------------------------- units that stay alike


def alike(training: Training) -> list[Finding]:
    """Return that the units of a hidden layer begin alike and stay so."""
    trace, program = training.trace, training.trace.program
    steps = training.steps[:40]
    if len(steps) < 2:
        return []
    found = []
    window = Window(training, steps[0])
    matrices = [c for c in training.parameters if len(trace.shape(c.refs[0])) == 2 and c.at(steps[0].begin) == c.refs[0]]
    order = {}
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
        values = [trace.array(chain.at(step.end)) for step in (steps[0], steps[len(steps) // 2], steps[-1])]
        first = trace.array(chain.refs[0])
        if first is None or any(v is None for v in values):
            continue
        same = [bool(np.all(v == np.take(v, [0], axis=axis))) for v in (first, *values)]  # type: ignore[union-attr]
        if not all(same):
            continue
        moved = not np.array_equal(first, values[-1])  # type: ignore[arg-type]
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
            if text is not None and start is not None and not np.any(start):
                parts.append((trace.ops[at].node, text))
        also = tuple(program.statement(trace.ops[trace.maker[c.refs[0]]].node) for c in rest if trace.maker[c.refs[0]] >= 0)
        edits = [(part,) for part in parts[:1]] + ([tuple(parts)] if len(parts) > 1 else [])
        found.append(
            Finding(
                node,
                f"All {units} hidden units begin with the same weights ({first.flat[0]:g}), so they get the same "
                "gradient and stay alike in every step: the layer is worth one unit.",
                "weights-start-at-zero" if not np.any(first) else "weights-start-alike",
                "weights that differ from unit to unit, as random ones do", list(also), list(edits[::-1]),
            )  # fmt: skip
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
    shape = program.text(_n(call.args[0]))
    return f"{module + '.' if module else ''}random.normal(size={shape})"


# ---------------------------------------------------------------------- what is updated for nothing, and what never is


def never_added(training: Training, chains: list[Chain]) -> list[Finding]:
    """Return what is trained like the parameters and takes no part in the forward pass."""
    trace, program = training.trace, training.trace.program
    step = training.steps[min(1, len(training.steps) - 1)]
    rates = {ref for chain in training.parameters for ref in _factors(trace, chain, step)}
    window = Window(training, step)
    known = {chain.refs[0] for chain in training.parameters}
    found = []
    for chain in chains:
        if chain.refs[0] in known or not _is_idle(trace, chain):
            continue
        op = _update(trace, chain, step)
        if op is None or op.detail not in ("-", "+") or len(op.inputs) != 2:
            continue
        same_node = any(_update_node(trace, p, step) == op.node for p in training.parameters)
        if not same_node and not (rates & set(_factors(trace, chain, step))):
            continue
        if not any(ref in window.down for ref in op.inputs):
            continue
        shape = trace.shape(chain.refs[0])
        edits = []
        for one in window.way(step.after):
            node = program.nodes[one.node]
            name = one.detail[0] if one.kind == "call" else one.detail
            if name not in ("@", "numpy.dot", "ndarray.dot", "numpy.matmul") or not isinstance(node, ast.BinOp | ast.Call):
                continue
            out = trace.shape(one.out)
            if not out or not shape or not _fits(shape, out) or not _forward(training, one, step) or _has_bias(trace, one, step):
                continue
            label = _local_name(trace, chain, one, program)
            if label is not None:
                edits.append((one.node, label))
        if not edits:
            continue
        node, label = edits[0]
        found.append(
            Finding(
                node,
                f"`{label}` is updated in each step, and nothing is computed with it: `{program.text(node)}` is without it.",
                "bias-not-added",
                f"`{program.text(node)} + {label}`", [],
                list(((at, f"{program.text(at)} + {text}"),) for at, text in edits),
            )  # fmt: skip
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


def _update(trace: Trace, chain: Chain, step: Step) -> Op | None:
    """Return the operation that replaced a value in a step."""
    after = chain.at(step.end)
    made = trace.maker[after]
    return trace.ops[made] if step.first <= made < step.end else None


def _update_node(trace: Trace, chain: Chain, step: Step) -> int | None:
    op = _update(trace, chain, step)
    return None if op is None else op.node


def _factors(trace: Trace, chain: Chain, step: Step) -> list[int]:
    """Return the single numbers by which an increment was multiplied: rates."""
    op = _update(trace, chain, step)
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
        if name in ("*", "/", "@", "-", "numpy.dot", "ndarray.dot", "numpy.matmul", "numpy.multiply"):
            if name != "-" or one.kind == "unary":
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
            if mark.kind == "set" and mark.inputs == [ref] and isinstance(mark.detail[1], str) and mark.detail[1].isidentifier():
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
    kept = {op.inputs[0] for op in trace.ops if op.kind in ("set", "append", "shown", "result", "test", "entry") and op.inputs}
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
        target = _target(program, statement)
        found = program.nodes[statement]
        source = program.text(_n(found.value.left)) if isinstance(found, ast.Assign) and isinstance(found.value, ast.BinOp) else ""
        looped = any(
            isinstance(one, ast.For) and target in {n.id for n in ast.walk(one.target) if isinstance(n, ast.Name)}
            for one in (program.nodes[n] for n in program.loops(node))
        )
        edits = tuple(_kept(program, statement, target, source, looped))
        return Finding(
            statement,
            f"`{program.text(statement)}` gives a new value to `{target}` alone"
            + (", the loop's variable" if looped else "")
            + f": `{source}` is the same in every step." if not looped else f"`{program.text(statement)}` gives the loop's "
            f"variable `{target}` a new value, and the array that it stood for stays as it was.",
            "nothing-updated" if looped or not trace.size(first.inputs[0]) == 1 else "bias-not-updated",
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
    todo, seen = [ref], set()
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
    right = program.text(_n(node.value.right))
    if isinstance(node.value.right, ast.BinOp) and isinstance(node.value.right.op, ast.Add | ast.Sub):
        right = f"({right})"
    if looped and source == target:
        yield ((statement, f"{target} {operator} {right}"),)
    elif source and source != target:
        yield ((_n(node.targets[0]), source),)


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
            weights = next(c for c in training.parameters if c.at(step.begin) in product.inputs or c.refs[0] in product.inputs)
            update = _update(trace, weights, step)
            node = program.statement(update.node if update is not None else op.node)
            edits = tuple(_also_moved(training, node, text, ref, step))
            created = trace.maker[ref]
            also = (program.statement(trace.ops[created].node),) if created >= 0 else tuple(_assignments(program, text)[:1])
            return Finding(
                node,
                f"`{text}` is added to every weighted sum, and no step changes it: it stays {value.ravel()[0]:g}.",
                "bias-not-updated",
                f"an update of `{text}` in each step", [*also, program.statement(op.node)], list(edits),
            )  # fmt: skip
    return None


def _also_moved(training: Training, statement: int, bias: str, ref: int, step: Step) -> Iterator[Edit]:
    """Yield edits that move a bias as its weights are: by the sum of what the weights' step multiplies the inputs by."""
    trace, program = training.trace, training.trace.program
    node = program.nodes[statement]
    if not isinstance(node, ast.AugAssign | ast.Assign):
        return
    weights = program.text(_n(node.target if isinstance(node, ast.AugAssign) else node.targets[0]))
    indent = " " * program.place(statement).column
    text = program.text(statement)
    value = node.value
    sources = [(value, program.text(_n(value)))]
    for one in ast.walk(value):
        if isinstance(one, ast.Name):
            made = [n for n in _assignments(program, one.id) if n < statement and program.function(n) is program.function(statement)]
            given = program.nodes[made[-1]] if made else None
            if isinstance(given, ast.Assign) and len(given.targets) == 1:
                sources.append((given.value, program.text(_n(given.value))))
    for source, written in sources:
        for one in ast.walk(source):
            operands = _operands(one)
            if operands is None:
                continue
            for operand, axis in operands:
                delta = program.text(_n(operand))
                if delta.endswith(".T"):
                    delta = delta[:-2]
                    axis = 1 - axis
                total = f"{delta}.sum(axis={axis}{', keepdims=True' if len(trace.shape(ref)) == 2 else ''})"
                if not trace.shape(ref):
                    total = f"{delta}.sum()"
                inner = program.text(_n(one))
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
            for n in _assignments(program, one.id):
                if getattr(program.nodes[n], "value", None) is source and n < statement:
                    return one.id
    return ""


# ---------------------------------------------------------------------- one object where there should be two


def shared(training: Training) -> Finding | None:
    """Return that two parameters, or two states, are one array."""
    trace, program = training.trace, training.trace.program
    for node in program.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List | ast.ListComp):
            entry = node.left.elts[0] if isinstance(node.left, ast.List) and len(node.left.elts) == 1 else None
            if entry is not None and isinstance(entry, ast.Call) and _one_for_two(training, entry):
                text, count = program.text(_n(entry)), program.text(_n(node.right))
                return Finding(
                    _n(node),
                    f"`{program.text(_n(node))}` is one array, several times: what is added to one of them is added to all.",
                    "arrays-shared",
                    "an array for each", [],
                    [((_n(node), f"[{text} for _ in range({count})]"),)],
                )  # fmt: skip
    return _two_names(training)


def _one_for_two(training: Training, call: ast.Call) -> bool:
    """Return whether the array that a call gave is changed in place twice in one step, under two places of a list."""
    trace = training.trace
    step = training.steps[min(1, len(training.steps) - 1)]
    for op in trace.ops[: step.begin]:
        if op.kind != "call" or op.node != _n(call):
            continue
        versions = set(_versions(trace, op.out, step.end))
        during = [one for one in trace.ops[step.begin : step.end] if one.inputs]
        changed = [one for one in during if one.kind in ("augment", "store") and one.out in versions]
        places = {tuple(one.detail) for one in during if one.kind == "set" and one.inputs[0] in versions}
        if len(changed) >= 2 and (len(places) >= 2 or not places):
            return True
    return False


def _versions(trace: Trace, ref: int, end: int) -> Iterator[int]:
    """Yield what an array was, from a version on, as it was changed in place."""
    while True:
        yield ref
        later = [
            at for at in trace.users[ref]
            if at < end and trace.ops[at].kind in ("augment", "store", "put") and trace.ops[at].inputs[0] == ref
        ]  # fmt: skip
        if not later:
            return
        ref = trace.ops[later[0]].out


def _two_names(training: Training) -> Finding | None:
    """Return two names of one list or dict, or of one array, that are both written to in a step, with different values."""
    trace, program = training.trace, training.trace.program
    step = training.steps[min(1, len(training.steps) - 1)]
    holds: dict[object, list[tuple[str, Op]]] = {}
    for op in trace.ops[: step.begin]:
        if op.kind == "hold":
            holds.setdefault(op.detail[1], []).append((str(op.detail[0]), op))
    written: dict[object, dict[str, set[int]]] = {}
    for op in trace.ops[step.begin : step.end]:
        if op.kind != "set":
            continue
        node = program.nodes[op.node]
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AugAssign) else None
        if isinstance(target, ast.Subscript):
            written.setdefault(op.detail[0], {}).setdefault(ast.unparse(target.value), set()).add(op.node)
    for serial, names in written.items():
        bound = holds.get(serial, [])
        label = {name.rpartition(".")[2] for name, _ in bound}
        by_last = {text.rpartition(".")[2]: nodes for text, nodes in names.items()}
        both = [text for text in by_last if text in label]
        if len(both) < 2 or len({frozenset(by_last[text]) for text in both}) < 2:
            continue
        op = bound[-1][1]
        value = _copied(program, op.node)
        edits = (value,) if value is not None else ()
        first, second = both[:2]
        return Finding(
            op.node,
            f"`{first}` and `{second}` are one object: what a step writes into `{second}` is in `{first}`, too.",
            "arrays-shared",
            f"two of them, one for `{first}` and one for `{second}`", [], list(edits),
        )  # fmt: skip
    for named in holds.values():
        names = list(dict.fromkeys(name for name, _ in named))
        statements = list(dict.fromkeys(op.node for _, op in named))
        if len(names) < 2 or len(statements) > 2 or not _in_place_twice(training, step):
            continue
        first, second = (name.rpartition(".")[2] for name in names[:2])
        node = named[-1][1].node
        if first == second or not _by_one_another(program, node, first, second):
            continue
        value = _copied(program, node)
        return Finding(
            node,
            f"`{first}` and `{second}` are one object: what is added to its arrays as `{second}` is in `{first}`, too.",
            "arrays-shared",
            f"two of them, one for `{first}` and one for `{second}`", [], list((value,) if value is not None else ()),
        )  # fmt: skip
    return _two_arrays(training)


def _in_place_twice(training: Training, step: Step) -> bool:
    """Return whether a step changes one array in place under two names."""
    program = training.trace.program
    under: dict[int, set[str]] = {}
    first: dict[int, int] = {}
    for op in training.trace.ops[step.begin : step.end]:
        if op.kind not in ("augment", "store"):
            continue
        start = first.get(op.inputs[0], op.inputs[0])
        first[op.out] = start
        node = program.nodes[op.node]
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Subscript) and op.kind == "store":
            target = target.value
        if target is not None:
            under.setdefault(start, set()).add(ast.unparse(target))
    return any(len(names) > 1 for names in under.values())


def _by_one_another(program: Program, node: int, first: str, second: str) -> bool:
    """Return whether one statement binds both names: ``m = v = x``, or ``v = m``."""
    statement = program.nodes[program.statement(node)]
    if not isinstance(statement, ast.Assign):
        return False
    names = [ast.unparse(one).rpartition(".")[2] for one in (*statement.targets, statement.value)]
    return first in names and second in names


def _copied(program: Program, node: int) -> Edit | None:
    """Return an edit that makes an object anew for the second name."""
    statement = program.nodes[program.statement(node)]
    if not isinstance(statement, ast.Assign):
        return None
    value = program.text(_n(statement.value))
    indent = " " * program.place(_n(statement)).column
    if len(statement.targets) == 2:
        lines = [f"{program.text(_n(target))} = {value}" for target in statement.targets]
        return ((_n(statement), f"\n{indent}".join(lines)),)
    if isinstance(statement.value, ast.Name | ast.Attribute):
        source = next(
            (program.nodes[one].value for one in _assignments(program, value) if isinstance(program.nodes[one], ast.Assign)),
            None,
        )  # type: ignore[attr-defined]
        lists = isinstance(source, ast.List | ast.ListComp)
        text = f"[x.copy() for x in {value}]" if lists else f"{{k: x.copy() for k, x in {value}.items()}}"
        return ((_n(statement.value), text),)
    return None


def _two_arrays(training: Training) -> Finding | None:
    """Return two names, or attributes, bound to one array by one statement, that a step changes in place one by one."""
    trace, program = training.trace, training.trace.program
    step = training.steps[min(1, len(training.steps) - 1)]
    for node in program.nodes:
        if not isinstance(node, ast.Assign) or len(node.targets) < 2 or not isinstance(node.value, ast.Call):
            continue
        names = [ast.unparse(target) for target in node.targets]
        heads = {op.out for op in trace.ops if op.kind == "call" and op.node == _n(node.value)}
        for chain in (*training.states, *training.parameters):
            if chain.refs[0] not in heads:
                continue
            changed: dict[str, int] = {}
            refs = set(chain.refs)
            for op in trace.ops[step.begin : step.end]:
                one = program.nodes[op.node]
                if op.kind == "augment" and op.out in refs and isinstance(one, ast.AugAssign):
                    changed[ast.unparse(one.target)] = op.node
            both = [name for name in names if name in changed]
            if len(both) < 2:
                continue
            indent = " " * program.place(_n(node)).column
            value = program.text(_n(node.value))
            text = f"\n{indent}".join(f"{name} = {value}" for name in names)
            return Finding(
                _n(node),
                f"`{both[0]}` and `{both[1]}` are one array: what is added to one is added to the other.",
                "arrays-shared",
                f"an array for `{both[0]}` and one for `{both[1]}`", [], [((_n(node), text),)],
            )  # fmt: skip
    return None


def best_not_kept(training: Training) -> Finding | None:
    """Return that the best weights are kept by name only, while training changes the same arrays in place."""
    trace, program = training.trace, training.trace.program
    step = training.steps[min(1, len(training.steps) - 1)]
    in_place: set[str] = set()
    for chain in training.parameters:
        op = _update(trace, chain, step)
        if op is None or op.kind not in ("augment", "store", "put") or trace.size(chain.refs[0]) < 2:
            continue
        node = program.nodes[op.node]
        target = node.target if isinstance(node, ast.AugAssign) else None
        if isinstance(target, ast.Name | ast.Attribute):
            in_place.add(ast.unparse(target).rpartition(".")[2])
    if not in_place:
        return None
    for number, node in enumerate(program.nodes):
        if not isinstance(node, ast.Assign) or not _after_a_test(program, number):
            continue
        target, value = node.targets[0], node.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            pairs = list(zip(target.elts, value.elts, strict=True))
        for to, source in pairs:
            arrays = source.elts if isinstance(source, ast.Tuple | ast.List) else [source]
            held = [
                one for one in arrays
                if isinstance(one, ast.Name | ast.Attribute) and ast.unparse(one).rpartition(".")[2] in in_place
            ]  # fmt: skip
            if not held or not isinstance(to, ast.Name | ast.Attribute) or ast.unparse(to).rpartition(".")[2] in in_place:
                continue
            if not _read_elsewhere(program, to, number):
                continue
            parts = tuple((_n(one), f"{program.text(_n(one))}.copy()") for one in held)
            name = program.text(_n(held[0]))
            return Finding(
                number,
                f"`{ast.unparse(to)}` is the array `{name}` itself, no copy of it: each later step changes it in place, so "
                "the best weights are lost.",
                "arrays-shared",
                f"a copy: `{name}.copy()`", list(_readers(program, to, number)), [parts],
            )  # fmt: skip
    return None


def _after_a_test(program: Program, number: int) -> bool:
    """Return whether a statement in a loop runs only if a comparison says so."""
    parent = program.nodes[program.parents.get(number, 0)]
    return isinstance(parent, ast.If) and isinstance(parent.test, ast.Compare) and bool(program.loops(number))


def _readers(program: Program, to: ast.AST, number: int) -> Iterator[int]:
    """Yield the statements that read a name which another statement gives."""
    text = ast.unparse(to)
    for other in program.nodes:
        if isinstance(other, ast.Name | ast.Attribute) and isinstance(other.ctx, ast.Load) and ast.unparse(other) == text:
            statement = program.statement(_n(other))
            if statement != number:
                yield statement


def _read_elsewhere(program: Program, to: ast.AST, number: int) -> bool:
    return next(_readers(program, to, number), None) is not None


# ---------------------------------------------------------------------- a rate that falls by mistake


def rate_falls(training: Training, chains: list[Chain]) -> Finding | None:
    """Return a learning rate that is divided, again and again, by what was meant for the first one."""
    trace, program = training.trace, training.trace.program
    for chain in _rates(training, chains):
        nodes = {trace.ops[trace.maker[ref]].node for ref in chain.refs[1:] if trace.maker[ref] >= 0}
        if len(nodes) != 1:
            continue
        op = trace.ops[trace.maker[chain.refs[1]]]
        if op.kind not in ("binary", "augment") or op.detail not in ("*", "/"):
            continue
        statement = program.statement(op.node)
        name = _target(program, statement)
        values = [float(trace.value(ref)) for ref in chain.refs]
        large = [value for value in values if abs(value) > 1e-250]
        factors = np.array(large[1:]) / np.array(large[:-1])
        if len(large) < 3 or not np.all(np.isfinite(factors)) or not np.all(factors > 0):
            continue
        counted = _by_the_clock(trace, chain, op)
        if counted is not None and len(values) > 4 and _grows(1 / factors):
            edits = _from_the_first(program, statement, name, training)
            return Finding(
                statement,
                f"`{name}` is computed from its own last value with `{counted}`, which grows: {values[0]:g}, {values[1]:g}, "
                f"{values[2]:g}, {values[3]:g}, {values[4]:g}, ... falls faster and faster.",
                "rate-decays",
                f"`{name}` from the first rate each time", [], list(edits),
            )  # fmt: skip
        moved = _meant_for_epochs(training, chain, statement)
        if moved is not None:
            return Finding(
                statement,
                f"`{program.text(statement)}` stands in the loop over batches: it runs in each step, and `{name}` is "
                f"{values[min(len(values) - 1, 8)]:g} after {min(len(values) - 1, 8)} of them.",
                "rate-decays",
                "once in an epoch", [], list(moved),
            )  # fmt: skip
        if _dies(training, chain) and program.loops(statement):
            n = min(len(values) - 1, 3)
            return Finding(
                statement,
                f"`{program.text(statement)}` runs in each turn of the loop: `{name}` is {values[0]:g} at first and "
                f"{values[n]:g} after {n} turns, and nothing is learned any more.",
                "rate-decays",
                "once, before the loop", [], _once(program, statement),
            )  # fmt: skip
    return None


def _rates(training: Training, chains: list[Chain]) -> list[Chain]:
    """Return single numbers that multiply what the parameters move by."""
    trace = training.trace
    step = training.steps[min(1, len(training.steps) - 1)]
    used = {ref for chain in training.parameters for s in (step, training.steps[0]) for ref in _factors(trace, chain, s)}
    return [chain for chain in chains if trace.size(chain.refs[0]) == 1 and used & set(chain.refs)]


def _by_the_clock(trace: Trace, chain: Chain, op: Op) -> str | None:
    """Return the name of a counter by which a rate is divided or multiplied."""
    program = trace.program
    statement = program.statement(op.node)
    node = program.nodes[statement]
    value = getattr(node, "value", None)
    if value is None:
        return None
    counters = {
        one.id
        for number in program.loops(statement)
        if isinstance(program.nodes[number], ast.For)
        for one in ast.walk(program.nodes[number].target)  # type: ignore[attr-defined]
        if isinstance(one, ast.Name)
    }
    for one in ast.walk(value):
        if isinstance(one, ast.Name) and one.id in counters:
            return one.id
    return None


def _grows(x: np.ndarray) -> bool:
    return bool(np.all(np.diff(x) >= -1e-12) and x[-1] > x[0] + 1e-9)


def _from_the_first(program: Program, statement: int, name: str, training: Training) -> tuple[Edit, ...]:
    """Return edits that compute a rate from its first value, where the program has it under a name."""
    node = program.nodes[statement]
    if not isinstance(node, ast.Assign):
        return ()
    firsts = []
    for number in _assignments(program, name):
        source = program.nodes[number]
        if number == statement or not isinstance(source, ast.Assign):
            continue
        firsts += [ast.unparse(t) for t in source.targets if isinstance(t, ast.Name | ast.Attribute) and ast.unparse(t) != name]
        if isinstance(source.value, ast.Name | ast.Attribute):
            firsts.append(ast.unparse(source.value))
    return tuple(
        ((_n(one), first),)
        for first in dict.fromkeys(firsts)
        for one in ast.walk(node.value)
        if isinstance(one, ast.Name | ast.Attribute) and ast.unparse(one) == name
    )


def _meant_for_epochs(training: Training, chain: Chain, statement: int) -> tuple[Edit, ...] | None:
    """Return edits, where a rate falls in each step though the program says that it does so in each epoch."""
    program = training.trace.program
    loops = program.loops(statement)
    if training.loop not in loops or loops.index(training.loop) != 0:
        return None
    place = program.place(statement)
    lines = program.cells[program.cell_of[statement]].splitlines()
    said = [lines[place.line - 1].partition("#")[2]]
    if place.line >= 2 and lines[place.line - 2].strip().startswith("#"):
        said.append(lines[place.line - 2])
    if len(loops) < 2 or not any("epoch" in text.lower() for text in said):
        return None
    inner = program.nodes[loops[0]]
    assert isinstance(inner, ast.For | ast.While)
    indent = " " * program.place(loops[0]).column
    return (_after(program, statement, inner, indent),)


def _after(program: Program, statement: int, loop: ast.For | ast.While, indent: str) -> Edit:
    """Return an edit that moves a statement behind a loop in which it stands."""
    text, last = program.text(statement), loop.body[-1]
    if program.nodes[statement] is last:
        return ((statement, f"pass\n{indent}{text}"),)
    return ((statement, "pass"), (_n(last), f"{program.text(_n(last))}\n{indent}{text}"))


def _dies(training: Training, chain: Chain) -> bool:
    """Return whether a rate falls to nothing: to a hundred-thousandth in three steps, or long before the end."""
    trace = training.trace
    values = [abs(float(trace.value(ref))) for ref in chain.refs]
    if len(values) > 3 and 0 < values[3] < 1e-5 * values[0]:
        return True
    whole = not trace.stopped and not trace.shortened
    return whole and len(values) > 20 and values[len(values) // 2] < 1e-6 * values[0]


def _once(program: Program, statement: int) -> list[Edit]:
    """Return edits that take a statement out of its loop: it stands before it, or nowhere."""
    loop = program.loops(statement)[0]
    text, whole = program.text(statement), program.text(loop)
    found: list[Edit] = [((statement, "pass"),)]
    if whole.count(text) == 1:
        indent = " " * program.place(loop).column
        found.insert(0, ((loop, f"{text}\n{indent}{whole.replace(text, 'pass')}"),))
    return found
