"""Learning rates that change with the steps (``keras.optimizers.schedules``).

step: the number of steps taken, 0 at the first. With TensorFlow, Keras computes each rate in float32, even where the
weights are float64; so it is here.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scratch.serialization import Configured, deserialized


class LearningRateSchedule(Configured):
    """A learning rate that is a function of the step; a class of your own does as well as those below."""

    room = "keras.optimizers.schedules"

    def __call__(self, step: int) -> Any:
        """Return the learning rate of this step."""
        raise NotImplementedError


class _OfSteps(LearningRateSchedule):
    """A schedule that has ``decay_steps``, at least one."""

    def __init__(self, initial_learning_rate: float, decay_steps: int, name: str) -> None:
        if decay_steps <= 0:
            raise ValueError(f"Argument `decay_steps` must be > 0. Received: decay_steps={decay_steps}")
        self.initial_learning_rate, self.decay_steps, self.name = initial_learning_rate, decay_steps, name


class ExponentialDecay(_OfSteps):
    """Multiply the rate by ``decay_rate`` every ``decay_steps`` steps: smoothly or, with ``staircase``, at once.

        rate = initial_learning_rate * decay_rate ** (step / decay_steps)

    Keras: ``ExponentialDecay(0.1, decay_steps=1000, decay_rate=0.9)``. Raises ValueError for less than one step.
    """

    options = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, name)
        self.decay_rate, self.staircase = decay_rate, staircase

    def __call__(self, step: int) -> Any:
        """Return the learning rate of this step."""
        p = np.float32(step) / np.float32(self.decay_steps)
        return np.float32(self.initial_learning_rate) * np.float32(self.decay_rate) ** (
            np.floor(p) if self.staircase else p
        )


class InverseTimeDecay(_OfSteps):
    """Divide the rate by 1, 2, 3 ... times ``decay_rate``, and 1 more.

        rate = initial_learning_rate / (1 + decay_rate * step / decay_steps)

    Keras: ``InverseTimeDecay(0.1, decay_steps=1000, decay_rate=0.5)``. Raises ValueError for less than one step.
    """

    options = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, name)
        self.decay_rate, self.staircase = decay_rate, staircase

    def __call__(self, step: int) -> Any:
        """Return the learning rate of this step."""
        p = np.float32(step) / np.float32(self.decay_steps)
        p = np.floor(p) if self.staircase else p
        return np.float32(self.initial_learning_rate) / (1 + np.float32(self.decay_rate) * p)


class PolynomialDecay(_OfSteps):
    """Go from one rate to another along a line, or a power of it, and stay there.

        left = 1 - minimum(step, decay_steps) / decay_steps
        rate = (initial_learning_rate - end_learning_rate) * left**power + end_learning_rate

    With ``cycle`` it begins again, over twice the steps, then three times, and so on. Keras:
    ``PolynomialDecay(0.1, decay_steps=1000)``. Raises ValueError for less than one step.
    """

    options = ("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, name)
        self.end_learning_rate, self.power, self.cycle = end_learning_rate, power, cycle

    def __call__(self, step: int) -> Any:
        """Return the learning rate of this step."""
        end, steps = np.float32(self.end_learning_rate), self.decay_steps
        if self.cycle:
            steps *= max(1, math.ceil(step / steps))
        left = 1 - np.float32(min(step, steps)) / np.float32(steps)
        return (np.float32(self.initial_learning_rate) - end) * left ** np.float32(self.power) + end


class CosineDecay(_OfSteps):
    """Go down half a cosine wave to ``alpha`` times the rate; before it, with a ``warmup_target``, up a line to that.

        p = minimum(step, decay_steps) / decay_steps
        rate = initial_learning_rate * ((1 - alpha) * 0.5 * (1 + cos(pi * p)) + alpha)

    Keras: ``CosineDecay(0.1, decay_steps=1000)``. Raises ValueError for less than one step.
    """

    options = ("initial_learning_rate", "decay_steps", "alpha", "name", "warmup_target", "warmup_steps")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, name)
        self.alpha, self.warmup_target, self.warmup_steps = alpha, warmup_target, warmup_steps

    def __call__(self, step: int) -> Any:
        """Return the learning rate of this step."""
        first = np.float32(self.initial_learning_rate)
        if self.warmup_target is not None:
            top = np.float32(self.warmup_target)
            if step < self.warmup_steps:
                return (top - first) * (np.float32(step) / np.float32(self.warmup_steps)) + first
            first, step = top, step - self.warmup_steps
        p = np.float32(min(step, self.decay_steps)) / np.float32(self.decay_steps)
        wave = 0.5 * (1 + np.cos(np.float32(math.pi) * p))
        return first * ((1 - self.alpha) * wave + self.alpha)


class PiecewiseConstantDecay(LearningRateSchedule):
    """Keep one rate up to a step, another up to the next, and the last for good.

    Keras: ``PiecewiseConstantDecay(boundaries=[1000, 2000], values=[0.1, 0.05, 0.01])``. Raises ValueError where there
    is not one value more than boundaries.
    """

    options = ("boundaries", "values", "name")

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"{len(boundaries)} boundaries part {len(boundaries) + 1} values, and there are {len(values)}"
            )
        self.boundaries, self.values, self.name = boundaries, values, name

    def __call__(self, step: int) -> Any:
        """Return the learning rate of this step, the boundary's own step among those before it."""
        return np.float32(self.values[int(np.searchsorted(self.boundaries, step))])


_CLASSES: dict[str, type[LearningRateSchedule]] = {
    kind.__name__: kind
    for kind in (CosineDecay, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay)
}


def deserialize(config: Mapping[str, Any]) -> Any:
    """Make the schedule that ``serialize`` has written; raises ValueError that lists those that there are."""
    return deserialized("schedule", config, _CLASSES)


__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
]
