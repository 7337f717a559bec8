"""What every test needs before Keras is imported."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
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


@pytest.fixture(scope="session")
def keras() -> Any:
    """Keras itself, imported when the first test asks for it."""
    from keras_ref.library import load_keras

    keras = load_keras()
    if keras.backend.backend() != "tensorflow":
        pytest.skip("scratch mirrors the roundings of Keras with TensorFlow")
    return keras


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The digits in three shards."""
    digits, sizes = scratch.datasets.load("digits"), (700, 500, 237)
    place = tmp_path / "shards"
    place.mkdir()
    ends = np.cumsum(sizes)
    for number, end in enumerate(ends):
        rows = slice(end - sizes[number], end)
        np.save(place / f"x_train-{number:05}.npy", digits.x_train[rows])
        np.save(place / f"y_train-{number:05}.npy", digits.y_train[rows])
    np.save(place / "x_test.npy", digits.x_test)
    np.save(place / "y_test.npy", digits.y_test)
    (place / "dataset.json").write_text(json.dumps({"name": "some digits", "of": "digits", "peak": 16}))
    return place
