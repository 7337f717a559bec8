"""Which step of a run departs first: the run once more, with the weights of every step kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.core.checks import apart
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import Framework
from compare.core.training import Side, train
from scratch.arrays import Array


@dataclass(frozen=True)
class Departure:
    """The first step after which two runs are further apart than they may be."""

    step: int
    """Counted over the whole run, from 1."""
    epoch: int
    difference: float
    tolerance: float

    def __str__(self) -> str:
        """Say where, and by how much."""
        distance = f"max|ΔW| {self.difference:.3g} where {self.tolerance:.3g} is allowed"
        return f"step {self.step} (epoch {self.epoch}): {distance}"


def weights_by_step(
    sides: Sequence[tuple[Side, Framework]], config: Config, rows: Rows, epoch: int
) -> list[list[list[Array]]]:
    """Train up to the end of ``epoch`` (from 1) and return, for each side, the weights after each of its steps."""
    kept: dict[str, list[list[Array]]] = {side.name: [] for side, _ in sides}
    frameworks = {side.name: framework for side, framework in sides}

    def callbacks(side: Side, at: int) -> list[Any]:
        return [_keeper(frameworks[side.name], kept[side.name])] if at == epoch - 1 else []

    for _ in train([side for side, _ in sides], config, rows, epoch, callbacks):
        pass
    return list(kept.values())


def _keeper(framework: Framework, kept: list[list[Array]]) -> Any:
    class Keeper(framework.keras.callbacks.Callback):  # type: ignore[misc, name-defined]
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            kept.append(self.model.get_weights())

    return Keeper()


def first_departure(
    one: list[list[Array]],
    other: list[list[Array]],
    allowed: Callable[[int], float],
    epoch: int,
) -> Departure | None:
    """Find the first step of the epoch whose difference is above ``allowed(index)``."""
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        difference, tolerance = apart(a, b), allowed(index)
        if difference > tolerance or np.isnan(difference) != np.isnan(tolerance):
            return Departure((epoch - 1) * len(other) + index + 1, epoch, difference, tolerance)
    if len(one) != len(other):  # a side that took fewer steps departs where it stopped
        index = min(len(one), len(other))
        return Departure((epoch - 1) * len(other) + index + 1, epoch, np.nan, 0.0)
    return None
