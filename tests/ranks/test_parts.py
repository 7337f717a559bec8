"""Do the ranks' parts make up the batches, and the parts' steps the batch's step?"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.common.errors import BadInput
from compare.core.config import Config
from compare.core.verdict import Verdict
from compare.ranks import training
from compare.ranks.allreduce import AllReduced
from compare.ranks.parts import check, cut, part
from compare.ranks.verification import one_rank, verify
from tests.ranks.conftest import trained


@given(n=st.integers(0, 200), ranks=st.integers(1, 20))
def test_parts_are_neighbours_and_differ_by_one_row_at_most(n: int, ranks: int) -> None:
    parts = [range(n)[cut(n, rank, ranks)] for rank in range(ranks)]
    assert [row for rows in parts for row in rows] == list(range(n))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(n=st.integers(1, 100), batch_size=st.integers(1, 40), ranks=st.integers(1, 8))
def test_every_batch_is_cut_and_its_shares_add_up_to_one(n: int, batch_size: int, ranks: int) -> None:
    order = np.random.default_rng(n).permutation(n)
    parts = [part(order, batch_size, rank, ranks) for rank in range(ranks)]
    assert np.array_equal(np.sort(np.concatenate([rows for rows, _ in parts])), np.arange(n))
    assert np.allclose(np.sum([shares for _, shares in parts], axis=0), 1, rtol=0, atol=ranks * np.finfo(float).eps)


@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("batch_size", "train_size"),
    [(32, None), (7, 100), (32, 97)],
    ids=["even parts", "uneven parts", "a last batch of one row"],
)
def test_many_ranks_train_what_one_does(
    monkeypatch: pytest.MonkeyPatch, ranks: int, batch_size: int, train_size: int | None
) -> None:
    config = Config(epochs=2, batch_size=batch_size, train_size=train_size)
    found = verified(config, monkeypatch, ranks)
    assert found.word == "matched", found.sentence
    assert "2 epochs" in found.sentence


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_optimizers_with_a_memory_keep_it_in_step(monkeypatch: pytest.MonkeyPatch, optimizer: Any) -> None:
    config = Config(epochs=1, optimizer=optimizer, momentum=0.9 if optimizer == "sgd" else 0.0)
    assert verified(config, monkeypatch, 3).word == "matched"


def ignoring_shares(self: AllReduced, shares: Any) -> None:
    self.shares = iter([1 / 3] * len(list(shares)))


def test_a_plain_mean_over_uneven_parts_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AllReduced, "begin", ignoring_shares)
    found = verified(Config(epochs=1, batch_size=7, train_size=98), monkeypatch, 3)
    assert found.word == "mismatched"
    assert "weights after 1 epoch" in found.sentence


def test_a_mean_over_the_ranks_that_forgets_their_rows_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    unweighted = training._mean
    monkeypatch.setattr(training, "_mean", lambda of_rank, rows, add_up: unweighted(of_rank, 1, add_up))
    found = verified(Config(epochs=1, batch_size=7, train_size=100), monkeypatch, 3)
    assert "history" in found.sentence


def verified(config: Config, monkeypatch: pytest.MonkeyPatch, ranks: int) -> Verdict:
    many, rows, start = trained(monkeypatch, config, ranks)
    return verify(many, one_rank(config, rows, start, 0))


def test_more_ranks_than_rows_in_a_batch_are_refused() -> None:
    with pytest.raises(BadInput, match="at most 3 ranks"):
        check(4, batch_size=3, train=100, validation=100)
    check(3, batch_size=3, train=100, validation=100)
