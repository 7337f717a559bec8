"""Activations that are layers of their own (``keras.layers.Activation``, ``ReLU``, ``Softmax``, ...)."""

from collections.abc import Callable
from typing import Any

from scratch import activations
from scratch.arrays import Array
from scratch.layers.layer import Layer


class Activation(Layer):
    """Applies a function to what the layer below weighed. Keras: ``Activation("relu")``.

    ``Dense(10)`` and ``Activation("softmax")`` are ``Dense(10, activation="softmax")``, for the loss too. Raises
    ValueError that lists the names for an unknown one.
    """

    computes = True

    def __init__(self, activation: str | Callable[[Array], Array], **common: Any) -> None:
        super().__init__(**common)
        self.activation = activation
        self.built = True

    def forward(self, X: Array) -> Array:
        """Apply the activation.

            a = activation(X)

        X, a: (N, U).
        """
        self.X = self.z = X
        self.a = self.pair.function(X)
        return self.a

    def backward(self, da: Array, from_logits: bool = False) -> Any:
        """Make dz of da, as the activation's gradient says; dz is dX."""
        self.dz = da if from_logits else self.pair.backward(self.z, self.a, da)
        return self.dz

    def get_config(self) -> dict[str, Any]:
        """Return the options by name."""
        return super().get_config() | {"activation": activations.serialize(self.activation)}


class _WithOptions(Activation):
    """An activation whose options are those of the layer."""

    def __init__(self, name: str, options: dict[str, Any], common: dict[str, Any]) -> None:
        super().__init__(name, **common)
        self.given = options
        if options:
            self.pair = activations.pair_of(name).with_options(**options)

    def get_config(self) -> dict[str, Any]:
        """Return the options by name."""
        return Layer.get_config(self) | self.given


class ReLU(_WithOptions):
    """relu, with its options. Keras: ``ReLU(max_value=6)``. Raises ValueError for a number that is below 0."""

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **common: Any
    ) -> None:
        for name, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if (value is None and name != "max_value") or (value is not None and value < 0):
                raise ValueError(f"{name} of a ReLU layer cannot be a negative value, nor None: it is {value}")
        options = {"max_value": max_value, "negative_slope": negative_slope, "threshold": threshold}
        super().__init__("relu", options if max_value is not None or negative_slope or threshold else {}, common)
        self.given = options


class LeakyReLU(_WithOptions):
    """leaky_relu. Keras: ``LeakyReLU(negative_slope=0.3)``. Raises ValueError for a slope below 0."""

    def __init__(self, negative_slope: float = 0.3, **common: Any) -> None:
        if negative_slope is None or negative_slope < 0:
            raise ValueError(f"The negative_slope value of a LeakyReLU layer is at least 0, not {negative_slope}")
        super().__init__("leaky_relu", {"negative_slope": negative_slope}, common)


class ELU(_WithOptions):
    """elu. Keras: ``ELU(alpha=1.0)``."""

    def __init__(self, alpha: float = 1.0, **common: Any) -> None:
        super().__init__("elu", {"alpha": alpha}, common)


class Softmax(_WithOptions):
    """softmax along the last axis. Keras: ``Softmax()``. Raises ValueError for another axis."""

    def __init__(self, axis: int = -1, **common: Any) -> None:
        if axis != -1:
            raise ValueError(f"scratch's Softmax makes shares along the last axis, -1, not {axis}")
        super().__init__("softmax", {}, common)

    def get_config(self) -> dict[str, Any]:
        """Return the options by name."""
        return super().get_config() | {"axis": -1}
