"""The data sets (``keras.datasets``): the only room that touches disk or network."""

from pathlib import Path

from scratch.datasets import digits, fashion_mnist, mnist
from scratch.datasets.dataset import DataError, Dataset
from scratch.datasets.sources import NotFoundError, find
from scratch.names import listed, only

NAMES = ("auto", "mnist", "fashion_mnist", "digits")


def load(name: str = "auto", directory: str | Path | None = None) -> Dataset:
    """Return a data set with its origin.

    ``auto`` is MNIST or, where that is nowhere to be had, the small digits with a notice that says so. The others
    never fall back. Raises DataError in one sentence, for an unknown name too.
    """
    if name == "digits":
        return digits.load()
    if name in ("mnist", "fashion_mnist"):
        return find(name, directory)
    if name != "auto":
        raise DataError(f"unknown data set {name!r}: there is {listed(NAMES)}")
    try:
        return find("mnist", directory)
    except NotFoundError as error:
        return digits.load().instead_of(str(error))


__all__ = ["NAMES", "DataError", "Dataset", "NotFoundError", "digits", "fashion_mnist", "load", "mnist"]
__getattr__ = only(__name__, __all__)
