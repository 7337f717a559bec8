"""The array types that the rooms' signatures use."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Stored(ABC):
    """Rows that lie on disk, and come into memory as they are asked for. ``np.memmap`` is one such."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    @abstractmethod
    def __getitem__(self, rows: slice) -> "Stored":
        """Return some neighbouring rows, still on disk."""

    @abstractmethod
    def take(self, indices: Array, axis: int = 0, out: Array | None = None, mode: Any = "raise") -> Array:
        """Gather rows into ``out``, or into a new array."""


Stored.register(np.memmap)
