"""The layer that lays an image out in one row (``keras.layers.Flatten``)."""

import math
from collections.abc import Sequence
from typing import Any

from scratch.arrays import Array
from scratch.layers.layer import Layer, Shape


class Flatten(Layer):
    """Lays the pixels of each image in one row. Keras: ``Flatten()``, ``Flatten(input_shape=(28, 28))``.

    Raises ValueError for images whose channels come first, which Keras turns round.
    """

    options = (*Layer.options, "data_format")

    def __init__(self, data_format: str | None = None, **common: Any) -> None:
        super().__init__(**common)
        if data_format not in (None, "channels_last"):
            raise ValueError(f"scratch's Flatten takes images with their channels last, not {data_format!r}")
        self.data_format = "channels_last"

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Shape:
        """Return (None, 784) for (None, 28, 28)."""
        rows, *row = input_shape
        return (rows, None if None in row else math.prod(row))  # type: ignore[arg-type]

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
