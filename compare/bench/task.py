"""The one piece of work that every contender gets: rows, targets, initial weights, batch size, learning rate."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

ARRAYS = ("X", "y", "W", "b")


@dataclass(frozen=True)
class Size:
    """What a task is changed to when its cost's growth is measured; None leaves it as it is."""

    rows: int | None = None
    batch: int | None = None
    units: int | None = None
    pixels: int | None = None


@dataclass(frozen=True)
class Task:
    """One perceptron to train with SGD on the mean squared error after a sigmoid.

    X: (N, D) float32, from 0 to 1; y: (N, U) float32; W: (D, U) and b: (U,) float32, the weights to start from.
    """

    X: Array
    y: Array
    W: Array
    b: Array
    batch_size: int
    learning_rate: float

    @property
    def size(self) -> Size:
        """Rows, batch, units and pixels, all named."""
        pixels, units = self.W.shape
        return Size(len(self.X), self.batch_size, units, pixels)

    def resized(self, size: Size) -> "Task":
        """Return a task of another size: rows and pixels are repeated or cut, and every unit is like the first."""
        rows, batch, units, pixels = (
            new or old for new, old in zip(asdict(size).values(), asdict(self.size).values(), strict=True)
        )
        if size == Size():
            return self
        return replace(
            self,
            X=np.resize(self.X, (rows, pixels)),
            y=np.repeat(np.resize(self.y[:, :1], (rows, 1)), units, axis=1),
            W=np.repeat(np.resize(self.W[:, :1], (pixels, 1)), units, axis=1),
            b=np.repeat(self.b[:1], units),
            batch_size=batch,
        )

    def save(self, directory: Path) -> None:
        """Write the task where other processes find it."""
        for name in ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name))
        numbers = {"batch_size": self.batch_size, "learning_rate": self.learning_rate}
        (directory / "task.json").write_text(json.dumps(numbers), encoding="utf-8")

    @staticmethod
    def load(directory: Path) -> "Task":
        """Read a task."""
        arrays = {name: np.load(directory / f"{name}.npy", allow_pickle=False) for name in ARRAYS}
        return Task(**arrays, **json.loads((directory / "task.json").read_text(encoding="utf-8")))
