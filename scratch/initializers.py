"""Where the weights start (``keras.initializers``)."""

from collections.abc import Callable

import numpy as np

from scratch.arrays import Array
from scratch.names import lookup
from scratch.utils import generator

Initializer = Callable[[tuple[int, ...], str], Array]


def glorot_uniform(shape: tuple[int, ...], dtype: str) -> Array:
    """Draw weights uniformly, in a range that keeps the size of z and of its derivative about the same.

        limit = sqrt(6 / (fan_in + fan_out))

    shape: (fan_in, fan_out). Keras: the default ``kernel_initializer`` of ``Dense``.
    """
    fan_in, fan_out = shape
    limit = np.sqrt(6 / (fan_in + fan_out))
    return generator().uniform(-limit, limit, shape).astype(dtype)


def zeros(shape: tuple[int, ...], dtype: str) -> Array:
    """Start at 0. Keras: the default ``bias_initializer`` of ``Dense``."""
    return np.zeros(shape, dtype)


_BY_NAME: dict[str, Initializer] = {"glorot_uniform": glorot_uniform, "zeros": zeros}


def get(initializer: str | Initializer) -> Initializer:
    """Return the initializer of that name, or the function itself; raises ValueError that lists the names."""
    return initializer if callable(initializer) else lookup("initializer", initializer, _BY_NAME)


__all__ = ["get", "glorot_uniform", "zeros"]
