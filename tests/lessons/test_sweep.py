"""Are many learning rates in one run the runs alone, and does theory know which is too much?"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compare.core.config import Config
from compare.core.data import Rows, prepare
from compare.core.rates import RatePerUnit
from compare.core.training import Training, apart
from compare.lessons.toolkit.sweep import grid, stability_limit, sweep
from scratch.datasets import Dataset

RATES = grid(1e-3, 10, 8)


def alone(config: Config, rows: Rows, rate: float) -> tuple[list[Any], float]:
    """Return the weights of a perceptron trained by itself, and how far rounding alone may carry it."""
    training = Training(replace(config, learning_rate=rate), rows).trained()
    return training.scratch.weights[-1], 2 * training.drift()


@pytest.mark.parametrize("activation", ["sigmoid", "linear"])
@pytest.mark.parametrize("column", range(len(RATES)))
def test_each_column_of_the_sweep_equals_the_run_alone(digits: Dataset, activation: str, column: int) -> None:
    config = Config(activation=activation, epochs=2, train_size=200)  # type: ignore[arg-type]
    rows, rates = prepare(digits, config), RATES if activation == "sigmoid" else RATES / 200
    found = [w[..., column : column + 1] for w in sweep(config, rows, rates).weights]
    single, allowed = alone(config, rows, float(rates[column]))
    assert apart(found, single) <= allowed


def test_a_sweep_that_forgot_the_mean_over_the_units_would_be_seen(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(self: RatePerUnit, rates: Any) -> None:
        super(RatePerUnit, self).__init__(learning_rate=1.0)
        self.rates = rates

    monkeypatch.setattr(RatePerUnit, "__init__", forgetful)
    config = Config(epochs=1, train_size=200)
    rows = prepare(digits, config)
    found = [w[..., :1] for w in sweep(config, rows, RATES).weights]
    single, allowed = alone(config, rows, float(RATES[0]))
    assert apart(found, single) > allowed


def test_where_nothing_rounds_each_column_is_the_run_alone_bit_for_bit() -> None:
    """Pixels of 0 and 1, four rows a batch, and rates that are powers of two: three steps fit into 24 bits."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 2, (12, 2, 2)).astype(np.float32), rng.integers(0, 2, 12).astype(bool)
    rows = Rows(x, y, x, y)
    config = Config(activation="linear", epochs=1, batch_size=4)
    rates = np.array([0.5, 0.25, 0.125, 0.0625], np.float32)
    start = [np.array([[0.5], [-0.25], [0.25], [-0.5]], np.float32), np.zeros(1, np.float32)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compare.lessons.toolkit.sweep.initial_weights", lambda config, shape: start)
        found = sweep(config, rows, rates).weights
    for column, rate in enumerate(rates):
        alone = Training(replace(config, learning_rate=float(rate)), rows, start=start, perturbed=False).trained()
        for together, single in zip(found, alone.scratch.weights[-1], strict=True):
            np.testing.assert_array_equal(together[..., column], single[..., 0])


@pytest.mark.parametrize("rows", [3, 40], ids=["fewer rows than weights", "more rows than weights"])
def test_the_stability_limit_is_where_full_batch_steps_begin_to_grow(rows: int) -> None:
    X = np.random.default_rng(1).uniform(0, 1, (rows, 6))
    y = np.random.default_rng(2).uniform(0, 1, rows)
    limit = stability_limit(X)

    def distance_after(steps: int, rate: float) -> float:
        A, w = np.column_stack([X, np.ones(rows)]), np.zeros(7)
        best = np.linalg.lstsq(A, y, rcond=None)[0]
        for _ in range(steps):
            w -= rate * 2 * A.T @ (A @ w - y) / rows
        return float(np.linalg.norm(A @ (w - best)))

    assert distance_after(2000, 0.99 * limit) < distance_after(0, limit) < distance_after(2000, 1.01 * limit)


def test_the_stability_limit_counts_the_bias() -> None:
    assert stability_limit(np.full((5, 1), 3.0)) == pytest.approx(1 / (3.0**2 + 1))
