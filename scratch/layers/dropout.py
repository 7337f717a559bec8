"""The layer that leaves units out at random while it trains (``keras.layers.Dropout``)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from scratch.arrays import Array
from scratch.layers.layer import Layer
from scratch.utils import generator


class Dropout(Layer):
    """Sets some of the inputs to 0 in each batch that is learned from; at all other times it does nothing.

    Which ones, the ``mask`` says: True where an input is kept. It is drawn from the one stream of random numbers or,
    with ``seed``, from one of the layer's own. Two libraries draw different masks from one seed: to hold one against
    the other, give the layer a ``draw`` that returns the masks of the other, or the other those that stay in ``mask``.
    Keras: ``Dropout(0.2)``. Raises ValueError for a rate outside 0..1.
    """

    options = (*Layer.options, "rate", "seed")
    computes = asks_whether_it_trains = True
    unused = ("noise_shape",)
    mask: Array

    def __init__(self, rate: float, seed: int | None = None, **common: Any) -> None:
        super().__init__(**common)
        if not 0 <= rate <= 1:
            raise ValueError(
                f"Invalid value received for argument `rate`. Expected a float value between 0 and 1, not {rate}"
            )
        self.rate, self.seed = rate, seed
        self.stream = None if seed is None else np.random.default_rng(seed)
        self.draw: Callable[[tuple[int, ...]], Array] = self._drawn
        self.built = True

    def _drawn(self, shape: tuple[int, ...]) -> Array:
        return (self.stream or generator()).random(shape) >= self.rate

    def forward(self, X: Array) -> Array:
        """Leave inputs out, and make the others as much larger, so that their sum stays about the same.

            a = where(mask, X / (1 - rate), 0)

        X, mask, a: (N, U).
        """
        self.X = X
        self.drops = self.training and self.rate > 0
        if self.drops:
            self.mask = self.draw(X.shape)
            X = np.where(self.mask, X * self.scale, 0)
        self.z = self.a = X
        return X

    @property
    def scale(self) -> float:
        """What a kept input is multiplied by; 0 where none is kept."""
        return 1 / (1 - self.rate) if self.rate < 1 else 0.0

    def backward(self, da: Array, from_logits: bool = False) -> Any:
        """Pass the derivative on where an input was kept.

            dX = where(mask, da / (1 - rate), 0)

        da, mask, dX: (N, U).
        """
        return np.where(self.mask, da * self.scale, 0) if self.drops else da
