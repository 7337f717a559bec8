"""Stochastic gradient descent, with momentum if there is any (``keras.optimizers.SGD``)."""

from scratch.arrays import Array
from scratch.config import through_float32
from scratch.optimizers.optimizer import Optimizer, Rate


class SGD(Optimizer):
    """Roll downhill: a step against the gradient, with momentum if there is any.

        w = w - learning_rate * dw

    With momentum, the velocity v remembers the steps before:

        v = momentum * v - learning_rate * dw
        w = w + v

    and Nesterov's form looks one step ahead with the new v:

        v = momentum * v - learning_rate * dw
        w = w + momentum * v - learning_rate * dw

    w, dw, v: one shape. Keras: ``optimizer="sgd"``, ``SGD(learning_rate=0.1)``. Raises ValueError for a momentum
    outside 0..1.
    """

    options = (*Optimizer.options, "momentum", "nesterov")

    def __init__(
        self,
        learning_rate: Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name)
        if not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be a float between [0, 1]. It is {momentum}")
        self.momentum = through_float32(momentum)
        self.nesterov = nesterov
        self.slots = 1 if momentum else 0

    def update(self, w: Array, dw: Array, *slots: Array) -> None:
        """Move w in place, as the class says."""
        step = self.rate * dw
        if not slots:
            w -= step
            return
        (v,) = slots
        v[...] = self.momentum * v - step
        w += self.momentum * v - step if self.nesterov else v
