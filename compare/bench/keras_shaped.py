"""Contenders that speak Keras: the tutorial's layers, ``compile`` and ``fit``, on either library."""

from typing import Any

from compare.bench.contender import Contender
from compare.bench.task import Array, Task


def perceptron(keras: Any, task: Task, **options: Any) -> Any:
    """Build and compile the task's perceptron; ``options`` go to ``compile``, its optimizer among them."""
    D, U = task.W.shape
    model = keras.Sequential()
    model.add(keras.Input((D,)))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(U, activation="sigmoid"))
    sgd = keras.optimizers.SGD(learning_rate=task.learning_rate)
    model.compile(**{"loss": "mse", "optimizer": sgd, "metrics": ["accuracy"]} | options)
    model.set_weights([task.W, task.b])
    return model


class KerasShaped(Contender):
    """``fit`` as everyone calls it; without an order it shuffles by itself, which is Keras's default."""

    def __init__(self, task: Task, keras: Any, **options: Any) -> None:
        super().__init__(task)
        self.keras = keras
        self.model = perceptron(keras, task, **options)

    def train(self, epochs: int = 1, order: Array | None = None) -> None:
        """Call ``fit`` once for all epochs; an order that is given is that of the rows."""
        X, y = self.task.X, self.task.y
        if order is not None:
            X, y = X[order], y[order]
        self.model.fit(X, y, batch_size=self.task.batch_size, epochs=epochs, shuffle=order is None, verbose=0)

    def epoch(self, order: Array) -> None:
        """Train once through the rows in this order."""
        self.train(order=order)

    def weights(self) -> list[Array]:
        """Return W and b."""
        return list(self.model.get_weights())
