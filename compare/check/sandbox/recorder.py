"""Records what a program computes, operation by operation. It runs in the child: standard library and NumPy only.

An operation is a row ``[kind, node, frame, inputs, output, detail]``. ``node`` is a node's number in the syntax tree,
``frame`` the number of the running call, ``inputs`` and ``output`` are numbers of values. A value is known by the
object that holds it: a float that an operation gave is the same value wherever it is used again. What changes in
place becomes a new value. Nothing is copied but what is about to change.

Values are rows, too: ``["array", dtype, shape]`` and ``["other", type]`` (their content is asked for later),
``["plain", x]``, ``["float", text]``, ``["list" | "tuple" | "slice", inputs]``, ``["function", name]``.
"""

import functools
import operator
import time
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from compare.check.sandbox.instrument import PREFIX

OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
IN_PLACE: dict[str, Callable[..., Any]] = {
    "+": operator.iadd, "-": operator.isub, "*": operator.imul, "/": operator.itruediv, "//": operator.ifloordiv,
    "%": operator.imod, "**": operator.ipow, "@": operator.imatmul, "&": operator.iand, "|": operator.ior,
    "^": operator.ixor, "<<": operator.ilshift, ">>": operator.irshift,
}  # fmt: skip
UNARY: dict[str, Callable[..., Any]] = {
    "-": operator.neg,
    "+": operator.pos,
    "~": operator.invert,
    "not": operator.not_,
}

CHANGES_FIRST = {"shuffle", "copyto", "put", "place", "putmask", "fill_diagonal", "at"}
"""Functions that write over their first argument (``at``: ``np.add.at``)."""
CHANGES_ITSELF = {"sort", "fill", "partition", "put", "itemset", "resize", "setfield", "byteswap"}
"""Methods of arrays that write over the array."""
TAKES_ALL = {
    "sum",
    "max",
    "min",
    "sorted",
    "list",
    "tuple",
    "array",
    "asarray",
    "mean",
    "fsum",
    "set",
    "vstack",
    "stack",
}
"""Functions that read an iterator to its end at once, so that it can be made a list before."""
GOES_THROUGH = {"zip", "enumerate", "reversed", "map", "filter", "iter"}

MOST_NESTED = 5000
MOST_BYTES = 600 * 2**20


class Enough(BaseException):
    """The recording is full. A program's ``except Exception`` does not stop this."""


class Recorder:
    """The hooks of a program, and what they saw."""

    def __init__(self, events: int, seconds: float, loops: Mapping[int, int] | None = None) -> None:
        self.most, self.until = events, time.perf_counter() + seconds
        self.loops = dict(loops or {})
        self.ops: list[list[Any]] = []
        self.rows: list[list[Any]] = []
        """What each value is."""
        self.kept: list[Any] = []
        """Each value's object, or its copy from before it changed; they are kept alive, so that no id is used again."""
        self.refs: dict[int, int] = {}
        self.constants: dict[Any, int] = {}
        self.views: dict[int, tuple[Any, str, int, Any]] = {}
        """By the id of an array that lies in another: that array, and the operation that took it out."""
        self.families: dict[int, list[Any]] = {}
        """By the id of an array that owns its memory: all arrays seen that lie in it."""
        self.serials: dict[int, int] = {}
        self.holders: list[Any] = []
        self.frame = 0
        self.frames = 0
        self.bytes = 0
        self.events = 0
        self.stopped: str | None = None
        self.shortened: dict[int, int] = {}
        self.whiles: dict[int, int] = {}
        self._clock = time.perf_counter

    @property
    def hooks(self) -> dict[str, Callable[..., Any]]:
        """The hooks by the names that the rewritten program calls."""
        names = [
            "binary", "unary", "compare", "number", "test", "call", "method", "attribute", "item", "slice", "shown",
            "each", "result", "enter", "bind", "set_attribute", "store", "augment", "augment_attribute",
            "augment_item", "loop", "begin_while", "bound", "while",
        ]  # fmt: skip
        return {PREFIX + name: slice if name == "slice" else getattr(self, f"on_{name}") for name in names}

    def table(self) -> dict[str, Any]:
        """Return everything but the contents of arrays, as plain data."""
        return {
            "ops": self.ops,
            "values": self.rows,
            "stopped": self.stopped,
            "shortened": {str(node): times for node, times in self.shortened.items()},
        }

    def value(self, ref: int) -> Any:
        """Return an array's content, or None where there is none to hand over."""
        x = self.kept[ref]
        if not isinstance(x, np.ndarray | np.generic) and hasattr(x, "to_numpy"):
            x = x.to_numpy()
        if isinstance(x, np.ndarray | np.generic):
            x = np.asarray(x)
            return x if x.dtype.kind in "biufc" else None
        return None

    # ------------------------------------------------------------------ values

    def new(self, x: Any) -> int:
        """Return a new value's number."""
        ref = len(self.rows)
        kind = type(x)
        if kind is float:
            self.rows.append(["float", repr(x)])
        elif isinstance(x, np.ndarray | np.generic):
            self.rows.append(["array", x.dtype.str, list(x.shape)])
            if isinstance(x, np.ndarray):
                root = root_of(x)
                self.families.setdefault(id(root), []).append(x)
                if root is x:
                    self.bytes += x.nbytes
        elif hasattr(x, "to_numpy") and hasattr(x, "shape"):
            self.rows.append(["array", str(getattr(x, "dtype", "frame")), list(x.shape)])
        else:
            self.rows.append(["other", kind.__name__])
        self.kept.append(x)
        self.refs[id(x)] = ref
        return ref

    def ref(self, x: Any, depth: int = 0) -> int:
        """Return the number of the value that an object holds now."""
        kind = type(x)
        if kind is int or kind is bool or kind is str or x is None or x is Ellipsis:
            key = (kind, x)
            found = self.constants.get(key)
            if found is None:
                found = self.constants[key] = len(self.rows)
                self.rows.append(["plain", x if x is not Ellipsis and not _is_huge(x) else str(x)[:1000]])
                if x is Ellipsis:
                    self.rows[-1] = ["ellipsis"]
                self.kept.append(x)
            return found
        found = self.refs.get(id(x))
        if found is not None:
            return found
        view = self.views.get(id(x))
        if view is not None:
            return self.again(x, *view)
        if kind in (list, tuple, slice):
            return self.structure(x, depth)
        if kind is range and len(x) <= 10**6:
            array = np.arange(x.start, x.stop, x.step)
            self.kept.append(x)
            self.rows.append(["other", "range"])
            return self.new(array)
        if isinstance(x, types.FunctionType | types.BuiltinFunctionType | type | np.ufunc):
            ref = self.new(x)
            self.rows[ref] = ["function", name_of(x)]
            return ref
        return self.new(x)

    def structure(self, x: Any, depth: int) -> int:
        """Return the number of a list, a tuple or a slice, as it is now."""
        if isinstance(x, slice):
            row = ["slice", [self.ref(end) for end in (x.start, x.stop, x.step)]]
        elif depth > 4 or len(x) > MOST_NESTED or (len(x) > 50 and _nested(x) > MOST_NESTED):
            row = ["other", type(x).__name__]
            try:
                array = np.asarray(x)
                if array.dtype.kind in "biuf":
                    ref = self.new(array)
                    self.kept.append(x)
                    self.rows.append(["tuple" if isinstance(x, tuple) else "list", []])
                    return ref
            except Exception:
                pass
        else:
            self.events += len(x) // 8
            row = ["tuple" if isinstance(x, tuple) else "list", [self.ref(entry, depth + 1) for entry in x]]
        self.rows.append(row)
        self.kept.append(x)
        return len(self.rows) - 1

    def op(self, kind: str, node: int, inputs: Sequence[int], out: Any, detail: Any = None) -> Any:
        """Record an operation, and return its result."""
        self.events += 1
        if self.events > self.most or self.bytes > MOST_BYTES:
            self.stop("enough was seen")
        if not self.events % 256 and self._clock() > self.until:
            self.stop("its time was over")
        ref = self.constant_or_new(out)
        self.ops.append([kind, node, self.frame, list(inputs), ref, detail])
        return out

    def constant_or_new(self, out: Any) -> int:
        kind = type(out)
        if kind is int or kind is bool or kind is str or out is None:
            return self.ref(out)
        if kind in (list, tuple):
            return self.structure(out, 0)
        return self.refs[id(out)] if id(out) in self.refs else self.new(out)

    def stop(self, why: str) -> None:
        """End the program here."""
        self.stopped = why
        raise Enough(why)

    def serial(self, holder: Any) -> int:
        """Return the number of something that holds values: an object, a list, a dict."""
        found = self.serials.get(id(holder))
        if found is None:
            found = self.serials[id(holder)] = len(self.holders)
            self.holders.append(holder)
        return found

    # ------------------------------------------------------------------ changes in place

    def again(self, x: Any, parent: Any, kind: str, node: int, detail: Any) -> int:
        """Take a view once more out of an array that has changed."""
        inputs = [self.ref(parent), *detail[1]]
        ref = self.new(x)
        self.ops.append([kind, node, self.frame, inputs, ref, detail[0]])
        return ref

    def taken(self, x: Any, parent: Any, kind: str, node: int, detail: Any, inputs: Sequence[int]) -> None:
        """Note that an array lies in another, if it does."""
        arrays = isinstance(x, np.ndarray) and isinstance(parent, np.ndarray)
        if arrays and x.base is not None and x is not parent and root_of(x) is root_of(parent):
            self.views[id(x)] = (parent, kind, node, (detail, list(inputs)))

    def freeze(self, x: Any) -> dict[int, int]:
        """Keep the content of everything that lies in the same memory; return the numbers that it had, by id."""
        had = {}
        for one in self.families.pop(id(root_of(x)), []):
            ref = self.refs.pop(id(one), None)
            if ref is not None and self.kept[ref] is one:
                had[id(one)] = ref
                self.kept.append(one)  # its id stays taken
                self.rows.append(["other", "kept"])
                copy = one.copy()
                self.kept[ref] = copy
                self.bytes += copy.nbytes
        return had

    def changed(self, x: Any, had: dict[int, int], kind: str, node: int, inputs: Sequence[int], detail: Any) -> None:
        """Record that an operation wrote over an array, and carry it into the arrays in which it lies."""
        self.op(kind, node, inputs, x, detail)
        one = x
        while id(one) in self.views:
            parent, how, taken_at, (said, rest) = self.views[id(one)]
            before = had.get(id(parent))
            if before is None:
                before = self.new(parent)  # nobody saw it before: from here on its content is known
            self.refs.pop(id(parent), None)
            self.op("put", taken_at, [before, self.refs[id(one)], *rest], parent, [how, said])
            one = parent

    # ------------------------------------------------------------------ hooks: expressions

    def on_number(self, node: int, x: float) -> float:
        """Make a number in the source a value of its own."""
        fresh = x * 1.0
        self.op("number", node, [], fresh)
        return fresh

    def on_binary(self, node: int, name: str, left: Any, right: Any) -> Any:
        out = OPERATORS[name](left, right)
        if type(out) is list and name == "*":
            out = [entry * 1.0 if type(entry) is float else entry for entry in out]
        if type(left) in (list, tuple, str) and name != "%" and type(out) in (list, tuple, str):
            return out
        return self.op("binary", node, [self.ref(left), self.ref(right)], self.unaliased(out, left, right), name)

    def unaliased(self, out: Any, *operands: Any) -> Any:
        """Return a result that is an object of its own."""
        if type(out) is float and any(out is x for x in operands):
            return out * 1.0
        return out

    def on_unary(self, node: int, name: str, x: Any) -> Any:
        out = UNARY[name](x)
        return self.op("unary", node, [self.ref(x)], out * 1.0 if type(out) is float and out is x else out, name)

    def on_compare(self, node: int, name: str, left: Any, right: Any) -> Any:
        return self.op("compare", node, [self.ref(left), self.ref(right)], OPERATORS[name](left, right), name)

    def on_test(self, node: int, x: Any) -> Any:
        self.ops.append(["test", node, self.frame, [self.ref(x)], -1, None])
        return x

    def on_shown(self, node: int, x: Any) -> Any:
        self.ops.append(["shown", node, self.frame, [self.ref(x)], -1, None])
        return x

    def on_result(self, node: int, x: Any) -> Any:
        self.ops.append(["result", node, self.frame, [self.ref(x)], -1, None])
        return x

    def on_attribute(self, node: int, owner: Any, name: str) -> Any:
        out = getattr(owner, name)
        if isinstance(owner, np.ndarray):
            if isinstance(out, np.ndarray) and out is not owner:
                inputs = [self.ref(owner)]
                self.op("attribute", node, inputs, out, name)
                self.taken(out, owner, "attribute", node, name, [])
            elif name in ("size", "ndim"):
                self.op("attribute", node, [self.ref(owner)], out, name)
        return out

    def on_item(self, node: int, owner: Any, index: Any) -> Any:
        out = owner[index]
        if isinstance(owner, np.ndarray):
            return self.item(node, owner, index, out)
        if type(owner) in (list, tuple, dict) and not isinstance(index, slice):
            self.ops.append(["entry", node, self.frame, [self.ref(index)], self.ref_of_entry(out), self.serial(owner)])
        elif isinstance(out, np.ndarray | np.generic | float) and id(out) not in self.refs:
            self.op("call", node, [self.ref(owner), self.ref(index)], out, ["object.item", []])
        return out

    def ref_of_entry(self, x: Any) -> int:
        return self.ref(x) if type(x) in (float, int, bool) or isinstance(x, np.ndarray | np.generic) else -1

    def item(self, node: int, owner: Any, index: Any, out: Any) -> Any:
        inputs = [self.ref(owner), self.ref(index)]
        self.op("item", node, inputs, out, None)
        self.taken(out, owner, "item", node, None, inputs[1:])
        return out

    def rows_of(self, node: int, x: Any) -> Iterator[Any]:
        """Yield an array's rows as operations."""
        for n in range(len(x)):
            yield self.item(node, x, n, x[n])

    def on_each(self, node: int, x: Any) -> Any:
        return self.rows_of(node, x) if isinstance(x, np.ndarray) and x.ndim else x

    # ------------------------------------------------------------------ hooks: calls

    def on_call(self, node: int, function: Any, *args: Any, **kwargs: Any) -> Any:
        if is_the_programs(function):
            frame = self.frame
            self.ops.append(["begin", node, frame, [self.short(a) for a in args], -1, name_of(function)])
            try:
                out = function(*args, **kwargs)
            finally:
                self.frame = frame
            self.ops.append(["end", node, frame, [], self.short(out), name_of(function)])
            return out
        name = name_of(function)
        short = name.rpartition(".")[2]
        if isinstance(function, np.vectorize):
            return self.vectorized(node, function, args)
        if short in GOES_THROUGH and type(function) is type:
            return function(*(self.on_each(node, a) for a in args), **kwargs)
        if args and short in TAKES_ALL and isinstance(args[0], Iterator):
            args = (list(args[0]), *args[1:])
        elif short in ("list", "tuple", "set", "sorted") and args and isinstance(args[0], np.ndarray) and args[0].ndim:
            args = (list(self.rows_of(node, args[0])), *args[1:])
        if short in ("list", "tuple", "range", "len", "isinstance", "int", "str", "type") and short != "int":
            out = function(*args, **kwargs)
            if short == "len" and isinstance(args[0], np.ndarray):
                self.op("call", node, [self.ref(args[0])], out, ["builtins.len", []])
            return out
        return self.called(node, name, short, function, None, args, kwargs)

    def short(self, x: Any) -> int:
        """Return the number of an argument or a result that is a number or an array, else -1."""
        return self.ref(x) if type(x) in (float, int, bool) or isinstance(x, np.ndarray | np.generic) else -1

    def on_method(self, node: int, owner: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        method = getattr(owner, name)
        if isinstance(owner, types.ModuleType | type) or is_the_programs(method):
            return self.on_call(node, method, *args, **kwargs)
        if isinstance(owner, list):
            out = method(*args, **kwargs)
            if name in ("append", "extend", "insert") and args:
                self.ops.append(["append", node, self.frame, [self.ref(args[-1])], -1, self.serial(owner)])
            return out
        if isinstance(owner, dict | set):
            out = method(*args, **kwargs)
            return out
        full = f"{'ndarray' if isinstance(owner, np.ndarray | np.generic) else kind_of(owner)}.{name}"
        if isinstance(owner, np.ufunc):
            full = f"{name_of(owner)}.{name}"
        return self.called(node, full, name, method, owner, args, kwargs)

    def called(
        self, node: int, name: str, short: str, function: Any, owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Call something that is not the program's, and record it."""
        owns = owner is not None and not isinstance(
            owner, np.random.Generator | np.random.RandomState | types.ModuleType
        )
        given = (owner, *args) if owns else args
        inputs = [self.ref(a) for a in given] + [self.ref(a) for a in kwargs.values()]
        target = kwargs.get("out")
        in_place = short in CHANGES_FIRST and not name.startswith("sklearn")  # whose shuffle gives a new array
        if target is None and in_place and args and isinstance(args[0], np.ndarray):
            target = args[0]
        if target is None and short in CHANGES_ITSELF and isinstance(owner, np.ndarray):
            target = owner
        if isinstance(target, np.ndarray):
            had = self.freeze(target)
            out = function(*args, **kwargs)
            self.changed(target, had, "call", node, inputs, [name, list(kwargs)])
            return out
        frame = self.frame
        out = function(*args, **kwargs)
        self.frame = frame
        if isinstance(out, Iterator) or callable(out):
            return out
        if type(out) is float and any(out is a for a in args):
            out = out * 1.0
        if isinstance(out, np.ndarray) and any(out is a for a in given):
            return out  # np.asarray of an array
        if id(out) in self.refs and (type(out) is float or isinstance(out, np.ndarray | np.generic)):
            return out  # handed over as it was, as by random.choice
        self.op("call", node, inputs, out, [name, list(kwargs)])
        if isinstance(owner, np.ndarray):
            self.taken(out, owner, "call", node, [name, list(kwargs)], inputs[1:])
        elif given and isinstance(given[0], np.ndarray):
            self.taken(out, given[0], "call", node, [name, list(kwargs)], inputs[1:])
        return out

    def vectorized(self, node: int, function: Any, args: tuple[Any, ...]) -> Any:
        """Call a vectorized function of the program's an entry at a time."""
        arrays = np.broadcast_arrays(*args)
        out = np.asarray(function(*args))
        inputs = []
        for index in np.ndindex(arrays[0].shape):
            entries = [self.item(node, a, index, a[index]) for a in arrays]
            inputs.append(self.ref(self.on_call(node, function.pyfunc, *entries)))
        return self.op("gather", node, inputs, out, list(out.shape))

    def on_enter(self, node: int, name: str, *pairs: tuple[str, Any]) -> int:
        self.frames += 1
        self.frame = self.frames
        self.ops.append(["enter", node, self.frame, [], -1, name])
        for parameter, x in pairs:
            ref = self.short(x)
            if ref >= 0:
                self.ops.append(["bind", node, self.frame, [ref], -1, parameter])
            elif type(x) in (list, tuple, dict):
                self.ops.append(["hold", node, self.frame, [], -1, [parameter, self.serial(x)]])
        return self.frame

    # ------------------------------------------------------------------ hooks: statements

    def on_bind(self, node: int, name: str, frame: int, x: Any) -> Any:
        self.frame = frame
        ref = self.short(x)
        if ref >= 0:
            self.ops.append(["bind", node, frame, [ref], -1, name])
        elif type(x) in (list, tuple, dict):
            self.ops.append(["hold", node, frame, [], -1, [name, self.serial(x)]])
        return x

    def on_bound(self, node: int, frame: int, *pairs: tuple[str, Any]) -> None:
        for name, x in pairs:
            self.on_bind(node, name, frame, x)

    def on_set_attribute(self, node: int, x: Any, owner: Any, name: str) -> None:
        setattr(owner, name, x)
        ref = self.short(x)
        if ref >= 0:
            self.ops.append(["set", node, self.frame, [ref], -1, [self.serial(owner), name]])
        elif type(x) in (list, tuple, dict):
            self.ops.append(["hold", node, self.frame, [], -1, [f"{self.serial(owner)}.{name}", self.serial(x)]])

    def on_store(self, node: int, x: Any, owner: Any, index: Any) -> None:
        if isinstance(owner, np.ndarray):
            inputs = [self.ref(owner), self.ref(index), self.ref(x)]
            had = self.freeze(owner)
            owner[index] = x
            self.changed(owner, had, "store", node, inputs, None)
            return
        owner[index] = x
        if type(owner) in (list, dict):
            ref = self.short(x)
            key = index if isinstance(index, int | str) else str(index)[:100]
            if ref >= 0:
                self.ops.append(["set", node, self.frame, [ref], -1, [self.serial(owner), key]])

    def on_augment(self, node: int, name: str, x: Any, y: Any) -> Any:
        if isinstance(x, np.ndarray):
            inputs = [self.ref(x), self.ref(y)]
            had = self.freeze(x)
            try:
                out = IN_PLACE[name](x, y)
            except Exception:
                self.refs.update(had)
                raise
            if out is x:
                self.changed(x, had, "augment", node, inputs, name)
            else:
                self.refs.update(had)
                self.op("binary", node, inputs, out, name)
            return out
        if isinstance(x, list):
            return IN_PLACE[name](x, y)
        inputs = [self.ref(x), self.ref(y)] if type(x) is not str else []
        out = self.unaliased(IN_PLACE[name](x, y), x, y)
        return self.op("binary", node, inputs, out, name) if inputs else out

    def on_augment_attribute(self, node: int, name: str, owner: Any, attribute: str, y: Any) -> None:
        self.on_set_attribute(node, self.on_augment(node, name, getattr(owner, attribute), y), owner, attribute)

    def on_augment_item(self, node: int, name: str, owner: Any, index: Any, y: Any) -> None:
        if not isinstance(owner, np.ndarray):
            x = self.on_augment(node, name, owner[index], y)
            owner[index] = x
            ref, key = self.short(x), index if isinstance(index, int | str) else str(index)[:100]
            if ref >= 0:
                self.ops.append(["set", node, self.frame, [ref], -1, [self.serial(owner), key]])
            return
        self.on_store(node, self.on_augment(node, name, self.item(node, owner, index, owner[index]), y), owner, index)

    def on_loop(self, node: int, x: Any) -> Iterator[Any]:
        most = self.loops.get(node)
        if most is not None and type(x) is range and len(x) > most:
            self.shortened[node] = most
            x = [*x[: most - 1], x[-1]]  # what a program tells at its end is told in the last turn
        rows: Iterable[Any] = self.on_each(node, x)
        for n, entry in enumerate(rows):
            if most is not None and n >= most:
                self.shortened[node] = n
                break
            self.turn(node, n)
            yield entry
        self.ops.append(["leave", node, self.frame, [], -1, None])

    def on_begin_while(self, node: int) -> None:
        self.whiles[node] = 0

    def on_while(self, node: int, test: Any) -> Any:
        n = self.whiles[node]
        most = self.loops.get(node)
        if test and most is not None and n >= most:
            self.shortened[node] = n
            test = False
        if test:
            self.whiles[node] = n + 1
            self.turn(node, n)
        else:
            self.ops.append(["leave", node, self.frame, [], -1, None])
        return test

    def turn(self, node: int, n: int) -> None:
        """Record that a loop begins its n-th turn."""
        self.events += 1
        if self.events > self.most:
            self.stop("enough was seen")
        if not self.events % 64 and self._clock() > self.until:
            self.stop("its time was over")
        self.ops.append(["turn", node, self.frame, [], -1, n])


def root_of(x: Any) -> Any:
    """Return the array that owns an array's memory."""
    while isinstance(x.base, np.ndarray):
        x = x.base
    return x


def is_the_programs(function: Any) -> bool:
    """Return whether a function or a class was written in the program."""
    function = getattr(function, "__func__", function)
    if isinstance(function, functools.partial):
        return is_the_programs(function.func)
    code = getattr(function, "__code__", None)
    if code is not None:
        return str(code.co_filename).startswith("<program")
    if isinstance(function, type):
        return function.__module__ in ("__main__", "program") or not function.__module__
    call = type(function).__call__ if callable(function) else None
    return getattr(call, "__code__", None) is not None and is_the_programs(call)


def kind_of(x: Any) -> str:
    """Return the name of a thing's type, with the module's first part."""
    kind = type(x)
    return f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}"


def name_of(function: Any) -> str:
    """Return a function's full name: ``numpy.exp``, ``math.exp``, ``builtins.sum``."""
    if isinstance(function, np.ufunc):
        return f"numpy.{function.__name__}"
    owner = getattr(function, "__self__", None)
    name = str(getattr(function, "__qualname__", getattr(function, "__name__", type(function).__name__)))
    if owner is not None and not isinstance(owner, types.ModuleType):
        if isinstance(owner, np.ndarray | np.generic):
            return f"ndarray.{name.rpartition('.')[2]}"
        if isinstance(owner, np.random.RandomState | np.random.Generator):
            return f"numpy.random.{name.rpartition('.')[2]}"
    module = str(getattr(function, "__module__", None) or getattr(owner, "__name__", "") or "builtins")
    module = module.partition(".")[0] if module.startswith(("numpy", "scipy")) and ".random" not in module else module
    return f"{module.removeprefix('_')}.{name}"


def _is_huge(x: Any) -> bool:
    return (type(x) is int and abs(x) > 2**62) or (type(x) is str and len(x) > 1000)


def _nested(x: Any) -> int:
    first = x[0]
    return len(x) * (len(first) if isinstance(first, list | tuple) else 1)
