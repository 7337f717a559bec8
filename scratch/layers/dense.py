"""The layer of units that weigh every input (``keras.layers.Dense``)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratch import activations, initializers, regularizers
from scratch.arrays import Array
from scratch.config import floatx
from scratch.layers.layer import Layer, Shape
from scratch.serialization import serialized


class Dense(Layer):
    """Units that weigh every input: the perceptron is ``Dense(1)``. Keras: ``Dense(1, activation="sigmoid")``.

    W: (D, U), b: (U,); ``use_bias=False`` leaves b out. Inputs of more than two axes are weighed along the last one, as
    in Keras. Raises ValueError for less than one unit, or an unknown activation, initializer or regularizer.
    """

    computes = True
    unused = ("activity_regularizer", "kernel_constraint", "bias_constraint", "lora_rank", "quantization_config")

    def __init__(
        self,
        units: int,
        activation: str | Callable[[Array], Array] | None = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **common: Any,
    ) -> None:
        super().__init__(**common)
        if not isinstance(units, int | np.integer) or units < 1:
            raise ValueError(
                f"Received an invalid value for `units`, expected a positive integer: at least one unit, not {units!r}"
            )
        self.units = int(units)
        self.activation = activation
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make W and b for inputs of this shape, the rows first."""
        super().build(input_shape)
        self.W = self.kernel_initializer((input_shape[-1], self.units), floatx())
        if self.use_bias:
            self.b = self.bias_initializer((self.units,), floatx())

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Shape:
        """Return the shape of the input, with U for its last axis.

        Raises ValueError where the weights are there already, and are for another number of inputs.
        """
        if self.built and input_shape[-1] != self.W.shape[0]:
            raise ValueError(f"{self.name} weighs {self.W.shape[0]} inputs, not the {input_shape[-1]} of {input_shape}")
        return (*input_shape[:-1], self.units)

    def forward(self, X: Array) -> Array:
        """Weigh the inputs, add the bias, and apply the activation.

            z = X @ W + b
            a = activation(z)

        X: (N, D), W: (D, U), b: (U,); z, a: (N, U).
        """
        self.X = X
        self.z = X @ self.W + self.b if self.use_bias else X @ self.W
        self.a = self.pair.function(self.z)
        return self.a

    def backward(self, da: Array, from_logits: bool = False) -> Any:
        """Find out how the loss changes with each weight: its input times dz, added up over the rows.

            dW = X.T @ dz
            db = sum(dz, axis=0)

        The activation's gradient comes first and makes dz of da; ``from_logits``, dz is what is given. A regularizer's
        gradient is added. Where a layer below waits for it, the derivative with respect to the input is passed on:

            dX = dz @ W.T

        X: (N, D), da, dz: (N, U); dW: (D, U), db: (U,), dX: (N, D).
        """
        pair = self.pair
        self.dz = da if from_logits else pair.gradient(self.z if pair.of_z else self.a, da)
        X, dz = self.X, self.dz
        if X.ndim > 2:  # more axes are more rows
            X, dz = X.reshape(-1, X.shape[-1]), dz.reshape(-1, dz.shape[-1])
        self.dW = X.T @ dz
        if self.kernel_regularizer:
            self.dW += self.kernel_regularizer.gradient(self.W)
        if self.use_bias:
            self.db = dz.sum(axis=0)
            if self.bias_regularizer:
                self.db += self.bias_regularizer.gradient(self.b)
        self.gradients = ((self.dW, self.db) if self.use_bias else (self.dW,)) if self.trainable else ()
        return self.dz @ self.W.T if self.passes_down else None

    @property
    def weights(self) -> list[Array]:
        """W and b, or W alone; none before the layer knows its input."""
        if not self.built:
            return []
        return [self.W, self.b] if self.use_bias else [self.W]

    @property
    def kernel(self) -> Array:
        """Keras's name for W."""
        return self.W

    @property
    def bias(self) -> Array | None:
        """Keras's name for b; None without one."""
        return self.b if self.use_bias else None

    @property
    def losses(self) -> list[Any]:
        """What the regularizers charge for W and b."""
        regularizers = self.kernel_regularizer, self.bias_regularizer
        return [charges(w) for charges, w in zip(regularizers, self.weights, strict=False) if charges]

    @property
    def regularized(self) -> bool:
        """Whether the weights cost anything."""
        return bool(self.kernel_regularizer or self.bias_regularizer)

    def get_config(self) -> dict[str, Any]:
        """Return the options by name."""
        parts = ("kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer")
        return (
            super().get_config()
            | {"units": self.units, "activation": activations.serialize(self.activation), "use_bias": self.use_bias}
            | {name: serialized(getattr(self, name)) for name in parts}
        )
