"""The data sets (``keras.datasets``): the only room that touches disk or network."""

from pathlib import Path

from scratch.datasets import digits, fashion_mnist, mnist, shards
from scratch.datasets.dataset import DataError, Dataset
from scratch.datasets.sources import NotFoundError, find
from scratch.names import listed

NAMES = ("auto", "mnist", "fashion_mnist", "digits")


def load(name: str = "auto", directory: str | Path | None = None) -> Dataset:
    """Return a data set with its origin.

    A directory with shards (``x_train.npy`` or ``x_train-00000.npy``, ...) is the data set that its ``dataset.json``
    names, and the one that ``auto`` means. Otherwise ``auto`` is MNIST or, where that is nowhere to be had, the small
    digits with a notice that says so. The others never fall back. Raises DataError in one sentence, for an unknown name
    too.
    """
    if name == "digits":
        return digits.load()
    if name not in NAMES:
        raise DataError(f"unknown data set {name!r}: there is {listed(NAMES)}")
    on_disk = shards.place(directory)
    if on_disk and name in ("auto", shards.made_of(on_disk)):
        return shards.load(on_disk)
    if name != "auto":
        return find(name, directory)
    try:
        return find("mnist", directory)
    except NotFoundError as error:
        return digits.load().instead_of(str(error))


__all__ = ["NAMES", "DataError", "Dataset", "NotFoundError", "digits", "fashion_mnist", "load", "mnist", "shards"]
