"""What the ranks tell each other, the gradients first: data-parallel SGD is the same mathematics as SGD."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from scratch.arrays import Array
from scratch.optimizers import Optimizer

AddUp = Callable[[Array], None]
"""Adds an array up over the ranks, in place."""


def adder(world: Any) -> AddUp:
    """Return what adds an array up over the ranks of an MPI communicator."""
    from mpi4py import MPI

    return lambda array: world.Allreduce(MPI.IN_PLACE, array)


class AllReduced(Optimizer):
    """Takes another optimizer's step with the gradient of every rank's rows.

        dw = sum over the ranks of share * dw_of_rank

    Each rank's dw is the mean over its own rows, so the sum weighted by shares is the mean over the batch. Every rank
    gets the same sum, takes the same step, and so keeps the same weights. W's gradient and b's go in one message.
    """

    def __init__(self, inner: Optimizer, add_up: AddUp) -> None:
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


def mean_over_ranks(of_rank: dict[str, float], rows: int, add_up: AddUp) -> dict[str, float]:
    """Return the mean over all ranks' rows of what is a mean over each rank's."""
    summed = rows * np.array([*of_rank.values(), 1.0])
    add_up(summed)
    return {name: float(total / summed[-1]) for name, total in zip(of_rank, summed, strict=False)}


def same_everywhere(world: Any, weights: list[Array]) -> bool:
    """Tell whether every rank holds rank 0's weights, bit for bit."""
    theirs = world.bcast([w.tobytes() for w in weights], root=0)
    return all(world.allgather(theirs == [w.tobytes() for w in weights]))
