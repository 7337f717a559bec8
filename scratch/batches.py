"""How rows become batches: the arrays that ``fit`` takes, split and cut as Keras does."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from scratch.arrays import Array


def rows_of(x: ArrayLike, floatx: str) -> Array:
    """Return x as an array of rows; single numbers are rows of one.

    Wider floats are rounded to ``floatx`` here, as Keras's ``fit`` does; integers and narrower floats wait for their
    batch, where the cast takes little memory. Raises ValueError for anything that is not numbers, and for no rows.
    """
    array = np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"x must be an array of numbers, not of {array.dtype}")
    if not array.ndim or not len(array):
        raise ValueError(f"x must hold at least one row of inputs; its shape is {array.shape}")
    if array.ndim == 1:
        array = array[:, None]
    wider = array.dtype.kind == "f" and not np.can_cast(array.dtype, floatx)
    return array.astype(floatx) if wider else array


def split_tail(x: Array, y: Array, validation_split: float) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Set the last rows aside for validation, before any shuffling.

        rows = floor(len(x) * (1.0 - validation_split))

    Keras: ``validation_split=0.2``. Computed in floats: 0.8 of 60,000 leaves 11,999. Raises ValueError where either
    part would be empty.
    """
    rows = math.floor(len(x) * (1.0 - validation_split))
    if not 0 < rows < len(x):
        raise ValueError(
            f"validation_split={validation_split} leaves {rows} of {len(x)} rows to train on; both parts need some"
        )
    return (x[:rows], y[:rows]), (x[rows:], y[rows:])


def batches(
    x: Array, y: Array, order: Array, batch_size: int, dtype: str, reuse: bool = True
) -> Iterator[tuple[Array, Array]]:
    """Yield X and y of one batch after another, in the given order; the last one has the rows that are left.

        steps = ceil(len(order) / batch_size)

    The rows are gathered into one buffer that every batch uses again (mode="clip" spares NumPy a second one), in the
    type that x has: ``uint8`` images become floats here, a batch at a time. Whoever keeps X asks for a buffer each.
    """
    buffer = np.empty((min(batch_size, len(order)), *x.shape[1:]), x.dtype)
    y = y[order]
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        X = x.take(rows, axis=0, out=buffer[: len(rows)] if reuse else None, mode="clip")
        yield X.astype(dtype, copy=False), y[start : start + batch_size]
