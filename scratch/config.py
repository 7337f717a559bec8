"""The floating-point type of everything: weights, inputs, losses (``keras.config``)."""

import numpy as np

_FLOATS = ("float32", "float64")
_floatx = "float32"


def floatx() -> str:
    """Return the floating-point type in use, ``"float32"`` unless set (``keras.config.floatx()``)."""
    return _floatx


def set_floatx(value: str) -> None:
    """Set the floating-point type of the models made from now on (``keras.config.set_floatx``).

    Raises ValueError for anything but float32 and float64.
    """
    global _floatx
    if value not in _FLOATS:
        raise ValueError(f"unknown floatx {value!r}: scratch has {', '.join(_FLOATS)}")
    _floatx = value


def as_floatx(number: float) -> float:
    """Round a number as Keras stores it: 0.1 is 0.10000000149 as a float32.

    The result is a Python float, which under NumPy 2 takes the type of the array that it meets.
    """
    return float(np.dtype(_floatx).type(number))


def through_float32(number: float) -> float:
    """Round a number to float32 and back, as TensorFlow's ``cast`` does with every Python float."""
    return float(np.float32(number))


__all__ = ["floatx", "set_floatx"]
