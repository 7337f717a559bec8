"""What every contender does, and how those in the folder ``contenders`` are found."""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np

from compare.bench.task import Array, Task


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
        raise NotImplementedError


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
