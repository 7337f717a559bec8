"""Rounding bounds: every tolerance of a single step comes from here, worked out, never tuned.

A ``Interval`` array is an interval for each number: wherever a correctly written program may end up, whatever its
order of operations. It takes part in NumPy expressions, so the formulas of scratch are run on it as they stand, and
what comes out knows its own bounds: there is no second copy of a formula to keep in step. Each operation maps the
intervals and widens them by its own rounding (Wilkinson's running error analysis; Higham, Accuracy and Stability of
Numerical Algorithms, chapter 3):

    u                     2**-24 for float32, 2**-53 for float64: one rounding, relative to the result
    gamma(n)              n * u / (1 - n * u): a sum or a dot product of n terms, in whatever order
    LIBRARY_ROUNDINGS     exp, log and their like, which are not correctly rounded
    smallest              what is lost where a result underflows, or is flushed to 0

Two correct programs are both inside the interval, so its width is the tolerance for their difference.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from scratch.activations import erf
from scratch.arrays import Array

LIBRARY_ROUNDINGS = 8  # NumPy promises float32 exp and log to 4 units in the last place, which are 2 u each


class Interval(NDArrayOperatorsMixin):
    """Numbers known to lie between ``low`` and ``high``, as computed by anybody in ``dtype``."""

    def __init__(self, low: Any, high: Any, dtype: np.dtype[Any]) -> None:
        self.low = np.asarray(low, float)
        self.high = np.asarray(high, float)
        self.dtype = dtype
        # The bounds are computed in float64, each with a rounding of its own.
        self.u = float(np.finfo(dtype).eps) / 2 + np.finfo(float).eps / 2
        self.smallest = float(np.finfo(dtype).smallest_normal)
        self.one_more_than: Interval | None = None

    @classmethod
    def exact(cls, array: Array) -> "Interval":
        """Take over numbers that every side is given, bit for bit."""
        return cls(array, array, array.dtype)

    @property
    def tolerance(self) -> Array:
        """How far two correct programs may be from each other."""
        return self.high - self.low

    def rounded_off(self, low: Array, high: Array, roundings: int = 1, size: Array | float | None = None) -> "Interval":
        """Widen a result by roundings relative to ``size``, its own where none is given."""
        size = np.maximum(np.abs(low), np.abs(high)) if size is None else size
        slack = roundings * self.u / (1 - roundings * self.u) * size + self.smallest
        return Interval(low - slack, high + slack, self.dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Apply a NumPy operation to the intervals."""
        out = kwargs.pop("out", (None,))[0]
        if method != "__call__" or kwargs or ufunc not in RULES:
            return NotImplemented
        operands = [self._operand(x) for x in inputs]
        with np.errstate(all="ignore"):  # bounds that overflow are infinite, and the ladder refuses those
            result = RULES[ufunc](ufunc, *operands)
        if out is None:
            return result
        out[...] = result
        return out

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Serve the functions of NumPy that scratch calls and that are no operations on numbers."""
        if function is np.clip:
            return self.clip(*args[1:])
        if function is np.where:
            return _where(*(self._operand(x) for x in args))
        if function is np.zeros_like:
            return Interval.exact(np.zeros(self.shape, self.dtype))
        return NotImplemented

    def _operand(self, x: Any) -> "Interval":
        if isinstance(x, Interval):
            return x
        exact = np.asarray(x, float)
        stored = exact.astype(self.dtype).astype(float)
        return Interval(np.minimum(exact, stored), np.maximum(exact, stored), self.dtype)

    def _like(self, change: Callable[[Array], Array]) -> "Interval":
        return Interval(change(self.low), change(self.high), self.dtype)

    @property
    def middle(self) -> Array:
        """The middle of each interval."""
        return self.low / 2 + self.high / 2

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the numbers."""
        return self.low.shape

    @property
    def ndim(self) -> int:
        """How many axes the numbers have."""
        return self.low.ndim

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.low.size

    @property
    def T(self) -> "Interval":
        """Rows for columns."""
        return self._like(np.transpose)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.low)

    def __setitem__(self, key: Any, other: "Interval") -> None:
        """Take over other numbers, as an update in place does; it is always the whole array."""
        self.low, self.high = other.low, other.high

    def astype(self, dtype: Any, copy: bool = True) -> "Interval":
        """Return the numbers unchanged: they stand for whatever type the program computes in."""
        return self

    def reshape(self, *shape: Any) -> "Interval":
        """Give the numbers another shape."""
        return self._like(lambda array: array.reshape(*shape))

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Interval":
        """Add up n terms in any order: the roundings are relative to the sum of their sizes."""
        n = self.low.shape[axis] if axis is not None else self.low.size
        sizes = np.maximum(np.abs(self.low), np.abs(self.high)).sum(axis, keepdims=keepdims)
        low, high = (end.sum(axis, keepdims=keepdims) for end in (self.low, self.high))
        return self.rounded_off(low, high, n, sizes)

    def mean(self, axis: int | None = None, keepdims: bool = False) -> "Interval":
        """Add up and divide."""
        n = self.low.shape[axis] if axis is not None else self.low.size
        mean: Interval = self.sum(axis, keepdims) / n
        return mean

    def max(self, axis: int | None = None, keepdims: bool = False) -> "Interval":
        """Pick the largest number, which rounds nothing."""
        return self._like(lambda array: array.max(axis, keepdims=keepdims))

    def copy(self) -> "Interval":
        """Return the same intervals, to be moved on their own."""
        return Interval(self.low.copy(), self.high.copy(), self.dtype)

    def joined(self, other: "Interval") -> "Interval":
        """Return the intervals that hold both: where a program may end up that is written one way or another."""
        return Interval(np.minimum(self.low, other.low), np.maximum(self.high, other.high), self.dtype)

    def clip(self, low: float, high: float) -> "Interval":
        """Hold the numbers between two limits."""
        below, above = self._operand(low), self._operand(high)
        return _pick(np.minimum, _pick(np.maximum, self, below), above)


def _where(condition: Interval, x: Interval, y: Interval) -> Interval:
    """Choose one where the condition surely holds, the other where it surely does not, and both in between."""
    surely, never, either = condition.low == 1, condition.high == 0, x.joined(y)
    low, high = (
        np.where(surely, one, np.where(never, other, both))
        for one, other, both in ((x.low, y.low, either.low), (x.high, y.high, either.high))
    )
    return Interval(low, high, x.dtype)


def _add(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    total = x.rounded_off(x.low + y.low, x.high + y.high)
    total.one_more_than = y if (x.low == 1).all() and (x.high == 1).all() else None
    return total


def _subtract(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    return x.rounded_off(x.low - y.high, x.high - y.low)


def _multiply(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    corners = [a * b for a in (x.low, x.high) for b in (y.low, y.high)]
    return x.rounded_off(np.minimum.reduce(corners), np.maximum.reduce(corners))


def _divide(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    if y.one_more_than is x:  # x / (1 + x) rises with x; corners would pair one end of x with the other
        return x.rounded_off(x.low / (1 + x.low), x.high / (1 + x.high), 2)
    corners = [a / b for a in (x.low, x.high) for b in (y.low, y.high)]
    anywhere = (y.low <= 0) & (y.high >= 0)
    low = np.where(anywhere, -np.inf, np.minimum.reduce(corners))
    return x.rounded_off(low, np.where(anywhere, np.inf, np.maximum.reduce(corners)))


def _matmul(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    reach_x, reach_y = x.tolerance / 2, y.tolerance / 2
    size_x, size_y = np.abs(x.middle) + reach_x, np.abs(y.middle) + reach_y
    middle, reach = x.middle @ y.middle, reach_x @ size_y + size_x @ reach_y
    return x.rounded_off(middle - reach, middle + reach, x.shape[-1], size_x @ size_y)


def _square(ufunc: np.ufunc, x: Interval) -> Interval:
    low, high = x.low**2, x.high**2
    least = np.where((x.low <= 0) & (x.high >= 0), 0, np.minimum(low, high))
    return x.rounded_off(least, np.maximum(low, high))


def _negative(ufunc: np.ufunc, x: Interval) -> Interval:
    return Interval(-x.high, -x.low, x.dtype)


def _pick(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    return Interval(ufunc(x.low, y.low), ufunc(x.high, y.high), x.dtype)


def _absolute(ufunc: np.ufunc, x: Interval) -> Interval:
    least = np.where((x.low <= 0) & (x.high >= 0), 0, np.minimum(np.abs(x.low), np.abs(x.high)))
    return Interval(least, np.maximum(np.abs(x.low), np.abs(x.high)), x.dtype)


def _sqrt(ufunc: np.ufunc, x: Interval) -> Interval:
    return x.rounded_off(np.sqrt(np.maximum(x.low, 0)), np.sqrt(x.high))


def _rising(ufunc: np.ufunc, x: Interval) -> Interval:
    return x.rounded_off(ufunc(x.low), ufunc(x.high), LIBRARY_ROUNDINGS)


def _error_function(ufunc: np.ufunc, x: Interval) -> Interval:
    """Serve scratch's own, which is no ufunc of NumPy's; it rises, too."""
    low, high = (np.asarray(ufunc(end), float) for end in (x.low, x.high))
    return x.rounded_off(low, high, LIBRARY_ROUNDINGS)


def _greater(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    """Answer 1 where it surely holds, 0 where it surely does not, and an interval from 0 to 1 in between."""
    return Interval(ufunc(x.low, y.high), ufunc(x.high, y.low), x.dtype)


def _less(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    return Interval(ufunc(x.high, y.low), ufunc(x.low, y.high), x.dtype)


def _equal(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    """Answer 1 where both are the same number, 0 where they cannot be, and an interval from 0 to 1 in between."""
    possibly = (x.low <= y.high) & (y.low <= x.high)
    return Interval(possibly & (x.low == y.high) & (x.high == y.low), possibly, x.dtype)


def _both(ufunc: np.ufunc, x: Interval, y: Interval) -> Interval:
    return Interval(np.minimum(x.low, y.low), np.minimum(x.high, y.high), x.dtype)


RULES: dict[np.ufunc, Callable[..., Interval]] = {
    np.add: _add,
    np.subtract: _subtract,
    np.multiply: _multiply,
    np.divide: _divide,
    np.matmul: _matmul,
    np.square: _square,
    np.negative: _negative,
    np.absolute: _absolute,
    np.minimum: _pick,
    np.maximum: _pick,
    np.sqrt: _sqrt,
    np.exp: _rising,
    np.expm1: _rising,
    erf: _error_function,
    np.tanh: _rising,
    np.log: _rising,
    np.log1p: _rising,
    np.greater: _greater,
    np.greater_equal: _greater,
    np.less: _less,
    np.less_equal: _less,
    np.equal: _equal,
    np.bitwise_and: _both,
}
