"""Keras's own answer to every case, through its layers, losses, metrics, optimizer and ``fit``.

Derivatives are TensorFlow's, the ones that Keras trains with. Small inputs run eagerly: compiling a graph for each
would take longer than computing them all.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from compare.check.cases import BATCH
from compare.check.written import History
from compare.common.errors import BadInput
from compare.core.config import Config
from compare.core.frameworks import Framework, keras_framework
from scratch.arrays import Array


class KerasAnswers:
    """Answers cases by name: ``answer("dense", X=…, W=…, b=…)``. Starts Keras, which takes seconds.

    Raises BadInput where Keras runs on another backend than TensorFlow.
    """

    def __init__(self) -> None:
        self.framework: Framework = keras_framework()
        self.keras: Any = self.framework.keras
        if self.keras.config.backend() != "tensorflow":
            raise BadInput("check reads Keras's derivatives through TensorFlow: unset KERAS_BACKEND")
        self._models: dict[tuple[int, str, bool], Any] = {}

    def answer(self, function: str, dtype: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return what Keras computes, by the names of the results."""
        with self.framework.dtype(dtype):
            answer: dict[str, Any] = getattr(self, f"_{function}")(dtype=dtype, **arguments)
        return {name: np.asarray(value) for name, value in answer.items()}

    def _gradient(self, function: Callable[[Any], Any], at: Array) -> Array:
        import tensorflow

        x = tensorflow.convert_to_tensor(at)
        with tensorflow.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        derivative: Array = tape.gradient(y, x).numpy()
        return derivative

    def _layer(self, X: Array, W: Array, b: Array) -> Any:
        layer = self.keras.layers.Dense(W.shape[1])
        layer.build(X.shape)
        layer.set_weights([W, b])
        return layer

    def _dense(self, X: Array, W: Array, b: Array, dtype: str) -> dict[str, Any]:
        return {"z": self._layer(X, W, b)(X.astype(dtype))}

    def _sigmoid(self, z: Array, dtype: str) -> dict[str, Any]:
        return {"a": self.keras.activations.sigmoid(z)}

    def _predict(self, X: Array, W: Array, b: Array, dtype: str) -> dict[str, Any]:
        return {"a": self.keras.activations.sigmoid(self._dense(X, W, b, dtype)["z"])}

    def _loss(self, y: Array, a: Any, dtype: str) -> Any:
        return self.keras.ops.mean(self.keras.losses.mean_squared_error(y.astype(dtype), a))

    def _mse(self, y: Array, a: Array, dtype: str) -> dict[str, Any]:
        return {"loss": self._loss(y, a, dtype)}

    def _accuracy(self, y: Array, a: Array, dtype: str) -> dict[str, Any]:
        metric = self.keras.metrics.BinaryAccuracy()
        metric.update_state(y, a)
        return {"accuracy": metric.result()}

    def _mse_gradient(self, y: Array, a: Array, dtype: str) -> dict[str, Any]:
        return {"da": self._gradient(lambda a: self._loss(y, a, dtype), a)}

    def _sigmoid_gradient(self, z: Array, a: Array, dtype: str) -> dict[str, Any]:
        return {"slope": self._gradient(self.keras.activations.sigmoid, z)}

    def _dense_gradient(self, X: Array, W: Array, dz: Array, dtype: str) -> dict[str, Any]:
        import tensorflow

        layer = self._layer(X, W, np.zeros(W.shape[1], dtype))
        with tensorflow.GradientTape() as tape:
            total = tensorflow.reduce_sum(dz * layer(X.astype(dtype)))
        dW, db = tape.gradient(total, layer.trainable_weights)
        return {"dW": dW.numpy(), "db": db.numpy()}

    def _sgd(self, param: Array, gradient: Array, learning_rate: float, dtype: str) -> dict[str, Any]:
        variable = self.keras.Variable(param, dtype=dtype)
        self.keras.optimizers.SGD(learning_rate=learning_rate).apply(
            [self.keras.ops.convert_to_tensor(gradient)], [variable]
        )
        return {"param": variable.numpy()}

    def _train_step(self, X: Array, y: Array, W: Array, b: Array, learning_rate: float, dtype: str) -> dict[str, Any]:
        order = np.arange(len(X))[None]
        trained = self._fit(X, y, W, b, learning_rate, len(X), 1, order, dtype)
        return {"W": trained["W"], "b": trained["b"]}

    def _fit(
        self,
        X: Array,
        y: Array,
        W: Array,
        b: Array,
        learning_rate: float,
        batch_size: int,
        epochs: int,
        order: Array,
        dtype: str,
    ) -> dict[str, Any]:
        model = self._model(X.shape[1], dtype, eagerly=len(X) <= BATCH)
        model.set_weights([W, b])
        model.optimizer.learning_rate = learning_rate
        history: History = {"loss": [], "accuracy": []}
        for rows in order:
            shown = model.fit(X[rows], y[rows], batch_size=batch_size, epochs=1, shuffle=False, verbose=0).history
            for name, values in history.items():
                values.append(shown[name][-1])
        W, b = model.get_weights()
        return {"W": W, "b": b} | history

    def _model(self, D: int, dtype: str, eagerly: bool) -> Any:
        """Build the model for D pixels once, and use it again: making one takes longer than training it."""
        key = (D, dtype, eagerly)
        if key not in self._models:
            config = Config(dtype="float64" if dtype == "float64" else "float32")
            weights = [np.zeros((D, 1), dtype), np.zeros(1, dtype)]
            self._models[key] = self.framework.build(config, (D,), weights)
            self._models[key].run_eagerly = eagerly
        return self._models[key]
