"""One learning rate a unit: U perceptrons that share nothing but their batches, trained in one run."""

from typing import Any

import numpy as np

from compare.bench.task import Array


def rate_per_unit(keras: Any, rates: Array) -> Any:
    """Make an SGD for either library whose unit u steps by its own rate.

        w = w - rates * U * dw

    w, dw: (D, U) or (U,), rates: (U,). The loss is a mean over the units, which makes each gradient U times smaller
    than that of a perceptron by itself: hence the U.
    """
    scaled = np.asarray(rates, np.float32) * np.float32(len(rates))

    class ScratchSGD(keras.optimizers.SGD):  # type: ignore[misc]
        def update(self, w: Array, dw: Array, *memory: Array) -> None:
            w -= scaled * dw

    class KerasSGD(keras.optimizers.SGD):  # type: ignore[misc]
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            super().update_step(scaled * gradient, variable, learning_rate)

    spoken = KerasSGD if hasattr(keras.optimizers.SGD, "update_step") else ScratchSGD
    return spoken(learning_rate=1.0)
