"""A perceptron that tells 'five' from 'not five', as the tutorial writes it, on today's Keras.

``keras`` is an argument: the same lines build the model of any library with Keras's names.
"""

from typing import Any


def scale(x: Any, peak: float = 255) -> Any:
    """Bring the pixels from 0..peak to 0..1."""
    return x / peak


def is_digit(y: Any, digit: int = 5) -> Any:
    """Label every image: is it the digit, or not?"""
    return y == digit


def build(
    keras: Any,
    optimizer: Any = "sgd",
    loss: str = "mse",
    activation: str = "sigmoid",
    shape: tuple[int, ...] = (28, 28),
) -> Any:
    """Build the perceptron: the pixels in one row, one weight each, one output."""
    model = keras.Sequential()
    model.add(keras.Input(shape))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(1, activation=activation))
    model.compile(loss=loss, optimizer=optimizer, metrics=["accuracy"])
    return model
