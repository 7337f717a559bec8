"""The batches of a training, by epochs: for each step the rows that it took, followed back to the data."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from compare.check.program.origins import Follower, Index
from compare.check.program.reference import Reading, Window, _label_index
from compare.check.program.steps import Training, without_rates
from compare.check.program.trace import COMPUTES, Op, Trace

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
            x = self._taken(found[0].inputs[position], axis_of_rows(self.trace, found[0], position))
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
            for met in window.relevant:
                if met.op.node == self.reading.node and met.form == self.reading.form:
                    return met.op.node, None if met.form == "entry" else met.op.inputs.index(met.label)
        for one in window.way(window.step.after):
            stores = one.kind == "store" and one.at > op.at and one.inputs[1] not in window.down
            if stores and _label_index(self.trace, one) is not None:
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
        """Return the nearest value before this one that has more of the rows, which rows, and what took some."""
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


def axis_of_rows(trace: Trace, op: Op, position: int) -> int | None:
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


def shared_keys(batches: Sequence[Batch]) -> list[Key]:
    """Return where all of these batches came from."""
    common = set(batches[0].x.where)
    for batch in batches[1:]:
        common &= set(batch.x.where)
    return [key for key in batches[0].x.where if key in common]


def is_order(trace: Trace, ref: int) -> bool:
    """Return whether an array is the whole numbers from 0 on in some order: an order of rows, no data."""
    shape = trace.shape(ref)
    if len(shape) != 1 or trace.rows[ref][1][1:2] not in ("i", "u"):
        return False
    value = trace.value(ref)
    return bool(np.array_equal(np.sort(np.asarray(value)), np.arange(shape[0])))


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
