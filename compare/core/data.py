"""The rows that both sides train on: the set's own split, labelled and scaled, in memory or on disk."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import scratch
from compare.common.errors import BadInput
from compare.core.config import Config
from keras_ref import is_digit, scale
from scratch.arrays import Array, Stored
from scratch.datasets import Dataset


class Prepared(Stored):
    """Images in this order, with pixels of this type, gathered and scaled as they are asked for.

    Pixels from 0 to ``peak`` are scaled to 0..1; without a peak they stay as they are.
    """

    def __init__(self, images: Array | Stored, order: Array, dtype: str, peak: float | None) -> None:
        self.images, self.order, self.peak = images, order, peak
        self.shape = (len(order), *images.shape[1:])
        self.dtype = images.dtype if peak is None else np.dtype(dtype)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.order)

    def __getitem__(self, rows: slice) -> "Prepared":
        """Return neighbouring rows, not gathered yet."""
        return self.ordered(np.arange(len(self))[rows])

    def ordered(self, order: Array) -> "Prepared":
        """Return these rows in another order, not gathered yet."""
        return Prepared(self.images, self.order[order], self.dtype.name, self.peak)

    def take(self, indices: Array, axis: int = 0, out: Array | None = None, mode: Any = "raise") -> Array:
        """Gather some rows, scaled."""
        pixels = self.images.take(self.order[indices], axis=0)
        scaled = pixels if self.peak is None else scale(pixels.astype(self.dtype), self.peak)
        if out is None:
            return scaled
        out[...] = scaled
        return out


@dataclass(frozen=True)
class Rows:
    """Training and validation rows, ready for ``fit``; there may be none to validate on."""

    x_train: Any
    """An array or, where the images are on disk, ``Prepared`` rows."""
    y_train: Array
    x_val: Array = field(default_factory=lambda: np.empty(0))
    y_val: Array = field(default_factory=lambda: np.empty(0))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image."""
        return self.x_train.shape[1:]

    @property
    def baseline(self) -> dict[str, float]:
        """The accuracy of always giving the commoner answer: what a model must beat to have learned anything."""
        return {name: float(max(y.mean(), 1 - y.mean())) for name, y in self.labels.items()}

    @property
    def labels(self) -> dict[str, Array]:
        """The targets of either part."""
        return {"train": self.y_train, "validation": self.y_val}

    @property
    def images(self) -> dict[str, Array | Stored]:
        """The images of either part."""
        return {"train": self.x_train, "validation": self.x_val}

    @property
    def to_order(self) -> int | Stored:
        """What an epoch's order is drawn for: so many training rows, or those on disk."""
        return self.x_train if isinstance(self.x_train, Stored) else len(self.x_train)

    def batch(self, order: Array) -> tuple[Array, Array]:
        """Return these training rows and their targets, in memory."""
        return self.x_train.take(order, axis=0), self.y_train[order]


def prepare(dataset: Dataset, config: Config) -> Rows:
    """Label, cut and scale a data set; images on disk stay there.

    Raises BadInput for a digit or a size that it does not have.
    """
    if not 0 <= config.digit < dataset.classes:
        raise BadInput(
            f"--digit must be one of the classes 0 to {dataset.classes - 1} of {dataset.name}, not {config.digit}"
        )
    rows = len(dataset.x_train) if config.train_size is None else config.train_size
    if rows > len(dataset.x_train):
        raise BadInput(f"--train-size {rows} is more than the {len(dataset.x_train)} training rows of {dataset.name}")
    images, peak = dataset.x_train, None if config.pixels == "raw" else float(dataset.peak)

    def pixels(x: Array) -> Array:
        return x if peak is None else scale(x.astype(config.dtype), peak)

    return Rows(
        x_train=Prepared(images, np.arange(rows), config.dtype, peak)
        if isinstance(images, Stored)
        else pixels(images[:rows]),
        y_train=is_digit(dataset.y_train[:rows], config.digit),
        x_val=pixels(dataset.x_test),
        y_val=is_digit(dataset.y_test, config.digit),
    )


def in_order(x: Array | Prepared, order: Array) -> Array | Prepared:
    """Return the rows in this order: a copy where they are in memory, the same rows on disk where they are not."""
    return x.ordered(order) if isinstance(x, Prepared) else x.take(order, axis=0)


def gathered_in_order(x: Array | Prepared, order: Array) -> Prepared:
    """Return the rows in this order without a copy: each is gathered when its batch comes."""
    return x.ordered(order) if isinstance(x, Prepared) else Prepared(x, order, x.dtype.name, None)


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
