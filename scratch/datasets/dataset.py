"""A data set as this project uses it: checked, and with its origin written on it."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scratch.arrays import Array, Stored

KEYS = ("x_train", "y_train", "x_test", "y_test")
CLASSES = 10

# SHA-256 over the bytes of the four arrays, uint8, in the order of KEYS. The arrays are checked, not the file: the
# same images come in containers that differ.
PUBLISHED = {
    "mnist": "b8370d4157fa0b022fbe73e37bdbd58bf6ba70dc85345002838ce9b2e3868914",
    "fashion_mnist": "daa5ed1f6319ee22fbb13e5230d2bd85cdfcf89d8df73aa79d3aebe0ca067297",
    "digits": "f90c19276e71629ba368ea079044c4a7d923800f9ad42b7f912b66e523639f4a",  # as digits.py splits them
}


class DataError(ValueError):
    """Data that cannot be had or cannot be used: one sentence that says what was tried and what to do."""


@dataclass(frozen=True)
class Dataset:
    """Images and labels, split as published, and where they came from."""

    name: str
    source: str
    verified: bool
    """Whether the arrays are, bit for bit, the published ones."""
    notice: str | None
    """What nobody may miss: that these are other data than were meant."""
    x_train: Any
    """An array or, where the images are too many, ``Stored`` on disk."""
    y_train: Array
    x_test: Array
    y_test: Array
    peak: int = 255
    """The value of a fully inked pixel."""
    classes: int = CLASSES

    def in_memory(self) -> "Dataset":
        """Return the same set, with its training images read into memory if they are on disk."""
        x = self.x_train
        return replace(self, x_train=x.take(np.arange(len(x)))) if isinstance(x, Stored) else self

    @property
    def split(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """The arrays as Keras's ``load_data`` returns them."""
        return (self.in_memory().x_train, self.y_train), (self.x_test, self.y_test)

    def instead_of(self, missing: str) -> "Dataset":
        """Return this set with the notice that it stands in for another one."""
        height, width = self.x_train.shape[1:]
        return replace(
            self,
            notice=f"These are NOT the MNIST images but {self.name} of {height}×{width} pixels, "
            f"from {self.source}. {missing}",
        )


def digest(arrays: dict[str, Array]) -> str:
    """Return the SHA-256 of the four arrays; arrays of another type or shape have another one."""
    whole = hashlib.sha256()
    for key in KEYS:
        array = arrays[key]
        whole.update(f"{key} {array.dtype.str} {array.shape}".encode())
        whole.update(np.ascontiguousarray(array).data)
    return whole.hexdigest()


def checked(name: str, source: str, arrays: dict[str, Array], peak: int = 255) -> Dataset:
    """Make a data set of four arrays, if they are one.

    x_train, x_test: (N, H, W); y_train, y_test: (N,), whole numbers from 0 to 9, which are returned as uint8. Raises
    DataError that names the array and what is wrong with it.
    """
    for part in ("train", "test"):
        check_images(source, f"x_{part}", arrays[f"x_{part}"])
        check_labels(source, f"y_{part}", arrays[f"y_{part}"], len(arrays[f"x_{part}"]))
    train, test = arrays["x_train"].shape[1:], arrays["x_test"].shape[1:]
    if train != test:
        raise DataError(f"{source}: x_train holds images of {train} pixels and x_test of {test}; they must be alike")
    verified = digest(arrays) == PUBLISHED.get(name)
    notice = None if verified else f"{source} is not the published {name}: its images or labels differ."
    x_train, y_train, x_test, y_test = (arrays[key] for key in KEYS)
    y_train, y_test = y_train.astype(np.uint8), y_test.astype(np.uint8)
    return Dataset(name, source, verified, notice, x_train, y_train, x_test, y_test, peak)


def check_images(source: str, key: str, x: Array) -> None:
    """Raise DataError where x is not images: numbers, (N, H, W), none of them NaN or infinite."""
    if x.dtype.kind not in "uif":
        raise DataError(f"{source}: {key} must hold numbers, not {x.dtype}")
    if x.ndim != 3:
        raise DataError(f"{source}: {key} must have three axes, (images, rows, columns), not the shape {x.shape}")
    if not x.size:
        raise DataError(f"{source}: {key} is empty; it needs at least one image")
    if x.dtype.kind == "f" and not all(np.isfinite(image).all() for image in x):
        raise DataError(f"{source}: {key} holds NaN or infinite pixels; repair the file or name another one")


def check_labels(source: str, key: str, y: Array, images: int) -> None:
    """Raise DataError where y is not a whole number from 0 to 9 for each image."""
    if y.shape != (images,):
        raise DataError(f"{source}: {key} has the shape {y.shape} where {images} images need the shape ({images},)")
    if y.dtype.kind not in "uif" or not np.isin(y, np.arange(CLASSES)).all():
        raise DataError(f"{source}: {key} must hold whole numbers from 0 to {CLASSES - 1}")
