"""Do the ranks' parts make up the batches?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.common.errors import BadInput
from compare.scale.sharding import check_ranks, local_rows, local_slice


@given(n=st.integers(0, 200), ranks=st.integers(1, 20))
def test_parts_are_neighbours_and_differ_by_one_row_at_most(n: int, ranks: int) -> None:
    parts = [range(n)[local_slice(n, rank, ranks)] for rank in range(ranks)]
    assert [row for rows in parts for row in rows] == list(range(n))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(n=st.integers(1, 100), batch_size=st.integers(1, 40), ranks=st.integers(1, 8))
def test_every_batch_is_cut_and_its_shares_add_up_to_one(n: int, batch_size: int, ranks: int) -> None:
    order = np.random.default_rng(n).permutation(n)
    parts = [local_rows(order, batch_size, rank, ranks) for rank in range(ranks)]
    assert np.array_equal(np.sort(np.concatenate([rows for rows, _ in parts])), np.arange(n))
    assert np.allclose(np.sum([shares for _, shares in parts], axis=0), 1, rtol=0, atol=ranks * np.finfo(float).eps)


def test_more_ranks_than_rows_in_a_batch_are_refused() -> None:
    with pytest.raises(BadInput, match="at most 3 ranks"):
        check_ranks(4, batch_size=3, train=100, validation=100)
    check_ranks(3, batch_size=3, train=100, validation=100)
