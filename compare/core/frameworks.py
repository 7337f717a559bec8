"""Keras and scratch, handled by the same code: how to build, read and record either."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

import keras_ref
import scratch
from compare.core.config import Config
from keras_ref.library import load_keras
from scratch.arrays import Array, Stored
from scratch.data import shuffled


@dataclass(frozen=True)
class Framework:
    """One of the libraries that speak Keras, and the two things that they do not spell alike."""

    name: str
    keras: Any
    set_dtype: Callable[[str], None]
    recorder: Callable[[], Any]
    """Makes an optimizer that writes each gradient over the weight, so that ``get_weights`` returns gradients."""

    @contextmanager
    def dtype(self, dtype: str) -> Iterator[None]:
        """Make models of this floating-point type, then go back to the type before."""
        before = self.keras.config.floatx()
        self.set_dtype(dtype)
        try:
            yield
        finally:
            self.set_dtype(before)

    def optimizer(self, config: Config) -> Any:
        """Make the config's optimizer."""
        if config.optimizer == "adam":
            return self.keras.optimizers.Adam(learning_rate=config.learning_rate)
        return self.keras.optimizers.SGD(
            learning_rate=config.learning_rate, momentum=config.momentum, nesterov=config.nesterov
        )

    def build(self, config: Config, shape: tuple[int, ...], weights: list[Array], **changes: Any) -> Any:
        """Build the config's perceptron with these weights; ``changes`` replace parts of it."""
        parts = {"optimizer": self.optimizer(config), "loss": config.loss, "activation": config.activation} | changes
        model = keras_ref.build(self.keras, shape=shape, **parts)
        model.set_weights(weights)
        found = {w.dtype.name for w in model.get_weights()}
        if found != {config.dtype}:
            raise RuntimeError(
                f"{self.name} made weights of type {', '.join(found)} where {config.dtype} was asked for"
            )
        return model


def scratch_framework() -> Framework:
    """Return scratch's side."""

    class Recorder(scratch.optimizers.Optimizer):
        def update(self, w: Array, dw: Array, *memory: Array) -> None:
            w[...] = dw

    return Framework("scratch", scratch, scratch.config.set_floatx, lambda: Recorder(learning_rate=1.0))


def keras_framework() -> Framework:
    """Return Keras's side; imports Keras, which takes seconds."""
    keras = load_keras()

    def set_dtype(dtype: str) -> None:
        keras.config.set_floatx(dtype)
        keras.config.set_dtype_policy(dtype)  # the policy is made once, and does not follow floatx afterwards

    class Recorder(keras.optimizers.Optimizer):  # type: ignore[misc, name-defined]
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            self.assign(variable, gradient)

    return Framework("keras", keras, set_dtype, lambda: Recorder(learning_rate=1.0))


def initial_weights(config: Config, shape: tuple[int, ...]) -> list[Array]:
    """Draw the one weight set that every side starts from: Glorot's W and a bias of 0, as Keras would."""
    scratch.utils.set_random_seed(config.seed)
    with scratch_framework().dtype(config.dtype):
        return list(keras_ref.build(scratch, shape=shape).get_weights())


def batch_order(config: Config, rows: int | Stored) -> Iterator[Array]:
    """Yield the order of the rows for one epoch after the other, the same for every side.

    Rows on disk are shuffled by the block, as ``fit`` does it.
    """
    stream = np.random.default_rng(config.seed)
    while True:
        if isinstance(rows, Stored):
            yield np.concatenate(list(shuffled(rows, config.batch_size, stream)))
        else:
            yield stream.permutation(rows)
