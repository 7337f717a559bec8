"""What all parts of a run share, and where each leaves what it found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from compare.bench.plan import Plan
from compare.bench.task import Array, Task
from compare.bench.timing import Timing
from compare.core.checks import Check

OURS, LIMIT, FLOOR = "scratch", "c_loop", "bandwidth_floor"

Tell = Callable[[str, int, str], None]
"""Called after every piece of work with the part's name, how many pieces it has, and what is done."""


@dataclass(frozen=True)
class Session:
    """The work, how thoroughly it is measured, on whom, and who looks on."""

    task: Task
    order: Array
    """The order of the rows in which every contender's first epoch is trained and checked."""
    contenders: tuple[str, ...]
    plan: Plan
    directory: Path
    """A temporary one: the task lies in there, and whatever contenders compile."""
    tell: Tell


@dataclass
class Axis:
    """How an epoch's cost grows along one axis: seconds at each value, and the exponent of the fitted power."""

    values: list[int]
    unit: str
    """What else the sizes were."""
    seconds: dict[str, list[Timing]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


@dataclass
class Sweep:
    """Many learning rates: all in one run, one alone, each by itself; seconds an epoch."""

    rates: Array
    at_once: dict[str, Timing]
    one: dict[str, Timing]
    separate_seconds: float
    worst: Check
    """Of the units against the runs alone, the one that uses most of its tolerance."""


@dataclass(frozen=True)
class Memory:
    """Bytes of anonymous memory: at the peak, above Python with NumPy imported; and of the images themselves."""

    peak: int
    images: int


@dataclass
class Found:
    """What was found so far; a part that was not reached is empty."""

    epoch: dict[str, Timing] = field(default_factory=dict)
    agreement: dict[str, Check] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    cold: dict[str, Timing] = field(default_factory=dict)
    growth: dict[str, Axis] = field(default_factory=dict)
    memory: Memory | None = None
    sweep: Sweep | None = None
    not_measured: dict[str, str] = field(default_factory=dict)
    """Contenders and parts, each with the reason."""
    interrupted: bool = False

    def ratio(self, name: str) -> float | None:
        """How many times slower than scratch this contender trains an epoch; None where either was not measured."""
        return _divided(self.epoch, name)

    def cold_ratio(self, name: str) -> float | None:
        """How many times slower than scratch it gets from a cold start to trained weights."""
        return _divided(self.cold, name)

    def exponent(self, axis: str, name: str = OURS) -> float | None:
        """The power of an axis's values with which a contender's cost grows; None with fewer than two points."""
        if axis not in self.growth or name not in self.growth[axis].seconds:
            return None
        timings = self.growth[axis].seconds[name]
        return power(self.growth[axis].values[: len(timings)], [timing.median for timing in timings])[0]


def _divided(timings: dict[str, Timing], name: str) -> float | None:
    if name not in timings or OURS not in timings:
        return None
    return timings[name].median / timings[OURS].median


def power(values: list[int], seconds: list[float]) -> tuple[float, float] | tuple[None, None]:
    """Fit seconds = factor * values**exponent by least squares on the logarithms.

    Returns the exponent, and the largest share by which a measured time is off the fitted one; None and None for
    fewer than two values.
    """
    if len(values) < 2:
        return None, None
    x, y = np.log(values), np.log(seconds)
    exponent, offset = np.polyfit(x, y, 1)
    off = np.exp(np.abs(y - (exponent * x + offset))) - 1
    return float(exponent), float(off.max())
