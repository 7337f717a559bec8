"""A model of layers in a row, written down so that either library can build it, or a part of it.

``Config`` is the tutorial's perceptron; a ``Recipe`` is any model that scratch can train. It holds no objects of Keras
or scratch, but names and arguments: what is built of it on one side is built of it on the other by the same calls.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import scratch
from compare.core.frameworks import Framework
from scratch.arrays import Array

Shape = tuple[int, ...]
COMMON = ("trainable",)
"""What every layer of scratch takes beside its own arguments."""


class Unsupported(Exception):
    """Something of Keras's that scratch does not have; its text says what, and what it would need."""


@dataclass(frozen=True)
class Part:
    """A class of one of Keras's rooms and the arguments that it is made with: ``layers``, ``Dense``, units 10."""

    room: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def made(self, keras: Any) -> Any:
        """Make it, of a library that speaks Keras."""
        kind = getattr(getattr(keras, self.room), self.kind)
        return kind(**{name: made(keras, value) for name, value in self.arguments.items()})

    def __str__(self) -> str:
        """Write it as a script would."""
        arguments = ", ".join(f"{name}={_written(value)}" for name, value in self.arguments.items())
        return f"{self.kind}({arguments})"


def made(keras: Any, value: Any) -> Any:
    """Return the value, or what a part stands for."""
    return value.made(keras) if isinstance(value, Part) else value


def _written(value: Any) -> str:
    return str(value) if isinstance(value, Part) else repr(value).replace("'", '"')


@dataclass(frozen=True)
class LayerPart(Part):
    """A layer, how many arrays of weights it has, and the name and line that it has in its script."""

    arrays: int = 0
    name: str = ""
    line: int | None = None

    @property
    def activation(self) -> str:
        """The name of what it does to its weighted sum."""
        return str(self.arguments.get("activation") or "linear")

    def linear(self) -> "LayerPart":
        """Return the layer without its activation: what it gives is then z."""
        return replace(self, arguments={name: value for name, value in self.arguments.items() if name != "activation"})

    def with_argument(self, name: str, value: Any) -> "LayerPart":
        """Return the layer with another value for one of its arguments."""
        return replace(self, arguments={**self.arguments, name: value})


@dataclass(frozen=True)
class Recipe:
    """Layers in a row, from the lowest up, for rows of ``shape``; and how they are compiled, where they are."""

    layers: tuple[LayerPart, ...]
    shape: Shape
    dtype: str = "float32"
    loss: str | Part | None = None
    optimizer: Part | None = None
    metrics: tuple[str | Part, ...] = ()

    @property
    def weighing(self) -> list[int]:
        """The places of the layers that have weights."""
        return [place for place, layer in enumerate(self.layers) if layer.arrays]

    def arrays_below(self, place: int) -> int:
        """Return how many arrays of weights the layers below this place have."""
        return sum(layer.arrays for layer in self.layers[:place])

    def build(self, framework: Framework, weights: Sequence[Array], optimizer: Any = None) -> Any:
        """Build it with these weights, compiled where it has a loss; ``optimizer`` takes the place of its own."""
        keras = framework.keras
        with framework.dtype(self.dtype):
            model = keras.Sequential([keras.Input(self.shape), *(layer.made(keras) for layer in self.layers)])
            if self.loss is not None:
                metrics = [made(keras, metric) for metric in self.metrics]
                rule = optimizer or (self.optimizer.made(keras) if self.optimizer else "sgd")
                model.compile(optimizer=rule, loss=made(keras, self.loss), metrics=metrics)
            model.set_weights(weights)
        return model

    @property
    def drops(self) -> list[int]:
        """The places of the layers that leave inputs out while it trains."""
        return [place for place, layer in enumerate(self.layers) if layer.kind == "Dropout"]

    @property
    def training(self) -> list[int]:
        """The places of the layers whose weights train."""
        return [place for place in self.weighing if self.layers[place].arguments.get("trainable", True)]

    def keeping_all(self) -> "Recipe":
        """Return the same with every input kept."""
        layers = tuple(layer.with_argument("rate", 0.0) if layer.kind == "Dropout" else layer for layer in self.layers)
        return replace(self, layers=layers)

    def up_to(self, place: int, linear: bool = False) -> "Recipe":
        """Return the layers up to this place, that one without its activation where z is asked for."""
        top = self.layers[place].linear() if linear else self.layers[place]
        return Recipe((*self.layers[:place], top), self.shape, self.dtype)

    def from_weighted_sums(self, place: int, rows: int) -> "Recipe":
        """Return what is above a layer's z, for inputs that are the rows of an identity matrix.

        The layer's weights are then its weighted sums, (rows, U): its z is z, and its dW is dz, exactly.
        """
        above = (self.layers[place].with_argument("trainable", True), *self.layers[place + 1 :])
        return Recipe(above, (rows,), self.dtype, self.loss, self.optimizer, self.metrics)

    def supported(self) -> None:
        """Raise Unsupported for the first thing that scratch does not have."""
        for layer in self.layers:
            known(layer)
        for part in (self.loss, self.optimizer, *self.metrics):
            if isinstance(part, Part):
                known(part)
        try:
            model = scratch.Sequential([scratch.Input(self.shape), *(layer.made(scratch) for layer in self.layers)])
            if self.loss is not None:
                model.compile(optimizer="sgd", loss=made(scratch, self.loss))
        except (ImportError, TypeError, ValueError, NotImplementedError) as error:
            raise Unsupported(str(error)) from None


def known(part: Part) -> None:
    """Raise Unsupported where scratch does not have the class, or the class not the argument."""
    room = getattr(scratch, part.room) if part.room in scratch.__all__ else None
    if room is None or part.kind not in room.__all__:
        outside = scratch.layers.kind_outside(part.kind) if part.room == "layers" else None
        raise Unsupported(f"scratch has no {part.room}.{part.kind}" + (f", {outside}" if outside else ""))
    parameters = inspect.signature(getattr(room, part.kind)).parameters
    for name, value in part.arguments.items():
        if name not in parameters and name not in COMMON:
            raise Unsupported(f"scratch's {part.kind} has no {name}")
        if isinstance(value, Part):
            known(value)
