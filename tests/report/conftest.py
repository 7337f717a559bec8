"""What several tests of the report look at, made once."""

import pytest

from compare.report.guide import Entry, guide_of
from compare.report.predictions import Predictions, predictions_of
from tests.report.comparisons import comparison_on_digits


@pytest.fixture(scope="package")
def entries() -> list[Entry]:
    return guide_of(comparison_on_digits())


@pytest.fixture(scope="package")
def predictions() -> Predictions:
    return predictions_of(comparison_on_digits())
