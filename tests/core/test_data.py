"""Are rows on disk, prepared, those in memory, and do both sides train on them alike?"""

from pathlib import Path

import numpy as np
import pytest

from compare import compare
from compare.core.config import Config, Pixels
from compare.core.data import Prepared, Rows, fed_to, gathered_in_order, in_order, prepare
from compare.core.frameworks import batch_order
from scratch.datasets import Dataset, load


def test_both_sides_match_on_rows_that_stay_on_disk(directory: Path) -> None:
    comparison = compare(Config(epochs=2), load("auto", directory))
    assert isinstance(comparison.rows.x_train, Prepared)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "matched", comparison.verdict.sentence
    assert {rung.quantity for rung in comparison.checks if rung.rung == "predicted labels"} == {"train", "validation"}


@pytest.mark.parametrize("pixels", ["unit", "raw"])
def test_rows_on_disk_are_prepared_as_those_in_memory(directory: Path, pixels: str) -> None:
    config = Config(pixels=pixels, train_size=1000)  # type: ignore[arg-type]
    dataset = load("auto", directory)
    stored, held = prepare(dataset, config), prepare(dataset.in_memory(), config)
    order = next(batch_order(config, stored.to_order))
    assert sorted(order) == list(range(1000))
    ours, theirs = (rows.batch(order[:50]) for rows in (stored, held))
    assert np.array_equal(ours[0], theirs[0])
    assert np.array_equal(ours[1], theirs[1])
    assert np.array_equal(stored.x_train.ordered(order)[10:20].take(np.arange(10)), held.x_train[order[10:20]])


def test_keras_is_fed_every_row_once_in_order(directory: Path) -> None:
    dataset: Dataset = load("auto", directory)
    rows = prepare(dataset, Config(train_size=101))
    batches = fed_to(object(), rows.x_train, 10, rows.y_train)["x"]
    X, y = (np.concatenate(parts) for parts in zip(*(batches[i] for i in range(len(batches))), strict=True))
    assert np.array_equal(X, rows.x_train.take(np.arange(101)))
    assert np.array_equal(y, rows.y_train)


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
