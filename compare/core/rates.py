"""One learning rate a unit: many perceptrons trained in one run, on either library."""

from typing import Any

import numpy as np

import scratch
from scratch.arrays import Array
from scratch.optimizers import SGD


class RatePerUnit(SGD):
    """SGD whose units each have a learning rate of their own: U perceptrons that share nothing but their batches.

        w = w - rates * U * dw

    w, dw: (D, U) or (U,), rates: (U,). The loss is a mean over the U units, which makes each gradient U times
    smaller than that of the unit alone: hence the U. Where U is a power of two, neither rounds.
    """

    def __init__(self, rates: Array) -> None:
        super().__init__(learning_rate=1.0)
        self.rates = rates * np.asarray(len(rates), rates.dtype)

    def update(self, w: Array, dw: Array, *memory: Array) -> None:
        """Move w in place, each unit by its own rate."""
        w -= self.rates * dw


def rate_per_unit(keras: Any, rates: Array) -> Any:
    """Make ``RatePerUnit`` for a library that speaks Keras: scratch, or Keras itself."""
    ours = RatePerUnit(rates)
    if keras is scratch:
        return ours

    class KerasRatePerUnit(keras.optimizers.SGD):  # type: ignore[misc]
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            super().update_step(ours.rates * gradient, variable, learning_rate)

    return KerasRatePerUnit(learning_rate=1.0)
