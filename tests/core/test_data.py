"""Are rows the same in another order, whether they are copied or gathered as they are asked for?"""

import numpy as np
import pytest

from compare.core.config import Config, Pixels
from compare.core.data import Prepared, Rows, gathered_in_order, in_order, prepare
from scratch.datasets import Dataset


@pytest.mark.parametrize("pixels", ["unit", "raw"])
def test_rows_gathered_as_they_are_asked_for_are_those_of_the_copy(pixels: Pixels, digits: Dataset) -> None:
    x = prepare(digits, Config(pixels=pixels, train_size=50)).x_train
    order = np.random.default_rng(0).permutation(50)
    copied, gathered = in_order(x, order), gathered_in_order(x, order)
    assert isinstance(gathered, Prepared)
    assert (gathered.shape, gathered.dtype) == (copied.shape, copied.dtype)
    into = np.empty((50, 8, 8), x.dtype)
    assert gathered.take(np.arange(50), out=into) is into
    assert np.array_equal(into, copied)
    assert np.array_equal(gathered[10:20].take(np.arange(10)), copied[10:20])


def test_rows_need_none_to_validate_on() -> None:
    rows = Rows(np.zeros((3, 2)), np.zeros(3))
    assert (len(rows.x_val), len(rows.y_val)) == (0, 0)
