"""Do the figures show both sides, in a scale that can be read?"""

import numpy as np
import pytest

from compare.report.figures import diverging, figures_of, shown_epochs
from compare.report.predictions import Predictions
from tests.report.comparisons import comparison_on_digits


def test_both_sides_are_in_every_curve(predictions: Predictions) -> None:
    for name, drawn in figures_of(comparison_on_digits(), predictions).items():
        if name in ("accuracy", "val_accuracy", "loss", "val_loss"):
            keras, scratch = drawn.figure.axes[0].get_lines()[:2]
            assert keras.get_label() == "Keras"
            assert list(keras.get_ydata()) == comparison_on_digits().runs["keras"].history[name]
            assert list(scratch.get_ydata()) == comparison_on_digits().runs["scratch"].history[name]


def test_an_accuracy_that_stays_the_same_shows_no_rounding(predictions: Predictions) -> None:
    """On the digits both epochs end at the baseline: as 328 / 360 in float64, and in Keras's float32."""
    history = comparison_on_digits().runs["keras"].history["val_accuracy"]
    assert max(history) - min(history) < 1e-6
    low, high = figures_of(comparison_on_digits(), predictions)["val_accuracy"].figure.axes[0].get_ylim()
    assert high - low == pytest.approx(0.01)
    assert low < history[0] < high


def test_zero_is_the_middle_of_the_scale() -> None:
    below, middle, above = (np.array(diverging()(place)[:3]) for place in (0.0, 0.5, 1.0))
    assert middle.min() > 0.9
    assert below[0] > below[2]
    assert above[2] > above[0]
    image = np.linspace(-1, 1, 9)
    light = [sum(diverging()((n + 1) / 2)[:3]) for n in image]
    assert light == sorted(light[:5]) + sorted(light[5:], reverse=True)  # lightest at 0, darker to both sides


def test_a_long_training_shows_some_of_its_epochs() -> None:
    class Long:
        epochs = 10_000

    shown = shown_epochs(Long(), most=41)  # type: ignore[arg-type]
    assert (shown[0], shown[-1], len(shown)) == (0, 10_000, 41)
