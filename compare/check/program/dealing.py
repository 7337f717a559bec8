"""How rows are dealt out to batches: what an epoch leaves out, takes twice, or takes again and again.

Said is only what a whole epoch shows.
"""

import ast
import re
from collections.abc import Callable, Sequence

import numpy as np

from compare.check.program.batches import Batch, Key, Rows, shared_keys
from compare.check.program.finding import Edit, Finding
from compare.check.program.source import number_of
from compare.check.program.trace import COMPUTES, Op, Program, Trace


def short_batch(rows: Rows) -> Finding | None:
    """Return that the last rows of an epoch, fewer than a batch, are never used."""
    found: tuple[int, int, int, int] | None = None
    for epoch in rows.epochs[:3]:
        if len(epoch) < 2 or len({batch.size for batch in epoch}) != 1 or epoch[0].size < 2:
            return None
        size = epoch[0].size
        used = size * len(epoch)
        for key in shared_keys(epoch):
            total = len(set(np.concatenate([batch.x.where[key] for batch in epoch]).tolist()))
            owner = rows.larger(epoch[0].x.ref, key, size)
            if total != used or owner is None:
                return None  # rows are drawn, not dealt out
            missing = len(owner[1]) - used
            if not 0 < missing <= size:
                return None
            found = (size, len(owner[1]), len(epoch), missing)
    if found is None:
        return None
    size, n, count, missing = found
    node, also, edits = _counting(rows, n, size, count)
    if missing == size and not edits:
        return None
    return Finding(
        node,
        f"Only {count} batches of {size} rows are taken: {size * count} of the {n} rows. "
        f"The last {missing} {'row is' if missing == 1 else 'rows are'} left out in every epoch.",
        "short-batch-dropped",
        f"{-(-n // size)} batches, the last with {n - size * (-(-n // size) - 1)} rows",
        list(also),
        list(edits),
    )  # fmt: skip


def _counting(rows: Rows, n: int, size: int, count: int) -> tuple[int, tuple[int, ...], tuple[Edit, ...]]:
    """Return where the number of batches is decided, and what would make it one more."""
    trace, program = rows.trace, rows.trace.program
    loop = rows.training.loop
    for op in trace.ops[: rows.training.steps[-1].begin]:
        node = program.nodes[op.node]
        if op.kind != "binary" or op.detail not in ("//", "/") or not isinstance(node, ast.BinOp):
            continue
        if _whole(trace, op.inputs[0]) != n or _whole(trace, op.inputs[1]) != size:
            continue
        if isinstance(program.nodes[program.parents[op.node]], ast.UnaryOp):
            continue  # rounded up already
        whole = op.node if op.detail == "//" else _rounded_down(trace, op)
        if whole is not None:
            return whole, (program.statement(whole), loop), (((whole, _rounded_up(program, node)),),)
    for number in _range_loops(rows):
        call = program.nodes[number].iter  # type: ignore[attr-defined]
        end = call.args[1]
        if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Sub):
            if len(call.args) == 3 and ast.unparse(end.right) in (ast.unparse(call.args[2]), str(size)):
                text = program.text(number_of(end.left))
                return number_of(end), (number, loop), (((number_of(end), text),),)
            return number_of(end), (number, loop), ()
    return loop, (), ()


def _range_loops(rows: Rows) -> list[int]:
    """Return the loops over a range with two ends at least that run while the steps do."""
    program = rows.trace.program
    seen = {op.node for op in rows.trace.ops[: rows.training.steps[-1].end] if op.kind == "turn"}
    found = []
    for number in sorted(seen):
        node = program.nodes[number]
        counts = isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and len(node.iter.args) >= 2
        if counts and ast.unparse(node.iter.func).rpartition(".")[2] in ("range", "arange", "trange"):  # type: ignore[attr-defined]
            found.append(number)
    return found


def _rounded_down(trace: Trace, op: Op) -> int | None:
    """Return the call ``int(...)`` or ``floor(...)`` around a division."""
    number = trace.program.parents[op.node]
    found = None
    for _ in range(2):
        node = trace.program.nodes[number]
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("int", "floor"):
            found = number
            number = trace.program.parents[number]
        else:
            break
    return found


def _whole(trace: Trace, ref: int) -> int | None:
    """Return a whole number's value."""
    if trace.shape(ref):
        return None
    value = trace.value(ref)
    try:
        return int(value) if float(value) == int(value) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _rounded_up(program: Program, node: ast.BinOp) -> str:
    """Return a division in the source, rounded up."""
    sides = []
    for one in (node.left, node.right):
        text = program.text(number_of(one))
        simple = isinstance(one, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Constant)
        sides.append(text if simple else f"({text})")
    return f"-(-{sides[0]} // {sides[1]})"


def row_left_out(rows: Rows) -> Finding | None:
    """Return that the first or the last row of all is never used for anything."""
    trace = rows.trace
    if trace.stopped or not rows.batches:
        return None
    full = len({batch.size for batch in rows.batches}) == 1 and all(
        shared_keys([rows.batches[0], batch]) for batch in rows.batches[:5]
    )
    seen = [batch for epoch in rows.epochs[:3] for batch in epoch] or (rows.batches if full else [])
    if not seen:
        return None
    for key in shared_keys(seen):
        used = set(np.concatenate([batch.x.where[key] for batch in seen]).tolist())
        owner = rows.larger(seen[0].x.ref, key, seen[0].size)
        if owner is None or len(owner[1]) < 5 or key[1] != 0 or not rows.follower.is_given(key[0]):
            continue
        y = seen[0].y
        if y is not None and key in y.where and not np.array_equal(y.where[key], seen[0].x.where[key]):
            continue  # one row foretells another
        ref, everything, op = owner
        left = [n for n in everything.tolist() if n not in used]
        if len(left) == 0 or len(used) < 4:
            continue
        elsewhere = _used_elsewhere(rows, key, len(everything))
        left = [n for n in left if n not in elsewhere]
        if len(left) != 1 or left[0] not in (everything[0], everything[-1]):
            continue
        row = np.take(np.asarray(trace.value(ref), float), list(everything).index(left[0]), axis=0)
        if not np.all(np.isfinite(row)):
            continue
        which = "first" if left[0] == everything[0] else "last"
        edits, also = _slice_edits(rows, seen[0], key, which)
        return Finding(
            op.node,
            f"The {which} row is never used: {len(used)} of {len(everything)} rows are taken, and nothing else takes "
            f"the {which} one.",
            f"{which}-row-left-out",
            f"the {which} row, too",
            list(also),
            list(edits),
        )  # fmt: skip
    return None


def lines_left_out(trace: Trace) -> list[Finding]:
    """Return a slice of a table's lines that leaves the last one out, though it is a row like the others."""
    program = trace.program
    for op in trace.ops:
        if op.kind != "call" or op.detail[0].rpartition(".")[2] not in ("splitlines", "split", "readlines"):
            continue
        node = program.nodes[program.parents.get(op.node, 0)]
        lines = trace.value(op.out)
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Slice) or not isinstance(lines, list):
            continue
        end = node.slice.upper
        if end is None or ast.unparse(end) != "-1" or len(lines) < 5 or any(type(line) is not str for line in lines):
            continue
        if _form(lines[-1]) != _form(lines[-2]) or "number" not in _form(lines[-1]):
            continue
        start = "" if node.slice.lower is None else program.text(number_of(node.slice.lower))
        return [
            Finding(
                number_of(node),
                f"`{program.text(number_of(node))}` leaves the last line out, and `{lines[-1].strip()}` is a row like "
                "the others.",
                "last-row-left-out",
                f"all lines: `[{start}:]`",
                [],
                [((number_of(node.slice), f"{start}:"),)],
            )
        ]
    return []


def _form(line: str) -> list[str]:
    """Return what a line of a table has: numbers, and words."""
    fields = line.replace(",", " ").replace(";", " ").split()
    return ["number" if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", field) else "word" for field in fields]


def _used_elsewhere(rows: Rows, key: Key, n: int) -> set[int]:
    """Return the rows that any part of the data, taken anywhere in the program, has."""
    trace = rows.trace
    found: set[int] = set()
    family = set(trace.downstream([key[0]], 0, len(trace.ops))) if key[0] >= 0 else set()
    ops = [op for op in trace.ops if op.kind in ("item", "call") and op.kind in COMPUTES and family & set(op.inputs)][
        :3000
    ]
    rows.follower.follow(op.out for op in ops)
    for op in ops:
        known = rows.follower.of(op.out)
        found |= {place for root, axis, place in known.alone if (root, axis) == key}
        index = rows.rows_in(op.out, key)
        if index is not None and len(set(index.tolist())) < n:
            found |= set(index.tolist())
    return found


def _slice_edits(rows: Rows, batch: Batch, key: Key, which: str) -> tuple[tuple[Edit, ...], tuple[int, ...]]:
    """Return what would take the row, too: the slices of rows and labels without the end that leaves it out."""
    program = rows.trace.program
    parts, nodes = [], []
    takens = [(batch.x.ref, key)]
    if batch.y is not None:
        takens += [(batch.y.ref, other) for other in batch.y.where]
    for ref, one in takens:
        for op in rows.way_back(ref, one):
            node = program.nodes[op.node]
            if op.kind != "item" or not isinstance(node, ast.Subscript):
                continue
            cut = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
            if not isinstance(cut, ast.Slice):
                continue
            end = cut.upper if which == "last" else cut.lower
            if end is None or op.node in nodes:
                continue
            rest = [None, cut.upper, cut.step] if which == "first" else [cut.lower, None, cut.step]
            text = ":".join("" if e is None else program.text(number_of(e)) for e in rest[:2])
            if rest[2] is not None:
                text += ":" + program.text(number_of(rest[2]))
            nodes.append(op.node)
            parts.append((number_of(cut), text))
    return ((tuple(parts),) if parts else ()), tuple(nodes)


def same_batch(rows: Rows) -> Finding | None:
    """Return that every step of an epoch takes the same rows, though there are more."""
    for epoch in rows.epochs[:2]:
        if len(epoch) < 2:
            return None
        refs = {batch.x.ref for batch in epoch}
        if len(refs) != len(epoch):
            return None  # taken once, before
        for key in shared_keys(epoch):
            first = epoch[0].x.where[key]
            if any(not np.array_equal(batch.x.where[key], first) for batch in epoch):
                return None
    if not rows.epochs or not shared_keys(rows.epochs[0]):
        return None
    epoch = rows.epochs[0]
    key = shared_keys(epoch)[0]
    size = epoch[0].size
    owner = rows.larger(epoch[0].x.ref, key, size)
    if owner is None or len(owner[1]) < 2 * size:
        return None
    moving = _labels_move(epoch)
    if not moving and len(epoch) not in (len(owner[1]) // size, -(-len(owner[1]) // size)):
        return None
    op = owner[2]
    if op.at < rows.training.steps[epoch[0].step].begin - 1 and not moving:
        return None
    program = rows.trace.program
    edits: tuple[Edit, ...] = ()
    if moving and epoch[0].y is not None:
        edits = _as_the_other(rows, epoch[0], op, key)
    return Finding(
        op.node,
        f"`{program.text(op.node)}` is the same {size} rows in all {len(epoch)} steps of an epoch"
        + (", and the labels are of other rows each time." if moving else f"; there are {len(owner[1])} rows."),
        "one-batch-for-all",
        "the rows of the labels" if moving else f"another {size} rows in each step", [], list(edits),
    )  # fmt: skip


def _labels_move(epoch: Sequence[Batch]) -> bool:
    """Return whether the labels' rows are others in each step."""
    places = [batch.y.where for batch in epoch if batch.y is not None]
    if len(places) != len(epoch):
        return False
    return any(
        all(key in where for where in places)
        and any(not np.array_equal(where[key], places[0][key]) for where in places[1:])
        for key in places[0]
    )


def _as_the_other(rows: Rows, batch: Batch, op: Op, key: Key, labels: bool = False) -> tuple[Edit, ...]:
    """Return an edit that indexes the inputs as the labels are indexed, or the other way round."""
    program = rows.trace.program
    y = batch.y
    assert y is not None
    mine = program.nodes[op.node]
    others = [
        one for other in (y.where if not labels else batch.x.where)
        for one in rows.selections(y.ref if not labels else batch.x.ref, other)
    ]  # fmt: skip
    for one in others:
        node = program.nodes[one.node]
        if isinstance(node, ast.Subscript) and isinstance(mine, ast.Subscript) and one.node != op.node:
            source, target = row_index(node), row_index(mine)
            return (((number_of(target), program.text(number_of(source))),),)
    return ()


def row_index(node: ast.Subscript) -> ast.expr:
    """Return the part of an index that says which rows."""
    return node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice


def overlapping(rows: Rows) -> Finding | None:
    """Return that batches which should follow each other overlap, so that most rows are not reached."""
    found: tuple[Op, int, int, int, int] | None = None
    for epoch in rows.epochs[:2]:
        if len(epoch) < 3 or len({batch.size for batch in epoch}) != 1 or epoch[0].size < 2:
            return None
        size = epoch[0].size
        hit = None
        for key in shared_keys(epoch):
            owner = rows.larger(epoch[0].x.ref, key, size)
            if owner is None:
                continue
            place = {int(row): n for n, row in enumerate(owner[1])}
            starts = []
            for batch in epoch:
                at = [place.get(int(row), -1) for row in batch.x.where[key]]
                if at != list(range(at[0], at[0] + size)) or at[0] < 0:
                    break
                starts.append(at[0])
            strides = set(np.diff(starts).tolist())
            steady = len(starts) == len(epoch) and len(strides) == 1 and 0 < min(strides) < size
            if steady and starts[-1] + size <= len(owner[1]) - size:
                hit = (owner[2], size, min(strides), len(owner[1]), starts[-1] + size)
        if hit is None:
            return None
        found = hit
    if found is None:
        return None
    op, size, stride, n, reached = found
    program = rows.trace.program
    edits: tuple[Edit, ...] = ()
    also: tuple[int, ...] = ()
    batch = rows.epochs[0][0]
    parts = []
    ops = [op] + [
        one
        for key in (batch.y.where if batch.y is not None else {})
        for one in rows.selections(batch.y.ref, key)  # type: ignore[union-attr]
    ]
    for one in {one.node: one for one in ops}.values():
        text = _blocks(program.nodes[one.node], program.text)
        if text is not None:
            parts.append((number_of(row_index(program.nodes[one.node])), text))  # type: ignore[arg-type]
            also += (one.node,)
    if parts:
        edits = (tuple(parts),)
    return Finding(
        op.node,
        f"`{program.text(op.node)}` begins {stride} {'row' if stride == 1 else 'rows'} further in each step, and has "
        f"{size} rows: an epoch reaches {reached} of {n} rows.",
        "batches-overlap",
        f"batches that begin {size} rows further each time", [*also[1:], rows.training.loop], list(edits),
    )  # fmt: skip


def _blocks(node: ast.AST, text: Callable[[int], str]) -> str | None:
    """Return ``i * size:(i + 1) * size`` for an index ``i:i + size``."""
    if not isinstance(node, ast.Subscript):
        return None
    cut = row_index(node)
    if not isinstance(cut, ast.Slice) or cut.lower is None or not isinstance(cut.upper, ast.BinOp):
        return None
    if not isinstance(cut.upper.op, ast.Add) or ast.unparse(cut.upper.left) != ast.unparse(cut.lower):
        return None
    start, size = text(number_of(cut.lower)), text(number_of(cut.upper.right))
    return f"{start} * {size}:({start} + 1) * {size}"
