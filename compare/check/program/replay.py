"""Computes recorded operations once more, with other values, with other operations, or for their derivative.

Only operations that are known to have no effect but their result are computed: those of ``FUNCTIONS`` and the arrays'
methods in ``METHODS``. Nothing that a program brought along is called.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive

from compare.check.program.trace import Op, Trace

Value = Any


class CannotReplay(Exception):
    """An operation that is not known, on the way to what was asked for."""

    def __init__(self, op: Op, why: str) -> None:
        super().__init__(why)
        self.op = op


@primitive  # type: ignore[untyped-decorator]
def put(x: Value, index: Any, value: Value) -> Value:
    """Return ``x`` with ``x[index] = value``."""
    new = np.array(x, float)
    new[index] = value
    return new


def _cleared(g: Value, index: Any) -> Value:
    """Return ``g`` with nothing at an index."""
    return put(g, index, 0.0)


def _like(g: Value, value: Value) -> Value:
    """Return the sum of ``g`` over the axes along which ``value`` was repeated."""
    shape = np.shape(value)
    while anp.ndim(g) > len(shape):
        g = anp.sum(g, axis=0)
    for axis, n in enumerate(shape):
        if n == 1 and g.shape[axis] != 1:
            g = anp.sum(g, axis=axis, keepdims=True)
    return g


defvjp(put, lambda out, x, index, value: lambda g: _cleared(g, index),
       lambda out, x, index, value: lambda g: _like(g[index], value), argnums=(0, 2))  # fmt: skip


def _sum(x: Value, start: Value = 0) -> Value:
    """Add up as Python's sum does."""
    total = start
    for entry in x:
        total = total + entry
    return total


def _stacked(x: Value) -> Value:
    """Return nested lists as an array."""
    return anp.array(x) if isinstance(x, list | tuple) else x


def _expit(x: Value) -> Value:
    return 0.5 * (anp.tanh(0.5 * x) + 1)


def _softmax(x: Value, axis: Any = None) -> Value:
    e = anp.exp(x - anp.max(x, axis=axis, keepdims=True))
    return e / anp.sum(e, axis=axis, keepdims=True)


def _as_is(x: Value, *_: Any, **__: Any) -> Value:
    return _stacked(x)


def _relu(x: Value, y: Value) -> Value:
    """Return the larger of two; where they are alike, the second's derivative is taken (Keras's choice for relu)."""
    return anp.where(_stacked(x) > _stacked(y), x, y) if np.ndim(y) == 0 else anp.where(y > x, y, x)


def _clipped(x: Value, low: Value = None, high: Value = None, **ends: Value) -> Value:
    low, high = (next((ends[n] for n in names if n in ends), end) for names, end in ((("min",), low), (("max",), high)))
    x = x if low is None else anp.where(x < low, low, x)
    return x if high is None else anp.where(x > high, high, x)


_NUMPY = [
    "exp", "log", "log1p", "expm1", "log2", "log10", "sqrt", "square", "tanh", "sin", "cos", "sinh", "cosh",
    "arctan", "abs", "absolute", "fabs", "sign", "dot", "matmul", "outer", "inner", "tensordot", "einsum", "sum",
    "mean", "prod", "max", "min", "amax", "amin", "var", "std", "transpose", "reshape", "ravel", "squeeze",
    "expand_dims", "concatenate", "vstack", "hstack", "stack", "column_stack", "append", "tile", "repeat", "where",
    "clip", "add", "subtract", "multiply", "divide", "true_divide", "power", "negative", "reciprocal", "logaddexp",
    "diag", "broadcast_to", "swapaxes", "moveaxis", "flip", "roll", "cumsum", "trace", "kron", "atleast_1d",
    "atleast_2d", "full", "zeros", "ones", "zeros_like", "ones_like", "full_like", "eye", "arange", "linspace",
    "empty_like", "identity", "argmax", "argmin", "round", "floor", "ceil", "rint", "isnan", "isfinite", "equal",
    "not_equal", "greater", "greater_equal", "less", "less_equal", "logical_and", "logical_or", "logical_not",
    "logical_xor", "count_nonzero", "any", "all", "unique", "size", "shape", "nan_to_num", "triu", "tril", "sort",
    "argsort", "bincount", "take", "float_power",
]  # fmt: skip

FUNCTIONS: dict[str, Callable[..., Value]] = {
    f"numpy.{name}": getattr(anp, name) for name in _NUMPY if hasattr(anp, name)
}
FUNCTIONS |= {
    "numpy.maximum": _relu, "numpy.clip": lambda x, a_min=None, a_max=None, **ends: _clipped(x, a_min, a_max, **ends),
    "numpy.minimum": anp.minimum,
    "numpy.array": _as_is, "numpy.asarray": _as_is, "numpy.copy": _as_is, "numpy.ascontiguousarray": _as_is,
    "numpy.asanyarray": _as_is, "numpy.atleast_2d": anp.atleast_2d, "numpy.asfarray": _as_is,
    "numpy.float64": _as_is, "numpy.float32": _as_is, "numpy.float16": _as_is, "numpy.matrix": _as_is,
    "numpy.empty_like": lambda x, *_, **__: np.zeros(np.shape(_plain(x))),
    "numpy.heaviside": lambda x, y: np.heaviside(anp.sign(x), y),
    "numpy.add.reduce": anp.sum,
    "numpy.linalg.norm": anp.linalg.norm, "numpy.norm": anp.linalg.norm,
    "numpy.linalg.multi_dot": lambda xs: _product(xs),
    "numpy.expit": _expit, "scipy.expit": _expit, "scipy.softmax": _softmax,
    "scipy.logsumexp": lambda x, axis=None, keepdims=False: anp.log(anp.sum(anp.exp(x), axis=axis, keepdims=keepdims)),
    "scipy.log_softmax": lambda x, axis=None: anp.log(_softmax(x, axis)),
    "math.exp": anp.exp, "math.log": lambda x, base=None: anp.log(x) if base is None else anp.log(x) / anp.log(base),
    "math.sqrt": anp.sqrt, "math.tanh": anp.tanh, "math.pow": operator.pow, "math.fabs": anp.abs,
    "math.log1p": anp.log1p, "math.log2": anp.log2, "math.log10": anp.log10, "math.expm1": anp.expm1,
    "math.cosh": anp.cosh, "math.sinh": anp.sinh, "math.sin": anp.sin, "math.cos": anp.cos, "math.fsum": _sum,
    "math.prod": lambda xs: _product(xs),
    "builtins.sum": _sum, "builtins.abs": lambda x: abs(x),
    "builtins.float": lambda x: x if np.ndim(x) == 0 else anp.sum(x),
    "builtins.max": lambda *xs, **_: _extreme(operator.gt, xs),
    "builtins.min": lambda *xs, **_: _extreme(operator.lt, xs),
    "builtins.pow": operator.pow, "builtins.round": lambda x, n=None: np.round(_plain(x), n or 0),
    "builtins.int": lambda x: int(_plain(x)), "builtins.len": lambda x: len(x),
    "builtins.bool": lambda x: bool(_plain(x)),
}  # fmt: skip
METHODS = [
    "sum", "mean", "dot", "reshape", "ravel", "squeeze", "transpose", "max", "min", "prod", "std", "var", "clip",
    "swapaxes", "cumsum", "argmax", "argmin", "repeat", "round", "take", "trace", "any", "all", "diagonal", "sort",
    "argsort",
]  # fmt: skip
COPIES = ("copy", "astype", "view", "tolist", "to_numpy", "conj", "__array__", "numpy", "values")
BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": anp.matmul, "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
KEYWORDS_LEFT_OUT = ("dtype", "out", "copy", "order", "casting", "where", "optimize")


def _product(xs: Sequence[Value]) -> Value:
    total = xs[0]
    for x in xs[1:]:
        total = total @ x if np.ndim(total) and np.ndim(x) else total * x
    return total


def _extreme(better: Callable[[Value, Value], Any], xs: Sequence[Value]) -> Value:
    entries = list(xs[0]) if len(xs) == 1 else list(xs)
    best = entries[0]
    for x in entries[1:]:
        best = x if better(_plain(x), _plain(best)) else best
    return best


def _plain(x: Value) -> Value:
    while hasattr(x, "_value"):
        x = x._value
    return x


def number(x: Value) -> Value:
    """Return a value as the arithmetic here takes it: numbers in float64, single numbers as Python's."""
    if isinstance(x, np.ndarray):
        if x.dtype.kind in "f" and x.dtype != np.float64:
            x = x.astype(float)
        elif x.dtype.kind in "iu" and x.dtype.itemsize < 8:
            x = x.astype(np.int64)
        return x if x.ndim else x[()]
    return x


class Replay:
    """Values by their numbers: those given, those computed from them, and else the recorded ones."""

    def __init__(self, trace: Trace, given: Mapping[int, Value]) -> None:
        self.trace = trace
        self.values: dict[int, Value] = dict(given)

    def get(self, ref: int) -> Value:
        """Return a value; lists are made of their entries."""
        if ref in self.values:
            return self.values[ref]
        row = self.trace.rows[ref]
        if row[0] == "list" or row[0] == "tuple":
            entries = [self.get(entry) for entry in row[1]]
            return tuple(entries) if row[0] == "tuple" else entries
        if row[0] == "slice":
            return slice(*(_plain(self.get(end)) for end in row[1]))
        return number(self.trace.value(ref))

    def run(self, ops: Sequence[Op], changed: Mapping[int, Callable[["Replay", Op], Value]] | None = None) -> "Replay":
        """Compute operations in their order; those at the places in ``changed`` otherwise."""
        for op in ops:
            other = changed.get(op.at) if changed else None
            value = compute(self, op) if other is None else other(self, op)
            if op.kind in ("store", "put") and self.trace.rows[op.out][1][1:2] == "i":
                value = np.trunc(_plain(value)).astype(int)  # an array of whole numbers stays one
            self.values[op.out] = value
        return self


def compute(replay: Replay, op: Op) -> Value:
    """Compute one operation. Raises CannotReplay for one that is not known, and what NumPy raises."""
    return apply(replay, op, [replay.get(ref) for ref in op.inputs])


def apply(replay: Replay, op: Op, x: Sequence[Value]) -> Value:
    """Compute an operation on these inputs."""
    kind, name = op.kind, op.detail
    if kind == "binary" or kind == "compare" or kind == "augment":
        return binary(name, x[0], x[1])
    if kind == "unary":
        return -x[0] if name == "-" else x[0] if name == "+" else np.logical_not(_plain(x[0]))
    if kind == "attribute":
        return attribute(op, x[0], name)
    if kind == "item":
        return item(x[0], x[1])
    if kind == "store":
        return put(x[0], _index(x[1]), x[2])
    if kind == "put":
        return _put_back(op, x)
    if kind == "gather":
        return anp.reshape(anp.array(list(x)), name)
    if kind == "call":
        return call(op, name[0], list(name[1]), x)
    raise CannotReplay(op, kind)


def binary(name: str, left: Value, right: Value) -> Value:
    """Compute an operation of two values, as arrays where one of them is one."""
    if isinstance(left, list | tuple):
        left = _stacked(left)
    if isinstance(right, list | tuple):
        right = _stacked(right)
    if name == "-" and isinstance(_plain(left), np.ndarray | np.bool_) and _plain(left).dtype == bool:
        left = left * 1.0
    return BINARY[name](left, right)


def attribute(op: Op, x: Value, name: str) -> Value:
    if name == "T":
        return anp.transpose(x)
    if name in ("real", "flat", "values", "data"):
        return x
    if name == "size":
        return int(np.size(_plain(x)))
    if name == "ndim":
        return int(np.ndim(_plain(x)))
    raise CannotReplay(op, f"the attribute {name}")


def _index(index: Any) -> Any:
    if isinstance(index, tuple):
        return tuple(_index(entry) for entry in index)
    if isinstance(index, list):
        return [_plain(entry) for entry in index]
    return _plain(index)


def item(x: Value, index: Any) -> Value:
    """Return an entry, a row, a part."""
    return x[_index(index)]


def _put_back(op: Op, x: Sequence[Value]) -> Value:
    """Return an array after a part that was taken out of it has changed."""
    how, said = op.detail
    if how == "item":
        return put(x[0], _index(x[2]), x[1])
    if how == "attribute" and said == "T":
        return anp.transpose(x[1])
    if how in ("attribute", "call"):
        name = said[0].rpartition(".")[2] if how == "call" else said
        if name in ("reshape", "ravel", "view", "asarray", "squeeze", "expand_dims", "atleast_2d", "asanyarray"):
            return anp.reshape(x[1], np.shape(_plain(x[0])))
        if name == "transpose" and len(x) == 2:
            return anp.transpose(x[1])
    raise CannotReplay(op, "a part of an array that changes in place")


def call(op: Op, name: str, keywords: Sequence[str], x: Sequence[Value]) -> Value:
    """Call a known function."""
    count = len(x) - len(keywords)
    args = [_stacked_if_needed(name, a) for a in x[:count]]
    named = {k: _plain(v) if k in ("axis", "keepdims") else v for k, v in zip(keywords, x[count:], strict=True)}
    named = {k: v for k, v in named.items() if k not in KEYWORDS_LEFT_OUT}
    owner, _, short = name.rpartition(".")
    if owner == "ndarray":
        if short in ("flatten", "ravel"):
            return anp.reshape(args[0], (-1,))
        if short == "item" and len(args) == 1:
            return anp.reshape(args[0], ())
        if short in COPIES:
            return args[0]
        if short not in METHODS:
            raise CannotReplay(op, f"{short}()")
        if short == "dot":
            return anp.dot(*args)
        if short == "clip":
            return _clipped(*args, **named)
        if short in ("reshape", "transpose"):
            rest = tuple(_plain(a) for a in args[1:])
            form = rest[0] if len(rest) == 1 and not np.isscalar(rest[0]) else rest
            if short == "transpose":
                return anp.transpose(args[0], form) if rest else anp.transpose(args[0])
            return anp.reshape(args[0], form, **named)
        return getattr(anp, short)(*args, **named)
    if owner.startswith("pandas"):
        if short in (*COPIES, "to_list"):
            return args[0]
        if short in ("dot", "sum", "mean"):
            axis = {} if short == "dot" or "axis" in named else {"axis": 0}
            return getattr(anp, short)(*args, **named, **axis)
    function = FUNCTIONS.get(name)
    if function is None:
        raise CannotReplay(op, f"{name}()")
    if short in (
        "reshape",
        "full",
        "zeros",
        "ones",
        "arange",
        "tile",
        "repeat",
        "transpose",
        "expand_dims",
        "swapaxes",
    ):
        args = [
            args[0]
            if short in ("reshape", "tile", "repeat", "transpose", "expand_dims", "swapaxes")
            else _plain(args[0]),
            *(_index(a) for a in args[1:]),
        ]
    elif short in (
        "sum",
        "mean",
        "max",
        "min",
        "argmax",
        "argmin",
        "prod",
        "cumsum",
        "std",
        "var",
        "concatenate",
        "stack",
    ):
        args = [args[0], *(_plain(a) for a in args[1:])]
    return function(*args, **named)


def _stacked_if_needed(name: str, x: Value) -> Value:
    if isinstance(x, list) and name.startswith(("numpy", "ndarray", "scipy")) and "stack" not in name:
        if name.rpartition(".")[2] in ("concatenate", "hstack", "vstack", "multi_dot", "array", "asarray", "append"):
            return x
        return _stacked(x)
    return x
