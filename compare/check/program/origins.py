"""Where rows come from: for each array, which row of which earlier array every one of its rows is.

Followed are indices, slices, masks, permutations, transposes and everything that goes entry by entry. Where an
unknown function gave an array, its rows are looked up by their numbers among those it was given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.check.program.trace import Op, Trace

Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Origin:
    """Places along one axis of an array: ``index[i]`` is where the i-th entry was in ``root``; -1 where unknown."""

    root: int
    axis: int
    index: Index


@dataclass(frozen=True, eq=False)
class Origins:
    """For each axis of a value its origins, and, in ``alone``, the single places that it was taken from."""

    axes: tuple[tuple[Origin, ...], ...] = ()
    alone: tuple[tuple[int, int, int], ...] = ()

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return bool(self.alone) or any(self.axes)


NOTHING = Origins()
MOST = 6
"""Origins that are kept for one axis."""

ENTRYWISE = frozenset(
    [
        "exp",
        "log",
        "log1p",
        "expm1",
        "log2",
        "log10",
        "sqrt",
        "square",
        "tanh",
        "sin",
        "cos",
        "abs",
        "absolute",
        "fabs",
        "sign",
        "add",
        "subtract",
        "multiply",
        "divide",
        "true_divide",
        "power",
        "negative",
        "reciprocal",
        "maximum",
        "minimum",
        "clip",
        "where",
        "round",
        "around",
        "rint",
        "floor",
        "ceil",
        "astype",
        "copy",
        "array",
        "asarray",
        "asanyarray",
        "ascontiguousarray",
        "float64",
        "float32",
        "int64",
        "int32",
        "nan_to_num",
        "equal",
        "not_equal",
        "greater",
        "greater_equal",
        "less",
        "less_equal",
        "logical_and",
        "logical_or",
        "logical_not",
        "heaviside",
        "expit",
        "isnan",
        "isfinite",
        "float",
        "int",
        "matrix",
        "mod",
        "remainder",
        "floor_divide",
        "bool_",
        "uint8",
        "cumsum",
    ]
)
RESHAPES = frozenset(["reshape", "ravel", "flatten", "squeeze", "expand_dims", "atleast_2d", "atleast_1d", "view"])
REDUCES = frozenset(
    ["sum", "mean", "max", "min", "std", "var", "argmax", "argmin", "prod", "any", "all", "amax", "amin", "median"]
)
STACKS = frozenset(["concatenate", "vstack", "hstack", "column_stack", "append", "stack", "row_stack"])
EMPTY = frozenset(
    ["zeros", "ones", "empty", "full", "eye", "identity", "zeros_like", "ones_like", "empty_like", "full_like"]
)


class Follower:
    """The origins of values, found as they are asked for."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.found: dict[int, Origins] = {}

    def of(self, ref: int) -> Origins:
        """Return a value's origins."""
        self.follow([ref])
        return self.found.get(ref, NOTHING)

    def follow(self, refs: Iterable[int]) -> None:
        """Find the origins of these values and of all that they come from."""
        missing = [ref for ref in refs if ref not in self.found]
        if not missing:
            return
        made = set()
        for ref in self._upstream(missing):
            if self.trace.maker[ref] >= 0:
                made.add(self.trace.maker[ref])
            else:
                self.found[ref] = self.root(ref)
        for at in sorted(made):
            op = self.trace.ops[at]
            if op.out not in self.found:
                self.found[op.out] = self._through(op)

    def _upstream(self, refs: Sequence[int]) -> list[int]:
        found, todo, seen = [], list(refs), set(refs)
        while todo:
            ref = todo.pop()
            found.append(ref)
            row = self.trace.rows[ref]
            more = list(row[1]) if row[0] in ("list", "tuple", "slice") else []
            if self.trace.maker[ref] >= 0:
                more += self.trace.ops[self.trace.maker[ref]].inputs
            for one in more:  # a whole number in Python is one value wherever it turns up: nothing is known by it
                if one not in seen and one not in self.found and self.trace.rows[one][0] != "plain":
                    seen.add(one)
                    todo.append(one)
        return found

    def root(self, ref: int) -> Origins:
        """Return the origins of an array that begins here: itself."""
        if self.trace.rows[ref][0] != "array":
            return NOTHING
        return Origins(tuple((Origin(ref, axis, np.arange(n)),) for axis, n in enumerate(self.trace.shape(ref))))

    def is_given(self, root: int) -> bool:
        """Return whether an array was read, loaded or written down, not computed from another."""
        trace = self.trace
        made = trace.maker[root]
        if made < 0:
            return True
        op = trace.ops[made]
        return op.kind == "call" and not any(
            trace.rows[ref][0] == "array" or (trace.rows[ref][0] == "float" and not self._is_written(ref))
            for ref in trace.inputs(op)
        )

    def _is_written(self, ref: int) -> bool:
        """Return whether a number stands in the source."""
        made = self.trace.maker[ref]
        return made < 0 or self.trace.ops[made].kind == "number"

    # ------------------------------------------------------------------ one operation

    def _through(self, op: Op) -> Origins:
        trace = self.trace
        if trace.rows[op.out][0] not in ("array", "float"):
            return NOTHING
        inputs = [self.found.get(ref, NOTHING) for ref in op.inputs]
        if op.kind == "item":
            return self._item(op, inputs[0], op.inputs[1])
        if op.kind == "attribute":
            if op.detail == "T":
                return Origins(inputs[0].axes[::-1], inputs[0].alone)
            return inputs[0]
        if op.kind in ("binary", "augment") and op.detail == "@":
            return self._product(op, inputs)
        if op.kind in ("binary", "unary", "compare", "augment"):
            return self._entrywise(op.out, op.inputs, inputs)
        if op.kind == "store":
            return self._store(op, inputs)
        if op.kind == "put":
            return self._put(op, inputs)
        if op.kind == "gather":
            return self._stacked(op.out, op.inputs)
        if op.kind == "call":
            return self._call(op, inputs)
        return NOTHING

    def _call(self, op: Op, inputs: list[Origins]) -> Origins:
        trace = self.trace
        name = op.detail[0]
        short = name.rpartition(".")[2]
        if short in EMPTY:
            return NOTHING
        first = trace.rows[op.inputs[0]][0] if op.inputs else ""
        if short in STACKS or (first in ("list", "tuple") and short in ("array", "asarray", "asanyarray")):
            return self._joined(op, short) if short in STACKS else self._stacked(op.out, trace.rows[op.inputs[0]][1])
        if short in ("dot", "matmul") and len(op.inputs) == 2:
            return self._product(op, inputs)
        if short in RESHAPES and op.inputs:
            return self._reshaped(op, inputs[0])
        if short == "transpose" and len(op.inputs) == 1:
            return Origins(inputs[0].axes[::-1], inputs[0].alone)
        if short in REDUCES and op.inputs:
            return self._reduced(op, inputs[0])
        if short == "take" and len(op.inputs) == 3 and trace.value(op.inputs[2]) == 0:
            return self._item(op, inputs[0], op.inputs[1])
        if short in ENTRYWISE:
            return self._entrywise(op.out, op.inputs, inputs)
        return self._looked_up(op)

    def _entrywise(self, out: int, refs: Sequence[int], inputs: Sequence[Origins]) -> Origins:
        shape = self.trace.shape(out)
        axes: list[tuple[Origin, ...]] = []
        for axis in range(len(shape)):
            sources: list[Origin] = []
            for ref, one in zip(refs, inputs, strict=True):
                own = self.trace.shape(ref)
                k = axis - len(shape) + len(own)
                if k >= 0 and k < len(one.axes) and own[k] == shape[axis]:
                    _add(sources, one.axes[k])
            axes.append(tuple(sources[:MOST]))
        alone = tuple(dict.fromkeys(place for one in inputs for place in one.alone))
        return Origins(tuple(axes), alone[:MOST])

    def _product(self, op: Op, inputs: Sequence[Origins]) -> Origins:
        left, right = (self.trace.shape(ref) for ref in op.inputs)
        if len(left) > 2 or len(right) > 2 or not left or not right:
            return self._entrywise(op.out, op.inputs, inputs) if not left or not right else NOTHING
        axes = []
        if len(left) == 2 and inputs[0].axes:
            axes.append(inputs[0].axes[0])
        elif len(left) == 2:
            axes.append(())
        if len(right) == 2:
            axes.append(inputs[1].axes[1] if len(inputs[1].axes) == 2 else ())
        alone = tuple(dict.fromkeys((*inputs[0].alone, *inputs[1].alone)))
        return Origins(tuple(axes), alone[:MOST])

    def _reshaped(self, op: Op, x: Origins) -> Origins:
        old, new = self.trace.shape(op.inputs[0]), self.trace.shape(op.out)
        axes = []
        for k, n in enumerate(new):
            sources: tuple[Origin, ...] = ()
            for j, m in enumerate(old):
                if n == m and n > 1 and np.prod(old[:j]) == np.prod(new[:k]) and j < len(x.axes):
                    sources = x.axes[j]
            axes.append(sources)
        if not any(axes) and self.trace.size(op.out) > 1 and any(x.axes):
            return self.root(op.out)
        return Origins(tuple(axes), x.alone)

    def _reduced(self, op: Op, x: Origins) -> Origins:
        shape, new = self.trace.shape(op.inputs[0]), self.trace.shape(op.out)
        keywords = op.detail[1]
        values = [self.trace.value(ref) for ref in op.inputs]
        axis = values[len(values) - len(keywords) + keywords.index("axis")] if "axis" in keywords else None
        if axis is None and len(values) - len(keywords) > 1:
            axis = values[1]
        if type(axis) is not int or len(x.axes) != len(shape):
            return Origins((), x.alone)
        axis %= len(shape)
        kept = [sources for k, sources in enumerate(x.axes) if k != axis]
        if len(new) == len(shape):
            kept.insert(axis, ())
        return Origins(tuple(kept), x.alone)

    def _stacked(self, out: int, entries: Sequence[int]) -> Origins:
        """Return the origins of an array made of entries: where each is a row of the same array, these rows."""
        shape = self.trace.shape(out)
        given = [self.found.get(ref, NOTHING) for ref in entries]
        axes: list[tuple[Origin, ...]] = [() for _ in shape]
        if shape and given and (shape[0] == len(entries) or shape[-1] == len(entries)):
            along = 0 if shape[0] == len(entries) else len(shape) - 1
            axes[along] = _of_single(given)
        return Origins(tuple(axes))

    def _joined(self, op: Op, short: str) -> Origins:
        """Return the origins of arrays put side by side: along all axes but that in which they are joined."""
        refs = list(self.trace.rows[op.inputs[0]][1]) if self.trace.rows[op.inputs[0]][0] in ("list", "tuple") else []
        shape = self.trace.shape(op.out)
        axes: list[tuple[Origin, ...]] = []
        if short in ("append", "stack") or not refs:
            return self.root(op.out)
        for axis, n in enumerate(shape):
            sources: list[Origin] = []
            whole = all(len(self.trace.shape(ref)) > axis and self.trace.shape(ref)[axis] == n for ref in refs)
            if whole or (short == "column_stack" and axis == 0):
                for ref in refs:
                    one = self.found.get(ref, NOTHING)
                    if axis < len(one.axes):
                        _add(sources, one.axes[axis])
            elif not whole:
                sources.append(Origin(op.out, axis, np.arange(n)))
            axes.append(tuple(sources[:MOST]))
        if short == "vstack" and len(refs) == shape[0]:
            axes[0] = _of_single([self.found.get(ref, NOTHING) for ref in refs])
        return Origins(tuple(axes))

    def _item(self, op: Op, x: Origins, index_ref: int) -> Origins:
        trace = self.trace
        shape = trace.shape(op.inputs[0])
        row = trace.rows[index_ref]
        refs = list(row[1]) if row[0] == "tuple" else [index_ref]
        values = [trace.value(ref) for ref in refs]
        axes: list[tuple[Origin, ...]] = []
        alone = list(x.alone)
        taken = sum(value is not None and value is not Ellipsis for value in values)
        j = 0
        several = 0
        known = len(x.axes) == len(shape)
        for ref, value in zip(refs, values, strict=True):
            if value is None:
                axes.append(())
            elif value is Ellipsis:
                for _ in range(len(shape) - taken):
                    axes.append(x.axes[j] if known else ())
                    j += 1
            else:
                if j >= len(shape):
                    return NOTHING
                sources = x.axes[j] if known else ()
                picked = self._picked(value, shape[j])
                if picked is None:
                    return NOTHING
                own = self.found.get(ref, NOTHING)
                if np.ndim(picked) == 0:
                    alone += [(s.root, s.axis, int(s.index[picked])) for s in sources]
                    alone += list(own.alone)
                elif isinstance(value, slice):
                    axes.append(tuple(Origin(s.root, s.axis, s.index[picked]) for s in sources))
                else:
                    several += 1
                    if several > 1:
                        continue
                    found = [Origin(s.root, s.axis, s.index[picked]) for s in sources]
                    if len(own.axes) == 1 and len(own.axes[0]) and len(own.axes[0][0].index) == len(picked):
                        _add(found, own.axes[0])
                    elif row[0] == "list":
                        _add(found, _of_single([self.found.get(one, NOTHING) for one in row[1]]))
                    axes.append(tuple(found[:MOST]))
                j += 1
        axes += list(x.axes[j:]) if known else [() for _ in shape[j:]]
        if len(axes) != len(trace.shape(op.out)):
            return NOTHING
        return Origins(tuple(axes), tuple(dict.fromkeys(alone))[:MOST])

    def _picked(self, value: Any, n: int) -> Any:
        """Return the places that an index takes out of an axis; None where it is not understood."""
        if isinstance(value, slice):
            return np.arange(n)[value]
        try:
            index = np.asarray(value)
            if index.dtype == bool and index.shape == (n,):
                return np.flatnonzero(index)
            if index.dtype.kind in "iu" and index.ndim <= 1:
                return np.arange(n)[index]
        except (ValueError, IndexError, TypeError):
            pass
        return None

    def _store(self, op: Op, inputs: Sequence[Origins]) -> Origins:
        """Return the origins after ``x[index] = value``; an index of rows may say which row is whose."""
        trace = self.trace
        x = inputs[0]
        shape = trace.shape(op.out)
        row = trace.rows[op.inputs[1]]
        refs = list(row[1]) if row[0] == "tuple" else [op.inputs[1]]
        first = trace.value(refs[0])
        axes: list[tuple[Origin, ...]] = list(x.axes) if len(x.axes) == len(shape) else [() for _ in shape]
        if not shape:
            return x
        rest = [self.found.get(ref, NOTHING) for ref in (*refs[1:], op.inputs[2])]
        if type(first) is int or (isinstance(first, np.ndarray | np.integer) and np.ndim(first) == 0):
            places = [place for one in rest for place in one.alone]
            if len(refs) == 1 and len(shape) == 1:  # an entry of a row: where it lies is known by the index
                places += list(self.found.get(refs[0], NOTHING).alone)
                return Origins(tuple(axes), tuple(dict.fromkeys((*x.alone, *places)))[:MOST]) if places else x
            axes[0] = _with_places(axes[0], shape[0], int(first), places)
        elif isinstance(first, slice) and first == slice(None) and len(shape) == 1:
            return Origins((self.found.get(op.inputs[2], NOTHING).axes or ((),))[:1], x.alone)
        elif isinstance(first, np.ndarray | list) and np.array_equal(np.asarray(first).ravel(), np.arange(shape[0])):
            sources = list(axes[0])
            for one in rest:
                for known in one.axes:
                    _add(sources, [o for o in known if len(o.index) == shape[0]])
            axes[0] = tuple(sources[:MOST])
        return Origins(tuple(axes), x.alone)

    def _put(self, op: Op, inputs: Sequence[Origins]) -> Origins:
        """Return an array's origins after a part of it has changed: a row that was written may say whose it is."""
        how, _ = op.detail
        before, part = inputs[0], inputs[1]
        shape = self.trace.shape(op.out)
        if how == "item" and len(shape) >= 1 and part.alone:
            index = self.trace.value(op.inputs[2])
            if type(index) is int or isinstance(index, np.integer):
                axes: list[tuple[Origin, ...]] = (
                    list(before.axes) if len(before.axes) == len(shape) else [() for _ in shape]
                )
                mine = {(o.root, o.axis) for o in axes[0]} if axes else set()
                places = [p for p in part.alone if p[0] != op.inputs[0]]
                axes[0] = _with_places(axes[0], shape[0], int(index), places) if places or mine else axes[0]
                return Origins(tuple(axes), before.alone)
        return before

    def _looked_up(self, op: Op) -> Origins:
        """Return the origins of what an unknown function gave: its rows, where they are among those it was given."""
        trace = self.trace
        shape = trace.shape(op.out)
        if not shape:
            return NOTHING
        for ref in trace.inputs(op):
            own = trace.shape(ref)
            if trace.rows[ref][0] != "array" or ref == op.out or len(own) != len(shape) or own[1:] != shape[1:]:
                continue
            x = self.found.get(ref) or self.root(ref)
            found = places_among(trace.value(op.out), trace.value(ref))
            if found is not None and len(x.axes) == len(shape):
                first = tuple(Origin(o.root, o.axis, o.index[found]) for o in x.axes[0])
                return Origins((first, *x.axes[1:]), x.alone)
        return self.root(op.out)


def places_among(rows: Any, given: Any) -> Index | None:
    """Return where each row is among others, by its numbers; None where one is missing or many are alike."""
    if not isinstance(rows, np.ndarray) or not isinstance(given, np.ndarray) or rows.dtype != given.dtype:
        return None
    places: dict[bytes, list[int]] = {}
    for n, row in enumerate(given):
        places.setdefault(row.tobytes(), []).append(n)
    if len(places) < 0.95 * len(given):
        return None
    found = []
    taken: dict[bytes, int] = {}
    for row in rows:
        key = row.tobytes()
        at = places.get(key)
        if at is None:
            return None
        found.append(at[taken.get(key, 0) % len(at)])
        taken[key] = taken.get(key, 0) + 1
    return np.array(found, dtype=np.intp)


def _add(sources: list[Origin], more: Iterable[Origin]) -> None:
    """Add origins that are not there yet."""
    for one in more:
        if not any(
            (o.root, o.axis) == (one.root, one.axis) and (o.index is one.index or np.array_equal(o.index, one.index))
            for o in sources
        ):
            sources.append(one)


def _of_single(given: Sequence[Origins]) -> tuple[Origin, ...]:
    """Return the origins of single rows laid side by side, those that all of them have."""
    if not given:
        return ()
    keys = [(root, axis) for root, axis, _ in given[0].alone]
    found = []
    for key in dict.fromkeys(keys):
        index = []
        for one in given:
            place = [n for root, axis, n in one.alone if (root, axis) == key]
            if len(place) != 1:
                break
            index.append(place[0])
        else:
            found.append(Origin(*key, np.array(index, dtype=np.intp)))
    return tuple(found)


def _with_places(
    sources: tuple[Origin, ...], n: int, at: int, places: Iterable[tuple[int, int, int]]
) -> tuple[Origin, ...]:
    """Return an axis's origins with one place, at ``at``, filled in."""
    found = {(o.root, o.axis): o for o in sources}
    for root, axis, place in places:
        old = found.get((root, axis))
        index = np.full(n, -1, dtype=np.intp) if old is None else old.index.copy()
        index[at] = place
        found[root, axis] = Origin(root, axis, index)
    return tuple(found.values())[:MOST]
