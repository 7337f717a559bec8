"""What goes on from step to step, and should not, or should: sums, rates, the count of steps.

Each check says only what the whole recording shows; a rate that falls on purpose, or a sum that is reported, is right.
"""

import ast
from collections.abc import Iterator

import numpy as np

from compare.check.program.finding import Edit, Finding
from compare.check.program.sharing import best_not_kept, shared
from compare.check.program.source import assignments_of, number_of, target_text
from compare.check.program.steps import Chain, Step, Training, _depends, chains_of
from compare.check.program.trace import Op, Program, Trace
from compare.check.program.units import alike
from compare.check.program.unused import never_added, rates_in, stands_still, updates_lost


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
    once = all(_total(training.trace, op, step) == op.out for op in _sums(training, step))
    set_instead = _set_instead(program, statements) if once else ()  # a sum over rows has to stay one
    edits = [*_reset(training, program), *set_instead, *_cleared(training, step)]
    return Finding(
        first,
        f"`{target_text(program, first)}` holds the former steps' sum when a step begins: it is never set back to "
        "0, so each step goes by all gradients so far.",
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


def _set_instead(program: Program, statements: list[int]) -> Iterator[Edit]:
    """Yield an edit that sets what was added to."""
    parts = []
    for statement in statements:
        node = program.nodes[statement]
        if not isinstance(node, ast.AugAssign):
            return
        target, value = program.text(number_of(node.target)), program.text(number_of(node.value))
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
    inside = {number_of(one) for one in ast.walk(loop) if hasattr(one, "number")}
    first = loop.body[0]
    indent = " " * program.place(number_of(first)).column
    for node in program.nodes:
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call) or number_of(node) in inside:
            continue
        called = ast.unparse(node.value.func).rpartition(".")[2].lower()
        if any(word in called for word in ("zero", "reset", "clear")) and program.function(
            number_of(node)
        ) is program.function(number_of(loop)):
            text = f"{program.text(number_of(node))}\n{indent}{program.text(number_of(first))}"
            yield ((number_of(first), text),)


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
        time = program.text(number_of(expression.right))
        value = next(iter(times))
        sources = assignments_of(program, time)
        others = tuple(dict.fromkeys(program.statement(one) for one in powers))
        edits = tuple(_counting(training, program, time, sources))
        return Finding(
            sources[0] if sources else program.statement(node),
            f"`{time}` is {value} in every step: `{program.text(node)}` stays {base**value:g}.",
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


def _counting(training: Training, program: Program, time: str, sources: list[int]) -> Iterator[Edit]:
    """Yield an edit that counts: one more at the end of each step."""
    loop = program.nodes[training.loop]
    if not isinstance(loop, ast.For | ast.While):
        return
    last = loop.body[-1]
    if (
        program.function(number_of(loop)) is not None
        and sources
        and program.function(sources[0]) is not program.function(number_of(loop))
    ):
        return
    indent = " " * program.place(number_of(loop.body[0])).column
    yield ((number_of(last), f"{program.text(number_of(last))}\n{indent}{time} += 1"),)


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
        name = target_text(program, statement)
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
                f"`{name}` is computed from its own last value with `{counted}`, which grows: {values[0]:g}, "
                f"{values[1]:g}, {values[2]:g}, {values[3]:g}, {values[4]:g}, ... falls faster and faster.",
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
    used = {
        ref for chain in training.parameters for s in (step, training.steps[0]) for ref in rates_in(trace, chain, s)
    }
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
    for number in assignments_of(program, name):
        source = program.nodes[number]
        if number == statement or not isinstance(source, ast.Assign):
            continue
        firsts += [
            ast.unparse(t) for t in source.targets if isinstance(t, ast.Name | ast.Attribute) and ast.unparse(t) != name
        ]
        if isinstance(source.value, ast.Name | ast.Attribute):
            firsts.append(ast.unparse(source.value))
    return tuple(
        ((number_of(one), first),)
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
    return ((statement, "pass"), (number_of(last), f"{program.text(number_of(last))}\n{indent}{text}"))


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
