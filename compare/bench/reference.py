"""What every contender's weights must be after one epoch: scratch's, to within twice the perturbed runs' drift."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compare.bench.contender import Array, Task, perceptron
from compare.core.checks import Check, compared
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import Framework, scratch_framework
from compare.core.rates import rate_per_unit
from compare.core.training import Training


@dataclass(frozen=True)
class Reference:
    """scratch's weights after one epoch, and the tolerance of each unit's."""

    weights: list[Array]
    tolerance: Array

    def agreement(self, weights: list[Array], unit: int | slice = slice(None)) -> Check:
        """Check a contender's weights against these, all units or one; NaN never agrees."""
        ours, theirs = np.vstack(self.weights)[:, unit], np.vstack(weights)
        check = compared("weights after 1 epoch", "W, b", theirs.reshape(ours.shape), ours, self.tolerance[unit])
        return check if np.isfinite(theirs).all() else replace(check, ok=False, max_abs_difference=None)


@dataclass(frozen=True)
class TaskFramework(Framework):
    """A library that builds the task's perceptron; with rates, each unit has one of its own."""

    task: Task
    rates: Array | None

    def optimizer(self, config: Config) -> Any:
        """Make the task's optimizer."""
        return super().optimizer(config) if self.rates is None else rate_per_unit(self.keras, self.rates)

    def build(self, config: Config, shape: tuple[int, ...], weights: list[Array], **changes: Any) -> Any:
        """Build the task's perceptron, which brings its own weights."""
        return perceptron(self.keras, self.task, **{"optimizer": self.optimizer(config)} | changes)


def reference(task: Task, order: Array, rates: Array | None = None) -> Reference:
    """Train scratch and its perturbed runs for one epoch in this order; with rates, a unit for each of them."""
    training = Training(
        Config(epochs=1, batch_size=task.batch_size, learning_rate=task.learning_rate),
        Rows(task.X, task.y),
        [TaskFramework(**vars(scratch_framework()), task=task, rates=rates)],
        [task.W, task.b],
        orders=lambda: [order],
    ).trained()
    drifts = [training.drift(unit=slice(unit, unit + 1)) for unit in range(len(task.b))]
    return Reference(training.scratch.weights[-1], 2 * np.array(drifts))
