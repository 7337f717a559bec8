"""RMSprop, Keras's optimizer where ``compile`` names none (``keras.optimizers.RMSprop``)."""

import numpy as np

from scratch.arrays import Array
from scratch.optimizers.optimizer import Optimizer, Rate


class RMSprop(Optimizer):
    """Divide each weight's gradient by its usual size, the root of the running mean of its square.

        v = rho * v + (1 - rho) * dw**2
        w = w - learning_rate * dw / sqrt(v + epsilon)

    With momentum, the steps before are remembered:

        v = rho * v + (1 - rho) * dw**2
        s = momentum * s + learning_rate * dw / sqrt(v + epsilon)
        w = w - s

    Centered, the gradient's variance takes the place of its square's mean:

        v = rho * v + (1 - rho) * dw**2
        g = rho * g + (1 - rho) * dw
        w = w - learning_rate * dw / sqrt(v - g**2 + epsilon)

    w, dw, v, s, g: one shape. Keras: ``optimizer="rmsprop"``, and ``compile()`` without an optimizer.
    """

    options = (*Optimizer.options, "rho", "momentum", "epsilon", "centered")

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered
        self.slots = 1 + bool(momentum) + centered

    def update(self, w: Array, dw: Array, *slots: Array) -> None:
        """Move w in place, as the class says."""
        v, *others = slots
        v[...] = self.rho * v + (1 - self.rho) * np.square(dw)
        size = v
        if self.centered:
            g = others[-1]
            g[...] = self.rho * g + (1 - self.rho) * dw
            size = v - np.square(g)
        step = self.rate * dw / np.sqrt(size + self.epsilon)
        if self.momentum:
            s = others[0]
            s[...] = self.momentum * s + step
            step = s
        w -= step
