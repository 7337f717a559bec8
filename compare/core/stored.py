"""Rows that stay on disk while both sides train on them: labelled, scaled and put in order as they are asked for."""

from typing import Any

import numpy as np

import scratch
from keras_ref import scale
from scratch.arrays import Array, Stored


class Prepared(Stored):
    """The images of a recipe: the stored ones, in this order, with pixels of this type.

    Pixels from 0 to ``peak`` are scaled to 0..1; without a peak they stay as they are.
    """

    def __init__(self, images: Stored, order: Array, dtype: str, peak: float | None) -> None:
        self.images, self.order, self.peak = images, order, peak
        self.shape = (len(order), *images.shape[1:])
        self.dtype = images.dtype if peak is None else np.dtype(dtype)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.order)

    def __getitem__(self, rows: slice) -> "Prepared":
        """Return neighbouring rows, still on disk."""
        return self.ordered(np.arange(len(self))[rows])

    def ordered(self, order: Array) -> "Prepared":
        """Return these rows in another order, still on disk."""
        return Prepared(self.images, self.order[order], self.dtype.name, self.peak)

    def take(self, indices: Array, axis: int = 0, out: Array | None = None, mode: Any = "raise") -> Array:
        """Read some rows, scaled."""
        pixels = self.images.take(self.order[indices])
        scaled = pixels if self.peak is None else scale(pixels.astype(self.dtype), self.peak)
        if out is None:
            return scaled
        out[...] = scaled
        return out


def in_order(x: Array | Stored, order: Array) -> Array | Stored:
    """Return the rows in this order: a copy where they are in memory, the same rows on disk where they are not."""
    return x.ordered(order) if isinstance(x, Prepared) else x.take(order, axis=0)


def fed_to(model: Any, x: Array | Stored, batch_size: int, y: Array | None = None) -> dict[str, Any]:
    """Return the arguments with which a model of either library takes these rows, a batch at a time.

    scratch takes rows on disk as they are. Keras asks a ``PyDataset`` for one batch after the other.
    """
    if isinstance(x, Stored) and not isinstance(model, scratch.Sequential):
        return {"x": _dataset(x, y, batch_size)}
    return {"x": x, "batch_size": batch_size} | ({} if y is None else {"y": y})


def _dataset(x: Stored, y: Array | None, batch_size: int) -> Any:
    from keras_ref.library import load_keras

    class Batches(load_keras().utils.PyDataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return -(-len(x) // batch_size)

        def __getitem__(self, number: int) -> Any:
            rows = np.arange(number * batch_size, min((number + 1) * batch_size, len(x)))
            X = x.take(rows)
            return (X,) if y is None else (X, y[rows])

    return Batches()
