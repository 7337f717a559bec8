"""The numbers that the page's own JavaScript computes with: weights, images, and what NumPy makes of them.

Arrays travel as their bytes in base64, little-endian, with the name of their type.
"""

import base64
from typing import Any

import numpy as np

from compare.core.checks import Batch, bounds_of
from compare.core.comparison import Comparison
from compare.report.figures import diverging, largest_weight, shown_epochs
from compare.report.predictions import Predictions
from scratch.arrays import Array

OF_A_KIND, MISTAKES = 24, 12
MOST_BYTES = 400_000
"""Of images; a set of large ones brings fewer."""


def packed(array: Array) -> dict[str, Any]:
    """Return an array as the page's JavaScript unpacks it."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return {"type": array.dtype.name, "bytes": base64.b64encode(little.tobytes()).decode()}


def data_of(comparison: Comparison, predictions: Predictions) -> dict[str, Any]:
    """Gather everything that the page computes with; without the drawing part where the weights are no numbers."""
    config, dataset, scratch = comparison.config, comparison.dataset, comparison.runs["scratch"]
    epochs = shown_epochs(comparison)
    colours = (diverging()(np.linspace(0, 1, 256))[:, :3] * 255).round().astype(np.uint8)
    return {
        "type": config.dtype,
        "shape": list(comparison.rows.shape),
        "peak": dataset.peak,
        "scaled": config.pixels == "unit",
        "activation": config.activation,
        "yes": predictions.yes,
        "no": predictions.no,
        "box": box_of(dataset.x_test, dataset.peak),
        "epochs": epochs,
        "W": packed(np.stack([scratch.weights[epoch][0][:, 0] for epoch in epochs])),
        "b": packed(np.concatenate([scratch.weights[epoch][1] for epoch in epochs])),
        "limit": largest_weight(comparison),
        "colours": packed(colours),
        "images": _images(comparison, predictions) if predictions.finite else None,
    }


def box_of(images: Array, peak: int) -> int:
    """Return how large the digits of a set are: the median of the longer side of each image's ink.

    20 of MNIST's 28 pixels, by which its makers scaled them; all 8 of the small digits.
    """
    ink = np.asarray(images > peak / 16)
    tall, wide = (_extent(np.asarray(ink.any(axis=axis))) for axis in (2, 1))
    return max(1, int(np.median(np.maximum(tall, wide))))


def _extent(marked: Array) -> Array:
    """Return for each row the distance from the first True to the last, both included; 0 where there is none."""
    first, last = marked.argmax(axis=1), marked.shape[1] - marked[:, ::-1].argmax(axis=1)
    return np.where(marked.any(axis=1), last - first, 0)


def chosen_images(predictions: Predictions, most: int) -> Array:
    """Choose validation images to load: of the digit, of the others, and the surest mistakes."""
    fives, others = (np.flatnonzero(which)[:OF_A_KIND] for which in (predictions.y, ~predictions.y))
    chosen = np.concatenate([fives, others, predictions.mistakes[:MISTAKES]])
    _, first = np.unique(chosen, return_index=True)
    kept: Array = chosen[np.sort(first)]
    if len(kept) < 2 * OF_A_KIND + MISTAKES:
        kept = np.concatenate([kept, np.setdiff1d(np.arange(len(predictions.y)), kept)])
    return kept[: min(most, 2 * OF_A_KIND + MISTAKES)]


def _images(comparison: Comparison, predictions: Predictions) -> dict[str, Any]:
    """Pack images with what NumPy makes of each, and with how far correctly rounded arithmetic may be from it."""
    config, pixels = comparison.config, comparison.dataset.x_test
    chosen = chosen_images(predictions, max(1, MOST_BYTES // pixels[0].nbytes))
    rows, scratch = comparison.rows, comparison.runs["scratch"]
    bounds = bounds_of(comparison.scratch, config, Batch(rows.x_val[chosen], rows.y_val[chosen], scratch.weights[-1]))
    stored = pixels[chosen] if pixels.dtype == np.uint8 else pixels[chosen].astype(config.dtype)
    return {
        "pixels": packed(stored),
        "labels": [int(label) for label in predictions.labels[chosen]],
        "numbers": [int(number) for number in chosen],
        "z": packed(predictions.z[chosen]),
        "a": packed(predictions.a[chosen]),
        "z_tolerance": packed(bounds["z"].tolerance[:, 0]),
        "a_tolerance": packed(bounds["a"].tolerance[:, 0]),
    }
