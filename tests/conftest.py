"""What every test needs before Keras is imported."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture(params=["float32", "float64"])
def both_in(request: pytest.FixtureRequest, keras: Any) -> Iterator[str]:
    """Put both libraries in one float type, float32 and then float64, and put Keras back."""
    before = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx(request.param)
    keras.config.set_dtype_policy(request.param)
    scratch.config.set_floatx(request.param)
    yield request.param
    keras.config.set_floatx(before[0])
    keras.config.set_dtype_policy(before[1])
