"""JAX: the whole epoch in one compiled ``lax.scan``."""

import importlib
from typing import Any

from compare.bench.contender import Array, Contender, Task


class JaxScan(Contender):
    """One jitted function an epoch; a short last batch is a step after the scan."""

    title = "JAX, an epoch in one scan"
    needs = ("jax",)
    threads = "its own"

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.jax = jax = importlib.import_module("jax")
        jnp = jax.numpy
        self.X, self.y = jnp.asarray(task.X), jnp.asarray(task.y)
        self.W, self.b = jnp.asarray(task.W), jnp.asarray(task.b)
        rate = task.learning_rate

        def loss(weights: Any, X: Any, y: Any) -> Any:
            W, b = weights
            return jnp.mean((jax.nn.sigmoid(X @ W + b) - y) ** 2)

        def epoch(weights: Any, X: Any, y: Any, batches: Any, rest: Any) -> Any:
            def step(weights: Any, rows: Any) -> Any:
                gradients = jax.grad(loss)(weights, X[rows], y[rows])
                return [w - rate * dw for w, dw in zip(weights, gradients, strict=True)], None

            weights, _ = jax.lax.scan(step, weights, batches)
            return step(weights, rest)[0] if len(rest) else weights

        self._epoch = jax.jit(epoch)

    def epoch(self, order: Array) -> None:
        """Hand all batches to the compiled epoch, and wait for it."""
        size = self.task.batch_size
        whole = len(order) // size * size
        batches, rest = order[:whole].reshape(-1, size), order[whole:]
        trained = self._epoch([self.W, self.b], self.X, self.y, batches, rest)
        self.W, self.b = self.jax.block_until_ready(trained)
