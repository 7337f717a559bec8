"""Does the promise hold on the real MNIST? (Skipped where MNIST is not at hand.)"""

from compare import compare
from compare.core.config import Config
from compare.core.result import comparison_result
from scratch.datasets import Dataset


def test_float32_matches_with_no_label_differing(mnist: Dataset) -> None:
    comparison = compare(Config(), mnist)
    result = comparison_result(comparison)
    assert result["verdict"] == "matched", result["verdict_sentence"]
    assert result["label_disagreements"] == {"train": 0, "validation": 0}
    assert max(result["max_weight_difference"]) < 1e-6
    assert result["history"]["scratch"]["val_accuracy"][-1] > 0.97 > result["baseline_accuracy"]["validation"]


def test_float64_matches_to_1e_13(mnist: Dataset) -> None:
    result = comparison_result(compare(Config(dtype="float64"), mnist))
    assert result["verdict"] == "matched", result["verdict_sentence"]
    assert max(result["max_weight_difference"]) <= 1e-13


def test_raw_pixels_under_a_sigmoid_are_limited_by_rounding(mnist: Dataset) -> None:
    result = comparison_result(compare(Config(pixels="raw", epochs=2), mnist))
    assert result["verdict"] == "rounding-limited", result["verdict_sentence"]


def test_the_files_are_the_published_ones(mnist: Dataset) -> None:
    assert mnist.verified
    assert mnist.notice is None
