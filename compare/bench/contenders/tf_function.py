"""TensorFlow without Keras's ``fit``: the loop over the batches inside one ``tf.function``."""

import importlib
from typing import Any

from compare.bench.contender import Array, Contender, Task


class TfFunction(Contender):
    """A compiled loop of gather, gradient tape and update."""

    title = "tf.function loop"
    needs = ("tensorflow",)
    threads = "its own"

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        tf: Any = importlib.import_module("tensorflow")
        self.X, self.y = tf.constant(task.X), tf.constant(task.y)
        self.W, self.b = tf.Variable(task.W), tf.Variable(task.b)
        self._epoch = tf.function(self._loop, autograph=True, reduce_retracing=True)
        self.tf = tf

    def _loop(self, X: Any, y: Any, order: Any) -> None:
        tf, size, rate = self.tf, self.task.batch_size, self.task.learning_rate
        for start in tf.range(0, tf.size(order), size):
            rows = order[start : start + size]
            with tf.GradientTape() as tape:
                a = tf.sigmoid(tf.gather(X, rows) @ self.W + self.b)
                loss = tf.reduce_mean(tf.square(a - tf.gather(y, rows)))
            dW, db = tape.gradient(loss, [self.W, self.b])
            self.W.assign_sub(rate * dW)
            self.b.assign_sub(rate * db)

    def epoch(self, order: Array) -> None:
        """Run the compiled loop over the batches."""
        self._epoch(self.X, self.y, self.tf.constant(order, self.tf.int32))
