"""How rows become batches: the arrays that ``fit`` takes, split, gathered and cut as Keras does."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from scratch.arrays import Array, Stored

Rows = tuple[Array, Array]


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
    x: Array | Stored, y: Array, validation_split: float
) -> tuple[tuple[Array | Stored, Array], tuple[Array | Stored, Array]]:
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


def ahead(jobs: Iterable[Callable[[], Array]]) -> Iterator[Array]:
    """Yield the result of one job after another, while a second thread is at work on the next."""
    waiting = iter(jobs)
    with ThreadPoolExecutor(1) as second:
        done = next(waiting)()  # nothing can be done meanwhile, and one job alone needs no thread
        for job in waiting:
            coming = second.submit(job)
            yield done
            done = coming.result()
        yield done


def batches(
    x: Array | Stored, y: Array, order: Iterable[Array], batch_size: int, dtype: str, reuse: bool = True
) -> Iterator[Rows]:
    """Yield X and y of one batch after another; the last one has the rows that are left.

        steps = ceil(len(x) / batch_size)

    ``order`` names the rows, a stretch of whole batches at a time. While the batches of one stretch are in use, the
    rows of the next are gathered into a buffer (mode="clip" spares NumPy another one); there are two, used in turns.
    They have the type that x has: ``uint8`` images become floats a batch at a time. Whoever keeps X asks for new
    buffers.
    """
    coming: deque[Array] = deque()

    def jobs() -> Iterator[Callable[[], Array]]:
        buffers = [np.empty((0, *x.shape[1:]), x.dtype)] * 2
        for number, rows in enumerate(order):
            turn = number % 2
            if len(buffers[turn]) < len(rows) or not reuse:
                buffers[turn] = np.empty((len(rows), *x.shape[1:]), x.dtype)
            coming.append(rows)
            yield partial(x.take, rows, axis=0, out=buffers[turn][: len(rows)], mode="clip")

    for gathered in ahead(jobs()):
        targets = y[coming.popleft()]
        for start in range(0, len(gathered), batch_size):
            batch = slice(start, start + batch_size)
            yield gathered[batch].astype(dtype, copy=False), targets[batch]
