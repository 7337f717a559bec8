"""numba: scratch's NumPy lines, compiled as they stand."""

import importlib
from typing import Any

import numpy as np

from compare.bench.contender import Array, Contender, Task


def epoch(X: Any, y: Any, order: Any, batch_size: Any, rate: Any, W: Any, b: Any) -> None:
    """Train once through the rows; every number is a float32, so that none becomes a float64 by accident."""
    one, two = np.float32(1), np.float32(2)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        batch, targets = X[rows], y[rows]
        a = one / (one + np.exp(-(batch @ W + b)))
        dz = two / np.float32(a.size) * (a - targets) * a * (one - a)
        W -= rate * (batch.T @ dz)
        b -= rate * dz.sum(axis=0)


class Numba(Contender):
    """``njit`` of the loop over the batches."""

    title = "numba, NumPy lines"
    needs = ("numba", "scipy")

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self._epoch = importlib.import_module("numba").njit(epoch)

    def epoch(self, order: Array) -> None:
        """Run the compiled loop."""
        task = self.task
        self._epoch(task.X, task.y, order, task.batch_size, np.float32(task.learning_rate), self.W, self.b)
