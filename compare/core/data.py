"""The rows that both sides train on: the set's own split, labelled and scaled as the recipe says."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.common.errors import BadInput
from compare.core.config import Config
from compare.core.stored import Prepared
from keras_ref import is_digit, scale
from scratch.arrays import Array, Stored
from scratch.datasets import Dataset


@dataclass(frozen=True)
class Rows:
    """Training and validation rows, ready for ``fit``."""

    x_train: Any
    """An array or, where the images are on disk, ``Prepared`` rows."""
    y_train: Array
    x_val: Array
    y_val: Array

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

    def pixels(x: Array) -> Array:
        if config.pixels == "raw":
            return x
        return scale(x.astype(config.dtype), float(dataset.peak))

    images = dataset.x_train
    return Rows(
        x_train=Prepared(images, np.arange(rows), config.dtype, None if config.pixels == "raw" else float(dataset.peak))
        if isinstance(images, Stored)
        else pixels(images[:rows]),
        y_train=is_digit(dataset.y_train[:rows], config.digit),
        x_val=pixels(dataset.x_test),
        y_val=is_digit(dataset.y_test, config.digit),
    )
