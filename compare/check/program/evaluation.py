"""Whether a program evaluates on data that were prepared like those it trained on, and on those that it says."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.check.program.finding import Edit, Finding
from compare.check.program.replay import CannotReplay, Replay, apply
from compare.check.program.scene import (
    PRODUCTS,
    SAME_ROWS,
    SHAPES,
    TESTED,
    TRAINED,
    Meet,
    Report,
    Scene,
    enclosed,
    short_name,
    shown,
)
from compare.check.program.trace import COMPUTES, Op, Program, Trace

Array = NDArray[np.float64]

LEAST_ROWS = 5
"""Rows that an evaluation must have for its columns to be compared with the training's by their numbers."""


@dataclass(frozen=True)
class Prepared:
    """One operation that data went through: the data's place among its operands, and the other operand."""

    op: Op
    position: int
    other: int | None

    @property
    def what(self) -> tuple[str, int]:
        """The operation, by which two preparations are compared."""
        return short_name(self.op), self.position


def way_of(trace: Trace, ref: int) -> tuple[int, list[Prepared]]:
    """Return where data came from, and the operations that changed their numbers since, the earliest first."""
    found: list[Prepared] = []
    for _ in range(60):
        at = trace.maker[ref]
        if at < 0:
            break
        op = trace.ops[at]
        name = short_name(op)
        inputs = [one for one in op.inputs if trace.rows[one][0] == "array" and trace.size(one) > 1]
        if not inputs or op.kind == "number":
            break
        if op.kind in ("store", "put"):
            break
        if op.kind == "gather" or name in SAME_ROWS:
            inside = _column(trace, op, ref, inputs)
            ref = inside
            continue
        if op.kind in ("binary", "augment") and len(op.inputs) == 2 and name in ("+", "-", "*", "/", "//"):
            position = int(trace.size(op.inputs[1]) > trace.size(op.inputs[0]))
            found.append(Prepared(op, position, op.inputs[1 - position]))
            ref = op.inputs[position]
            continue
        if op.kind == "call" and name in ("divide", "subtract", "multiply", "add", "true_divide"):
            position = int(trace.size(op.inputs[1]) > trace.size(op.inputs[0]))
            found.append(Prepared(op, position, op.inputs[1 - position]))
            ref = op.inputs[position]
            continue
        if op.kind == "call" and name in ("fit_transform", "transform", "scale", "minmax_scale", "normalize"):
            found.append(Prepared(op, 0, None))
            ref = max(inputs, key=trace.size)
            continue
        break
    return ref, found[::-1]


def _column(trace: Trace, op: Op, out: int, inputs: Sequence[int]) -> int:
    """Return the operand that an operation's result is part of: of several, one as wide, or the largest."""
    width = trace.shape(out)[1:]
    alike = [one for one in inputs if trace.shape(one)[1:] == width]
    return max(alike or inputs, key=trace.size)


def data_of(scene: Scene, prediction: int) -> int | None:
    """Return the inputs that a prediction was computed from: what first meets a parameter in a product."""
    trace = scene.trace
    up, _ = scene.up([prediction], frozenset())
    ops = sorted(
        (op for ref in up if (op := scene.made(ref)) is not None and ref not in scene.sources), key=lambda op: op.at
    )
    for op in ops:
        if op.kind in COMPUTES and (op.detail in PRODUCTS or (op.kind == "call" and op.detail[0] in PRODUCTS)):
            inside = [one for one in op.inputs if one in scene.down]
            outside = [one for one in op.inputs if one not in scene.down and trace.rows[one][0] == "array"]
            if inside and outside and trace.size(outside[0]) > 1:
                return outside[0]
    return None


def trained_on(scene: Scene) -> int | None:
    """Return the inputs of a training step."""
    return data_of(scene, scene.prediction) if scene.prediction is not None else None


def _width(trace: Trace, ref: int) -> int:
    shape = trace.shape(ref)
    return shape[-1] if shape else 1


# ---------------------------------------------------------------------- prepared otherwise


def preparation(scene: Scene, group: Sequence[Report]) -> Finding | None:
    """Return that the evaluated rows were not prepared like the training rows."""
    report = group[-1]
    if scene.prediction is None or not report.meets:
        return None
    X = trained_on(scene)
    if X is None:
        return None
    for meet in report.meets[:1]:
        Z = data_of(scene, meet.raw[0])
        if Z is None or Z == X or scene.trace.size(Z) < 2:
            continue
        finding = _compared(scene, report, meet, X, Z)
        if finding is not None:
            return finding
    return None


def _compared(scene: Scene, report: Report, meet: Meet, X: int, Z: int) -> Finding | None:
    trace = scene.trace
    _, trained = way_of(trace, X)
    _, asked = way_of(trace, Z)
    shared = {p.op.at for p in trained} & {p.op.at for p in asked}
    trained = [p for p in trained if p.op.at not in shared]
    asked = [p for p in asked if p.op.at not in shared]
    if [p.what for p in trained] == [p.what for p in asked]:
        return _own_statistics(scene, X, Z, trained, asked) if trained else _far_off(scene, report, meet, X, Z)
    missing = _missing(trained, asked)
    if missing is None or not (_differs(trace, X, Z) or _same_otherwise(trace, missing, asked, trained)):
        return None
    edits = [*_in_full(scene, X, Z, trained, asked), *_alike(scene, X, Z)]
    name = _named(scene, Z) or "the evaluated rows"
    first = missing[0]
    made = scene.made(Z)
    binds = [b for b in scene.bound.get(Z, []) if b.kind in ("bind", "set")]
    node = binds[0].node if binds else (made or meet.op).node
    x, z = trace.array(X), trace.array(Z)
    assert x is not None
    assert z is not None
    return Finding(
        node,
        f"Training shifts or scales its rows ({trace.program.text(first.op.node)}), and {name} is used without: its "
        f"largest number is {shown(z.max())}, that of the training rows {shown(x.max())}.",
        "scaled-only-in-training", f"{name} prepared like the training rows",
        [meet.op.node, scene.made(report.ref).node, *([made.node] if made else [])],  # type: ignore[union-attr]
        edits,
        proof=_become(trace, Z, _prepared_rows(scene, trained, asked, Z)),
    )  # fmt: skip


def _prepared_rows(scene: Scene, trained: Sequence[Prepared], asked: Sequence[Prepared], Z: int) -> Array | None:
    """Return the evaluated rows after the training's operations, with the training's numbers."""
    first = Z if not asked else asked[0].op.inputs[asked[0].position]
    rows = scene.trace.array(first)
    if rows is None or any(step.other is None for step in trained):
        return None
    due = _through(scene, trained, rows)
    return due if due is not None and due.size == scene.trace.size(Z) else None


def _become(trace: Trace, Z: int, due: Array | None) -> Callable[[Scene], bool]:
    """Return a check that an edited program evaluates the same rows, prepared as is due.

    Where what is due is not known, each column must at least be the old one, shifted and scaled.
    """
    had = trace.array(Z)

    def check(scene: Scene) -> bool:
        for group in scene.reports():
            for meet in group[-1].meets[:1]:
                ref = data_of(scene, meet.raw[0])
                new = None if ref is None else scene.array(ref)
                if new is None or had is None or new.size != had.size:
                    continue
                if due is not None and np.allclose(new.reshape(-1), due.reshape(-1), rtol=1e-9, atol=1e-12):
                    return True
                if due is None and new.shape == had.shape and not np.array_equal(new, had) and _same_rows(had, new):
                    return True
        return False

    return check


def _same_rows(had: Array, new: Array) -> bool:
    """Return whether each column is another one, shifted and scaled."""
    for x, z in zip(had.T, new.T, strict=True):
        if x.std() and (not z.std() or abs(float(np.corrcoef(x, z)[0, 1])) < 1 - 1e-9):
            return False
    return True


def _missing(trained: Sequence[Prepared], asked: Sequence[Prepared]) -> list[Prepared] | None:
    """Return what the training's rows went through and the others did not; None where these went through more."""
    missing = []
    left = list(asked)
    for step in trained:
        if left and left[0].what == step.what:
            left.pop(0)
        else:
            missing.append(step)
    return missing if missing and not left else None


def _same_otherwise(
    trace: Trace, missing: Sequence[Prepared], asked: Sequence[Prepared], trained: Sequence[Prepared]
) -> bool:
    """Return whether the rows were scaled by the training's own numbers, but for a step that needs others of these."""
    shared = {step.other for step in trained if step.other is not None}
    same = bool(asked) and all(
        step.other in shared and step.other is not None and _statistic(trace, step, trained) for step in asked
    )
    return same and all(step.other is not None and _statistic(trace, step) for step in missing)


def _differs(trace: Trace, X: int, Z: int) -> bool:
    """Return whether two sets of rows have numbers of another size, or from another range."""
    x, z = trace.array(X), trace.array(Z)
    if x is None or z is None or not x.size or not z.size:
        return False
    spread = max(float(x.std()), 1e-12)
    ratio = float(z.std()) / spread
    return abs(float(z.mean() - x.mean())) > 3 * spread or ratio > 3 or ratio < 1 / 3


def _named(scene: Scene, ref: int) -> str | None:
    for bind in scene.bound.get(ref, []):
        if bind.kind == "bind":
            return str(bind.detail)
    return None


def _in_full(scene: Scene, X: int, Z: int, trained: Sequence[Prepared], asked: Sequence[Prepared]) -> list[Edit]:
    """Return edits that put all of the training's operations, with its numbers, where the rows got their name.

    A number that has no name is computed again from the training rows, before these are written over.
    """
    program = scene.trace.program
    found: list[Edit] = []
    for bind in scene.bound.get(Z, []):
        statement = program.nodes[bind.node]
        if bind.kind != "bind" or not isinstance(statement, ast.Assign):
            continue
        single = isinstance(statement.targets[0], ast.Name)
        name, frame = str(bind.detail), bind.frame
        base = _base_name(scene, trained[0], frame) if trained else None
        mine = _first_of(scene, X, frame)
        apart = mine is not None and mine.node != bind.node
        here = Writer(scene, base, frame, bind.at)
        if not asked:
            value = enclosed(program.text(statement.value.number))  # type: ignore[attr-defined]
            if single and (text := here.composed(value, trained)) is not None:
                found.append(((statement.value.number, text),))  # type: ignore[attr-defined]
            if not single and (text := here.composed(name, trained)) is not None:
                found.append(((bind.node, f"{program.text(bind.node)}\n{_indent(program, bind.node)}{name} = {text}"),))
            later = Writer(scene, base, frame, len(scene.trace.ops)).composed(name, trained)
            if later is not None:
                found += _where_used(scene, bind, name, later)
                if mine is not None and apart:
                    found.append(
                        ((mine.node, f"{program.text(mine.node)}\n{_indent(program, mine.node)}{name} = {later}"),)
                    )
        if (
            mine is None
            or not apart
            or program.loops(mine.node) != program.loops(bind.node)
            or single is not bool(asked)
        ):
            continue
        start = _given(scene, asked[0], frame) if asked else name
        text = None if start is None else Writer(scene, base, frame, mine.at).composed(start, trained)
        if text is not None:
            first = (mine.node, f"{name} = {text}\n{_indent(program, mine.node)}{program.text(mine.node)}")
            found.append((first, (bind.node, "")) if asked else (first,))
    return found


def _where_used(scene: Scene, bind: Op, name: str, new: str) -> list[Edit]:
    """Return edits that prepare the rows in each statement that hands them on."""
    program = scene.trace.program
    home = program.function(bind.node)
    by_statement: dict[int, list[tuple[int, str]]] = {}
    for node in program.nodes:
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            number: int = node.number  # type: ignore[attr-defined]
            if program.function(number) is home and isinstance(program.nodes[program.parents[number]], ast.Call):
                statement = program.statement(number)
                if statement > bind.node and ast.unparse(program.nodes[program.parents[number]].func) != "len":  # type: ignore[attr-defined]
                    by_statement.setdefault(statement, []).append((number, new))
    return [tuple(edit) for edit in by_statement.values()]


def _first_of(scene: Scene, X: int, frame: int) -> Op | None:
    """Return the statement that gave the training rows their name when they were prepared."""
    for bind in scene.bound.get(X, []):
        if bind.kind == "bind" and bind.frame == frame and isinstance(scene.trace.program.nodes[bind.node], ast.Assign):
            return bind
    return None


def _indent(program: Program, node: int) -> str:
    return " " * program.place(node).column


def _given(scene: Scene, step: Prepared, frame: int) -> str | None:
    """Return the source of the data that an operation was applied to, as a frame knows them."""
    if step.op.frame == frame:
        return scene.text(step.op, step.op.inputs[step.position])
    return _base_name(scene, step, frame)


def _base_name(scene: Scene, step: Prepared, frame: int) -> str | None:
    """Return by which name a frame knows the data that an operation was applied to."""
    ref = step.op.inputs[step.position]
    return next((str(b.detail) for b in scene.bound.get(ref, []) if b.kind == "bind" and b.frame == frame), None)


@dataclass(frozen=True)
class Writer:
    """Writes operations as the source of a frame can have them at a time."""

    scene: Scene
    base: str | None
    """The training rows' name before they were prepared."""
    frame: int
    at: int

    def composed(self, text: str, steps: Sequence[Prepared]) -> str | None:
        """Return the source of operations on an expression; None where an operand cannot be written."""
        for step in steps:
            other = None if step.other is None else self.operand(step, step.other)
            if other is None or step.op.kind == "call":
                return None
            left, right = (text, other) if step.position == 0 else (other, text)
            text = f"{enclosed(left)} {step.op.detail} {enclosed(right)}"
        return text

    def operand(self, step: Prepared, ref: int) -> str | None:
        """Return an operand by its name, as the number that it is, or computed from the training rows."""
        trace = self.scene.trace
        for bind in self.scene.bound.get(ref, []):
            if bind.kind == "bind" and bind.frame == self.frame and bind.at < self.at:
                return str(bind.detail)
        made = self.scene.made(ref)
        if made is None or made.kind == "number":
            return self.scene.text(step.op, ref)
        node = trace.program.nodes[made.node]
        if self.base is None or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return None
        if way_of(trace, step.op.inputs[step.position])[0] != way_of(trace, made.inputs[0])[0]:
            return None
        rest = [*(ast.unparse(a) for a in node.args), *(f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords)]
        if str(made.detail[0]).startswith("ndarray."):
            return f"{self.base}.{node.func.attr}({', '.join(rest)})"
        return f"{ast.unparse(node.func)}({', '.join([self.base, *rest[1:]])})"


def _alike(scene: Scene, X: int, Z: int) -> list[Edit]:
    """Return edits that do to the held-out rows what a statement does to the training rows."""
    program = scene.trace.program
    names = {n.id for n in program.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    found: list[Edit] = []
    for statement in (s for tree in program.trees for s in tree.body):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        target = statement.target if isinstance(statement, ast.AugAssign) else target
        owner = target.value if isinstance(target, ast.Subscript) else target
        if not isinstance(owner, ast.Name) or (other := _counterpart(owner.id, names)) is None:
            continue
        text = program.text(statement.number)  # type: ignore[attr-defined]
        new = _renamed(statement, owner.id, other)
        if other not in {
            n.id for n in ast.walk(ast.parse(new)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        }:
            continue
        if (
            isinstance(target, ast.Name)
            and not isinstance(statement, ast.AugAssign)
            and other not in new.partition("=")[2]
        ):
            continue
        last = _last_of(program, other)
        if last is not None and new != text:
            found.append(((last, f"{program.text(last)}\n{new}"),))
    return found


def _renamed(statement: ast.stmt, name: str, other: str) -> str:
    """Return a statement about other rows; what sums up the first ones stays theirs."""
    tree = ast.parse(ast.unparse(statement))
    kept = {
        id(one)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("mean", "std", "max", "min", "var", "ptp")
        for one in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name and id(node) not in kept:
            node.id = other
    return ast.unparse(tree)


def _last_of(program: Program, name: str) -> int | None:
    """Return the last statement at the top that gives a name, or a part of what has it, a value."""
    found = None
    for statement in (s for tree in program.trees for s in tree.body):
        if isinstance(statement, ast.Assign) and any(
            isinstance(n, ast.Name) and n.id == name
            for t in statement.targets
            for n in ast.walk(t.value if isinstance(t, ast.Subscript) else t)
        ):
            found = statement.number  # type: ignore[attr-defined]
    return found


def _own_statistics(
    scene: Scene, X: int, Z: int, trained: Sequence[Prepared], asked: Sequence[Prepared]
) -> Finding | None:
    """Return that the evaluated rows were scaled by their own mean and deviation, not by the training rows'."""
    trace = scene.trace
    other = []
    for one, two in zip(trained, asked, strict=True):
        if one.other is None or two.other is None:
            if (
                short_name(two.op) == "fit_transform"
                and short_name(one.op) == "fit_transform"
                and one.op.at != two.op.at
            ):
                other.append((one, two))
            continue
        x, z = trace.array(one.other), trace.array(two.other)
        if x is None or z is None or x.shape != z.shape or np.allclose(x, z, rtol=1e-9, atol=1e-12):
            continue
        if not (_statistic(trace, one) and _statistic(trace, two)):
            return None
        other.append((one, two))
    if not other:
        return None
    edit: list[tuple[int, str]] = []
    for one, two in other:
        node = scene.operand(two.op, two.other) if two.other is not None else None
        name = _named(scene, one.other) if one.other is not None else None
        text = name or (scene.text(one.op, one.other) if one.other is not None else None)
        if node is not None and text is not None:
            edit.append((node, enclosed(text)))
    one, two = other[0]
    x, z = (trace.array(p.other) if p.other is not None else None for p in (one, two))
    program = trace.program
    binds = [b.node for b in scene.bound.get(Z, []) if b.kind == "bind"]
    shared = one.op.node == two.op.node and bool(binds)
    return Finding(
        binds[0] if shared else two.op.node,
        f"{program.text(two.op.node)} scales the evaluated rows by their own numbers ({shown(z)}), and the "
        f"training rows were scaled by theirs ({shown(x)}): the same row means another thing in each.",
        "scaled-only-in-training", "the training rows' numbers for both",
        [*(p.op.node for _, p in other), program.statement(two.op.node), *binds],
        [*([tuple(edit)] if len(edit) == len(other) else []), *_in_full(scene, X, Z, trained, asked)],
        proof=_become(trace, Z, _prepared_rows(scene, trained, asked, Z)),
    )  # fmt: skip


def _statistic(trace: Trace, step: Prepared, trained: Sequence[Prepared] = ()) -> bool:
    """Return whether an operand sums up the very data that it is applied to, or those of the training."""
    assert step.other is not None
    up = trace.upstream([step.other])
    of = next((one for one in trained if one.other == step.other), step)
    root, _ = way_of(trace, of.op.inputs[of.position])
    made = trace.maker[step.other]
    return made >= 0 and root in up and trace.size(step.other) <= max(1, _width(trace, step.op.out))


def _far_off(scene: Scene, report: Report, meet: Meet, X: int, Z: int) -> Finding | None:
    """Return that all evaluated rows lie far outside of what was trained on, where a program hides what it did to them.

    This is for data frames, whose columns change where no operation shows it.
    """
    trace = scene.trace
    if trace.maker[X] >= 0 and trace.maker[Z] >= 0:
        return None
    x, z = trace.array(X), trace.array(Z)
    if (
        x is None
        or z is None
        or x.ndim != 2
        or z.ndim != 2
        or x.shape[1] != z.shape[1]
        or len(z) < LEAST_ROWS
        or len(x) < LEAST_ROWS
    ):
        return None
    spread = np.ptp(x, axis=0)
    far = (z > x.max(axis=0) + 3 * spread) | (z < x.min(axis=0) - 3 * spread)
    columns = np.flatnonzero(far.all(axis=0) & (spread > 0))
    if not len(columns):
        return None
    c = columns[0]
    return Finding(
        meet.op.node,
        f"Column {c} of the evaluated rows goes from {shown(z[:, c].min())} to {shown(z[:, c].max())}, and that of "
        f"the training rows from {shown(x[:, c].min())} to {shown(x[:, c].max())}: they were not prepared alike.",
        "scaled-only-in-training", "the evaluated rows prepared like the training rows", [], _alike(scene, X, Z),
        proof=_become(trace, Z, None),
    )  # fmt: skip


# ---------------------------------------------------------------------- scaled back


def scale(scene: Scene, group: Sequence[Report]) -> Finding | None:
    """Return that predictions of a scaled target are held against the target in its own units."""
    report = group[-1]
    if scene.labels is None or scene.kind is None or scene.prediction is None:
        return None
    trace = scene.trace
    _, all_steps = way_of(trace, scene.labels)
    trained = trace.array(scene.labels)
    for meet in report.meets:
        if meet.form != "difference":
            continue
        y = trace.array(meet.label)
        _, own = way_of(trace, meet.label)
        shared = {p.op.at for p in all_steps} & {p.op.at for p in own}
        steps = [p for p in all_steps if p.op.at not in shared]
        own = [p for p in own if p.op.at not in shared]
        if not steps or any(p.other is None or trace.size(p.other) != 1 for p in steps):
            continue
        back = _back(scene, meet.operand)
        if own or y is None or trained is None or back is None or y.size != trace.size(meet.operand):
            continue
        output, ops = back
        scaled = _through(scene, steps, y)
        if scaled is None:
            continue
        try:
            replay = Replay(trace, {output: scaled.reshape(trace.shape(output))}).run([*ops, meet.op])
            left = np.asarray(replay.get(meet.op.out), float)
        except (CannotReplay, ValueError, TypeError, ArithmeticError):
            continue
        spread = float(y.std())
        if left.size != y.size or not spread or float(np.abs(left).max()) <= 1e-6 * (spread + float(np.abs(y).max())):
            continue
        return _not_back(scene, report, meet, steps, ops, left)
    return None


def _through(scene: Scene, steps: Sequence[Prepared], y: Array) -> Array | None:
    """Return labels after the operations that the training's labels went through."""
    trace = scene.trace
    for step in steps:
        assert step.other is not None
        inputs: list[Any] = [trace.value(step.other)] * 2
        inputs[step.position] = y
        try:
            y = np.asarray(apply(Replay(trace, {}), step.op, inputs), float)
        except (CannotReplay, ValueError, TypeError, ArithmeticError):
            return None
    return y


def _back(scene: Scene, ref: int) -> tuple[int, list[Op]] | None:
    """Return the model's output behind a value, and the operations since."""
    ops: list[Op] = []
    for _ in range(8):
        if scene.signature(ref) == scene.kind:
            return ref, ops[::-1]
        op = scene.made(ref)
        inside = [one for one in op.inputs if one in scene.down] if op is not None else []
        if op is None or len(inside) != 1:
            return None
        if not (op.kind in ("binary", "augment") and op.detail in INVERSE) and short_name(op) not in SHAPES:
            return None
        ops.append(op)
        ref = inside[0]
    return None


INVERSE = {"+": "-", "-": "+", "*": "/", "/": "*"}


def _not_back(
    scene: Scene, report: Report, meet: Meet, steps: Sequence[Prepared], ops: Sequence[Op], left: Array
) -> Finding:
    program = scene.trace.program
    done = [op.detail for op in ops if op.kind in ("binary", "augment")]
    wanted = [INVERSE.get(str(step.op.detail), "?") for step in reversed(steps)]
    rest = list(reversed(steps))[len(done) :] if done == wanted[: len(done)] else []
    edits: list[Edit] = []
    node = meet.op.node
    made = scene.made(meet.operand)
    if made is not None and ops:
        node = made.node
    text = program.text(node) if ops and made is not None else scene.text(meet.op, meet.operand)
    target = node if ops else scene.operand(meet.op, meet.operand)
    if rest and text is not None and target is not None:
        for step in rest:
            assert step.other is not None
            other = _named(scene, step.other) or scene.text(step.op, step.other)
            sign = INVERSE.get(str(step.op.detail))
            if other is None or sign is None or step.position:
                break
            text = f"{text if sign in '+-' else enclosed(text)} {sign} {enclosed(other)}"
        else:
            edits.append(((target, text if ops else f"({text})"),))
    added = [step for step in rest if step.op.detail == "-"]
    only_mean = len(rest) == 1 and bool(added)
    return Finding(
        node,
        f"The target was scaled for training ({program.text(steps[-1].op.node)}), and the predictions are not scaled "
        f"back in full before they are held against it: a prediction that is right is off by {shown(left)}.",
        "mean-not-added-back" if only_mean else "not-scaled-back", "the predictions in the target's own units",
        [meet.op.node, program.statement(node)], edits,
    )  # fmt: skip


# ---------------------------------------------------------------------- another model than was trained


def bias(scene: Scene, group: Sequence[Report]) -> Finding | None:
    """Return that predictions are made without a bias that the training adds."""
    report = group[-1]
    if scene.prediction is None or not report.meets or not scene.training.steps:
        return None
    trained, asked = (_chains(scene, ref) for ref in (scene.prediction, report.meets[0].raw[0]))
    left_out = trained - asked
    if not asked or not asked < trained or len(left_out) != 1:
        return None
    chain = scene.training.parameters[left_out.pop()]
    added = _added(scene, chain.refs)
    if added is None:
        return None
    plus, b, product = added
    text = scene.text(plus, b)
    maker = scene.made(product)
    if text is None or maker is None or maker.kind not in ("binary", "call"):
        return None
    weights = {n for one in maker.inputs for n in _chains(scene, one)}
    for op in scene.ops_of(scene.up([report.meets[0].raw[0]], frozenset())[0]):
        if short_name(op) != short_name(maker) or {n for one in op.inputs for n in _chains(scene, one)} != weights:
            continue
        if scene.trace.shape(op.out)[1:] != scene.trace.shape(product)[1:]:
            continue
        source = scene.trace.program.text(op.node)
        return Finding(
            op.node,
            f"Training adds {text} ({scene.trace.program.text(plus.node)}), and the reported predictions are made "
            f"without it: {shown(scene.recorded(report))} is what a model without {text} reports.",
            "bias-left-out-of-the-prediction", f"{source} + {text}", [report.meets[0].op.node],
            [((op.node, f"({source} + {text})"),)],
        )  # fmt: skip
    return None


def _chains(scene: Scene, ref: int) -> set[int]:
    """Return which parameters a value depends on."""
    found = scene.up([ref], frozenset())[0] if ref in scene.down else set()
    return {scene.chain_of[one] for one in found if one in scene.chain_of}


def _added(scene: Scene, refs: Sequence[int]) -> tuple[Op, int, int] | None:
    """Return where a parameter is added to a sum of products in a training step, itself, and that sum."""
    biases = set(refs)
    assert scene.prediction is not None
    for op in scene.ops_of(scene.up([scene.prediction], frozenset())[0] - scene.sources):
        if op.kind == "binary" and op.detail == "+" and len(biases & set(op.inputs)) == 1:
            b = next(ref for ref in op.inputs if ref in biases)
            product = next(ref for ref in op.inputs if ref != b)
            made = scene.made(product)
            if made is not None and (made.detail in PRODUCTS or (made.kind == "call" and made.detail[0] in PRODUCTS)):
                return op, b, product
    return None


# ---------------------------------------------------------------------- other rows than it says


def rows(scene: Scene, group: Sequence[Report]) -> Finding | None:
    """Return that what is called a result on unseen rows was measured on those of the training."""
    report = group[-1]
    if not report.meets or not TESTED.search(report.words) or TRAINED.search(TESTED.sub("", report.words)):
        return None
    trace = scene.trace
    if scene.training.steps and report.at < scene.training.steps[-1].end:
        return None
    X, Z = trained_on(scene), data_of(scene, report.meets[0].raw[0])
    if X is None or Z is None or not _among(trace, Z, X):
        return None
    unused = _unused(scene, Z)
    if not unused:
        return None
    program = scene.trace.program
    made = scene.made(report.ref)
    assert made is not None
    ends = [op.node for op in trace.ops if op.kind == "end" and op.out == report.ref]
    statements = [program.statement(node) for node in (made.node, *ends)]
    findings = [_of_the_training(scene, report, X, statement, unused) for statement in statements]
    return next((finding for finding in findings if finding.edits), findings[0])


def _among(trace: Trace, Z: int, X: int) -> bool:
    """Return whether evaluated rows are those that were trained on."""
    if Z == X:
        return True
    z, x = trace.array(Z), trace.array(X)
    return z is not None and x is not None and z.shape == x.shape and np.array_equal(z, x)


def _unused(scene: Scene, Z: int) -> list[str]:
    """Return names of held-out rows that no prediction was ever computed from."""
    trace = scene.trace
    found = []
    for ref, binds in scene.bound.items():
        names = [str(b.detail) for b in binds if b.kind == "bind" and TESTED.search(str(b.detail))]
        if not names or ref in scene.down or trace.rows[ref][0] != "array" or ref == Z:
            continue
        alike = len(trace.shape(ref)) == 2 and trace.shape(ref)[1:] == trace.shape(Z)[1:]
        if alike and not any(trace.ops[at].out in scene.down for at in trace.consumers(ref)):
            found.append(names[0])
    return found


def _of_the_training(scene: Scene, report: Report, X: int, statement: int, unused: Sequence[str]) -> Finding:
    program = scene.trace.program
    names = {str(b.detail) for binds in scene.bound.values() for b in binds if b.kind == "bind"}
    edit = []
    for node in ast.walk(program.nodes[statement]):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            other = _counterpart(node.id, names)
            if other is not None:
                edit.append((node.number, other))  # type: ignore[attr-defined]
    return Finding(
        statement,
        f"This is called a result on unseen rows, and it is measured on those of the training: {unused[0]} is never "
        f"asked. {shown(scene.recorded(report))} is reported.",
        "measured-on-the-training-rows", f"the same of {unused[0]}", [], [tuple(edit)] if edit else [],
    )  # fmt: skip


@lru_cache
def _halves(name: str) -> tuple[str, ...]:
    swaps = (("train", "test"), ("tr", "te"), ("train", "val"), ("tr", "val"), ("train", "valid"), ("train", "held"))
    return tuple(name.replace(a, b) for a, b in swaps if a in name)


def _counterpart(name: str, names: set[str]) -> str | None:
    """Return the held-out rows' name that belongs to one of the training rows."""
    return next((other for other in _halves(name) if other in names), None)
