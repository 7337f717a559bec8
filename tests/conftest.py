"""What every test needs before Keras is imported."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import scratch
from scratch.datasets import DataError, Dataset
from scratch.datasets.sources import find

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

settings.register_profile("tests", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("tests")


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return scratch.datasets.digits.load()


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    """The real MNIST, from a directory that is named; no test downloads it."""
    directory = os.environ.get("FIVE_OR_NOT_DATA")
    if not directory:
        pytest.skip("the real MNIST is not at hand: set FIVE_OR_NOT_DATA to a directory that holds mnist.npz")
    try:
        return find("mnist", Path(directory))
    except DataError as error:
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def float32_everywhere() -> Iterator[None]:
    """Leave the float type as it was found."""
    yield
    scratch.config.set_floatx("float32")
