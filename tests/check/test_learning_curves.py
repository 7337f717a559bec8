"""Is what a curve would have told counted rightly?"""

import math

import pytest

from compare.check.learning_curves import LearningCurve, LearningCurves
from compare.core.config import Config
from compare.core.data import prepare
from scratch.datasets import Dataset


@pytest.fixture(scope="module")
def curves(digits: Dataset) -> LearningCurves:
    return LearningCurves(prepare(digits, Config(train_size=100)))


def test_the_right_program_learns_and_one_that_never_moves_does_not(curves: LearningCurves) -> None:
    still = curves.train({"sgd": lambda self, param, gradient, learning_rate: param})
    assert curves.loss < still[1]
    assert curves.train({}) == (curves.accuracy, curves.loss)


def test_a_program_that_breaks_off_has_no_number(curves: LearningCurves) -> None:
    broken = curves.train({"dense": lambda self, X, W, b: X @ W.T + b})
    assert all(map(math.isnan, broken))


def test_each_end_is_counted_once(curves: LearningCurves) -> None:
    ends = {
        "same": curves.accuracy,
        "near": curves.accuracy - curves.one_image,
        "above": curves.accuracy + 2 * curves.one_image,
        "below": curves.accuracy - 9 * curves.one_image,
        "broken": float("nan"),
    }
    curves.wrong = [
        LearningCurve(name, end, 0.1, "none" if name == "near" else "sgd", name == "same") for name, end in ends.items()
    ]
    counted = curves.summary()
    assert counted["names_within_one_image"] == ["same", "near"]
    assert (counted["mistakes"], counted["within_one_image"], counted["better"]) == (5, 2, 1)
    assert (counted["caught_by_the_ladder"], counted["named"]) == (4, 1)
