"""The float types that scratch and Keras are tested in."""

from collections.abc import Iterator
from typing import Any

import pytest

import scratch


@pytest.fixture
def float64() -> None:
    scratch.config.set_floatx("float64")


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
