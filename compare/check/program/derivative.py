"""The derivative of what a program computed, from its recorded operations, backwards one by one.

The usual operations have their rule here, for speed; all others are differentiated by autograd, an operation at a time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from autograd import make_vjp
from numpy.typing import NDArray

from compare.check.program.replay import CannotReplay, Replay, Value, apply
from compare.check.program.trace import Op, Trace

Array = NDArray[np.float64]


def adjoints(
    trace: Trace,
    ops: Sequence[Op],
    sources: Iterable[int],
    replay: Replay,
    seeds: Mapping[int, Value],
    changed: Mapping[int, Any] | None = None,
    straight: bool = False,
) -> dict[int, Value]:
    """Return the derivative of ``sum(seed * value)`` over all seeds with respect to every value on the way.

    With ``straight`` a threshold counts as a straight line, as the perceptron's rule has it.

    ``ops`` lead from the sources to the seeds, and ``replay`` holds their values. Raises CannotReplay.
    """
    active = {ref for op in ops for ref in trace.parts(op.out)} | set(sources)
    found: dict[int, Value] = {ref: np.asarray(seed, float) for ref, seed in seeds.items()}
    for op in reversed(ops):
        g = found.get(op.out)
        if g is None:
            continue
        if straight and _is_threshold(op):
            found[op.inputs[0]] = found.get(op.inputs[0], 0.0) + _through(replay, op, g)
            continue
        for ref, part in _pulled_back(trace, op, replay, g, active, changed):
            old = found.get(ref)
            found[ref] = part if old is None else old + part
    return found


def _is_threshold(op: Op) -> bool:
    name = op.detail[0] if op.kind == "call" else ""
    return op.kind == "compare" or name.rpartition(".")[2] in ("where", "sign", "heaviside", "astype", "int", "float")


def _through(replay: Replay, op: Op, g: Value) -> Value:
    """Return the derivative of a threshold as if it were its input, scaled by the height of the step."""
    if op.kind == "compare":
        return g if op.detail in (">", ">=") else -np.asarray(g)
    if op.detail[0].endswith("where") and len(op.inputs) == 3:
        high, low = (np.mean(np.asarray(replay.get(ref), float)) for ref in op.inputs[1:])
        return np.asarray(g) * np.sign(high - low)
    return g


def _pulled_back(
    trace: Trace, op: Op, replay: Replay, g: Value, active: set[int], changed: Mapping[int, Any] | None
) -> Iterable[tuple[int, Value]]:
    """Yield each input's share of the derivative."""
    other = changed.get(op.at) if changed else None
    if other is None:
        quick = _RULES.get(op.detail if op.kind in ("binary", "augment") else _rule_name(op))
        if quick is not None and all(trace.rows[ref][0] not in ("list", "tuple") for ref in op.inputs):
            values = [replay.get(ref) for ref in op.inputs]
            parts = quick(g, replay.get(op.out), *values)
            if parts is not None:
                for ref, value, part in zip(op.inputs, values, parts, strict=False):
                    if part is not None and ref in active:
                        yield ref, summed_to(part, np.shape(value))
                return
    leaves = list(dict.fromkeys(ref for ref in trace.inputs(op) if ref in active and _is_leaf(trace, ref)))
    if other is not None:
        leaves = list(dict.fromkeys([*leaves, *(ref for ref in other.reads if ref in active)]))

    def again(values: Sequence[Value]) -> Value:
        local = Replay(trace, {**replay.values, **dict(zip(leaves, values, strict=True))})
        if other is not None:
            return other(local, op)
        return apply(local, op, [local.get(ref) for ref in op.inputs])

    given = tuple(np.asarray(replay.get(ref), float) for ref in leaves)
    if not given:
        return
    try:
        pull, out = make_vjp(again)(given)
        g = np.broadcast_to(g, np.shape(out)) if np.shape(g) != np.shape(out) else g
        parts = pull(np.asarray(g, float) if np.ndim(out) else float(np.sum(g)))
    except CannotReplay:
        raise
    except Exception as error:  # autograd says in many ways that it has no derivative
        raise CannotReplay(op, f"{type(error).__name__}: {error}") from error
    yield from zip(leaves, parts, strict=True)


def _is_leaf(trace: Trace, ref: int) -> bool:
    return trace.is_float(ref)


def summed_to(g: Value, shape: tuple[int, ...]) -> Value:
    """Return a derivative summed over the axes along which a value of this shape was repeated."""
    g = np.asarray(g)
    if g.shape == shape:
        return g
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g if g.shape == shape else np.broadcast_to(g, shape)


def _rule_name(op: Op) -> str:
    if op.kind == "call" and not op.detail[1]:
        name: str = op.detail[0]
        return {"ndarray.dot": "numpy.dot"}.get(name, name)
    if op.kind == "unary" and op.detail == "-":
        return "negative"
    return "T" if op.kind == "attribute" and op.detail == "T" else ""


def _product(g: Value, out: Value, x: Value, y: Value) -> tuple[Value, Value] | None:
    if np.ndim(x) == 2 and np.ndim(y) == 2:
        return g @ np.transpose(y), np.transpose(x) @ g
    if np.ndim(x) == 2 and np.ndim(y) == 1:
        return np.outer(g, y), np.transpose(x) @ g
    if np.ndim(x) == 1 and np.ndim(y) == 1:
        return g * y, g * x
    if np.ndim(x) == 1 and np.ndim(y) == 2:
        return y @ g, np.outer(x, g)
    return None


def _power(g: Value, out: Value, x: Value, y: Value) -> tuple[Value, None] | None:
    return (g * y * x ** (y - 1), None) if np.ndim(y) == 0 and float(y).is_integer() else None


_RULES: dict[str, Callable[..., Any]] = {
    "+": lambda g, out, x, y: (g, g),
    "-": lambda g, out, x, y: (g, -g),
    "*": lambda g, out, x, y: (g * y, g * x),
    "/": lambda g, out, x, y: (g / y, -g * out / y),
    "**": _power,
    "@": _product,
    "numpy.dot": _product, "numpy.matmul": _product,
    "negative": lambda g, out, x: (-g,),
    "T": lambda g, out, x: (np.transpose(g),),
    "numpy.exp": lambda g, out, x: (g * out,), "math.exp": lambda g, out, x: (g * out,),
    "numpy.tanh": lambda g, out, x: (g * (1 - out * out),), "math.tanh": lambda g, out, x: (g * (1 - out * out),),
    "numpy.log": lambda g, out, x: (g / x,), "math.log": lambda g, out, x: (g / x,),
}  # fmt: skip
