"""What every contender is given, what it does with it, and how those in the folder ``contenders`` are found."""

import importlib
import json
import pkgutil
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

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


class Contender(ABC):
    """Trains the task's perceptron; made once, with everything ready, then asked for one epoch after another."""

    title: ClassVar[str]
    """What a reader calls it."""
    needs: ClassVar[tuple[str, ...]] = ()
    """The packages that it imports."""
    threads: ClassVar[str] = "1"
    remark: ClassVar[str] = ""
    """What a reader must know before comparing the times."""
    trains: ClassVar[bool] = True
    """Whether there is anything trained at the end; a mere limit trains nothing."""
    same_math: ClassVar[bool] = True
    """Whether its weights must be scratch's, down to rounding."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.W: Any = task.W.copy()  # or whatever else holds them, as long as NumPy can read it
        self.b: Any = task.b.copy()
        self.settings: dict[str, Any] = {}  # what it found out and can be given next time, as keyword arguments
        self._stream = np.random.default_rng(0)

    @classmethod
    def missing(cls) -> str | None:
        """Say why it cannot run here; None where it can."""
        absent = [name for name in cls.needs if find_spec(name) is None]
        return f"{' and '.join(absent)} not installed" if absent else None

    def train(self, epochs: int = 1, order: Array | None = None) -> None:
        """Train for so many epochs: each through the rows in this order, or without one in a new random order."""
        for _ in range(epochs):
            self.epoch(self._stream.permutation(len(self.task.X)) if order is None else order)

    @abstractmethod
    def epoch(self, order: Array) -> None:
        """Train once through the rows in this order; return when it is done."""

    def weights(self) -> list[Array]:
        """Return W and b as they are now, (D, U) and (U,)."""
        return [np.asarray(self.W), np.asarray(self.b)]


def perceptron(keras: Any, task: Task, **options: Any) -> Any:
    """Build and compile the task's perceptron; ``options`` go to ``compile``, its optimizer among them."""
    D, U = task.W.shape
    model = keras.Sequential()
    model.add(keras.Input((D,)))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(U, activation="sigmoid"))
    sgd = keras.optimizers.SGD(learning_rate=task.learning_rate)
    model.compile(**{"loss": "mse", "optimizer": sgd, "metrics": ["accuracy"]} | options)
    model.set_weights([task.W, task.b])
    return model


class KerasFit(Contender):
    """``fit`` as everyone calls it; without an order it shuffles by itself, which is Keras's default."""

    def __init__(self, task: Task, keras: Any, **options: Any) -> None:
        super().__init__(task)
        self.keras = keras
        self.model = perceptron(keras, task, **options)

    def train(self, epochs: int = 1, order: Array | None = None) -> None:
        """Call ``fit`` once for all epochs; an order that is given is that of the rows."""
        X, y = self.task.X, self.task.y
        if order is not None:
            X, y = X[order], y[order]
        self.model.fit(X, y, batch_size=self.task.batch_size, epochs=epochs, shuffle=order is None, verbose=0)

    def epoch(self, order: Array) -> None:
        """Train once through the rows in this order."""
        self.train(order=order)

    def weights(self) -> list[Array]:
        """Return W and b."""
        return list(self.model.get_weights())


def names() -> list[str]:
    """Return the name of every contender: a file in the folder ``contenders`` is one."""
    from compare.bench import contenders

    return sorted(module.name for module in pkgutil.iter_modules(contenders.__path__))


def find(name: str) -> type[Contender]:
    """Return the class that the contender's file defines."""
    module = importlib.import_module(f"compare.bench.contenders.{name}")
    (found,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Contender) and value.__module__ == module.__name__
    )
    return found
