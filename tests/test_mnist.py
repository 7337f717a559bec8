"""Does the promise hold on the real MNIST? (Skipped where MNIST is not at hand.)"""

from typing import Any

from compare.core.comparison import Comparison
from compare.core.config import Config
from compare.core.result import comparison_result
from scratch.datasets import Dataset


def result_on(mnist: Dataset, config: Config) -> dict[str, Any]:
    """Compare, with Keras returning to Python after 32 steps each: the same steps, bit for bit, in a third of the time.

    That they are the same is asked in tests/lessons/test_toolkit.py; the README's line takes them one by one.
    """
    with Comparison(config, mnist) as comparison:
        comparison.training.keras.model.steps_per_execution = 32
        comparison.run()
        return comparison_result(comparison)


def test_float32_matches_with_no_label_differing(mnist: Dataset) -> None:
    result = result_on(mnist, Config())
    assert result["verdict"] == "matched", result["verdict_sentence"]
    assert result["label_disagreements"] == {"train": 0, "validation": 0}
    assert max(result["max_weight_difference"]) < 1e-6
    assert result["history"]["scratch"]["val_accuracy"][-1] > 0.97 > result["baseline_accuracy"]["validation"]


def test_float64_matches_to_1e_13(mnist: Dataset) -> None:
    result = result_on(mnist, Config(dtype="float64"))
    assert result["verdict"] == "matched", result["verdict_sentence"]
    assert max(result["max_weight_difference"]) <= 1e-13


def test_raw_pixels_under_a_sigmoid_are_limited_by_rounding(mnist: Dataset) -> None:
    result = result_on(mnist, Config(pixels="raw", epochs=2))
    assert result["verdict"] == "rounding-limited", result["verdict_sentence"]


def test_the_files_are_the_published_ones(mnist: Dataset) -> None:
    assert mnist.verified
    assert mnist.notice is None
