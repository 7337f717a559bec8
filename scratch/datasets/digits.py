"""1,797 real handwritten digits of 8×8 pixels, which scikit-learn brings along: no download needed."""

import numpy as np

from scratch.arrays import Array
from scratch.datasets.dataset import DataError, Dataset

PEAK = 16
TRAINING_SHARE = 0.8
SEED = 0


def load() -> Dataset:
    """Return the digits, split 80/20 with a fixed seed. Raises DataError where scikit-learn is missing."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise DataError("digits come with scikit-learn, which is not installed: pip install scikit-learn") from None
    images, labels = load_digits().images.astype(np.uint8), load_digits().target.astype(np.uint8)
    order = np.random.default_rng(SEED).permutation(len(images))
    train, test = np.split(order, [int(TRAINING_SHARE * len(order))])
    arrays = (images[train], labels[train], images[test], labels[test])
    return Dataset("digits", "scikit-learn's bundled load_digits()", True, None, *arrays, peak=PEAK)


def load_data() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return ``(x_train, y_train), (x_test, y_test)``: uint8 images (N, 8, 8) of 0..16, labels (N,)."""
    return load().split
