"""What the tests against Keras's own functions share: numbers, targets, and TensorFlow's tape."""

from typing import Any

import numpy as np
import pytest

from scratch.arrays import Array
from tests.scratch.strategies import ACTIVATIONS, LOSSES

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)


COMPUTED_ALIKE = ["linear", "sigmoid", "relu", "softmax", "tanh"]
"""Activations that TensorFlow computes as scratch does: what is tested beside them is what comes before and after."""
every_activation_and_loss = pytest.mark.parametrize(
    ("activation", "loss"), [(a, loss) for a in COMPUTED_ALIKE for loss in LOSSES]
)


def tape(keras: Any, function: Any, *arrays: Array) -> tuple[Array, list[Array]]:
    """Return what a function of Keras tensors gives, and its derivative with respect to each array."""
    import tensorflow as tf

    variables = [tf.Variable(array) for array in arrays]
    with tf.GradientTape() as recorded:
        result = function(*variables)
    return result.numpy(), [g.numpy() for g in recorded.gradient(result, variables)]


def numbers(dtype: str, *shape: int, low: float = -2.0, high: float = 2.0, seed: int = 0) -> Array:
    return np.random.default_rng(seed).uniform(low, high, shape).astype(dtype)


def targets(loss: str, rows: int, units: int, dtype: str) -> Array:
    """Class numbers, one-hot rows, or numbers from 0 to 1, as the loss takes them."""
    classes = np.arange(rows) % units
    if loss.startswith("sparse"):
        return classes
    if loss.startswith("categorical"):
        return np.eye(units, dtype=dtype)[classes]
    y = numbers(dtype, rows, units, low=0, high=1, seed=9)
    return np.where(y < 0.3, 0, np.where(y > 0.7, 1, y)).astype(dtype)
