"""Are right and wrong answers counted as the textbook counts them?"""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from compare.common.confusion import confusion_of


def test_precision_recall_and_f1_are_those_of_the_textbook() -> None:
    a, y = np.array([0.9, 0.8, 0.7, 0.5, 0.2, 0.1]), np.array([True, True, False, True, True, False])
    counted = confusion_of(y, a, 0.5)
    assert (counted.true_positives, counted.false_positives) == (2, 1)
    assert (counted.false_negatives, counted.true_negatives) == (2, 1)  # exactly one half is a no
    assert counted.precision == pytest.approx(2 / 3)
    assert counted.recall == pytest.approx(2 / 4)
    assert counted.f1 == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))


def test_every_score_is_scikit_learns_at_every_threshold() -> None:
    rng = np.random.default_rng(0)
    y, a = rng.random(300) < 0.1, rng.random(300)
    thresholds = np.array([0.0, 0.3, 0.5, 0.9])
    found = confusion_of(y, a, thresholds)
    judges = {"precision": precision_score, "recall": recall_score, "accuracy": accuracy_score, "f1": f1_score}
    for at, threshold in enumerate(thresholds):
        for name, judge in judges.items():
            assert getattr(found, name)[at] == pytest.approx(judge(y, a > threshold)), name


def test_a_threshold_that_nothing_passes_has_no_precision() -> None:
    found = confusion_of(np.array([True, False]), np.array([0.2, 0.1]), np.array([0.5]))
    assert np.isnan(found.precision[0])
    assert (found.recall[0], found.accuracy[0]) == (0, 0.5)


def test_scores_that_do_not_exist_are_no_numbers() -> None:
    never = confusion_of(np.array([False, False]), np.array([0.1, 0.2]), 0.5)
    assert np.isnan([never.precision, never.recall, never.f1]).all()
