"""One array, or one list, where there should be two."""

import ast
from collections.abc import Iterator

from compare.check.program.finding import Edit, Finding
from compare.check.program.source import assignments_of, number_of, readers_of
from compare.check.program.steps import Step, Training
from compare.check.program.trace import Op, Program, Trace
from compare.check.program.unused import update_of


def shared(training: Training) -> Finding | None:
    """Return that two parameters, or two states, are one array."""
    program = training.trace.program
    for node in program.nodes:
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Mult)
            and isinstance(node.left, ast.List | ast.ListComp)
        ):
            entry = node.left.elts[0] if isinstance(node.left, ast.List) and len(node.left.elts) == 1 else None
            if entry is not None and isinstance(entry, ast.Call) and _one_for_two(training, entry):
                text, count = program.text(number_of(entry)), program.text(number_of(node.right))
                return Finding(
                    number_of(node),
                    f"`{program.text(number_of(node))}` is one array, several times: what is added to "
                    "one of them is added to all.",
                    "arrays-shared",
                    "an array for each", [],
                    [((number_of(node), f"[{text} for _ in range({count})]"),)],
                )  # fmt: skip
    return _two_names(training)


def _one_for_two(training: Training, call: ast.Call) -> bool:
    """Return whether the array that a call gave is changed in place twice in one step, under two places of a list."""
    trace = training.trace
    step = training.steps[min(1, len(training.steps) - 1)]
    for op in trace.ops[: step.begin]:
        if op.kind != "call" or op.node != number_of(call):
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
    """Return two names of one list, dict or array that are both written to in a step, with different values."""
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
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign)
            else node.target
            if isinstance(node, ast.AugAssign)
            else None
        )
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
        first, second = both[:2]
        return Finding(
            op.node,
            f"`{first}` and `{second}` are one object: what a step writes into `{second}` is in `{first}`, too.",
            "arrays-shared",
            f"two of them, one for `{first}` and one for `{second}`", [], [] if value is None else [value],
        )  # fmt: skip
    for named in holds.values():
        labels = list(dict.fromkeys(name for name, _ in named))
        statements = list(dict.fromkeys(op.node for _, op in named))
        if len(labels) < 2 or len(statements) > 2 or not _in_place_twice(training, step):
            continue
        first, second = (label.rpartition(".")[2] for label in labels[:2])
        last = named[-1][1].node
        if first == second or not _by_one_another(program, last, first, second):
            continue
        value = _copied(program, last)
        return Finding(
            last,
            f"`{first}` and `{second}` are one object: what is added to its arrays as `{second}` is in `{first}`, too.",
            "arrays-shared",
            f"two of them, one for `{first}` and one for `{second}`", [], [] if value is None else [value],
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
        target = (
            node.target
            if isinstance(node, ast.AugAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
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
    value = program.text(number_of(statement.value))
    indent = " " * program.place(number_of(statement)).column
    if len(statement.targets) == 2:
        lines = [f"{program.text(number_of(target))} = {value}" for target in statement.targets]
        return ((number_of(statement), f"\n{indent}".join(lines)),)
    if isinstance(statement.value, ast.Name | ast.Attribute):
        given = [program.nodes[one] for one in assignments_of(program, value)]
        lists = any(isinstance(one, ast.Assign) and isinstance(one.value, ast.List | ast.ListComp) for one in given)
        text = f"[x.copy() for x in {value}]" if lists else f"{{k: x.copy() for k, x in {value}.items()}}"
        return ((number_of(statement.value), text),)
    return None


def _two_arrays(training: Training) -> Finding | None:
    """Return two names, or attributes, bound to one array by one statement, that a step changes in place one by one."""
    trace, program = training.trace, training.trace.program
    step = training.steps[min(1, len(training.steps) - 1)]
    for node in program.nodes:
        if not isinstance(node, ast.Assign) or len(node.targets) < 2 or not isinstance(node.value, ast.Call):
            continue
        names = [ast.unparse(target) for target in node.targets]
        heads = {op.out for op in trace.ops if op.kind == "call" and op.node == number_of(node.value)}
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
            indent = " " * program.place(number_of(node)).column
            value = program.text(number_of(node.value))
            text = f"\n{indent}".join(f"{name} = {value}" for name in names)
            return Finding(
                number_of(node),
                f"`{both[0]}` and `{both[1]}` are one array: what is added to one is added to the other.",
                "arrays-shared",
                f"an array for `{both[0]}` and one for `{both[1]}`", [], [((number_of(node), text),)],
            )  # fmt: skip
    return None


def best_not_kept(training: Training) -> Finding | None:
    """Return that the best weights are kept by name only, while training changes the same arrays in place."""
    trace, program = training.trace, training.trace.program
    step = training.steps[min(1, len(training.steps) - 1)]
    in_place: set[str] = set()
    for chain in training.parameters:
        op = update_of(trace, chain, step)
        if op is None or op.kind not in ("augment", "store", "put") or trace.size(chain.refs[0]) < 2:
            continue
        node = program.nodes[op.node]
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name | ast.Attribute):
            in_place.add(ast.unparse(node.target).rpartition(".")[2])
    if not in_place:
        return None
    for number, node in enumerate(program.nodes):
        if not isinstance(node, ast.Assign) or not _after_a_test(program, number):
            continue
        target, value = node.targets[0], node.value
        pairs: list[tuple[ast.expr, ast.expr]] = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            pairs = list(zip(target.elts, value.elts, strict=True))
        for to, source in pairs:
            arrays = source.elts if isinstance(source, ast.Tuple | ast.List) else [source]
            held = [
                one for one in arrays
                if isinstance(one, ast.Name | ast.Attribute) and ast.unparse(one).rpartition(".")[2] in in_place
            ]  # fmt: skip
            if (
                not held
                or not isinstance(to, ast.Name | ast.Attribute)
                or ast.unparse(to).rpartition(".")[2] in in_place
            ):
                continue
            if not any(not _is_inside(program, one, number) for one in readers_of(program, to, number)):
                continue
            parts = tuple((number_of(one), f"{program.text(number_of(one))}.copy()") for one in held)
            name = program.text(number_of(held[0]))
            return Finding(
                number,
                f"`{ast.unparse(to)}` is the array `{name}` itself, no copy of it: each later step changes it in "
                "place, so the best weights are lost.",
                "arrays-shared",
                f"a copy: `{name}.copy()`", list(readers_of(program, to, number)), [parts],
            )  # fmt: skip
    return None


def _after_a_test(program: Program, number: int) -> bool:
    """Return whether a statement in a loop runs only if a comparison says so."""
    parent = program.nodes[program.parents.get(number, 0)]
    if not isinstance(parent, ast.If) or not isinstance(parent.test, ast.Compare) or not program.loops(number):
        return False
    return isinstance(parent.test.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)


def _is_inside(program: Program, statement: int, number: int) -> bool:
    """Return whether a statement stands under the same test as another one."""
    test = program.parents[number]
    while statement in program.parents:
        statement = program.parents[statement]
        if statement == test:
            return True
    return False
