"""The model: layers in a row, from the rows that come in to the activations that come out (``keras.models``)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratch import config, saving
from scratch.arrays import Array, Stored
from scratch.data import rows_of
from scratch.layers import InputLayer, KerasTensor, Layer
from scratch.layers.layer import Shape, take_over
from scratch.names import listed
from scratch.summary import table_of
from scratch.trainer import Trainer
from scratch.utils import numbered


class Model(Trainer):
    """Layers applied one after the other, named by both ends. Keras: ``keras.Model(inputs, outputs)``.

    A model keeps the floating-point type that was set when it was made. Raises ValueError where the outputs do not come
    from the inputs along one line.
    """

    _input: KerasTensor | None
    _output: KerasTensor | None

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None) -> None:
        if inputs is None or outputs is None:
            raise TypeError("scratch's models are Sequential([...]) and Model(inputs, outputs): it has no subclasses")
        self._begin(name or numbered("functional"))
        inputs, outputs = _only("input", inputs), _only("output", outputs)
        self._input, self._output = inputs, outputs
        line: list[Layer] = []
        tensor = outputs
        while tensor is not inputs:
            if not isinstance(tensor, KerasTensor) or tensor.source is None or tensor.layer is None:
                raise ValueError(
                    "a model is one line of layers from its input to its output, and this output has another"
                )
            line.append(tensor.layer)
            tensor = tensor.source
        self._steps = line[::-1]
        for layer in line:
            if line.count(layer) > 1:
                raise ValueError(f"{layer.name} stands in the model twice: scratch's models use each layer once")
        self.build(inputs.shape)

    def _begin(self, name: str) -> None:
        self.name = name
        self._dtype = config.floatx()
        self._type = np.dtype(self._dtype)
        self._steps: list[Layer] = []
        self._metrics = {}
        self.directions = {}
        self._input = self._output = None
        self.trainable_weights: list[Array] = []
        self._regularized: list[Layer] = []
        self._way_back: list[Layer] = []
        self._asking: list[Layer] = []

    @property
    def trainable(self) -> bool:
        """Whether any layer learns; to set it sets that of every layer, from the next ``compile`` on."""
        return any(layer.trainable for layer in self._steps)

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        for layer in self._steps:
            layer.trainable = trainable

    @property
    def layers(self) -> list[Layer]:
        """The layers, from the lowest up; of ``Model(inputs, outputs)``, the input's own first, as in Keras.

        Raises AttributeError where they are set: ``add()`` and ``pop()`` change a Sequential.
        """
        assert self._input is not None
        first = [self._input.layer] if isinstance(self._input.layer, InputLayer) else []
        return [*first, *self._steps]

    @layers.setter
    def layers(self, layers: Any) -> None:
        raise AttributeError("`Sequential.layers` attribute is reserved and should not be set. Use `add()` and `pop()`")

    @property
    def built(self) -> bool:
        """Whether the model knows the shape of its rows."""
        return self._output is not None

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights that are not made yet, for inputs of this shape, the rows first: ``(None, 784)``.

        ``trainable_weights`` are then W and b of each layer, from the lowest up: build again after replacing one.
        Raises ValueError for another shape than the one that the model has.
        """
        if self._input is not None and tuple(input_shape[1:]) != self._input.shape[1:]:
            raise ValueError(
                f"{self.name} has already been configured for inputs of shape {self._input.shape}, not {input_shape}"
            )
        self._make(input_shape)
        self.trainable_weights = [w for layer in self._steps for w in layer.trainable_weights]
        learning = [i for i, layer in enumerate(self._steps) if layer.trainable_weights]
        lowest = learning[0] if learning else len(self._steps)
        for i, layer in enumerate(self._steps):
            layer.passes_down = i > lowest
        self._way_back = self._steps[lowest:-1][::-1]
        self._asking = [layer for layer in self._steps if layer.asks_whether_it_trains]
        self._follow()

    def _make(self, input_shape: Sequence[int | None]) -> None:
        """Let each layer make its weights: those of ``Model(inputs, outputs)`` have made them."""

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Choose optimizer, loss and metrics: see ``Trainer.compile``. What ``trainable`` says holds from here on."""
        super().compile(*args, **kwargs)
        if self.built:
            self.build(self.input_shape)

    def __call__(self, X: Any, training: bool = False) -> Any:
        """Pass a batch up through the layers; return the last a. Keras: ``model(X)``."""
        a = X if getattr(X, "dtype", None) is self._type and self._output is not None else self._taken(X)
        for layer in self._asking:
            layer.training = training
        for layer in self._steps:
            a = layer.forward(a)
        return a

    def _taken(self, X: Any) -> Any:
        """Return a batch in the model's float type, which the first one tells its shape; raises for what is none."""
        if isinstance(X, KerasTensor):
            raise TypeError("scratch's models are not layers of other models: put their layers in one")
        batch = (X if hasattr(X, "dtype") else np.asarray(X)).astype(self._dtype)
        self._inputs(batch)
        return batch

    @property
    def input(self) -> KerasTensor:
        """The shape of what goes in, as a KerasTensor; so ``output``, ``inputs`` and ``outputs``."""
        return self._known(self._input)

    @property
    def output(self) -> KerasTensor:
        """The shape of what comes out, as a KerasTensor."""
        return self._known(self._output)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The one input."""
        return [self.input]

    @property
    def outputs(self) -> list[KerasTensor]:
        """The one output."""
        return [self.output]

    @property
    def input_shape(self) -> Shape:
        """The shape of what goes in, the rows first: (None, 28, 28)."""
        return self.input.shape

    @property
    def output_shape(self) -> Shape:
        """The shape of what comes out, the rows first: (None, 10)."""
        return self.output.shape

    def _known(self, tensor: KerasTensor | None) -> KerasTensor:
        if tensor is None:
            raise AttributeError(f"{self.name} has no defined input shape yet: give it an Input or some data")
        return tensor

    def _row_of_outputs(self) -> tuple[int, ...]:
        return self.output_shape[1:]  # type: ignore[return-value]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return the layer of that name, or of that place. Keras: ``model.get_layer("dense")``.

        Raises ValueError that lists the layers where there is none such.
        """
        if name is None and index is None:
            raise ValueError("Provide either a layer name or layer index at `get_layer`.")
        for number, layer in enumerate(self.layers):
            if layer.name == name or number == index:
                return layer
        raise ValueError(
            f"No such layer: {name or index}. Existing layers are: {[layer.name for layer in self.layers]}"
        )

    @property
    def weights(self) -> list[Array]:
        """The arrays of all layers, from the lowest up."""
        return [w for layer in self._steps for w in layer.weights]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """Those that training leaves alone."""
        return [w for layer in self._steps for w in layer.non_trainable_weights]

    @property
    def trainable_variables(self) -> list[Array]:
        """Keras's other name for ``trainable_weights``."""
        return self.trainable_weights

    variables = weights

    @property
    def losses(self) -> list[Any]:
        """What the regularizers charge, a number for each."""
        return [cost for layer in self._regularized for cost in layer.losses]

    def get_weights(self) -> list[Array]:
        """Return copies of W and b of each layer, from the lowest up. Keras: ``model.get_weights()``."""
        return [w.copy() for w in self.weights]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Take over W and b of each layer, from the lowest up. Keras: ``model.set_weights(weights)``.

        Raises ValueError where their number or a shape does not fit.
        """
        take_over(self.weights, weights)

    def count_params(self) -> int:
        """Return the number of weights: 784 + 1 for the five-detector. Keras: ``model.count_params()``.

        Raises ValueError before the model knows the shape of its rows.
        """
        if not self.built:
            raise ValueError("the model has no weights before it knows its rows: give it an Input or some data")
        return sum(w.size for w in self.weights)

    def summary(self, line_length: int | None = None, print_fn: Callable[[str], Any] | None = None) -> None:
        """Print the layers, what comes out of each, and its number of weights. Keras: ``model.summary()``."""
        (print_fn or print)(table_of(self))

    def save(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the model to a ``.keras`` file, which Keras opens, too. Keras: ``model.save("five.keras")``.

        Raises as ``saving.save_model`` does.
        """
        saving.save_model(self, filepath, overwrite)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the weights to a ``.weights.h5`` file, which Keras opens, too; raises as ``saving`` does."""
        saving.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: Any) -> None:
        """Take over the weights of a file, of Keras's or of scratch's; raises as ``saving`` does."""
        saving.load_weights(self, filepath)

    def get_config(self) -> dict[str, Any]:
        """Return the name and the layers, as they stand in a saved model."""
        return saving.line_of(self)

    def _inputs(self, x: ArrayLike | Stored) -> Array | Stored:
        """Check the rows of x against the model; the first that a model sees tell it the shape of its weights."""
        rows = rows_of(x, self._dtype)
        if not self._steps:
            raise ValueError(f"{self.name} has no layers yet: add some")
        if not self.built:
            self.build((None, *rows.shape[1:]))
        expected = self.input_shape[1:]
        if len(expected) != len(rows.shape) - 1 or any(
            due is not None and due != n for due, n in zip(expected, rows.shape[1:], strict=True)
        ):
            raise ValueError(f"the model takes rows of shape {expected}, not {rows.shape[1:]}")
        return rows

    def __getattr__(self, name: str) -> Any:
        """Raise an AttributeError that lists what a model has."""
        if name.startswith("_"):
            raise AttributeError(name)
        public = [known for known in dir(type(self)) if not known.startswith("_")]
        if name in public:  # a property whose own AttributeError brought us here
            return type(self).__getattribute__(self, name)
        raise AttributeError(f"{type(self).__name__} has no {name!r}: it has {listed(public)}")


def _only(what: str, given: Any) -> Any:
    """Return the one tensor of a list of one."""
    tensors = list(given.values()) if isinstance(given, dict) else given if isinstance(given, list | tuple) else [given]
    if len(tensors) != 1:
        raise ValueError(f"scratch's models have one {what}, not {len(tensors)}")
    return tensors[0]


class Sequential(Model):
    """Layers applied one after the other. Keras: ``keras.Sequential([...])``, ``model.add(...)``."""

    def __init__(self, layers: Sequence[Layer | KerasTensor] | None = None, name: str | None = None) -> None:
        self._begin(name or numbered("sequential"))
        for layer in layers or ():
            self.add(layer)

    @property
    def layers(self) -> list[Layer]:
        """The layers, from the lowest up; raises AttributeError where they are set."""
        return list(self._steps)

    @layers.setter
    def layers(self, layers: Any) -> None:
        raise AttributeError("`Sequential.layers` attribute is reserved and should not be set. Use `add()` and `pop()`")

    def add(self, layer: Layer | KerasTensor) -> None:
        """Put a layer on top; with an ``Input`` or an ``input_shape`` below, its weights are made at once.

        Raises ValueError for what is no layer, for a second layer of the same name, and for an ``Input`` that comes
        second or above a layer.
        """
        if isinstance(layer, KerasTensor) and layer.layer is not None:
            layer = layer.layer
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Only instances of `keras.Layer` can be added to a Sequential model, and {layer!r} is none"
            )
        if isinstance(layer, InputLayer):
            if self._steps or self._input is not None:
                raise ValueError(f"Sequential model '{self.name}' has already been configured: Input comes first, once")
            self.build(layer.output.shape)
            self._input = layer.output
            return
        if any(layer.name == there.name for there in self._steps):
            raise ValueError(
                f"All layers added to a Sequential model should have unique names. Name '{layer.name}' is already the "
                "name of a layer in this model: give it another"
            )
        self._steps.append(layer)
        if self._input is not None:
            self.build(self._input.shape)
        elif layer.first_shape is not None and len(self._steps) == 1:
            self.build(layer.first_shape)

    def pop(self) -> Layer:
        """Take the top layer away, and return it. Keras: ``model.pop()``. Raises TypeError where there is none."""
        if not self._steps:
            raise TypeError("There are no layers in the model.")
        layer = self._steps.pop()
        if self._input is not None:
            self.build(self._input.shape)
        return layer

    def _make(self, input_shape: Sequence[int | None]) -> None:
        """Lay the layers in a row, each behind the other."""
        self._input = self._input or KerasTensor(input_shape)
        tensor = self._input
        for layer in self._steps:
            tensor = layer.follow(tensor)
        self._output = tensor

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Shape:
        """Return the shape of what comes out where this goes in."""
        for layer in self._steps:
            if not layer.built:
                layer.build(input_shape)
            input_shape = layer.compute_output_shape(input_shape)
        return tuple(input_shape)


load_model, save_model = saving.load_model, saving.save_model

__all__ = ["Model", "Sequential", "load_model", "save_model"]
