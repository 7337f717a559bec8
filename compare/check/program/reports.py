"""What a program reports wrongly: losses and accuracies that are no measure of its predictions against its labels.

All conventions are right: sum, mean, half, percent, count, error rate, the mean over batches. A report is called wrong
only where no convention explains its value and where one edit makes it one that a convention explains.
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.check.program.evaluation import bias, data_of, preparation, rows, scale
from compare.check.program.finding import Edit, Finding
from compare.check.program.optimizers import Rule
from compare.check.program.reference import Reading, aligned
from compare.check.program.replay import CannotReplay, Replay, binary
from compare.check.program.scene import (
    ACCURATE,
    LOSS,
    MISTAKEN,
    SQUARED,
    Change,
    Meet,
    Report,
    Scene,
    enclosed,
    short_name,
    shown,
)
from compare.check.program.steps import Training, find_training
from compare.check.program.trace import Op, Trace

Array = NDArray[np.float64]
UNFIT = (CannotReplay, ValueError, TypeError, IndexError, KeyError, ArithmeticError, AttributeError)
"""What values of other kinds than a judge expects may raise: such a report is not judged."""
Judge = Callable[[Scene, Sequence[Report]], Finding | None]


def wrong_reports(trace: Trace, training: Training, reading: Reading | None, rule: Rule | None) -> list[Finding]:
    """Return what a program reports wrongly, one finding for each place and mistake."""
    scene = Scene(training, reading)
    found: dict[tuple[int, str], Finding] = {}
    for finding, _ in judged(scene, scene.reports()):
        key = (trace.program.statement(finding.node), finding.name)
        if key not in found:
            found[key] = finding
            finding.holds = without(finding, reading)
    return list(found.values())


def judged(scene: Scene, groups: Sequence[Sequence[Report]]) -> Iterator[tuple[Finding, Sequence[Report]]]:
    """Yield what is wrong with each group of reports: its first mistake."""
    finding = pairs_in_a_step(scene)
    if finding is not None:
        yield finding, ()
    for group in groups:
        for judge in JUDGES:
            try:
                finding = judge(scene, group)
            except UNFIT:
                continue
            if finding is not None:
                yield finding, group
                break


def without(finding: Finding, reading: Reading | None) -> Callable[[Trace], bool]:
    """Return a check that an edited program is without a mistake and, where it is known, reports what is due."""

    def check(trace: Trace) -> bool:
        training = find_training(trace)
        if training is None:
            return False
        scene = Scene(training, reading)
        groups = scene.reports()
        if any(other.name == finding.name for other, _ in judged(scene, groups)):
            return False
        if finding.proof is not None and not finding.proof(scene):
            return False
        due = finding.value
        values = [scene.recorded(report) for group in groups for report in group]
        return due is None or any(np.isclose(value, due, rtol=1e-4, atol=1e-9) for value in values)

    return check


def told(scene: Scene, report: Report, due: float | None) -> str:
    """Return a report's value and the one that is due, as the end of a sentence."""
    return f"{shown(scene.recorded(report))} is reported, and {shown(due)} is due"


# ---------------------------------------------------------------------- operations, computed otherwise


def cut_at(ref: int, cut: float) -> Change:
    """Compare a value's classes where the value itself was compared."""

    def decided(replay: Replay, op: Op) -> Any:
        left, right = (np.asarray(replay.get(x), float) > cut if x == ref else replay.get(x) for x in op.inputs)
        return binary(op.detail, left, right)

    return decided


def column_above(cut: float) -> Change:
    """Ask whether a single output lies above a limit."""
    return lambda replay, op: (np.reshape(np.asarray(replay.get(op.inputs[0]), float), -1) > cut).astype(int)


def held_against(ref: int, limit: float) -> Change:
    """Hold a value against another limit."""
    return lambda replay, op: binary(op.detail, *(replay.get(x) if x == ref else limit for x in op.inputs))


def divided_by(count: float) -> Change:
    """Divide by another number."""
    return lambda replay, op: replay.get(op.inputs[0]) / count


def by_operator(sign: str) -> Change:
    """Compute with another operator."""
    return lambda replay, op: binary(sign, replay.get(op.inputs[0]), replay.get(op.inputs[1]))


# ---------------------------------------------------------------------- every pair


def is_every_pair(scene: Scene, meet: Meet) -> bool:
    """Return whether n outputs met n labels in n rows of n."""
    p, q, out = (scene.trace.shape(ref) for ref in (meet.operand, meet.label, meet.op.out))
    n = int(np.prod(p))
    if meet.form == "entry":
        first = scene.trace.rows[scene.trace.rows[meet.op.inputs[1]][1][0]]
        return len(p) == 2 and first[0] == "slice" and q == (p[0],) and out == (p[0], p[0]) and p[0] > 1
    return n > 1 and int(np.prod(q)) == n and out == (n, n)


def pairs(scene: Scene, group: Sequence[Report]) -> Finding | None:
    """Return that a column met a row, so that every output was held against every label."""
    for report in group:
        for meet in report.meets:
            if is_every_pair(scene, meet) and scene.replays(report):
                return _every_entry(scene, report, meet) if meet.form == "entry" else _every_pair(scene, report, meet)
    return None


def pairs_in_a_step(scene: Scene) -> Finding | None:
    """Return that a column met a row where the training takes its error from."""
    for op in scene.trace.ops:
        shape = scene.trace.shape(op.out) if op.kind in ("binary", "call") else ()
        if len(shape) != 2 or shape[0] != shape[1] or op.out not in scene.moving:
            continue
        meet = scene.meet_of(op.out)
        if meet is not None and meet.form == "difference" and is_every_pair(scene, meet):
            return _every_pair(scene, None, meet)
    return None


def _every_entry(scene: Scene, report: Report, meet: Meet) -> Finding:
    n = scene.trace.size(meet.label)

    def own(replay: Replay, op: Op) -> Any:
        index = np.asarray(replay.get(meet.label))
        return np.asarray(replay.get(op.inputs[0]), float)[np.arange(n), index.astype(int)]

    due = scene.value_of(report, {}, {meet.op.node: own})
    node = scene.trace.program.nodes[meet.op.node]
    edits: list[Edit] = []
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        rows_node, label = node.slice.elts
        edits.append(((rows_node.number, f"range(len({ast.unparse(label)}))"),))  # type: ignore[attr-defined]
    text = scene.trace.program.text(meet.op.node)
    return Finding(
        meet.op.node,
        f"{text} takes, from each of {n} rows, the entries at all {n} labels: {told(scene, report, due)}.",
        "every-answer-against-every-target", "each row's entry at its own label", [], edits, due,
    )  # fmt: skip


def _every_pair(scene: Scene, report: Report | None, meet: Meet) -> Finding:
    trace = scene.trace
    n = trace.size(meet.operand)
    alike = [meet] if report is None else [m for m in report.meets if m.form != "entry" and is_every_pair(scene, m)]

    def row_by_row(replay: Replay, op: Op) -> Any:
        left, right = (np.reshape(np.asarray(replay.get(ref), float), -1) for ref in op.inputs)
        if op.kind != "call":
            return binary(op.detail, left, right)
        return binary({"subtract": "-", "multiply": "*", "not_equal": "!="}.get(short_name(op), "=="), left, right)

    due = scene.value_of(report, {}, {m.op.node: row_by_row for m in alike}) if report is not None else None
    flat: list[tuple[int, str]] = []
    column: list[tuple[int, str]] = []
    for one in alike:
        for ref, other in ((one.operand, one.label), (one.label, one.operand)):
            node, text = scene.operand(one.op, ref), scene.text(one.op, ref)
            if node is None or text is None:
                continue
            if len(trace.shape(ref)) == 2:
                flat.append((node, f"{enclosed(text)}.ravel()"))
            else:
                shape = "(-1, 1)" if trace.shape(other)[0] == n else "(1, -1)"
                column.append((node, f"{enclosed(text)}.reshape{shape}"))
    edits: list[Edit] = [
        tuple(dict.fromkeys(side)) for side in ((flat, column) if report is not None else (column, flat)) if side
    ]
    p, q = (
        scene.text(meet.op, ref) or what for ref, what in ((meet.operand, "the answer"), (meet.label, "the target"))
    )
    same = meet.form == "same" and meet.op.kind == "compare"
    tells = (
        f"{told(scene, report, due)}"
        if report is not None
        else f"the first row has the error {shown(scene.array(meet.op.out))} and {n - 1} others"
    )
    return Finding(
        meet.op.node,
        f"{p} has the shape {trace.shape(meet.operand)} and {q} {trace.shape(meet.label)}, so that each of {n} answers "
        f"is held against all {n} targets: {tells}.",
        "accuracy-of-every-pair" if same else "every-answer-against-every-target",
        f"{p} and {q} in one shape, row by row",
        [made.node for ref in (meet.operand, meet.label) if (made := scene.made(ref)) is not None],
        edits,
        due,
    )


# ---------------------------------------------------------------------- classes


def perfect(scene: Scene, report: Report) -> dict[int, Array] | None:
    """Return outputs that are right for every label that a report knows; None where that is not known."""
    given: dict[int, Array] = {}
    for meet in report.meets:
        y = scene.array(meet.label)
        if y is None or not y.size:
            return None
        share = [y] if len(meet.raw) == 1 else list(y.reshape(-1)) if y.size == len(meet.raw) else []
        if len(share) != len(meet.raw):
            return None
        for raw, labels in zip(meet.raw, share, strict=True):
            a = scene.array(raw)
            found = None if a is None else right_outputs(scene, raw, a, np.asarray(labels, float))
            if found is None:
                return None
            given[raw] = found
    return given


def right_outputs(scene: Scene, raw: int, a: Array, y: Array) -> Array | None:
    """Return outputs of this shape, none of them extreme, whose classes are the labels."""
    if a.shape == y.shape and a.ndim == 2 and min(a.shape) > 1:
        return 0.1 + 0.8 * y if set(np.unique(y)) <= {0.0, 1.0} else None
    if a.size > y.size:
        classes = y.reshape(-1)
        if (classes != np.round(classes)).any() or classes.min() < 0:
            return None
        for axis, count in ((-1, a.shape[-1]), (0, a.shape[0])):
            if a.size == count * y.size and classes.max() < count:
                hot = np.eye(count)[classes.astype(int)]
                if axis == 0 and a.ndim == 2 and count != a.shape[-1]:
                    hot = hot.T
                return (0.1 + 0.8 * hot).reshape(a.shape)
        return None
    if a.size != y.size:
        return None
    values = set(np.unique(y))
    if values <= {-1.0, 1.0} and -1.0 in values:
        return 0.3 * y.reshape(a.shape)
    if not values <= {0.0, 1.0}:
        return None
    if is_probability(scene, raw, a):
        return 0.1 + 0.8 * y.reshape(a.shape)
    if scene.kind is None or is_step(scene):
        return None  # where its classes part is the program's own choice
    if scene.signature(raw) == scene.kind:
        return 0.1 + 0.8 * y.reshape(a.shape)
    return 0.6 * y.reshape(a.shape) - 0.3


def is_probability(scene: Scene, raw: int, a: Array) -> bool:
    """Return whether an output lies between 0 and 1 by the function that gave it."""
    op = scene.made(raw)
    between = bool(np.all((a >= 0) & (a <= 1)))
    if op is None or not between:
        return False
    alike = scene.kind is not None and scene.signature(raw) == scene.kind
    divisor = scene.made(op.inputs[1]) if short_name(op) == "/" else None
    by_a_sum = divisor is not None and short_name(divisor) in ("+", "sum")
    return alike or by_a_sum or short_name(op) in ("expit", "softmax", "where", "store")


def is_step(scene: Scene) -> bool:
    """Return whether the trained unit answers with classes only."""
    a = scene.array(scene.prediction) if scene.prediction is not None else None
    return a is not None and bool(np.array_equal(a, np.round(a)))


def rows_of(scene: Scene, report: Report) -> int:
    """Return how many labels a report compares."""
    return sum(scene.trace.size(meet.label) for meet in report.meets)


def is_best(value: float | None, n: int) -> bool:
    """Return whether this is what measures give answers that are all right or all wrong."""
    return value is not None and any(np.isclose(value, best, rtol=1e-6, atol=1e-9) for best in (0, 1, 100, n))


Known = Sequence[tuple[Report, dict[int, Array]]]


def classes(scene: Scene, group: Sequence[Report]) -> Finding | None:
    """Return what is wrong with the share of right classes: answers that are all right are not reported as such."""
    reports = [r for r in group if r.meets and not r.direct and all(m.form == "same" for m in r.meets)]
    known = [(r, given) for r in reports if scene.replays(r) and (given := perfect(scene, r)) is not None]
    if not known or len(known) < len(group):
        return None
    faults = (
        (whole_division, error_rate) if mended(scene, known, {}) else (not_cut, one_column, threshold, another_count)
    )
    return next((finding for fault in faults if (finding := fault(scene, known)) is not None), None)


def mended(scene: Scene, known: Known, changed: dict[int, Change]) -> bool:
    """Return whether, with a change, every one of these reports tells answers that are all right, and all wrong."""
    for report, given in known:
        n = rows_of(scene, report)
        right = scene.value_of(report, given, changed)
        wrong = scene.value_of(report, {raw: opposite(x) for raw, x in given.items()}, changed)
        if not is_best(right, n) or not is_best(wrong, n) or right == wrong:
            return False
    return True


def opposite(x: Array) -> Array:
    """Return outputs that are wrong for every row: with several outputs, the next one is the largest."""
    if x.ndim == 2 and min(x.shape) > 1:
        by_rows = np.isclose(x.max(axis=1), x.max()).all()
        return np.roll(x, 1, axis=1 if by_rows else 0)
    if x.ndim == 1 and x.size > 2 and np.isclose(x, 0.9).sum() == 1:
        return np.roll(x, 1)
    return -x if np.allclose(np.abs(x), 0.3) else 1 - x


def whole_division(scene: Scene, known: Known) -> Finding | None:
    """Return that the number of right rows is divided as a whole number, which leaves 0."""
    for op in known[0][0].ops:
        if op.kind not in ("binary", "augment") or op.detail != "//" or op.inputs[0] not in scene.down:
            continue
        had, divisor = scene.array(op.inputs[0]), scene.array(op.inputs[1])
        if (
            had is None
            or divisor is None
            or had.size != 1
            or divisor.size != 1
            or not 0 < float(had.sum()) < float(divisor.sum())
        ):
            continue

        divided = by_operator("/")
        report = known[0][0]
        due = scene.value_of(report, {}, {op.node: divided})
        text = scene.trace.program.text(op.node)
        return Finding(
            op.node,
            f"{text} divides as whole numbers, {shown(had)} // {shown(divisor)}, and leaves 0; {shown(due)} is due.",
            "whole-number-division", text.replace("//", "/"), [], [((op.node, text.replace("//", "/")),)], due,
        )  # fmt: skip
    return None


def not_cut(scene: Scene, known: Known) -> Finding | None:
    """Return that outputs are compared with labels as they are, though they are never exactly 0 or 1."""
    report = known[0][0]
    for meet in report.meets:
        if meet.raw != (meet.operand,) or meet.op.kind != "compare" or not scene.is_output(meet.operand):
            continue
        cut = 0.5 if is_probability(scene, meet.operand, np.asarray(scene.array(meet.operand))) else 0

        decided = cut_at(meet.operand, cut)
        node, text = scene.operand(meet.op, meet.operand), scene.text(meet.op, meet.operand)
        if node is None or text is None or not mended(scene, known, {meet.op.node: decided}):
            continue
        due = scene.value_of(report, {}, {meet.op.node: decided})
        return Finding(
            meet.op.node,
            f"{text} is compared with labels as it is, {shown(scene.array(meet.operand))} in the first row, and never "
            f"equals one: {told(scene, report, due)}.",
            "answers-not-cut", f"{enclosed(text)} > {cut}", [], [((node, f"({text} > {cut})"),)], due,
        )  # fmt: skip
    return None


def error_rate(scene: Scene, known: Known) -> Finding | None:
    """Return that what is called an accuracy counts the wrong rows."""
    report, given = known[0]
    if not ACCURATE.search(report.words) or MISTAKEN.search(report.words) or report.ref in scene.feeding:
        return None
    if not np.isclose(scene.value_of(report, given) or 0.0, 0.0):
        return None
    op = report.meets[0].op
    node = scene.trace.program.nodes[op.node]
    best = scene.value_of(report, {raw: opposite(x) for raw, x in given.items()})
    if best is None or not np.isclose(best, (1, 100)).any():
        return None
    had = scene.recorded(report)
    due = round(best) - had
    edits: list[Edit] = []
    if isinstance(node, ast.Compare):
        edits.append(((op.node, f"{source(node.left)} == {source(node.comparators[0])}"),))
    made = scene.made(report.ref)
    if made is not None and made.kind != "augment":
        edits.append(((made.node, f"({round(best)} - {scene.trace.program.text(made.node)})"),))
    return Finding(
        op.node,
        f"{scene.trace.program.text(op.node)} counts the rows that are wrong: {shown(had)} is called the accuracy, and "
        f"the share of right rows is {shown(due)}.",
        "error-rate-for-accuracy", "the share of rows that are right", [made.node] if made else [], edits, due,
    )  # fmt: skip


def source(node: ast.AST) -> str:
    """Return an expression's source, in parentheses where an operator beside it could take it apart."""
    text = ast.unparse(node)
    simple = isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.Constant)
    return text if simple else f"({text})"


def one_column(scene: Scene, known: Known) -> Finding | None:
    """Return that the largest of a single output is asked for, which is always the first."""
    report, _ = known[0]
    for op in report.ops:
        if op.kind != "call" or short_name(op) != "argmax":
            continue
        x = scene.trace.shape(op.inputs[0])
        out = scene.array(op.out)
        if len(x) != 2 or 1 not in x or out is None or out.size != max(x) or max(x) == 1 or out.any():
            continue

        for cut in (0.5, 0):
            above = column_above(cut)
            if mended(scene, known, {op.node: above}):
                due = scene.value_of(report, {}, {op.node: above})
                text = scene.text(op, op.inputs[0]) or "the output"
                new = f"({enclosed(text)}.ravel() > {cut}).astype(int)"
                return Finding(
                    op.node,
                    f"{text} has one column, and the largest of one is always number 0: "
            f"{told(scene, report, due)}.",
                    "argmax-of-one-column", new, [], [((op.node, new),)], due,
                )  # fmt: skip
    return None


def threshold(scene: Scene, known: Known) -> Finding | None:
    """Return that outputs are held against a limit that is not between the classes."""
    report, _ = known[0]
    raws = {raw for meet in report.meets for raw in meet.raw}
    for op in report.ops:
        if op.kind != "compare" or op.detail not in (">", ">=", "<", "<="):
            continue
        if not any(ref in raws for ref in op.inputs):
            continue
        raw = next(ref for ref in op.inputs if ref in raws)
        limit = next(ref for ref in op.inputs if ref != raw)
        value, a = scene.array(limit), scene.array(raw)
        node = scene.operand(op, limit)
        if limit in scene.down or value is None or value.size != 1 or a is None or node is None:
            continue
        had = float(value.reshape(()))
        due_limit = 0.5 if is_probability(scene, raw, a) else 0
        if due_limit == 0.5 and 0 < had < 1:
            continue

        other = held_against(raw, due_limit)
        if mended(scene, known, {op.node: other}):
            due = scene.value_of(report, {}, {op.node: other})
            says = "lie between 0 and 1" if due_limit else "are sums before the activation, whose middle is 0"
            return Finding(
                op.node,
                f"The outputs {says}, and {shown(had)} is the limit between the classes: {told(scene, report, due)}.",
                "threshold-zero" if had == 0 else "threshold-of-another-output", f"a limit of {due_limit}",
                [], [((node, str(due_limit)),)], due,
            )  # fmt: skip
    return None


def another_count(scene: Scene, known: Known) -> Finding | None:
    """Return that the number of right rows is divided by the number of other rows."""
    report, _ = known[0]
    if any(scene.across_turns(r) for r, _ in known):
        return None
    for op in report.ops:
        if op.kind not in ("binary", "augment") or op.detail not in ("/", "//") or op.inputs[1] in scene.down:
            continue
        divisor = scene.array(op.inputs[1])
        n = rows_of(scene, report)
        most = max(scene.trace.size(meet.label) for meet in report.meets)
        if divisor is None or divisor.size != 1 or (len(report.meets) > 1 and abs(float(divisor.sum()) - n) < most):
            continue

        counts = {r.ref: rows_of(scene, r) for r, _ in known}

        if not all(mended(scene, [one], {op.node: divided_by(counts[one[0].ref])}) for one in known):
            continue
        due = scene.value_of(report, {}, {op.node: divided_by(n)})
        node = scene.operand(op, op.inputs[1])
        names = labels_here(scene, report, op)
        edits: list[Edit] = [((node, f"len({name})"),) for name in names if node is not None]
        return Finding(
            op.node,
            f"The right ones of {n} rows are divided by {shown(divisor)}: {told(scene, report, due)}.",
            "accuracy-over-another-count", f"the number of rows that are compared, {n}",
            [node] if node is not None else [], edits, due,
        )  # fmt: skip
    return None


def labels_here(scene: Scene, report: Report, op: Op) -> list[str]:
    """Return by which names the compared rows are known where an operation runs."""
    frame = scene.trace.ops[op.at].frame
    sizes = {scene.trace.shape(meet.label)[:1] for meet in report.meets} if len(report.meets) == 1 else set()
    found = []
    for meet in report.meets[:1]:
        text = scene.text(meet.op, meet.label)
        if text is not None and meet.op.frame == frame and sizes != {()}:
            found.append(text)
    for ref, binds in scene.bound.items():
        for bind in binds:
            here = bind.kind == "bind" and bind.frame in (frame, 0) and bind.at < op.at
            rows_alike = bool(scene.trace.shape(ref)) and scene.trace.shape(ref)[:1] in sizes
            if here and rows_alike and str(bind.detail) not in found:
                found.append(str(bind.detail))
    return found[:4]


# ---------------------------------------------------------------------- losses


@dataclass
class Batch:
    """One batch's loss in a report: its sum, its rows, and its entries."""

    total: float
    rows: int
    entries: int


Losses = Sequence[tuple[Report, list[Batch]]]


def batches(scene: Scene, report: Report, family: str) -> list[Batch] | None:
    """Return the loss of each batch that a report is made of, by a family of losses; None where it is not that."""
    found = []
    seen: dict[int, int] = {}
    for meet in report.meets:
        raw = meet.raw[0]
        if raw in seen:
            if meet.form == "difference" and seen[raw] != meet.label:
                return None
            continue
        seen[raw] = meet.label
        a, given = scene.array(raw), scene.array(meet.label)
        if a is None or given is None:
            return None
        y = aligned(a, given, meet.form) if meet.form == "entry" or given.size != a.size else given.reshape(a.shape)
        if y is None:
            return None
        if family == "squares":
            total = float(np.sum((a - y) ** 2))
        elif family == "differences":
            total = float(np.sum(a - y))
        elif family == "binary":
            if y.size != given.size:
                return None
            y = as_given(scene, report, meet).reshape(a.shape)
            total = float(-np.sum(y * own_log(scene, report, raw, False) + (1 - y) * own_log(scene, report, raw, True)))
        else:
            total = float(-np.sum(y * np.log(np.clip(a, 1e-15, None)))) if (a >= 0).all() else float(-np.sum(y * a))
        found.append(Batch(total, count_of(a), a.size))
    return found


def own_log(scene: Scene, report: Report, raw: int, flipped: bool) -> Array:
    """Return the logarithm of an output, or of ``1 - a``, as a report has it, with what it adds for safety."""
    a = np.asarray(scene.array(raw), float)
    for meet in report.meets:
        x = scene.array(meet.operand)
        if meet.form == "log" and meet.raw == (raw,) and meet.flipped == flipped and x is not None and x.size == a.size:
            return -np.abs(x.reshape(a.shape))
    safe = np.clip(a, 1e-15, 1 - 1e-15)
    return np.log(1 - safe if flipped else safe)


def one_minus(scene: Scene, ref: int) -> int | None:
    """Return x of what was computed as ``1 - x``."""
    made = scene.made(ref)
    if made is None or made.kind != "binary" or made.detail != "-":
        return None
    one = scene.array(made.inputs[0])
    return made.inputs[1] if one is not None and one.size == 1 and float(one.sum()) == 1 else None


def as_given(scene: Scene, report: Report, meet: Meet) -> Array:
    """Return the labels that a term of a cross-entropy is about, where it may hold ``1 - y`` for ``y``."""
    y = np.asarray(scene.array(meet.label), float)
    others = {m.label for m in report.meets if m.raw == meet.raw}
    if one_minus(scene, meet.label) in others:
        return 1 - y
    if any(one_minus(scene, other) == meet.label for other in others):
        return y
    return 1 - y if meet.flipped else y


def count_of(a: Array) -> int:
    """Return how many examples outputs are of: rows, but where the outputs of one example lie in a column."""
    if a.ndim < 2:
        return a.size
    in_columns = a.shape[0] == 1 or (np.allclose(a.sum(axis=0), 1) and not np.allclose(a.sum(axis=1), 1))
    return a.shape[1] if in_columns and a.shape[0] < a.shape[1] else a.shape[0]


def explained(value: float, parts: Sequence[Batch]) -> bool:
    """Return whether a convention makes this value of these losses."""
    total, n, entries = (sum(x) for x in zip(*((p.total, p.rows, p.entries) for p in parts), strict=True))
    by_rows, by_entries = sum(p.total / p.rows for p in parts), sum(p.total / p.entries for p in parts)
    k = len(parts)
    sums = [total, total / n, total / entries, by_rows, by_rows / k, by_entries, by_entries / k]
    sums += [total * p.rows / p.entries for p in parts[:1]]
    likely = [s * c for s in sums for c in (1, 0.5, 2, 100, 1 / np.log(2))]
    likely += [np.sqrt(abs(s)) for s in sums] + [np.sqrt(abs(s) / 2) for s in sums]
    return any(np.isclose(abs(value), abs(one), rtol=1e-4, atol=1e-12) for one in likely)


FAMILIES = (("squares", {"difference"}), ("binary", {"log"}), ("categorical", {"log", "entry"}))
"""Losses, and in which forms outputs meet labels in them."""


def losses(scene: Scene, group: Sequence[Report]) -> Finding | None:
    """Return that a loss is divided once too often, or that it has other terms than any loss that it may be."""
    if not group or any(not r.meets or r.direct or scene.across_turns(r) or not scene.replays(r) for r in group):
        return None
    candidates: dict[str, Losses] = {}
    alone = all(is_single_unit(scene, m.raw[0]) for r in group for m in r.meets)
    for family, forms in FAMILIES:
        if all({m.form for m in r.meets} <= forms for r in group):
            parts = [batches(scene, r, family) for r in group]
            known = [(r, p) for r, p in zip(group, parts, strict=True) if p]
            if len(known) == len(group) and (family != "categorical" or not alone):
                candidates[family] = known
    if any(all(explained(scene.recorded(r), p) for r, p in known) for known in candidates.values()):
        return None
    for family, one in candidates.items():
        finding = divided_again(scene, one)
        if finding is None and family == "squares":
            finding = square_left_out(scene, one)
        if finding is None and family == "binary" and alone:
            finding = other_terms(scene, one)
        if finding is not None:
            return finding
    return None


def square_left_out(scene: Scene, known: Losses) -> Finding | None:
    """Return that what is called a loss adds up errors that are not squared, so that they cancel."""
    report, _ = known[0]
    if report.ref in scene.feeding or not SQUARED.search(report.words):
        return None
    plain = [batches(scene, r, "differences") for r, _ in known]
    if not all(p and explained(scene.recorded(r), p) for (r, _), p in zip(known, plain, strict=True)):
        return None
    op = report.meets[0].op
    squared = {op.node: lambda replay, op: binary("-", replay.get(op.inputs[0]), replay.get(op.inputs[1])) ** 2}
    if op.kind != "binary" or len({m.op.node for m in report.meets}) > 1 or not _explains(scene, known, squared):
        return None
    due = scene.value_of(report, {}, squared)
    text = scene.trace.program.text(op.node)
    return Finding(
        op.node,
        f"The errors {text} are added up as they are, and those above 0 cancel the others: {told(scene, report, due)}.",
        "square-left-out", f"({text}) ** 2", [], [((op.node, f"(({text}) ** 2)"),)], due,
    )  # fmt: skip


def is_single_unit(scene: Scene, raw: int) -> bool:
    """Return whether outputs are one unit's, one for each of several examples."""
    a = scene.array(raw)
    if a is None or a.size < 2 or bool(np.isclose(a.sum(), 1)):
        return False
    if a.ndim == 2:
        return 1 in a.shape
    data = data_of(scene, raw)
    return (
        a.ndim == 1
        and data is not None
        and a.size in (scene.trace.shape(data) or (0,))[:: max(1, len(scene.trace.shape(data)) - 1)]
    )


def other_terms(scene: Scene, known: Losses) -> Finding | None:
    """Return that a cross-entropy lacks a term, or has one of the wrong sign or of the other class."""
    report, _ = known[0]
    if report.ref in scene.feeding or not LOSS.search(report.words):
        return None
    program = scene.trace.program
    nodes = {m.op.node for m in report.meets}
    for op in report.ops:
        if op.kind == "binary" and op.detail in ("+", "-") and all(ref in scene.down for ref in op.inputs):
            sign = "-" if op.detail == "+" else "+"
            turned = by_operator(sign)
            node = program.nodes[op.node]
            if _explains(scene, known, {op.node: turned}) and isinstance(node, ast.BinOp):
                new = f"{source(node.left)} {sign} {source(node.right)}"
                return _cross_entropy(scene, report, op, {op.node: turned}, new)
    around = _around(program, nodes)
    for op in report.ops:
        if op.node != around or scene.trace.size(op.out) != scene.trace.size(report.meets[0].label):
            continue
        y, text_y, text_a = _label_of(scene, report)
        if y is None:
            return None

        both = both_terms(y, *(own_log(scene, report, report.meets[0].raw[0], f) for f in (False, True)))
        if text_y is not None and text_a is not None and _explains(scene, known[:1], {op.node: both}):
            log = program.text(_call_of_log(report)).partition("(")[0]
            a, t = enclosed(text_a), enclosed(text_y)
            return _cross_entropy(scene, report, op, {op.node: both}, f"{t} * {log}({a}) + (1 - {t}) * {log}(1 - {a})")
    return None


def both_terms(y: Array, log_a: Array, log_rest: Array) -> Change:
    """Compute the terms of a cross-entropy of these labels."""
    t = y.reshape(log_a.shape)
    return lambda replay, op: t * log_a + (1 - t) * log_rest


def _explains(scene: Scene, known: Losses, changed: dict[int, Change]) -> bool:
    values = [(scene.value_of(r, {}, changed), p) for r, p in known]
    return all(value is not None and explained(value, p) for value, p in values)


def _cross_entropy(scene: Scene, report: Report, op: Op, changed: dict[int, Change], new: str) -> Finding:
    due = scene.value_of(report, {}, changed)
    text = f"({new})" if _beside_an_operator(scene, op.node) else new
    return Finding(
        op.node,
        f"{scene.trace.program.text(op.node)} is no cross-entropy: {told(scene, report, due)}.",
        "cross-entropy-of-other-terms", new, [m.op.node for m in report.meets], [((op.node, text),)], due,
    )  # fmt: skip


def _beside_an_operator(scene: Scene, node: int) -> bool:
    """Return whether an expression is an operator's operand, so that a sum in its place needs parentheses."""
    return isinstance(
        scene.trace.program.nodes[scene.trace.program.parents[node]], ast.BinOp | ast.UnaryOp | ast.Attribute
    )


def _around(program: Any, nodes: set[int]) -> int:
    """Return the innermost expression that all of these are in."""
    first, *rest = nodes
    while not all(_is_in(program, node, first) for node in rest):
        if first not in program.parents:
            break
        first = program.parents[first]
    return first


def _is_in(program: Any, node: int, outer: int) -> bool:
    while node != outer:
        if node not in program.parents:
            return False
        node = program.parents[node]
    return True


def _label_of(scene: Scene, report: Report) -> tuple[Array | None, str | None, str | None]:
    """Return the labels of a cross-entropy, and the source of labels and outputs."""
    trace = scene.trace
    meet = report.meets[0]
    inner = one_minus(scene, meet.label)
    made = scene.made(meet.label)
    if inner is not None and made is not None and inner in {m.label for m in report.meets}:
        y, text = scene.array(inner), scene.text(made, inner)
    else:
        y, text = scene.array(meet.label), scene.text(meet.op, meet.label)
    raw = report.meets[0].raw[0]
    names = [
        str(b.detail) for b in scene.bound.get(raw, []) if b.kind == "bind" and b.frame == report.meets[0].op.frame
    ]
    if y is None or not set(np.unique(y)) <= {0.0, 1.0} or y.size != trace.size(raw):
        return None, None, None
    return y, text, names[-1] if names else None


def _call_of_log(report: Report) -> int:
    """Return the node of the first logarithm in a report."""
    return next(op.node for op in report.ops if op.kind == "call" and short_name(op) == "log")


def divided_again(scene: Scene, known: Losses) -> Finding | None:
    """Return that means over rows, or their sum, are divided by the number of rows once more."""
    report, parts = known[0]
    for op in report.ops:
        if op.kind not in ("binary", "augment") or op.detail != "/" or op.inputs[1] in scene.down:
            continue
        divisor = scene.array(op.inputs[1])
        k = len(parts)
        if divisor is None or divisor.size != 1 or not 1.5 * k < float(divisor.sum()):
            continue
        d = float(divisor.sum())
        if abs(d - sum(p.rows for p in parts)) > 1e-9:
            continue

        if not all(_explains(scene, [(r, p)], {op.node: divided_by(len(p))}) for r, p in known):
            continue
        due = scene.value_of(report, {}, {op.node: divided_by(k)})
        node = scene.operand(op, op.inputs[1])
        edits = weighted(scene, report, parts, op)
        if node is not None:
            edits.append(((node, str(k)),))
        total = sum(p.total for p in parts) / d
        also = [edit[0][0] for edit in edits]
        what = f"the sum of {k} batches' means" if k > 1 else "a mean over rows"
        return Finding(
            op.node,
            f"{scene.trace.program.text(op.node)} divides {what} by {shown(divisor)} rows once more: "
            f"{told(scene, report, due)}.",
            "divided-by-rows-in-report" if k > 1 else "loss-averaged-twice",
            "each batch's mean times its rows, or the number of batches as the divisor" if k > 1 else "the mean itself",
            also, edits, None if k > 1 and not np.isclose(total, due or 0.0) else due,
        )  # fmt: skip
    return None


def weighted(scene: Scene, report: Report, parts: Sequence[Batch], division: Op) -> list[Edit]:
    """Return edits that multiply each batch's mean by its rows where it is added."""
    if len(parts) < 2:
        return []
    found: list[Edit] = []
    for op in report.ops:
        if op.kind in ("binary", "augment") and op.detail == "+" and scene.trace.size(op.out) == 1:
            node, text = scene.operand(op, op.inputs[1]), scene.text(op, op.inputs[1])
            if node is None or text is None or op.inputs[1] not in scene.down:
                continue
            for name in rows_here(scene, op, parts[0].rows):
                edit = ((node, f"{enclosed(text)} * len({name})"),)
                if edit not in found:
                    found.append(edit)
    return found[:4]


def rows_here(scene: Scene, op: Op, n: int) -> list[str]:
    """Return names of arrays of n rows where an operation runs, the latest first."""
    found = []
    for bind in reversed(scene.trace.ops[: op.at]):
        here = bind.kind == "bind" and bind.frame == op.frame and bind.inputs[0] not in scene.down
        if here and scene.trace.shape(bind.inputs[0])[:1] == (n,) and bind.detail not in found:
            found.append(str(bind.detail))
            if len(found) == 3:
                break
    return found


# ---------------------------------------------------------------------- the logarithm of another class


def wrong_class(scene: Scene, group: Sequence[Report]) -> Finding | None:
    """Return that what is called a loss takes the logarithm of the largest output, and knows no label."""
    report = group[0]
    if (
        report.meets
        or not LOSS.search(report.words)
        or re.search("entropy|confiden", report.words.replace("cross_entropy", ""), re.I)
    ):
        return None
    up, _ = scene.up([report.ref], frozenset())
    logs = [op for op in scene.ops_of(up) if op.kind == "call" and short_name(op) == "log"]
    for log in logs:
        inner, _ = scene.without_safety(log.inputs[0])
        op = scene.made(inner)
        if op is None or short_name(op) not in ("max", "amax") or op.inputs[0] not in scene.down:
            continue
        p = op.inputs[0]
        a = scene.array(p)
        if a is None or a.ndim != 2 or scene.kind is None or scene.signature(p) != scene.kind:
            continue
        axis = 0 if np.allclose(a.sum(axis=0), 1, atol=1e-4) else 1
        if not np.allclose(a.sum(axis=axis), 1, atol=1e-4) or scene.trace.size(op.out) != a.shape[1 - axis]:
            continue
        return _of_the_label(scene, report, op, p, a, axis)
    return None


def _of_the_label(scene: Scene, report: Report, op: Op, p: int, a: Array, axis: int) -> Finding:
    n = a.shape[1 - axis]
    text = scene.text(op, p) or "P"
    edits: list[Edit] = []
    due = None
    for bind in reversed(scene.trace.ops[: op.at]):
        if bind.kind != "bind" or bind.frame not in (op.frame, 0) or bind.inputs[0] in scene.down:
            continue
        y = scene.array(bind.inputs[0]) if scene.trace.rows[bind.inputs[0]][0] == "array" else None
        if (
            y is None
            or y.shape != (n,)
            or scene.trace.is_float(bind.inputs[0])
            or y.min() < 0
            or y.max() >= a.shape[axis]
        ):
            continue
        if not _is_label(scene, y):
            continue
        at = f"np.arange(len({bind.detail})), {bind.detail}"
        new = f"{enclosed(text)}[{at}]" if axis == 1 else f"{enclosed(text)}[{', '.join(at.rsplit(', ', 1)[::-1])}]"
        if ((op.node, new),) not in edits:
            edits.append(((op.node, new),))
        if due is None:
            index = (np.arange(n), y.astype(int)) if axis == 1 else (y.astype(int), np.arange(n))
            due = float(-np.mean(np.log(np.clip(a[index], 1e-300, None))))
        if len(edits) == 3:
            break
    return Finding(
        op.node,
        f"The loss takes the largest entry of each row of {text} and never asks for the label: "
        + (f"{told(scene, report, due)}." if due is not None else f"{shown(scene.recorded(report))} is reported."),
        "log-of-the-wrong-class", f"the entry of {text} at the label", [], edits, None,
    )  # fmt: skip


def _is_label(scene: Scene, y: Array) -> bool:
    """Return whether whole numbers may be classes: some come more than once, or they are few."""
    return len(np.unique(y)) < max(2, y.size)


def other_axis(scene: Scene, group: Sequence[Report]) -> Finding | None:
    """Return that the largest output is looked for among examples, and not among the classes of one example."""
    for report in group:
        for op in report.ops:
            if op.kind != "call" or short_name(op) != "argmax":
                continue
            a = scene.array(op.inputs[0])
            if a is None or a.ndim != 2 or min(a.shape) < 2 or a.shape[0] == a.shape[1] or (a < 0).any():
                continue
            sums = [bool(np.allclose(a.sum(axis=axis), 1, atol=1e-6)) for axis in (0, 1)]
            if sum(sums) != 1 or scene.trace.shape(op.out) != (a.shape[sums.index(True)],):
                continue
            axis = sums.index(True)
            text = scene.text(op, op.inputs[0]) or "the outputs"
            return Finding(
                op.node,
                f"{scene.trace.program.text(op.node)} looks for the largest of {a.shape[1 - axis]} examples; the "
                f"{a.shape[axis]} classes of one example lie along axis {axis} of {text}.",
                "argmax-over-the-examples", f"argmax along axis {axis}", [], _with_axis(scene, report, axis),
            )  # fmt: skip
    return None


def _with_axis(scene: Scene, report: Report, axis: int) -> list[Edit]:
    """Return the edit that gives every argmax of a statement another axis."""
    program = scene.trace.program
    nodes = {program.statement(m.op.node) for m in report.meets} | {op.node for op in report.ops}
    edit = []
    for node in {n for number in nodes for n in ast.walk(program.nodes[number])}:
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("argmax"):
            for keyword in node.keywords:
                if keyword.arg == "axis":
                    edit.append((keyword.value.number, str(axis)))  # type: ignore[attr-defined]
            if not node.keywords and node.args and isinstance(node.args[-1], ast.Constant):
                edit.append((node.args[-1].number, str(axis)))  # type: ignore[attr-defined]
    return [tuple(sorted(set(edit)))] if edit else []


JUDGES: tuple[Judge, ...] = (pairs, other_axis, classes, losses, wrong_class, preparation, scale, bias, rows)
"""In the order in which they are asked; the first that finds something is heard."""
