"""Does the verdict say what the checks and the runs amount to, and why?"""

import numpy as np
import pytest

from compare import compare
from compare.core.checks import check_training
from compare.core.config import Config, Dtype
from compare.core.data import prepare
from compare.core.frameworks import scratch_framework
from compare.core.training import Training
from compare.core.verdict import Verdict, explained, first_departure, judge
from scratch import trainer
from scratch.datasets import Dataset
from tests.core.conftest import posing_as_keras
from tests.core.test_checks import without_the_short_batch


def test_a_run_that_departs_names_the_step(monkeypatch: pytest.MonkeyPatch, digits: Dataset) -> None:
    monkeypatch.setattr(trainer, "batches", without_the_short_batch)
    comparison = compare(Config(epochs=2, batch_size=100), digits)
    assert comparison.verdict is not None
    # the first epoch has 15 steps, and the last of them is the one that scratch leaves out
    assert comparison.verdict.step == 15


def test_rounding_that_grows_is_neither_a_match_nor_a_mistake(digits: Dataset) -> None:
    comparison = compare(Config(pixels="raw", momentum=0.5, seed=5, epochs=4), digits)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "rounding-limited"
    assert comparison.verdict.step is not None
    assert all(rung.ok for rung in comparison.checks if rung.of_one_step)


def test_both_sides_overflowing_together_is_a_match_said_in_words(digits: Dataset) -> None:
    comparison = compare(Config(pixels="raw", activation="linear", epochs=2), digits)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "matched"
    assert "overflow in epoch 1" in comparison.verdict.sentence


@pytest.mark.parametrize(
    "config",
    [
        Config(epochs=2, optimizer="adam"),
        Config(epochs=2, momentum=0.9, nesterov=True),
        Config(epochs=2, loss="binary_crossentropy"),
        Config(epochs=2, activation="linear", learning_rate=0.01),
        Config(epochs=2, activation="linear", loss="binary_crossentropy", learning_rate=0.01),
        Config(epochs=2, optimizer="adam", dtype="float64"),
        Config(epochs=2, batch_size=5000),
        Config(epochs=2, train_size=1),
    ],
    ids=lambda config: " ".join(f"{k}={v}" for k, v in config.as_dict().items() if v != Config(epochs=2).as_dict()[k]),
)
def test_every_part_of_a_recipe_matches(config: Config, digits: Dataset) -> None:
    comparison = compare(config, digits)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "matched", comparison.verdict.sentence


def judged(digits: Dataset, dtype: Dtype, backend: str, off: float) -> Verdict:
    """Return the verdict on Keras, played by scratch on this backend, whose last weights are off by so much."""
    config = Config(epochs=2, dtype=dtype, train_size=200)
    frameworks = [posing_as_keras(backend), scratch_framework()]
    with frameworks[1].dtype(dtype):
        training = Training(config, prepare(digits, config), frameworks).trained()
        training.keras.weights[-1][0] += off
        found = judge(training, list(check_training(training, training.keras)))
        return explained(found, training)


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_keras_in_float64_on_another_backend_than_tensorflow_departs_and_the_verdict_says_why(
    backend: str, digits: Dataset
) -> None:
    found = judged(digits, "float64", backend, 1e-7)
    assert found.word == "mismatched"
    assert f"Keras on {backend} computes parts of a float64 model in float32" in found.sentence
    assert found.epoch == 2


@pytest.mark.parametrize(("dtype", "backend"), [("float64", "tensorflow"), ("float32", "torch")])
def test_elsewhere_a_mismatch_is_not_laid_to_the_backend(dtype: Dtype, backend: str, digits: Dataset) -> None:
    found = judged(digits, dtype, backend, 1e-3)
    assert found.word == "mismatched"
    assert found.failed
    assert found.sentence == f"the first rung that fails is {found.failed}"


def test_a_match_on_another_backend_needs_no_excuse(digits: Dataset) -> None:
    found = judged(digits, "float64", "torch", 0.0)
    assert (found.word, found.failed, found.step) == ("matched", None, None)


def test_the_first_step_beyond_what_is_allowed_is_found() -> None:
    one = [[np.zeros(1)], [np.zeros(1)], [np.zeros(1)]]
    other = [[np.zeros(1)], [np.full(1, 0.5)], [np.ones(1)]]
    found = first_departure(one, other, lambda index: 0.1, before=10)
    assert found
    assert (found.step, found.difference, found.tolerance) == (12, 0.5, 0.1)
    assert first_departure(one, one, lambda index: 0.0, before=0) is None


def test_a_run_that_takes_fewer_steps_departs_where_it_stops() -> None:
    found = first_departure([[np.zeros(1)]], [[np.zeros(1)]] * 2, lambda index: 0.0, before=0)
    assert found
    assert found.step == 2
