"""Which rows a program trains on, and with which labels: what one step does not show and an epoch does.

Every batch is followed back to the data. Said is only what a whole epoch shows: rows that no batch of it has, batches
that overlap or stay the same, images that are taught with another one's label.
"""

import ast
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from compare.check.program.diagnose import Diagnosis, diagnose
from compare.check.program.finding import Edit, Finding
from compare.check.program.origins import Follower, Index
from compare.check.program.reference import Reading, Window, _label_index, meetings, relevant
from compare.check.program.states import wrong_states
from compare.check.program.steps import Training, without_rates
from compare.check.program.trace import COMPUTES, Op, Trace
from compare.check.program.whole_numbers import lost

Key = tuple[int, int]
"""An array, and the axis of it along which the rows lie."""

MOST_STEPS = 1200
MEETS = ("@", "*", "numpy.dot", "ndarray.dot", "numpy.matmul", "numpy.multiply", "numpy.inner")


@dataclass(frozen=True, eq=False)
class Taken:
    """Rows that a step took: the value that holds them, the axis along which they lie (None: it is a single row)."""

    ref: int
    axis: int | None
    where: dict[Key, Index]


@dataclass(frozen=True, eq=False)
class Batch:
    """What one step trains on."""

    step: int
    x: Taken
    y: Taken | None

    @property
    def size(self) -> int:
        """How many rows it has."""
        return len(next(iter(self.x.where.values()), ()))


class Rows:
    """The batches of a training, by epochs."""

    def __init__(self, training: Training, reading: Reading | None) -> None:
        self.trace = training.trace
        self.training = training = without_rates(training)
        self.reading = reading
        self.follower = Follower(self.trace)
        self.batches = list(self._batches())
        self.epochs = self._epochs()

    # ------------------------------------------------------------------ finding the batches

    def _batches(self) -> Iterator[Batch]:
        steps = self.training.steps[:MOST_STEPS]
        if not steps:
            return
        sample = Window(self.training, steps[min(1, len(steps) - 1)])
        meets = self._inputs(sample)
        if meets is None:
            return
        op, position = meets
        labels = self._label(sample, op)
        up = {one.at for one in sample.way(sample.step.after)}
        inside = self._at(op.node, sample.step.begin, sample.step.end)
        clean = bool(inside) and all(one.at in up for one in inside)
        first = [one.inputs[position] not in sample.down for one in inside]
        for n, step in enumerate(steps):
            found = self._at(op.node, step.begin, step.end)
            if clean and len(found) == len(inside):
                found = [one for one, takes in zip(found, first, strict=True) if takes]
            elif n < 60:
                window = Window(self.training, step)
                way = {one.at for one in window.way(step.after)}
                found = [one for one in found if one.at in way and one.inputs[position] not in window.down]
            else:
                continue
            if len(found) != 1:
                continue
            x = self._taken(found[0].inputs[position], _axis(self.trace, found[0], position))
            if x is None:
                continue
            yield Batch(n, x, self._y(labels, found[0], step.end, x))

    def _at(self, node: int, begin: int, end: int) -> list[Op]:
        return [op for op in self.trace.ops[begin:end] if op.node == node and op.kind in COMPUTES]

    def _inputs(self, window: Window) -> tuple[Op, int] | None:
        """Return the first operation in which data meets parameters, and the data's position."""
        for op in window.way(window.step.after):
            name = op.detail[0] if op.kind == "call" else op.detail
            if op.at < window.step.begin or name not in MEETS or len(op.inputs) != 2:
                continue
            for position, ref in enumerate(op.inputs):
                if ref in window.down or op.inputs[1 - position] not in window.down:
                    continue
                if self.trace.rows[ref][0] in ("array", "float") and self.follower.of(ref).known:
                    return op, position
        return None

    def _label(self, window: Window, op: Op) -> tuple[int, int | None] | None:
        """Return the node at which labels come in, and their position there; None for an index."""
        if self.reading is not None:
            for met in relevant(window, meetings(window)):
                if met.op.node == self.reading.node and met.form == self.reading.form:
                    return met.op.node, None if met.form == "entry" else met.op.inputs.index(met.label)
        for one in window.way(window.step.after):
            if one.kind == "store" and one.at > op.at and one.inputs[1] not in window.down:
                if _label_index(self.trace, one) is not None:
                    return one.node, None
        return None

    def _y(self, labels: tuple[int, int | None] | None, first: Op, end: int, x: Taken) -> Taken | None:
        if labels is None:
            return None
        node, position = labels
        found = self._at(node, first.at, end)
        if not found:
            return None
        op = found[0]
        ref = _label_index(self.trace, op) if position is None else op.inputs[position]
        if ref is None:
            return None
        if x.axis is None:
            return self._taken(ref, None)
        n = self.trace.shape(x.ref)[x.axis]
        shape = self.trace.shape(ref)
        order = range(len(shape)) if x.axis == 0 else reversed(range(len(shape)))
        axis = next((k for k in order if shape[k] == n), None)
        return None if axis is None else self._taken(ref, axis)

    def _taken(self, ref: int, axis: int | None) -> Taken | None:
        known = self.follower.of(ref)
        if axis is None:
            where = {(root, k): np.array([n]) for root, k, n in known.alone if n >= 0}
            return Taken(ref, None, where)
        if axis >= len(known.axes):
            return None
        return Taken(ref, axis, {(o.root, o.axis): o.index for o in known.axes[axis] if -1 not in o.index})

    # ------------------------------------------------------------------ epochs

    def _epochs(self) -> list[list[Batch]]:
        """Return the batches of each whole epoch: of each turn of the loop around the steps."""
        trace = self.trace
        steps = self.training.steps
        begins = [step.begin for step in steps]
        best: tuple[float, list[range]] | None = None
        for spans in turns(trace).values():
            whole = []
            for begin, end in spans:
                first, last = bisect_left(begins, begin), bisect_left(begins, end)
                while last > first and steps[last - 1].end > end:
                    last -= 1
                if last - first >= 2:
                    whole.append((end - begin, range(first, last)))
            if whole:
                length = float(np.median([length for length, _ in whole]))
                if best is None or length < best[0]:
                    best = (length, [inside for _, inside in whole])
        if best is None:
            if trace.stopped or self.training.loop in trace.shortened or len(self.batches) != len(steps):
                return []
            return [self.batches]
        by_step = {batch.step: batch for batch in self.batches}
        return [[by_step[n] for n in inside] for inside in best[1] if all(n in by_step for n in inside)]

    # ------------------------------------------------------------------ following back

    def larger(self, ref: int, key: Key, size: int) -> tuple[int, Index, Op] | None:
        """Return the nearest value before this one that has more of the rows, these rows, and what took some of them."""
        trace = self.trace
        for _ in range(60):
            made = trace.maker[ref]
            if made < 0:
                return None
            op = trace.ops[made]
            for one in trace.inputs(op):
                index = self.rows_in(one, key)
                if index is not None and len(index) > size:
                    return one, index, op
            same = [one for one in trace.inputs(op) if self.has(one, key)]
            if not same:
                return None
            ref = same[0]
        return None

    def rows_in(self, ref: int, key: Key) -> Index | None:
        """Return which rows a value has."""
        for sources in self.follower.of(ref).axes:
            for one in sources:
                if (one.root, one.axis) == key and -1 not in one.index:
                    return one.index
        return None

    def has(self, ref: int, key: Key) -> bool:
        """Return whether a value is, or has, some of the rows."""
        known = self.follower.of(ref)
        return any(place[:2] == key for place in known.alone) or self.rows_in(ref, key) is not None

    def way_back(self, ref: int, key: Key) -> list[Op]:
        """Return what gave a value its rows, from the last to the first."""
        found = []
        for _ in range(200):
            made = self.trace.maker[ref]
            if made < 0 or ref == key[0]:
                break
            op = self.trace.ops[made]
            found.append(op)
            same = [one for one in self.trace.inputs(op) if self.has(one, key)]
            if not same:
                break
            ref = same[0]
        return found

    def selections(self, ref: int, key: Key) -> list[Op]:
        """Return the indexing, and the calls, that chose or moved rows on the way to a value."""
        return [op for op in self.way_back(ref, key) if self._moves(op, key)]

    def _moves(self, op: Op, key: Key) -> bool:
        before = [self.rows_in(ref, key) for ref in self.trace.inputs(op)]
        known = [index for index in before if index is not None]
        after = self.rows_in(op.out, key)
        if not known:
            return False
        return after is None or not any(np.array_equal(after, index) for index in known)


def turns(trace: Trace) -> dict[int, list[tuple[int, int]]]:
    """Return for each loop its whole turns: where each begins and ends."""
    found: dict[int, list[tuple[int, int]]] = {}
    running: dict[int, int] = {}
    for op in trace.ops:
        if op.kind == "turn":
            if op.node in running and op.detail > 0:
                found.setdefault(op.node, []).append((running[op.node], op.at))
            running[op.node] = op.at
        elif op.kind == "leave" and op.node in running:
            found.setdefault(op.node, []).append((running.pop(op.node), op.at))
    return found


def _axis(trace: Trace, op: Op, position: int) -> int | None:
    """Return along which axis of data, in the first product, the rows lie; None for a single row."""
    shape, other = trace.shape(op.inputs[position]), trace.shape(op.inputs[1 - position])
    name = op.detail[0] if op.kind == "call" else op.detail
    if name in ("*", "numpy.multiply"):
        if len(shape) == 2:
            return 0
        return 0 if len(shape) == 1 and int(np.prod(other)) == 1 else None
    if len(shape) != 2:
        return None
    axis = 0 if position == 0 or name == "numpy.inner" else 1
    return axis


# ---------------------------------------------------------------------- what is said


def wrong_rows(trace: Trace, training: Training | None, reading: Reading | None) -> list[Finding]:
    """Return what one step does not show: wrong rows and labels, numbers that lose something, states that go on."""
    found = [*lost(trace, training), *wrong_states(trace, training)]
    if training is not None:
        found += wrongly_taken(training, reading)
    found += lines_left_out(trace)
    for one in found:
        one.holds = partial(_is_gone, one.name, trace)
    return found


def _is_gone(name: str, before: Trace, trace: Trace) -> bool:
    """Return whether a new recording is without a mistake, and no more parameters than before move wrongly."""
    old, new = diagnose(before), diagnose(trace)
    if new is None:
        return False
    reading, wrong = _likeliest(new)
    if old is not None and wrong > _likeliest(old)[1]:
        return False
    again = [*lost(trace, new.training), *wrong_states(trace, new.training), *wrongly_taken(new.training, reading)]
    again += lines_left_out(trace)
    return all(one.name != name for one in again)


def _likeliest(diagnosis: Diagnosis) -> tuple[Reading | None, int]:
    """Return the reading by which fewest parameters move wrongly, and how many do."""
    wrong = diagnosis.wrong
    reading = diagnosis.right or min(wrong, key=lambda one: len(wrong[one]), default=None)
    return reading, 0 if reading is None else len(wrong[reading])


def wrongly_taken(training: Training, reading: Reading | None) -> list[Finding]:
    """Return what is wrong with the rows and labels that a training was given."""
    rows = Rows(training, reading)
    found = []
    for check in (same_batch, overlapping, labels_apart, short_batch, row_left_out, targets):
        one = check(rows)
        if one is not None and not any(one.node == other.node for other in found):
            found.append(one)
            if check in (same_batch, overlapping) and one.name != "":
                break
    return found


def _keys(batches: Sequence[Batch]) -> list[Key]:
    """Return where all of these batches came from."""
    common = set(batches[0].x.where)
    for batch in batches[1:]:
        common &= set(batch.x.where)
    return [key for key in batches[0].x.where if key in common]


def short_batch(rows: Rows) -> Finding | None:
    """Return that the last rows of an epoch, fewer than a batch, are never used."""
    found: tuple[int, int, int, int] | None = None
    for epoch in rows.epochs[:3]:
        if len(epoch) < 2 or len({batch.size for batch in epoch}) != 1 or epoch[0].size < 2:
            return None
        size = epoch[0].size
        used = size * len(epoch)
        for key in _keys(epoch):
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
        f"{-(-n // size)} batches, the last with {n - size * (-(-n // size) - 1)} rows", list(also), list(edits),
    )  # fmt: skip


def _counting(rows: Rows, n: int, size: int, count: int) -> tuple[int, tuple[int, ...], tuple[Edit, ...]]:
    """Return where the number of batches is decided, and what would make it one more."""
    trace, program = rows.trace, rows.trace.program
    loop = rows.training.loop
    divided = [
        op for op in trace.ops
        if op.kind == "binary" and op.detail in ("//", "/") and op.kind in COMPUTES and op.at < rows.training.steps[-1].begin
        and _whole(trace, op.inputs[0]) == n and _whole(trace, op.inputs[1]) == size
    ]  # fmt: skip
    for op in divided:
        node = program.nodes[op.node]
        if isinstance(node, ast.BinOp) and op.detail == "//":
            parent = program.nodes[program.parents[op.node]]
            if isinstance(parent, ast.UnaryOp):
                continue
            text = f"-(-{_factor(program.text(_n(node.left)), node.left)} // {_factor(program.text(_n(node.right)), node.right)})"
            return op.node, (program.statement(op.node), loop), (((op.node, text),),)
        whole = _rounded_down(trace, op)
        if whole is not None:
            call = program.nodes[whole]
            assert isinstance(call, ast.Call) and isinstance(node, ast.BinOp)
            text = f"-(-{_factor(program.text(_n(node.left)), node.left)} // {_factor(program.text(_n(node.right)), node.right)})"
            return whole, (program.statement(whole), loop), (((whole, text),),)
    for number in _range_loops(rows):
        call = program.nodes[number].iter  # type: ignore[attr-defined]
        end = call.args[1]
        if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Sub):
            if len(call.args) == 3 and ast.unparse(end.right) in (ast.unparse(call.args[2]), str(size)):
                text = program.text(_n(end.left))
                return _n(end), (number, loop), (((_n(end), text),),)
            if isinstance(end.left, ast.BinOp) and isinstance(end.left.op, ast.Sub):
                pass
            return _n(end), (number, loop), ()
    return loop, (), ()


def _range_loops(rows: Rows) -> list[int]:
    """Return the loops over a range with two ends at least that run while the steps do."""
    program = rows.trace.program
    first, last = rows.training.steps[0], rows.training.steps[-1]
    seen = {op.node for op in rows.trace.ops[: last.end] if op.kind == "turn"}
    del first
    found = []
    for number in sorted(seen):
        node = program.nodes[number]
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and len(node.iter.args) >= 2:
            if ast.unparse(node.iter.func) in ("range", "np.arange", "xrange", "tqdm.trange", "trange"):
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


def _n(node: ast.AST) -> int:
    number: int = node.number  # type: ignore[attr-defined]
    return number


def _factor(text: str, node: ast.AST) -> str:
    """Return an expression's text, in parentheses where it needs them as an operand of a division."""
    return text if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Constant) else f"({text})"


def row_left_out(rows: Rows) -> Finding | None:
    """Return that the first or the last row of all is never used for anything."""
    trace = rows.trace
    if trace.stopped or not rows.batches:
        return None
    full = len({batch.size for batch in rows.batches}) == 1 and all(
        _keys([rows.batches[0], batch]) for batch in rows.batches[:5]
    )
    seen = [batch for epoch in rows.epochs[:3] for batch in epoch] or (rows.batches if full else [])
    if not seen:
        return None
    for key in _keys(seen):
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
            f"all rows from the {'first' if which == 'first' else 'one taken'} on" if which == "first" else "the last row, too", list(also), list(edits),
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
        start = "" if node.slice.lower is None else program.text(_n(node.slice.lower))
        return [
            Finding(
                _n(node),
                f"`{program.text(_n(node))}` leaves the last line out, and `{lines[-1].strip()}` is a row like the others.",
                "last-row-left-out",
                f"all lines: `[{start}:]`",
                [],
                [((_n(node.slice), f"{start}:"),)],
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
    ops = [op for op in trace.ops if op.kind in ("item", "call") and op.kind in COMPUTES and family & set(op.inputs)][:3000]
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
            text = ":".join("" if e is None else program.text(_n(e)) for e in rest[:2])
            if rest[2] is not None:
                text += ":" + program.text(_n(rest[2]))
            nodes.append(op.node)
            parts.append((_n(cut), text))
    return ((tuple(parts),) if parts else ()), tuple(nodes)


def same_batch(rows: Rows) -> Finding | None:
    """Return that every step of an epoch takes the same rows, though there are more."""
    for epoch in rows.epochs[:2]:
        if len(epoch) < 2:
            return None
        refs = {batch.x.ref for batch in epoch}
        if len(refs) != len(epoch):
            return None  # taken once, before
        for key in _keys(epoch):
            first = epoch[0].x.where[key]
            if any(not np.array_equal(batch.x.where[key], first) for batch in epoch):
                return None
    if not rows.epochs or not _keys(rows.epochs[0]):
        return None
    epoch = rows.epochs[0]
    key = _keys(epoch)[0]
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
            source, target = _row_index(node), _row_index(mine)
            return (((_n(target), program.text(_n(source))),),)
    return ()


def _row_index(node: ast.Subscript) -> ast.expr:
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
        for key in _keys(epoch):
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
            if len(starts) == len(epoch) and len(strides) == 1 and 0 < min(strides) < size:
                if starts[-1] + size <= len(owner[1]) - size:
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
        one for key in (batch.y.where if batch.y is not None else {}) for one in rows.selections(batch.y.ref, key)  # type: ignore[union-attr]
    ]
    for one in {one.node: one for one in ops}.values():
        text = _blocks(program.nodes[one.node], program.text)
        if text is not None:
            parts.append((_n(_row_index(program.nodes[one.node])), text))  # type: ignore[arg-type]
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
    cut = _row_index(node)
    if not isinstance(cut, ast.Slice) or cut.lower is None or not isinstance(cut.upper, ast.BinOp):
        return None
    if not isinstance(cut.upper.op, ast.Add) or ast.unparse(cut.upper.left) != ast.unparse(cut.lower):
        return None
    start, size = text(_n(cut.lower)), text(_n(cut.upper.right))
    return f"{start} * {size}:({start} + 1) * {size}"


# ---------------------------------------------------------------------- rows and labels


def labels_apart(rows: Rows) -> Finding | None:
    """Return that rows are taught with other rows' labels."""
    batches = [batch for batch in rows.batches if batch.y is not None and batch.y.where is not None]
    if not batches:
        return None
    apart = _told_otherwise(rows, batches)
    if apart is None:
        apart = _parted_before(rows, batches)
    if apart is None:
        return None
    batch, says = apart
    node, also, edits = _where_parted(rows, batch)
    if node is None:
        return None
    return Finding(node, says, "labels-apart-from-images", "each row with its own label", list(also), list(edits))


def _labels_of(rows: Rows, batch: Batch) -> list[bytes] | None:
    """Return each row's label, as bytes."""
    assert batch.y is not None
    value = rows.trace.array(batch.y.ref)
    if value is None:
        return None
    if batch.y.axis is None:
        return [np.ascontiguousarray(value).tobytes()]
    value = np.moveaxis(value, batch.y.axis, 0)
    return [np.ascontiguousarray(row).tobytes() for row in value]


def _told_otherwise(rows: Rows, batches: Sequence[Batch]) -> tuple[Batch, str] | None:
    """Return a batch that teaches rows with other labels than an earlier one did."""
    rows.trace.load([batch.y.ref for batch in batches if batch.y is not None])
    for key in _common_keys(batches):
        told: dict[int, bytes] = {}
        known: set[bytes] = set()
        again, changed, strange = 0, 0, 0
        first: tuple[Batch, int, bytes, bytes] | None = None
        for batch in batches:
            labels = _labels_of(rows, batch)
            where = batch.x.where[key].tolist()
            if labels is None or len(labels) != len(where):
                return None
            fresh = set()
            for row, label in zip(where, labels, strict=True):
                if row not in told:
                    told[row] = label
                    fresh.add(label)
                    continue
                again += 1
                if told[row] != label:
                    changed += 1
                    strange += label not in known and label not in fresh
                    if first is None:
                        first = (batch, row, told[row], label)
            known |= fresh
        if again >= 3 and changed >= 0.1 * again and changed >= 3 and strange <= 0.5 * changed and first is not None:
            batch, row, before, now = first
            return batch, (
                f"Row {row} is taught with the label {_shown(before)}, and in step {batch.step + 1} with "
                f"{_shown(now)}: rows and labels are not in the same order."
            )
    return None


def _common_keys(batches: Sequence[Batch]) -> list[Key]:
    return _keys(batches) if batches else []


def _shown(label: bytes) -> str:
    """Return a label in words: a number, or the place of the one."""
    value = np.frombuffer(label)
    if value.size == 1:
        return f"{value[0]:g}"
    if np.count_nonzero(value == 1) == 1 and np.count_nonzero(value) == 1:
        return str(int(np.argmax(value)))
    return "[" + ", ".join(f"{x:g}" for x in value[:4]) + (", ...]" if value.size > 4 else "]")


def _parted_before(rows: Rows, batches: Sequence[Batch]) -> tuple[Batch, str] | None:
    """Return a batch whose rows and labels come from other rows of data that was read, by more than a shift."""
    trace = rows.trace
    for batch in batches[:50]:
        assert batch.y is not None
        if batch.size < 2 and len(batches) < 10:
            continue
        for x_key, x_index in batch.x.where.items():
            for y_key, y_index in batch.y.where.items():
                if not _a_pair(rows, x_key, y_key) or len(x_index) != len(y_index):
                    continue
                shared = [key for key in batch.x.where if key in batch.y.where]
                if any(np.array_equal(batch.x.where[key], batch.y.where[key]) for key in shared):
                    return None
                if len(x_index) < 4 or len(set((x_index - y_index).tolist())) < 3:
                    continue
                value = trace.array(y_key[0])
                if value is None:
                    continue
                value = np.moveaxis(value, y_key[1], 0)
                differ = [not np.array_equal(value[i], value[j]) for i, j in zip(x_index, y_index, strict=True)]
                if np.mean(differ) >= 0.1:
                    n = differ.index(True)
                    return batch, (
                        f"Row {int(x_index[n])} of the data is taught with the label of row {int(y_index[n])}: rows and "
                        "labels are not in the same order."
                    )
    return None


def _a_pair(rows: Rows, x: Key, y: Key) -> bool:
    """Return whether rows and labels that were read belong together by their places."""
    if x == y:
        return True
    given = rows.follower.is_given(x[0]) and rows.follower.is_given(y[0])
    if not given or not x[0] >= 0:
        return False
    n, m = rows.trace.shape(x[0])[x[1]], rows.trace.shape(y[0])[y[1]]
    return n == m and n >= 8 and not _is_order(rows.trace, x[0]) and not _is_order(rows.trace, y[0])


def _is_order(trace: Trace, ref: int) -> bool:
    """Return whether an array is the whole numbers from 0 on in some order: an order of rows, no data."""
    shape = trace.shape(ref)
    if len(shape) != 1 or trace.rows[ref][1][1:2] not in ("i", "u"):
        return False
    value = trace.value(ref)
    return bool(np.array_equal(np.sort(np.asarray(value)), np.arange(shape[0])))


def _where_parted(rows: Rows, batch: Batch) -> tuple[int | None, tuple[int, ...], tuple[Edit, ...]]:
    """Return where rows and labels went apart: what moved one of them and not the other."""
    trace, program = rows.trace, rows.trace.program
    assert batch.y is not None
    xs = [op for key in batch.x.where if not _is_order(trace, key[0]) for op in rows.way_back(batch.x.ref, key)]
    ys = [op for key in batch.y.where for op in rows.way_back(batch.y.ref, key)]
    if not ys:
        ys = [trace.ops[trace.maker[batch.y.ref]]] if trace.maker[batch.y.ref] >= 0 else []
    movers_x = {op.node: op for op in xs if _reorders(op)}
    movers_y = {op.node: op for op in _labels_movers(rows, batch)}
    only_x = [op for node, op in movers_x.items() if node not in movers_y]
    only_y = [op for node, op in movers_y.items() if node not in movers_x]
    statements_y = {program.statement(op.node): op for op in only_y}
    for op in only_x:
        one, other = program.nodes[op.node], None
        if isinstance(one, ast.Subscript):
            for mate in only_y:
                mine = program.nodes[mate.node]
                if isinstance(mine, ast.Subscript) and _same_depth(program.statement(op.node), program.statement(mate.node), program):
                    other = mate
                    break
        if other is not None:
            source = program.text(_n(_row_index(program.nodes[op.node])))  # type: ignore[arg-type]
            target = program.nodes[other.node]
            assert isinstance(target, ast.Subscript)
            if program.text(_n(_row_index(target))) != source:
                edit = ((_n(_row_index(target)), source),)
                return other.node, (op.node,), (edit,)
    for op in only_x:
        one = program.nodes[op.node]
        if isinstance(one, ast.Call):
            for mate in only_y:
                mine = program.nodes[mate.node]
                if isinstance(mine, ast.Call) and ast.unparse(mine.func) == ast.unparse(one.func):
                    edit = _same_call(program.text, mine, one)
                    return mate.node, (op.node,), ((edit,) if edit else ())
            return op.node, tuple(statements_y), _jointly(rows, op, batch)
    if only_y:
        return only_y[0].node, tuple(op.node for op in only_x), ()
    if only_x:
        return only_x[0].node, (), ()
    return None, (), ()


def _labels_movers(rows: Rows, batch: Batch) -> list[Op]:
    """Return what moved the labels, whether or not their rows could be followed."""
    assert batch.y is not None
    return [op for op in ancestors(rows.trace, batch.y.ref) if _reorders(op)]


def ancestors(trace: Trace, ref: int) -> list[Op]:
    """Return what a value was computed by, the latest first; Python's whole numbers are not followed."""
    found: set[int] = set()
    todo = [ref]
    while todo:
        one = todo.pop()
        made = trace.maker[one]
        row = trace.rows[one]
        if row[0] in ("list", "tuple", "slice"):
            todo += row[1]
        if made < 0 or made in found or row[0] == "plain":
            continue
        found.add(made)
        todo += trace.ops[made].inputs
    return [trace.ops[at] for at in sorted(found, reverse=True)]


def _reorders(op: Op) -> bool:
    """Return whether an operation may change which row stands where."""
    if op.kind == "item":
        return True
    if op.kind != "call":
        return False
    return op.detail[0].rpartition(".")[2] in (
        "shuffle", "permutation", "permuted", "take", "choice", "sort", "flip", "roll", "train_test_split", "resample"
    )  # fmt: skip


def _same_depth(one: int, other: int, program: object) -> bool:
    return program.parents.get(one) == program.parents.get(other)  # type: ignore[attr-defined]


def _same_call(
    text: Callable[[int], str], mine: ast.Call, other: ast.Call
) -> Edit | None:
    """Return an edit that gives a call the settings of another one."""
    if len(mine.args) != len(other.args) or len(mine.keywords) != len(other.keywords):
        return None
    parts = []
    pairs = list(zip(mine.args[1:], other.args[1:], strict=True))
    pairs += [(a.value, b.value) for a, b in zip(mine.keywords, other.keywords, strict=True) if a.arg == b.arg]
    for a, b in pairs:
        if ast.unparse(a) != ast.unparse(b):
            parts.append((_n(a), text(_n(b))))
    return tuple(parts) if parts else None


def _jointly(rows: Rows, op: Op, batch: Batch) -> tuple[Edit, ...]:
    """Return an edit that moves labels with the rows, for a shuffle of the rows in place."""
    trace, program = rows.trace, rows.trace.program
    call = program.nodes[op.node]
    statement = program.nodes[program.statement(op.node)]
    if not isinstance(call, ast.Call) or len(call.args) != 1 or not isinstance(statement, ast.Expr):
        return ()
    x = program.text(_n(call.args[0]))
    assert batch.y is not None
    owner = None
    for key in batch.y.where:
        for one in rows.way_back(batch.y.ref, key):
            node = program.nodes[one.node]
            if one.kind == "item" and isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name | ast.Attribute):
                owner = program.text(_n(node.value))
    if owner is None or trace.rows[op.inputs[0]][0] == "list":
        return ()
    indent = " " * program.place(_n(statement)).column
    module = ast.unparse(call.func).rpartition(".")[0] or "np.random"
    text = f"p = {module}.permutation(len({x}))\n{indent}{x}, {owner} = {x}[p], {owner}[p]"
    return (((_n(statement), text),),)


# ---------------------------------------------------------------------- targets


def targets(rows: Rows) -> Finding | None:
    """Return that the one in a row of targets does not stand at the row's label."""
    trace, program = rows.trace, rows.trace.program
    batch = next((b for b in rows.batches if b.y is not None and b.y.axis is not None and b.y.where), None)
    if batch is None or batch.y is None:
        return None
    value = trace.array(batch.y.ref)
    if value is None or value.ndim != 2 or value.shape[1 - batch.y.axis] < 3:  # type: ignore[operator]
        return None
    hot = np.moveaxis(value, batch.y.axis, 0)  # type: ignore[arg-type]
    classes = hot.shape[1]
    if not np.isin(hot, (0, 1)).all() or not (hot.sum(axis=1) == 1).all():
        return None
    ones = hot.argmax(axis=1)
    for (root, axis), index in batch.y.where.items():
        labels = trace.value(root)
        shape = trace.shape(root)
        if len(shape) != 1 or axis != 0 or not isinstance(labels, np.ndarray) or _is_order(trace, root):
            continue
        numbers = labels.astype(float) if labels.dtype.kind in "biuf" else None
        if numbers is None or not np.array_equal(np.unique(numbers), np.arange(classes)):
            continue
        shift = (ones - numbers[index].astype(int)) % classes
        if shift[0] and (shift == shift[0]).all() and len(shift) >= 3:
            op = _writes_ones(rows, batch)
            node, edits = _label_edits(program, op.node) if op is not None else (None, ())
            if node is None:
                return None
            n = int(np.argmax(ones >= 0))
            return Finding(
                node,
                f"The one stands beside its label: row {n} has the label {int(numbers[index[n]])}, and its one stands at "
                f"{int(ones[n])}.",
                "one-hot-off-by-one",
                f"a one at {int(numbers[index[n]])}", [], list(edits),
            )  # fmt: skip
    return None


def _writes_ones(rows: Rows, batch: Batch) -> Op | None:
    """Return the operation that wrote a one into the targets, or took a row of the identity."""
    trace = rows.trace
    assert batch.y is not None
    ops = ancestors(trace, batch.y.ref)
    stores = [op for op in ops if op.kind == "store"]
    if stores:
        return stores[0]
    eyes = {op.out for op in ops if op.kind == "call" and op.detail[0].rpartition(".")[2] in ("eye", "identity")}
    return next((op for op in ops if op.kind == "item" and op.inputs[0] in eyes), None)


def _label_edits(program: object, node: int) -> tuple[int | None, tuple[Edit, ...]]:
    """Return the index that says where a one goes, and that index without its arithmetic."""
    found = program.nodes[node]  # type: ignore[attr-defined]
    target = found.targets[0] if isinstance(found, ast.Assign) else found
    if not isinstance(target, ast.Subscript):
        return node, ()
    index = target.slice.elts[-1] if isinstance(target.slice, ast.Tuple) else target.slice
    inner: ast.AST = index
    while isinstance(inner, ast.BinOp):
        inner = inner.left
    if inner is index:
        return _n(target), ()
    text = program.text(_n(inner))  # type: ignore[attr-defined]
    return _n(index), (((_n(index), text),),)  # type: ignore[attr-defined]

