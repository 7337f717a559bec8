"""How the weights move once the gradient is known (``keras.optimizers``).

Symbols: w one array of weights (W or b), dw the derivative of the loss with respect to it, t the number of this
step, 1 for the first. Two roundings of Keras's are mirrored. It keeps the learning rate as a variable of type
``floatx``: with float32, 0.1 is 0.10000000149. And with TensorFlow it casts momentum, beta_1 and beta_2 through
float32 even when the weights are float64: 0.9 is 0.89999998 there.
"""

from collections.abc import Sequence

import numpy as np

from scratch.arrays import Array
from scratch.config import as_floatx
from scratch.names import lookup


def through_float32(number: float) -> float:
    """Round a number to float32 and back, as TensorFlow's ``cast`` does with every Python float."""
    return float(np.float32(number))


class Optimizer:
    """Moves every array of weights by its own rule, in place, and keeps what the rule needs in slots."""

    slots = 0
    """How many arrays like w the rule keeps from step to step: 1 for momentum, 2 for Adam."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = as_floatx(learning_rate)
        self.iterations = 0
        self._slots: list[list[Array]] = []

    def apply(self, gradients: Sequence[Array], weights: Sequence[Array]) -> None:
        """Take one step: every gradient is known before any weight moves.

        Raises ValueError for the weights of another model than the first.
        """
        if len(self._slots) != len(weights):
            if self._slots:
                raise ValueError("this optimizer moves the weights of another model: make one for each")
            self._slots = [[np.zeros_like(w) for _ in range(self.slots)] for w in weights]
        self.iterations += 1
        for i, slots in enumerate(self._slots):
            self.update(weights[i], gradients[i], *slots)

    def update(self, w: Array, dw: Array, *slots: Array) -> None:
        """Move w in place."""
        raise NotImplementedError


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

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0, nesterov: bool = False) -> None:
        super().__init__(learning_rate)
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum is between 0 and 1, not {momentum}")
        self.momentum = through_float32(momentum)
        self.nesterov = nesterov
        self.slots = 1 if momentum else 0

    def update(self, w: Array, dw: Array, *slots: Array) -> None:
        """Move w in place, as the class says."""
        step = self.learning_rate * dw
        if not slots:
            w -= step
            return
        (v,) = slots
        v[...] = self.momentum * v - step
        w += self.momentum * v - step if self.nesterov else v


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

    slots = 2

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate)
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
        t = dtype.type(self.iterations)
        beta_1, beta_2 = (dtype.type(through_float32(beta)) for beta in (self.beta_1, self.beta_2))
        return self.learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)


_BY_NAME: dict[str, type[SGD] | type[Adam]] = {"sgd": SGD, "adam": Adam}


def get(optimizer: str | Optimizer) -> Optimizer:
    """Return a new optimizer of that name, in any case, with Keras's defaults, or the optimizer itself.

    Raises ValueError that lists the names for anything else.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    return lookup("optimizer", optimizer.lower() if isinstance(optimizer, str) else optimizer, _BY_NAME)()


__all__ = ["SGD", "Adam", "Optimizer", "get"]
