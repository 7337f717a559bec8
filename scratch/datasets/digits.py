"""1,797 real handwritten digits of 8×8 pixels, which scikit-learn brings along: no download needed."""

import numpy as np

from scratch.arrays import Array
from scratch.datasets.dataset import DataError, Dataset, checked

PEAK = 16
TRAINING_SHARE = 0.8
SEED = 0


def load() -> Dataset:
    """Return the digits, split 80/20 with a fixed seed. Raises DataError where scikit-learn is missing."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise DataError("digits come with scikit-learn, which is not installed: pip install scikit-learn") from None
    bundled = load_digits()
    images, labels = bundled.images.astype(np.uint8), bundled.target.astype(np.uint8)
    order = np.random.default_rng(SEED).permutation(len(images))
    train, test = np.split(order, [int(TRAINING_SHARE * len(order))])
    arrays = {"x_train": images[train], "y_train": labels[train], "x_test": images[test], "y_test": labels[test]}
    return checked("digits", "scikit-learn's bundled load_digits()", arrays, PEAK)


def load_data() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return ``(x_train, y_train), (x_test, y_test)``: uint8 images (N, 8, 8) of 0..16, labels (N,)."""
    return load().split
