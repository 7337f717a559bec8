"""Are the trained perceptron's answers counted as they are?"""

from dataclasses import replace

import numpy as np
import pytest

from compare.core.comparison import Comparison
from compare.core.config import Config
from compare.report.predictions import Predictions, word_for
from scratch.datasets import Dataset
from tests.report.comparisons import comparison_on_digits


def test_the_predictions_count_every_image_once(predictions: Predictions) -> None:
    counted = predictions.confusion
    assert counted.true_positives + counted.false_negatives == predictions.y.sum()
    assert counted.false_positives + counted.true_negatives == (~predictions.y).sum()
    history = comparison_on_digits().runs["scratch"].history
    assert counted.accuracy == pytest.approx(history["val_accuracy"][-1])


def test_the_surest_mistake_comes_first_and_exactly_one_half_is_a_no() -> None:
    a, y = np.array([0.9, 0.8, 0.7, 0.5, 0.2, 0.1]), np.array([True, True, False, True, True, False])
    made_up = Predictions("five", y, np.where(y, 5, 3), a, a, a)
    assert made_up.mistakes.tolist() == [4, 2, 3]
    assert made_up.confusion.false_negatives == 2


def test_z_is_what_the_activation_makes_a_of(predictions: Predictions) -> None:
    # a has roundings of a few units in the last place
    assert np.abs(1 / (1 + np.exp(-predictions.z.astype(float))) - predictions.a).max() < 1e-6


def test_classes_that_are_no_digits_have_no_digit_s_name(digits: Dataset) -> None:
    config = Config(epochs=1)
    assert word_for(Comparison(config, digits)) == "five"
    assert word_for(Comparison(config, replace(digits, name="fashion_mnist"))) == "class 5"
