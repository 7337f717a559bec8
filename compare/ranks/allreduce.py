"""The one step that all ranks take together: data-parallel SGD is the same mathematics as SGD."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from scratch.arrays import Array
from scratch.optimizers import Optimizer


class AllReduced(Optimizer):
    """Takes another optimizer's step with the gradient of every rank's rows.

        dw = sum over the ranks of share * dw_of_rank

    Each rank's dw is the mean over its own rows, so the sum weighted by shares is the mean over the batch. Every rank
    gets the same sum, takes the same step, and so keeps the same weights. ``add_up`` adds an array up over the ranks,
    in place; W's gradient and b's go in one message.
    """

    def __init__(self, inner: Optimizer, add_up: Callable[[Array], None]) -> None:
        super().__init__(inner.learning_rate)
        self.inner = inner
        self.add_up = add_up
        self.shares: Iterator[float] = iter(())
        self._weights: Sequence[Array] = ()

    def begin(self, shares: Iterable[float]) -> None:
        """Begin an epoch in which this rank has these shares of the batches."""
        self.shares = iter(shares)

    def apply(self, gradients: Sequence[Array], weights: Sequence[Array]) -> None:
        """Take one step together with the other ranks."""
        share, self._weights = next(self.shares), weights
        message = np.concatenate([share * dw.ravel() for dw in gradients])
        self.add_up(message)
        ends = np.cumsum([dw.size for dw in gradients])[:-1]
        summed = [dw.reshape(w.shape) for dw, w in zip(np.split(message, ends), weights, strict=True)]
        self.inner.apply(summed, weights)

    def finish(self) -> None:
        """Take the steps that are left, to which this rank has no row to give."""
        shares = list(self.shares)
        self.begin(shares)
        for _ in shares:
            self.apply([np.zeros_like(w) for w in self._weights], self._weights)
