"""What all parts of a run share: how thoroughly they measure, how they time, and where each leaves what it found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from compare.bench.contender import Array, Task
from compare.core.checks import Check
from scratch.datasets import Dataset

OURS, LIMIT, FLOOR, KERAS = "scratch", "c_loop", "bandwidth_floor", "keras_default"

ENOUGH = 0.3
"""Seconds of one turn: quick ones are timed several times in it."""
MOST = 6
"""Times a turn."""

Tell = Callable[[str, int, str], None]
"""Called after every piece of work with the part's name, how many pieces it has, and what is done."""


@dataclass(frozen=True)
class Plan:
    """How often everything is measured, and how large it gets."""

    rows: int | None
    """At most so many rows; None for all."""
    rounds: int
    """Turns of each contender, one or more epochs each."""
    cold_rounds: int
    """Cold starts of each contender, unless it takes too long."""
    cold_seconds: float
    """What one contender's cold starts may take together, before another one is added."""
    growth_rounds: int
    growth_share: float
    """Part of the rows that growth begins from."""
    sweep_rounds: int
    warm_up: int = 1
    """Epochs before the clock starts; the first one compiles."""
    cold_epochs: int = 10
    rates: int = 64
    keras_runs: int = 3
    """Separate runs of Keras's that are measured, of as many as there are rates."""

    def rows_of(self, dataset: Dataset) -> int | None:
        """Return how many rows of a data set are trained on; None for all."""
        return None if self.rows is None else min(self.rows, len(dataset.x_train))


FULL = Plan(rows=None, rounds=9, cold_rounds=3, cold_seconds=40, growth_rounds=3, growth_share=1, sweep_rounds=5)
"""Within ten minutes."""
QUICK = Plan(rows=20_000, rounds=3, cold_rounds=1, cold_seconds=0, growth_rounds=2, growth_share=0.25, sweep_rounds=3)
"""Within one or two."""


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
class Timing:
    """The seconds of the same work, done again and again."""

    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle one."""
        return float(np.median(self.seconds))

    @property
    def quartiles(self) -> list[float]:
        """The two between which the middle half lies."""
        return [float(q) for q in np.percentile(self.seconds, [25, 75])]


def in_turns(timed: dict[str, Callable[[], float]], rounds: int) -> Iterator[tuple[str, list[float]]]:
    """Time each in turn, round after round, each round from another one on; yield (name, seconds) after each turn.

    So whatever slows the machine down for a while slows all of them, and nobody always runs after the same one. Where a
    turn has several, the first one is not counted: its process was asleep, and the caches are another's.
    """
    names = list(timed)
    for number in range(rounds if names else 0):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            seconds: list[float] = []
            while len(seconds) < MOST and sum(seconds) < ENOUGH:
                seconds.append(timed[name]())
            yield name, seconds[1:] or seconds


@dataclass
class ScalingCurve:
    """How an epoch's cost scales along one axis: each contender's seconds at each value."""

    values: list[int]
    others: str
    """What the sizes were that did not change."""
    timings: dict[str, list[Timing]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def seconds(self, name: str) -> list[float]:
        """Return a contender's medians, none where it was not measured."""
        return [timing.median for timing in self.timings.get(name, [])]

    def power(self, name: str) -> tuple[float, float] | tuple[None, None]:
        """Fit a power of the values to a contender's seconds: see ``fit_power``."""
        seconds = self.seconds(name)
        return fit_power(self.values[: len(seconds)], seconds)


def fit_power(values: list[int], seconds: list[float]) -> tuple[float, float] | tuple[None, None]:
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


@dataclass
class LearningRates:
    """Many learning rates: all in one run, one alone, each by itself; seconds an epoch."""

    rates: Array
    scratch_separate_seconds: float
    """All of scratch's runs together, each with one rate; Keras's are extrapolated from one."""
    worst: Check
    """Of the units against the runs alone, the one that uses most of its tolerance."""
    at_once: dict[str, Timing] = field(default_factory=dict)
    one: dict[str, Timing] = field(default_factory=dict)

    def ratio(self, name: str) -> float | None:
        """How many times longer all rates at once take than one of them; None where it was not measured."""
        return self.at_once[name].median / self.one[name].median if name in self.one else None

    def separate_seconds(self, name: str) -> float:
        """What an epoch of as many separate runs takes."""
        return self.scratch_separate_seconds if name == OURS else len(self.rates) * self.one[name].median


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
    scaling: dict[str, ScalingCurve] = field(default_factory=dict)
    memory: Memory | None = None
    learning_rates: LearningRates | None = None
    not_measured: dict[str, str] = field(default_factory=dict)
    """Contenders and parts, each with the reason."""
    interrupted: bool = False

    def ratio(self, name: str) -> float | None:
        """How many times slower than scratch this contender trains an epoch; None where either was not measured."""
        return _to_scratch(self.epoch, name)

    def cold_ratio(self, name: str) -> float | None:
        """How many times slower than scratch it gets from a cold start to trained weights."""
        return _to_scratch(self.cold, name)

    @property
    def rates_ratio(self) -> float | None:
        """How many times longer than one learning rate all of them at once take scratch."""
        return self.learning_rates.ratio(OURS) if self.learning_rates else None

    @property
    def memory_ratio(self) -> float | None:
        """How many times the memory of the images training takes."""
        return self.memory.peak / self.memory.images if self.memory else None

    def exponent(self, axis: str, name: str = OURS) -> float | None:
        """The power of an axis's values with which a contender's cost grows; None with fewer than two points."""
        return self.scaling[axis].power(name)[0] if axis in self.scaling else None


def _to_scratch(timings: dict[str, Timing], name: str) -> float | None:
    if name not in timings or OURS not in timings:
        return None
    return timings[name].median / timings[OURS].median
