"""How a stated gradient is held against the derivative of the function that it stands under."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from hypothesis import settings

from scratch import gradcheck
from scratch.arrays import Array
from tests.scratch.rounding import Bounded, Wide

CROSS_ENTROPIES = ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]


METHODS = ["complex_step", "central_difference"]


several = settings(max_examples=40)


def agrees(check: gradcheck.GradientCheck, method: str, size: float) -> bool:
    """Within the relative tolerance or, where terms of this size cancel to almost nothing, within their rounding."""
    rounding = np.finfo(float).eps * max(size, 1.0)
    if method == "central_difference":  # which divides the rounding of the function by its step
        rounding /= gradcheck.CENTRAL_STEP
    return check.ok or bool(np.linalg.norm(check.stated - check.measured) <= 8 * rounding)


def measured(f: Callable[[Array], Any], x: Array) -> Array:
    """Differentiate f at x along the imaginary axis, as ``gradcheck`` does, in the widest float that there is.

    The step is far below the smallest size on which anything here bends, 1e-30; a power of two rounds nothing.
    """
    df = np.empty(x.shape, Wide)
    h = Wide(2) ** -300
    for index in np.ndindex(*x.shape):
        there = x.astype(np.clongdouble)
        there[index] += 1j * h
        df[index] = f(there).imag / h
    return df


def assert_derivative(what: str, stated: Array, f: Callable[[Array], Any], x: Array, bound: Bounded) -> None:
    """Hold each entry of a gradient against the measured derivative.

    ``bound`` is the gradient computed with its rounding errors; it takes 2 / a.size as given, which is one more. As
    much again is left to the measurement: it rounds 2,000 times more finely, and takes some more operations.
    """
    due = measured(f, x)
    assert stated.shape == due.shape, f"{what}: shape {stated.shape}, not {due.shape}"
    assert np.isfinite(stated).all(), f"{what} is not finite"
    assert np.isfinite(bound.error).all(), f"{what}: no rounding bound, so close to a kink"
    off = np.abs(stated - due) > 2 * bound.rounded().error
    assert not off.any(), f"{what} is {stated[off]} where {due[off]} is due"


@contextmanager
def no_warning() -> Iterator[None]:
    """Underflow to 0 is right; everything else that NumPy could warn of is not."""
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield
