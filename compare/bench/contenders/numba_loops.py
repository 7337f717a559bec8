"""numba with the C loop's own loops, row by row and pixel by pixel: the best that it can do here."""

import importlib
from typing import Any

import numpy as np

from compare.bench.contender import Array, Contender, Task


def epoch(X: Any, y: Any, order: Any, batch_size: Any, rate: Any, W: Any, b: Any) -> None:
    """Train one unit once through the rows. W: (D,), b: (1,)."""
    one, two = np.float32(1), np.float32(2)
    dz, dW = np.empty(batch_size, np.float32), np.empty_like(W)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        for i in range(len(rows)):
            z = b[0]
            for d in range(len(W)):
                z += X[rows[i], d] * W[d]
            a = one / (one + np.exp(-z))
            dz[i] = two / np.float32(len(rows)) * (a - y[rows[i], 0]) * a * (one - a)
        dW[:] = 0
        db = np.float32(0)
        for i in range(len(rows)):
            for d in range(len(W)):
                dW[d] += dz[i] * X[rows[i], d]
            db += dz[i]
        for d in range(len(W)):
            W[d] -= rate * dW[d]
        b[0] -= rate * db


class NumbaLoops(Contender):
    """``njit`` of written-out loops; ``fastmath`` lets it add in any order, which its vector unit needs."""

    title = "numba, C's loops"
    needs = ("numba",)

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self._epoch = importlib.import_module("numba").njit(fastmath=True)(epoch)
        self.W = self.W[:, 0].copy()

    def epoch(self, order: Array) -> None:
        """Run the compiled loop."""
        task = self.task
        self._epoch(task.X, task.y, order, task.batch_size, np.float32(task.learning_rate), self.W, self.b)

    def weights(self) -> list[Array]:
        """Return W and b."""
        return [self.W[:, None], self.b]
