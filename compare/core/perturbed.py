"""The perturbed run: how far rounding alone can carry a whole training run.

No bound worth having can be worked out beforehand for thousands of steps, so it is measured. The perturbed run is
scratch with four changes that mathematics does not see, each about as large as one rounding error:

- X is weighed by weights that are each moved to the next number up or down, at random: the rounding in X @ W is
  that of slightly different weights;
- after every step each weight is moved so for good: that stands for the rounding of the update;
- each activation is moved to the next number up or down, at random: libraries compute exp in different ways, and
  where a sigmoid saturates, the last place of a decides whether 1 - a is 0;
- the rows of every batch come in the opposite order, which rounds the sums over rows in X.T @ dz differently.

How far it ends from plain scratch is how far a run can go by rounding; two runs, each with roundings of its own, may
end twice as far from one another.
"""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

import scratch
from compare.core.config import Config
from compare.core.frameworks import Framework
from scratch.activations import sigmoid, softmax
from scratch.arrays import Array
from scratch.layers import Dense
from scratch.optimizers import Optimizer


class Nudge:
    """Moves every number of an array to the next one up or down, at random."""

    def __init__(self, seed: int) -> None:
        self.stream = np.random.default_rng(seed)

    def __call__(self, numbers: Array) -> Array:
        """Return the moved numbers, in the same type."""
        up = self.stream.random(numbers.shape, np.float32) < 0.5
        return np.nextafter(numbers, np.where(up, np.inf, -np.inf).astype(numbers.dtype))


class NudgedOptimizer(Optimizer):
    """Takes another optimizer's step, then nudges every weight."""

    def __init__(self, inner: Optimizer, nudge: Nudge) -> None:
        super().__init__(inner.learning_rate)
        self.inner = inner
        self.nudge = nudge

    def apply(self, gradients: Sequence[Array], weights: Sequence[Array]) -> None:
        """Take the step, then the nudge."""
        self.inner.apply(gradients, weights)
        for w in weights:
            w[...] = self.nudge(w)


def nudged_framework(framework: Framework, nudge: Nudge) -> Framework:
    """Return scratch with a Dense that weighs by nudged weights, and whose activations are nudged.

    A sigmoid's and a softmax's are not moved beyond 0 and 1, where they end. Other functions' zeros stay: no rounding
    makes the 0 of a ReLU, and beside it the slope is another.
    """

    class NudgedDense(Dense):
        def forward(self, X: Array) -> Array:
            W, self.W = self.W, nudge(self.W)
            exact = super().forward(X)
            self.W, a = W, nudge(exact)
            if self.activation in (sigmoid, softmax):
                self.a = np.clip(a, 0, 1)
            else:
                self.a = np.where(exact == 0, exact, a)
            return self.a

    layers = SimpleNamespace(**vars(scratch.layers) | {"Dense": NudgedDense})
    return replace(framework, keras=SimpleNamespace(**vars(scratch) | {"layers": layers}))


def backwards_in_each_batch(order: Array, batch_size: int) -> Array:
    """Turn the rows of every batch round, and leave the batches where they are."""
    starts = range(0, len(order), batch_size)
    return np.concatenate([order[start : start + batch_size][::-1] for start in starts])


def perturbed_model(
    framework: Framework, config: Config, shape: tuple[int, ...], weights: list[Array], number: int
) -> Any:
    """Build the model of a perturbed run; those of different numbers are nudged differently."""
    nudge = Nudge(seed=config.seed + number)
    optimizer = NudgedOptimizer(framework.optimizer(config), nudge)
    return nudged_framework(framework, nudge).build(config, shape, weights, optimizer=optimizer)
