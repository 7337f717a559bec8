"""What tells the shape of the rows before any data is there (``keras.Input``, ``keras.layers.InputLayer``)."""

from collections.abc import Sequence
from typing import Any

from scratch.arrays import Array
from scratch.config import floatx
from scratch.layers.layer import KerasTensor, Layer


class InputLayer(Layer):
    """The place where the rows come in. Keras: ``InputLayer(shape=(28, 28))``.

    Raises ValueError without a shape.
    """

    unused = ("optional", "sparse", "ragged")

    def __init__(
        self,
        shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        batch_shape: Sequence[int | None] | None = None,
        **common: Any,
    ) -> None:
        shape = common.pop("input_shape", shape)
        super().__init__(**common)
        if shape is None and batch_shape is None:
            raise ValueError("You must pass a `shape` argument: that of one row, such as (28, 28)")
        if isinstance(shape, int):
            raise ValueError(f"a shape is a tuple, such as ({shape},), not {shape}")
        self.batch_shape = tuple(batch_shape) if batch_shape is not None else (batch_size, *(shape or ()))
        self.output = KerasTensor(self.batch_shape, self)
        self.built = True

    def forward(self, X: Array) -> Array:
        """Pass the rows on."""
        self.X = self.z = self.a = X
        return X

    def backward(self, da: Array, from_logits: bool = False) -> Any:
        """Pass the derivative on."""
        return da

    def get_config(self) -> dict[str, Any]:
        """Return the options by name."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": floatx(),
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": False,
        }

    @classmethod
    def from_config(cls, config: Any) -> "InputLayer":
        """Make the layer of its options, of which only name and shape are scratch's."""
        return cls(batch_shape=config["batch_shape"], name=config["name"])


def Input(
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    name: str | None = None,
    batch_shape: Sequence[int | None] | None = None,
) -> KerasTensor:
    """Tell the shape of one row before any data is there. Keras: ``keras.Input((28, 28))``.

    Raises ValueError without a shape, or for a type other than the one in use.
    """
    return InputLayer(shape, batch_size, batch_shape, dtype=dtype, name=name).output
