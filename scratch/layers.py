"""The layers: what each computes, and right under it how the derivative passes back (``keras.layers``)."""

import math
from collections.abc import Callable
from typing import ClassVar

from scratch import activations, initializers
from scratch.arrays import Array
from scratch.config import floatx
from scratch.names import only, takes_only_its_arguments

Shape = tuple[int, ...]


class Input:
    """Tells the shape of one row before any data is there. Keras: ``keras.Input((28, 28))``."""

    @takes_only_its_arguments
    def __init__(self, shape: Shape) -> None:
        self.shape = tuple(shape)


class Layer:
    """A step of the model. ``forward`` keeps what the way back needs: the input X and the activation a."""

    counts: ClassVar[dict[str, int]] = {}
    activation = activations.get("linear")
    output_shape: Shape
    X: Array
    a: Array

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
        """Return the weighted sum z of a batch, and keep the activation a."""
        raise NotImplementedError

    def backward(self, dz: Array) -> None:
        """Find the derivative of the loss with respect to each of the weights, if the layer has any."""

    def dX(self, dz: Array) -> Array:
        """Pass the derivative on to the layer below."""
        raise NotImplementedError

    @property
    def weights(self) -> list[Array]:
        """The arrays that training moves: none, or W and b."""
        return []

    @property
    def gradients(self) -> list[Array]:
        """The derivative of the loss with respect to each of the weights, after ``backward``."""
        return []


class Flatten(Layer):
    """Lays the pixels of each image in one row. Keras: ``Flatten()``, ``Flatten(input_shape=(28, 28))``."""

    @takes_only_its_arguments
    def __init__(self, input_shape: Shape | None = None, name: str | None = None) -> None:
        super().__init__(name, input_shape)

    def build(self, input_shape: Shape) -> None:
        """Learn the shape of one row, (28, 28), and with it that of the output, (784,)."""
        self.built = True
        self.output_shape = (math.prod(input_shape),)

    def forward(self, X: Array) -> Array:
        """Give every row its pixels side by side.

            z = a = X.reshape(N, D)

        X: (N, 28, 28); z, a: (N, 784).
        """
        self.X = X
        self.a = X.reshape(len(X), -1)
        return self.a

    def dX(self, dz: Array) -> Array:
        """Give the derivative the shape that the input had.

            dX = dz.reshape(X.shape)

        dz: (N, 784); dX: (N, 28, 28).
        """
        return dz.reshape(self.X.shape)


class Dense(Layer):
    """Units that weigh every input: the perceptron is ``Dense(1)``. Keras: ``Dense(1, activation="sigmoid")``.

    W: (D, U), b: (U,). Inputs of more than two axes are weighed along the last one, as in Keras. Raises ValueError
    for less than one unit, or an unknown activation or initializer.
    """

    @takes_only_its_arguments
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

        X: (N, D), W: (D, U), b: (U,); z, a: (N, U). Returns z, keeps a.
        """
        self.X = X
        z = X @ self.W + self.b
        self.a = self.activation.function(z)
        return z

    def backward(self, dz: Array) -> None:
        """Find out how the loss changes with each weight: its input times dz, added up over the rows.

            dW = X.T @ dz
            db = sum(dz, axis=0)

        X: (N, D), dz: (N, U); dW: (D, U), db: (U,).
        """
        D, U = self.W.shape
        X, dz = self.X.reshape(-1, D), dz.reshape(-1, U)
        self.dW = X.T @ dz
        self.db = dz.sum(axis=0)

    def dX(self, dz: Array) -> Array:
        """Pass the derivative on to the layer below.

            dX = dz @ W.T

        dz: (N, U), W: (D, U); dX: (N, D).
        """
        return dz @ self.W.T

    @property
    def weights(self) -> list[Array]:
        """W and b; none before the layer knows its input."""
        return [self.W, self.b] if self.built else []

    @property
    def gradients(self) -> list[Array]:
        """dW and db of the last batch."""
        return [self.dW, self.db]


__all__ = ["Dense", "Flatten", "Input", "Layer"]
__getattr__ = only(__name__, __all__)
