"""Does a comparison hold both libraries to its float type as long as it is entered, and no longer?"""

import pytest

import scratch
from compare.core.checks import ONE_STEP
from compare.core.comparison import Comparison
from compare.core.config import Config
from scratch.datasets import Dataset
from tests.core.conftest import posing_as_keras


@pytest.fixture
def comparison(digits: Dataset) -> Comparison:
    found = Comparison(Config(epochs=2, dtype="float64", train_size=100), digits)
    found.keras = posing_as_keras()
    return found


def test_the_float_type_is_set_within_the_block_and_given_back_after_it(comparison: Comparison) -> None:
    for _ in range(2):  # it may be entered again
        with comparison as entered:
            assert entered is comparison
            assert scratch.config.floatx() == "float64"
        assert scratch.config.floatx() == "float32"


def test_the_float_type_is_given_back_where_the_block_is_broken_off(comparison: Comparison) -> None:
    with pytest.raises(KeyboardInterrupt), comparison:
        raise KeyboardInterrupt
    assert scratch.config.floatx() == "float32"


def test_what_was_found_outlives_the_block(comparison: Comparison) -> None:
    assert (comparison.epochs, comparison.runs, comparison.checks, comparison.verdict) == (0, {}, [], None)
    with comparison:
        comparison.run()
    assert comparison.verdict
    assert comparison.verdict.word == "matched", comparison.verdict.sentence
    assert comparison.epochs == 2
    assert list(comparison.runs) == ["keras", "scratch", "perturbed 0", "perturbed 1"]
    assert list(dict.fromkeys(check.rung for check in comparison.checks)) == [
        *ONE_STEP,
        "weights after 1 epoch",
        "weights after 2 epochs",
        "history",
        "predicted labels",
    ]


def test_a_comparison_that_is_broken_off_keeps_what_is_finished(comparison: Comparison) -> None:
    with comparison:
        for epoch, run in comparison.train():
            if (epoch, run.name) == (1, "keras"):
                break
    assert comparison.epochs == 1
    assert comparison.runs["keras"].epochs == 2
