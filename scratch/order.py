"""The order in which an epoch meets its rows: their numbers, a stretch of whole batches at a time.

A stretch is as much as is gathered at once. Where the rows are in memory any row is as near as its neighbour, and a
stretch is small enough to stay in the processor's cache. On disk neighbours come together: rows are read by the
block, and a stretch is a window in which the rows of many blocks are mixed.
"""

import math
from collections.abc import Iterator

import numpy as np

from scratch.arrays import Array, Stored

STRETCH = 4 * 2**20
BLOCK = 2**18
WINDOW = 64 * BLOCK
"""Bytes."""


def in_order(x: Array | Stored, batch_size: int) -> Iterator[Array]:
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
