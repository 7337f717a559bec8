"""What a loop over the batches costs in NumPy when nothing but the arithmetic is there."""

import numpy as np

from compare.bench.contender import Array, Contender


class PlainNumpy(Contender):
    """The perceptron's formulas in one loop, with loss and accuracy added up once an epoch."""

    title = "plain NumPy loop"

    def epoch(self, order: Array) -> None:
        """Gather, forward, backward, update."""
        task, outputs = self.task, []
        for start in range(0, len(order), task.batch_size):
            rows = order[start : start + task.batch_size]
            X, y = task.X[rows], task.y[rows]
            a = 1 / (1 + np.exp(-(X @ self.W + self.b)))
            dz = 2 / a.size * (a - y) * a * (1 - a)
            self.W -= task.learning_rate * (X.T @ dz)
            self.b -= task.learning_rate * dz.sum(axis=0)
            outputs.append(a)
        y, a = task.y[order], np.concatenate(outputs)
        self.loss, self.accuracy = np.square(a - y).mean(), ((a > 0.5) == y).mean()
