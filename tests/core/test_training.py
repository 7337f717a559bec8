"""Do all runs see the same batches from the same weights, and is what rounding explains measured on them?"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from compare.core.config import Config
from compare.core.data import Rows, prepare
from compare.core.frameworks import scratch_framework
from compare.core.training import PERTURBED, Training, apart
from scratch.arrays import Array
from scratch.datasets import Dataset
from scratch.models import Sequential
from tests.core.conftest import posing_as_keras

CONFIG = Config(epochs=2, batch_size=64, train_size=200)
STEPS = 4  # three full batches and a short one


@pytest.fixture
def rows(digits: Dataset) -> Rows:
    return prepare(digits, CONFIG)


@pytest.fixture
def both(rows: Rows) -> Training:
    return Training(CONFIG, rows, [posing_as_keras(), scratch_framework()], reference=True)


def test_every_run_starts_from_the_same_weights_and_shows_every_epoch(both: Training) -> None:
    seen = [(epoch, run.name) for epoch, run in both.train_together()]
    names = ["keras", "scratch", *PERTURBED, "float64"]
    assert list(both.runs) == names
    assert seen == [(epoch, name) for epoch in range(2) for name in names]
    for run in both.runs.values():
        assert apart(run.weights[0], both.start) == 0
        assert len(run.seconds) == len(run.weights) - 1 == CONFIG.epochs
        assert set(run.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert both.epochs == CONFIG.epochs
    assert both.runs["float64"].weights[-1][0].dtype == "float64"


def test_the_same_program_ends_at_the_same_weights_and_the_perturbed_runs_do_not(both: Training) -> None:
    both.trained()
    assert apart(both.keras.weights[-1], both.scratch.weights[-1]) == 0
    assert 0 < both.drift() < 1e-6
    assert both.tolerance(2) == 2 * both.drift()
    assert both.first_departure(both.keras) is None
    assert both.first_amplification() is None


def test_a_run_that_moves_away_departs_in_that_epoch(both: Training) -> None:
    both.trained()
    both.keras.weights[2][1] += 1e-4
    assert both.first_departure(both.keras) == 2
    both.keras.weights[1][0][0] = np.nan
    assert both.first_departure(both.keras) == 1


@pytest.mark.parametrize("train_size", [200, 192])
def test_every_run_sees_the_same_rows_in_each_batch_and_perturbed_ones_the_last_row_first(
    train_size: int, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(epochs=1, batch_size=64, train_size=train_size)
    seen: dict[int, list[Array]] = {}
    fit = Sequential.fit

    def watched(self: Sequential, x: Any, y: Array, **options: Any) -> Any:
        seen[id(self)] = [x.take(np.arange(len(x)), axis=0), y]
        return fit(self, x, y, **options)

    monkeypatch.setattr(Sequential, "fit", watched)
    training = Training(config, prepare(digits, config)).trained()
    plain, *perturbed_runs = (seen[id(run.model)] for run in training.runs.values())
    for ours, *theirs in zip(plain, *perturbed_runs, strict=True):
        for start in range(0, train_size, 64):
            for other in theirs:
                assert np.array_equal(ours[start : start + 64], other[start : start + 64][::-1])


def test_the_images_are_gathered_once_an_epoch_for_all_runs(rows: Rows) -> None:
    class Counted(np.ndarray[Any, Any]):
        gathered = 0

        def take(self, indices: Any, *rest: Any, **options: Any) -> Any:
            Counted.gathered += len(np.atleast_1d(indices))
            return np.asarray(self).take(indices, *rest, **options)

    counted = Rows(rows.x_train.view(Counted), rows.y_train, rows.x_val, rows.y_val)
    Training(CONFIG, counted, [posing_as_keras(), scratch_framework()], reference=True).trained()
    assert Counted.gathered == CONFIG.epochs * len(rows.x_train)


def test_a_run_that_goes_on_ends_where_the_whole_one_does(rows: Rows) -> None:
    whole = Training(CONFIG, rows, perturbed=False).trained()
    rest = Training(CONFIG, rows, start=whole.scratch.weights[1], finished=1, perturbed=False).trained()
    assert list(rest.runs) == ["scratch"]
    assert rest.epochs == 1
    assert apart(rest.scratch.weights[-1], whole.scratch.weights[-1]) == 0


def test_the_weights_of_every_step_are_kept_where_they_are_asked_for(both: Training) -> None:
    for _ in both.train_together(by_step=True):
        pass
    for run in both.runs.values():
        assert len(run.steps) == STEPS
        assert apart(run.steps[-1], run.weights[-1]) == 0
    first, second = both.once_more(["scratch", "perturbed 1"], epoch=1)
    for again in (first, second):
        assert len(again.steps) == STEPS
        assert apart(again.steps[-1], both.runs[again.name].weights[1]) == 0


def test_the_rows_may_come_in_an_order_of_ones_own_and_without_any_to_validate_on(rows: Rows) -> None:
    def orders() -> Iterator[Array]:
        yield np.arange(200)

    training = Training(CONFIG, Rows(rows.x_train, rows.y_train), orders=orders, perturbed=False).trained()
    model = scratch_framework().build(CONFIG, rows.shape, training.start)
    model.fit(rows.x_train, rows.y_train, batch_size=64, shuffle=False, verbose=0)
    assert apart(training.scratch.weights[-1], model.get_weights()) == 0
    assert set(training.scratch.history) == {"loss", "accuracy"}
