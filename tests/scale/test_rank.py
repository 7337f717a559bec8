"""Do the steps of the ranks' parts make up the batch's step? (On threads that speak as much MPI as this needs.)"""

from typing import Any

import pytest

from compare.core.config import Config
from compare.core.verdict import Verdict
from compare.scale import rank
from compare.scale.allreduce import AllReduced
from compare.scale.verification import one_rank, verify
from tests.scale.conftest import trained


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
    unweighted = rank.mean_over_ranks
    monkeypatch.setattr(rank, "mean_over_ranks", lambda of_rank, rows, add_up: unweighted(of_rank, 1, add_up))
    found = verified(Config(epochs=1, batch_size=7, train_size=100), monkeypatch, 3)
    assert "history" in found.sentence


def verified(config: Config, monkeypatch: pytest.MonkeyPatch, ranks: int) -> Verdict:
    many, rows, start = trained(monkeypatch, config, ranks)
    return verify(many, one_rank(config, rows, start, 0))
