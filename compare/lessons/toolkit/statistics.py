"""What chance alone does to an accuracy, and how numbers are spread."""

from collections.abc import Sequence

import numpy as np

from compare.lessons.toolkit.figures import Color, Line
from scratch.arrays import Array


def noise(accuracy: float, rows: int) -> float:
    """Return the standard error of an accuracy that was counted on so many rows.

    noise = sqrt(accuracy * (1 - accuracy) / rows)
    """
    return float(np.sqrt(accuracy * (1 - accuracy) / rows))


def above(accuracy: float, other: float, rows: int) -> bool:
    """Tell whether one accuracy has at least one more row right than another; either may be rounded to float32."""
    return accuracy - other > 0.5 / rows


def histogram(label: str, numbers: Array, bins: int = 60, color: Color = "blue") -> Line:
    """Return the share of the numbers in each of some bins, as bars."""
    counts, edges = np.histogram(numbers, bins)
    return Line(label, list((edges[:-1] + edges[1:]) / 2), list(counts / numbers.size), color, "bars")


def mean_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and the standard deviation of a sample."""
    return float(np.mean(values)), float(np.std(values, ddof=1))
