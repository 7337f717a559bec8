"""How rows become batches: what ``fit`` takes is cast, split, shuffled, read ahead and cut as Keras does it.

A sampler, ``sequential`` or ``shuffled``, says which rows come next, a stretch of whole batches at a time: as much as
is gathered at once. Where the rows are in memory any row is as near as its neighbour, and a stretch is small enough to
stay in the processor's cache. On disk neighbours come together: rows are read by the block, and a stretch is a window
in which the rows of many blocks are mixed.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike

from scratch.arrays import Array, Stored

STRETCH = 2**20
BLOCK = 2**18
WINDOW = 64 * BLOCK
"""Bytes."""


def rows_of(x: ArrayLike | Stored, floatx: str) -> Array | Stored:
    """Return x as an array of rows; single numbers are rows of one.

    Wider floats are rounded to ``floatx`` here, as Keras's ``fit`` does; integers, narrower floats and whatever lies
    on disk wait for their batch, where the cast takes little memory. Raises ValueError for anything that is not
    numbers, for no rows, and for a file whose rows do not lie one after the other.
    """
    array = x if isinstance(x, Stored) else np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"x must be an array of numbers, not of {array.dtype}")
    if not array.shape or not len(array):
        raise ValueError(f"x must hold at least one row of inputs; its shape is {array.shape}")
    if isinstance(array, np.memmap) and not array.flags.c_contiguous:
        raise ValueError("x lies in its file column by column: save it once more, as np.ascontiguousarray(x)")
    if isinstance(array, np.ndarray) and array.ndim == 1:
        array = array[:, None]
    if isinstance(array, Stored):
        return array
    wider = array.dtype.kind == "f" and not np.can_cast(array.dtype, floatx)
    return np.ascontiguousarray(array, floatx if wider else None)


def split_tail(
    x: Array | Stored, y: Array, w: Array | None, validation_split: float
) -> tuple[tuple[Array | Stored, Array, Array | None], tuple[Array | Stored, Array, Array | None]]:
    """Set the last rows aside for validation, before any shuffling; so their weights w, where there are any.

        rows = floor(len(x) * (1.0 - validation_split))

    Keras: ``validation_split=0.2``. Computed in floats: 0.8 of 60,000 leaves 11,999. Raises ValueError where either
    part would be empty.
    """
    rows = math.floor(len(x) * (1.0 - validation_split))
    if not 0 < rows < len(x):
        raise ValueError(
            f"validation_split={validation_split} leaves {rows} of {len(x)} rows to train on; both parts need some"
        )
    head, tail = (None, None) if w is None else (w[:rows], w[rows:])
    return (x[:rows], y[:rows], head), (x[rows:], y[rows:], tail)


def weights_of(
    y: Array, sample_weight: ArrayLike | None = None, class_weight: Mapping[int, float] | None = None
) -> Array | None:
    """Return how much each row counts: as ``sample_weight`` says, or its class; None where all count alike.

    y: (N,), (N, 1) or one-hot (N, U). Keras: ``fit(..., sample_weight=w)``, ``fit(..., class_weight={1: 9.0})``: a
    class that is not named counts 1. Raises ValueError for both at once, or for weights of another shape.
    """
    if class_weight is None:
        if sample_weight is None:
            return None
        w = np.asarray(sample_weight, float)
        if w.shape not in ((len(y),), (len(y), 1)):
            raise ValueError(f"sample_weight has a number for each row, ({len(y)},); its shape is {w.shape}")
        return w.reshape(len(y))
    if sample_weight is not None:
        raise ValueError("You cannot `class_weight` and `sample_weight` at the same time.")
    classes = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(len(y))
    w = np.ones(len(y))
    for number, counts in class_weight.items():
        w[np.round(classes) == number] = counts
    return w


def sequential(x: Array | Stored, batch_size: int) -> Iterator[Array]:
    """Yield every row's number, from the first to the last."""
    step = _whole_batches(STRETCH, x, batch_size)
    for start in range(0, len(x), step):
        yield np.arange(start, min(start + step, len(x)))


def shuffled(x: Array | Stored, batch_size: int, stream: np.random.Generator) -> Iterator[Array]:
    """Yield every row's number once: any row as likely in any place or, on disk, block by block."""
    if isinstance(x, Stored):
        yield from _shuffled_blocks(x, batch_size, stream)
        return
    order, step = stream.permutation(len(x)), _whole_batches(STRETCH, x, batch_size)
    for start in range(0, len(x), step):
        yield order[start : start + step]


def _shuffled_blocks(x: Stored, batch_size: int, stream: np.random.Generator) -> Iterator[Array]:
    """Cut the rows into blocks, draw blocks for one window after the other, and mix the rows in each.

    The cuts begin at another row in each epoch, so that no two rows are neighbours for ever; a last block that is too
    short for the rest joins the last window. What this takes in memory does not grow with the rows.
    """
    rows, block = len(x), _whole_batches(BLOCK, x, batch_size)
    first, blocks, several = stream.integers(rows), rows // block, max(1, WINDOW // BLOCK)
    drawn = stream.permutation(blocks)
    for start in range(0, max(blocks, 1), several):
        window = (drawn[start : start + several, None] * block + np.arange(block)).ravel()
        if start + several >= blocks:
            window = np.append(window, np.arange(blocks * block, rows))
        yield stream.permutation((first + window) % rows)


def _whole_batches(size: int, x: Array | Stored, batch_size: int) -> int:
    """Return how many rows make about so many bytes, in whole batches and at least one."""
    row = math.prod(x.shape[1:]) * x.dtype.itemsize
    return batch_size * max(1, size // (batch_size * max(1, row)))


def prefetched(x: Stored, order: Iterable[Array]) -> Iterator[tuple[Array, Array]]:
    """Yield the numbers and the pixels of one stretch after another, while a second thread reads the next."""
    reading: deque[tuple[Array, Future[Array]]] = deque()

    def first() -> tuple[Array, Array]:
        rows, pixels = reading.popleft()
        return rows, pixels.result()

    with ThreadPoolExecutor(1) as second:
        for rows in order:
            reading.append((rows, second.submit(x.take, rows, axis=0)))
            if len(reading) == 2:
                yield first()
        yield first()


def batches(
    x: Array | Stored, y: Array, order: Iterable[Array], batch_size: int, dtype: str, w: Array | None = None
) -> Iterator[tuple[Array, ...]]:
    """Yield X and y, and w where rows have weights, of one batch after another; the last one has the rows left.

        steps = ceil(len(x) / batch_size)

    ``order`` is what a sampler yields. Images keep the type that they have until their batch, so that few of them are
    floats at a time; targets are cast a stretch at a time.
    """
    stretches = prefetched(x, order) if isinstance(x, Stored) else ((rows, x.take(rows, axis=0)) for rows in order)
    for rows, gathered in stretches:
        targets, cast = y[rows].astype(dtype, copy=False), gathered.dtype != dtype
        for start in range(0, len(rows), batch_size):
            batch = slice(start, start + batch_size)
            X = gathered[batch].astype(dtype) if cast else gathered[batch]
            yield (X, targets[batch]) if w is None else (X, targets[batch], w[rows[batch]])
        del gathered  # before the next but one is read: of windows, there are two in memory
