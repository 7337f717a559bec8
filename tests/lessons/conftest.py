"""What several tests of the lessons are given."""

from typing import Any

import pytest

from compare.lessons.toolkit.context import Context
from scratch.datasets import Dataset


@pytest.fixture
def context(digits: Dataset, keras: Any) -> Context:
    return Context(digits)
