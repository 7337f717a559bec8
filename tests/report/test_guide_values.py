"""Does every value of the guide check, and does it see a mistake?"""

from typing import Any

import numpy as np
import pytest

import scratch
from compare.core.comparison import Comparison
from compare.core.config import Config
from compare.report import guide_values
from compare.report.guide import ROWS, Entry, guide_of
from scratch.datasets import Dataset
from tests.report.comparisons import comparison_on_digits

RECIPES = [
    Config(optimizer="adam", loss="binary_crossentropy", batch_size=7),
    Config(pixels="raw", activation="linear", dtype="float64"),
    Config(pixels="raw", momentum=0.5, nesterov=True, batch_size=5000, digit=3),
]


def test_every_value_checks(entries: list[Entry]) -> None:
    assert len(entries) == len(ROWS)
    for entry in entries:
        assert entry.value.ok is True, str(entry.value)
        assert entry.value.keras is not None
        assert entry.value.scratch is not None
        assert abs(entry.value.keras - entry.value.scratch) <= entry.value.allowed


@pytest.mark.parametrize("config", RECIPES, ids=lambda config: f"{config.optimizer}-{config.pixels}-{config.dtype}")
def test_every_value_checks_whatever_the_recipe(config: Config, digits: Dataset) -> None:
    with Comparison(config, digits) as comparison:
        failed = [str(entry.value) for entry in guide_of(comparison) if not entry.value.ok]
    assert not failed


def test_the_tolerances_are_tight_enough_to_see_a_mistake(entries: list[Entry]) -> None:
    """No value could be off by a thousandth of itself."""
    for entry in entries:
        value, allowed = entry.value.scratch, entry.value.allowed
        assert value is not None
        assert allowed is not None
        assert allowed < 1e-3 * max(abs(value), 1e-3), entry.quantity


def weighs_too_much(forward: Any) -> Any:
    return lambda self, X: forward(self, X * np.float32(1.001))


def turns_the_image_round(forward: Any) -> Any:
    return lambda self, X: forward(self, X[:, ::-1] if isinstance(X, np.ndarray) else X)


def halves_the_mean(result: Any) -> Any:
    return lambda self: {name: value / 2 for name, value in result(self).items()}


def steps_too_far(update: Any) -> Any:
    return lambda self, w, dw, *memory: update(self, w, 1.01 * dw, *memory)


@pytest.mark.parametrize(
    ("place", "name", "wrong", "seen"),
    [
        (scratch.layers.Dense, "forward", weighs_too_much, "output"),
        (scratch.layers.Flatten, "forward", turns_the_image_round, "flat"),
        (scratch.metrics.RunningMean, "result", halves_the_mean, "epoch loss"),
        (scratch.optimizers.SGD, "update", steps_too_far, "fitted"),
    ],
)
def test_a_planted_mistake_departs(
    place: type, name: str, wrong: Any, seen: str, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intervals come from scratch's own code, so a mistake hardly widens them: it moves scratch's value."""
    comparison = comparison_on_digits()
    assert guide_values.values_of(comparison)[seen].ok
    monkeypatch.setattr(place, name, wrong(getattr(place, name)))
    assert guide_values.values_of(comparison)[seen].ok is False
