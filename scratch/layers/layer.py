"""What all layers share: a name, the shapes on either side, and what they computed last."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from scratch import activations
from scratch.activations import Activation
from scratch.arrays import Array
from scratch.config import floatx
from scratch.names import snake_case
from scratch.serialization import Configured
from scratch.utils import numbered

Shape = tuple[int | None, ...]
"""As Keras writes shapes: the rows first, None for any number of them."""


class KerasTensor:
    """The shape of what will come out of a layer, before any data is there. Keras: ``x = Dense(3)(inputs)``."""

    def __init__(self, shape: Sequence[int | None], layer: "Layer | None" = None, source: Any = None) -> None:
        self.shape: Shape = tuple(shape)
        self.layer = layer
        self.source = source
        """The tensor that went into the layer."""
        self.dtype = floatx()

    def __repr__(self) -> str:
        """Tell the shape."""
        return f"<KerasTensor shape={self.shape}>"


class Layer(Configured):
    """A step of the model. What it computed last stays on it under the legend's names: X, z, a, and dz."""

    room = "keras.layers"
    options: ClassVar[tuple[str, ...]] = ("name", "trainable")
    passes_down = True
    """Whether a layer below waits for the derivative: none does below the lowest one with weights."""
    training = False
    """Whether the batch is one to learn from: set on layers that have ``asks_whether_it_trains``."""
    asks_whether_it_trains: ClassVar[bool] = False
    input: KerasTensor
    output: KerasTensor
    X: Array
    z: Array
    a: Array
    dz: Array
    gradients: tuple[Array, ...] = ()
    """The derivative of the loss with respect to each of the weights that train, after ``backward``."""

    def __init__(
        self,
        name: str | None = None,
        input_shape: Sequence[int | None] | None = None,
        input_dim: int | None = None,
        trainable: bool = True,
        dtype: Any = None,
        **unknown: Any,
    ) -> None:
        kind = type(self).__name__
        if unknown:
            raise TypeError(f"{kind} got an unexpected keyword argument {next(iter(unknown))!r}")
        if _type_of(dtype) not in (None, floatx()):
            raise ValueError(f"{kind} computes in {floatx()}, not {dtype!r}: keras.config.set_floatx sets the type")
        self.name = name or numbered(snake_case(kind))
        self.trainable = trainable
        self.pair = activations.pair_of("linear")
        shape = (input_dim,) if input_dim is not None else input_shape
        self.first_shape: Shape | None = None if shape is None else (None, *shape)
        """The shape that ``input_shape=`` told, where the layer is the first one."""
        self.built = False

    @property
    def activation(self) -> Callable[[Array], Array]:
        """The function that makes a of z."""
        return self.pair.function

    @activation.setter
    def activation(self, activation: str | Callable[[Array], Array] | Activation | None) -> None:
        self.pair = activation if isinstance(activation, Activation) else activations.pair_of(activation)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Learn the shape of the input, the rows first; make the weights, if the layer has any."""
        self.built = True

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Shape:
        """Return the shape of what comes out where this goes in."""
        return tuple(input_shape)

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        """Compute the outputs of a batch; of a KerasTensor, its shape. Keras: ``x = Dense(3)(inputs)``."""
        if isinstance(inputs, KerasTensor):
            return self.follow(inputs)
        X = np.asarray(inputs)
        if X.dtype.kind == "f" or type(self).computes:
            X = X.astype(floatx(), copy=False)
        if not self.built:
            self.build(X.shape)
        self.training = training
        try:
            return self.forward(X)
        finally:
            self.training = False

    computes: ClassVar[bool] = False
    """Whether the layer makes floats of whatever comes in."""

    def follow(self, tensor: KerasTensor) -> KerasTensor:
        """Take a place behind another layer."""
        if not self.built:
            self.build(tensor.shape)
        self.input = tensor
        self.output = KerasTensor(self.compute_output_shape(tensor.shape), self, tensor)
        return self.output

    def forward(self, X: Array) -> Array:
        """Return the outputs a of a batch."""
        raise NotImplementedError(f"{type(self).__name__} has no forward and backward, which layers of scratch's have")

    def backward(self, da: Array, from_logits: bool = False) -> Any:
        """Take the derivative of the loss with respect to a, and return that with respect to X.

        ``from_logits`` says that it is the one with respect to z already.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward, which layers of scratch's have")

    @property
    def weights(self) -> list[Array]:
        """The arrays of weights: none, W, or W and b."""
        return []

    @property
    def trainable_weights(self) -> list[Array]:
        """The weights, unless ``layer.trainable = False`` keeps them as they are."""
        return self.weights if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The weights that training leaves alone."""
        return [] if self.trainable else self.weights

    @property
    def variables(self) -> list[Array]:
        """Keras's other name for the weights."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Array]:
        """Keras's other name for those that train."""
        return self.trainable_weights

    @property
    def losses(self) -> list[Any]:
        """What the weights cost, a number for each regularizer, which are added to the loss."""
        return []

    def get_weights(self) -> list[Array]:
        """Return copies of the weights. Keras: ``model.layers[1].get_weights()``."""
        return [w.copy() for w in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Take over weights. Keras: ``layer.set_weights([W, b])``. Raises ValueError where a shape does not fit."""
        take_over(self.weights, weights)

    def count_params(self) -> int:
        """Return the number of weights."""
        return sum(w.size for w in self.weights)

    def get_config(self) -> dict[str, Any]:
        """Return the options by name."""
        policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": floatx()}, "registered_name": None}
        return super().get_config() | {"dtype": policy}

    def __repr__(self) -> str:
        """Tell the class and the name."""
        return f"<{type(self).__name__} name={self.name}>"


def take_over(weights: Sequence[Array], given: Sequence[Any]) -> None:
    """Write the numbers of ``given`` into weights of the same shapes; raises ValueError where one does not fit."""
    shapes = [np.shape(w) for w in given]
    if shapes != [w.shape for w in weights]:
        raise ValueError(f"weights of shapes {shapes} do not fit {[w.shape for w in weights]}")
    for mine, new in zip(weights, given, strict=True):
        mine[...] = new


def _type_of(dtype: Any) -> Any:
    """Return the name of the float type that a layer's ``dtype`` means."""
    return dtype["config"]["name"] if isinstance(dtype, Mapping) else dtype
