"""Is this gradient right? Two ways to find a derivative without the rule under test.

The complex step is exact to rounding but needs a function of complex numbers (every smooth function here is one);
the central difference works for any function of float64 and keeps about ten digits.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scratch.arrays import Array
from scratch.names import lookup

ScalarFunction = Callable[[Array], complex]

COMPLEX_STEP = 1e-20  # no subtraction follows, so it may be as small as one likes
CENTRAL_STEP = 2.0**-17  # near eps**(1/3), where truncation, h**2, and rounding, eps / h, balance; exact to add


def complex_step(f: ScalarFunction, x: Array) -> Array:
    """Differentiate f along the imaginary axis.

        df = imag(f(x + 1j * h)) / h

    x: any shape, float64; df: the same shape. f maps an array to one number.
    """
    df = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * COMPLEX_STEP
        df[index] = f(moved).imag / COMPLEX_STEP
    return df


def central_difference(f: ScalarFunction, x: Array) -> Array:
    """Differentiate f by a step to either side.

        df = (f(x + h) - f(x - h)) / (2 * h)

    x: any shape, float64; df: the same shape. f maps an array to one number. h grows with the size of each entry.
    """
    df = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        # A power of two near the entry's size: x + h is then exact, or off by no more than x's own rounding.
        h = CENTRAL_STEP * 2.0 ** np.ceil(np.log2(max(float(abs(x[index])), 1.0)))
        above, below = x.astype(float), x.astype(float)
        above[index] += h
        below[index] -= h
        df[index] = (f(above) - f(below)).real / (2 * h)
    return df


@dataclass(frozen=True)
class GradientCheck:
    """How far a stated gradient is from the measured one."""

    stated: Array
    measured: Array
    error: float
    tolerance: float

    @property
    def ok(self) -> bool:
        """Whether the shapes agree, all is finite, and the error is within the tolerance."""
        return self.stated.shape == self.measured.shape and bool(self.error <= self.tolerance)

    def __str__(self) -> str:
        """Say what was found in one line."""
        if self.stated.shape != self.measured.shape:
            return f"gradient has shape {self.stated.shape} where {self.measured.shape} is due"
        worst = np.unravel_index(np.argmax(np.abs(self.stated - self.measured)), self.stated.shape)
        return (
            f"gradient is {self.stated[worst]:.6g} where {self.measured[worst]:.6g} is due, "
            f"at {tuple(map(int, worst))}: relative error {self.error:.1e}, tolerance {self.tolerance:.1e}"
        )


_METHODS = {"complex_step": (complex_step, 1e-12), "central_difference": (central_difference, 1e-7)}


def check(
    f: ScalarFunction, gradient: Callable[[Array], Array], x: Array, method: str = "complex_step"
) -> GradientCheck:
    """Hold ``gradient(x)`` against the derivative of f measured at x.

        error = norm(stated - measured) / maximum(norm(stated), norm(measured))

    x: any shape, float64. NaN or infinity anywhere is an infinite error, and a gradient of another shape is never ok.
    Raises ValueError that lists the methods for an unknown one.
    """
    measure, tolerance = lookup("method", method, _METHODS)
    stated, measured = np.asarray(gradient(x)), measure(f, x)
    if stated.shape != measured.shape or not (np.isfinite(stated).all() and np.isfinite(measured).all()):
        return GradientCheck(stated, measured, np.inf, tolerance)
    largest = max(np.abs(stated).max(), np.abs(measured).max())
    if largest == 0:
        return GradientCheck(stated, measured, 0.0, tolerance)
    one, other = stated / largest, measured / largest  # so that no square leaves the type's range
    error = float(np.linalg.norm(one - other) / max(np.linalg.norm(one), np.linalg.norm(other)))
    return GradientCheck(stated, measured, error, tolerance)


__all__ = ["GradientCheck", "central_difference", "check", "complex_step"]
