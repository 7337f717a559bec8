"""Adam, whose steps follow the running means of the gradients (``keras.optimizers.Adam``)."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from scratch.arrays import Array
from scratch.config import through_float32
from scratch.optimizers.optimizer import Optimizer, Rate


class Adam(Optimizer):
    """Give every weight its own step, from the running means of its gradient and of the gradient's square.

        m = m + (dw - m) * (1 - beta_1)
        v = v + (dw**2 - v) * (1 - beta_2)
        alpha = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)
        w = w - alpha * m / (sqrt(v) + epsilon)

    w, dw, m, v: one shape. Keras: ``optimizer="adam"``. alpha is computed in the type of the weights, as Keras does:
    in float32, 1 - 0.999**1 is off by one part in 80,000, and so is Keras's. The powers take the betas rounded to
    float32; the factors 1 - beta_1 and 1 - beta_2 take them as they are.
    """

    options = (*Optimizer.options, "beta_1", "beta_2", "epsilon")
    slots = 2

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def update(self, w: Array, dw: Array, *slots: Array) -> None:
        """Move w in place, as the class says."""
        m, v = slots
        m += (dw - m) * (1 - self.beta_1)
        v += (np.square(dw) - v) * (1 - self.beta_2)
        w -= m * self._alpha(w.dtype) / (np.sqrt(v) + self.epsilon)

    def _alpha(self, dtype: np.dtype[np.floating]) -> np.floating:
        t = dtype.type(self.iterations + 1)
        beta_1, beta_2 = (dtype.type(through_float32(beta)) for beta in (self.beta_1, self.beta_2))
        return self.rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)

    def get_config(self) -> dict[str, Any]:
        """Return the options by name; amsgrad, which scratch does not have, is off."""
        return super().get_config() | {"amsgrad": False}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make the optimizer of its options; raises ValueError where amsgrad is on."""
        if config.get("amsgrad"):
            raise ValueError("scratch's Adam has no amsgrad")
        return super().from_config({name: value for name, value in config.items() if name != "amsgrad"})
