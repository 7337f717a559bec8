"""One learning rate a unit: many perceptrons trained in one run."""

import numpy as np

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
