"""The layers: what each computes, and right under it how the derivative passes back (``keras.layers``)."""

import math
from collections.abc import Callable
from typing import Any, ClassVar

from scratch import activations, initializers
from scratch.arrays import Array
from scratch.config import floatx

Shape = tuple[int, ...]


class Input:
    """Tells the shape of one row before any data is there. Keras: ``keras.Input((28, 28))``."""

    def __init__(self, shape: Shape) -> None:
        self.shape = tuple(shape)


class Layer:
    """A step of the model. What it computed last stays on it under the legend's names: X, z, a, and dz."""

    counts: ClassVar[dict[str, int]] = {}
    activation = activations.get("linear")
    passes_down = True
    """Whether a layer below waits for the derivative: none does below the lowest one with weights."""
    output_shape: Shape
    X: Array
    z: Array
    a: Array
    dz: Array
    gradients: tuple[Array, ...] = ()
    """The derivative of the loss with respect to each of the weights, after ``backward``."""

    def __init__(self, name: str | None = None, input_shape: Shape | None = None) -> None:
        self.name = name or self._numbered(type(self).__name__.lower())
        self.input_shape = None if input_shape is None else tuple(input_shape)
        self.built = False

    def _numbered(self, kind: str) -> str:
        number = Layer.counts.get(kind, 0)
        Layer.counts[kind] = number + 1
        return f"{kind}_{number}" if number else kind

    def build(self, input_shape: Shape) -> None:
        """Learn the shape of one row of input; make the weights, if the layer has any."""
        raise NotImplementedError

    def forward(self, X: Array) -> Array:
        """Return the outputs a of a batch."""
        raise NotImplementedError

    def backward(self, da: Array, from_logits: bool = False) -> Any:
        """Take the derivative of the loss with respect to a, and return that with respect to X.

        ``from_logits`` says that it is the one with respect to z already.
        """
        raise NotImplementedError

    @property
    def weights(self) -> list[Array]:
        """The arrays that training moves: none, or W and b."""
        return []


class Flatten(Layer):
    """Lays the pixels of each image in one row. Keras: ``Flatten()``, ``Flatten(input_shape=(28, 28))``."""

    def __init__(self, input_shape: Shape | None = None, name: str | None = None) -> None:
        super().__init__(name, input_shape)

    def build(self, input_shape: Shape) -> None:
        """Learn the shape of one row, (28, 28), and with it that of the output, (784,)."""
        self.built = True
        self.output_shape = (math.prod(input_shape),)

    def forward(self, X: Array) -> Array:
        """Give every row its pixels side by side.

            a = X.reshape(N, D)

        X: (N, 28, 28); a: (N, 784).
        """
        self.X = X
        self.z = self.a = X.reshape(len(X), -1)
        return self.a

    def backward(self, da: Array, from_logits: bool = False) -> Any:
        """Give the derivative the shape that the input had.

            dX = da.reshape(X.shape)

        da: (N, 784); dX: (N, 28, 28).
        """
        return da.reshape(self.X.shape)


class Dense(Layer):
    """Units that weigh every input: the perceptron is ``Dense(1)``. Keras: ``Dense(1, activation="sigmoid")``.

    W: (D, U), b: (U,). Inputs of more than two axes are weighed along the last one, as in Keras. Raises ValueError
    for less than one unit, or an unknown activation or initializer.
    """

    def __init__(
        self,
        units: int,
        activation: str | Callable[[Array], Array] | None = None,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
        input_shape: Shape | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name, input_shape)
        if units < 1:
            raise ValueError(f"Dense needs at least one unit, not {units}")
        self.units = units
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

    def build(self, input_shape: Shape) -> None:
        """Make W and b for rows of ``input_shape``."""
        self.built = True
        self.output_shape = (*input_shape[:-1], self.units)
        self.W = self.kernel_initializer((input_shape[-1], self.units), floatx())
        self.b = self.bias_initializer((self.units,), floatx())

    def forward(self, X: Array) -> Array:
        """Weigh the inputs, add the bias, and apply the activation.

            z = X @ W + b
            a = activation(z)

        X: (N, D), W: (D, U), b: (U,); z, a: (N, U).
        """
        self.X = X
        self.z = X @ self.W + self.b
        self.a = self.activation.function(self.z)
        return self.a

    def backward(self, da: Array, from_logits: bool = False) -> Any:
        """Find out how the loss changes with each weight: its input times dz, added up over the rows.

            dW = X.T @ dz
            db = sum(dz, axis=0)

        The activation's gradient comes first and makes dz of da; ``from_logits``, dz is what is given. Where a layer
        below waits for it, the derivative with respect to the input is passed on:

            dX = dz @ W.T

        X: (N, D), da, dz: (N, U); dW: (D, U), db: (U,), dX: (N, D).
        """
        self.dz = da if from_logits else self.activation.gradient(self.a, da)
        X, dz = self.X, self.dz
        if X.ndim > 2:  # more axes are more rows
            X, dz = X.reshape(-1, X.shape[-1]), dz.reshape(-1, dz.shape[-1])
        self.dW = X.T @ dz
        self.db = dz.sum(axis=0)
        self.gradients = self.dW, self.db
        return self.dz @ self.W.T if self.passes_down else None

    @property
    def weights(self) -> list[Array]:
        """W and b; none before the layer knows its input."""
        return [self.W, self.b] if self.built else []


__all__ = ["Dense", "Flatten", "Input", "Layer"]
