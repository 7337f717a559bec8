"""Repeated timings: taken in turns, and summed up by their median and quartiles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

ENOUGH = 0.3
"""Seconds of one turn: quick ones are timed several times in it."""
MOST = 6
"""Times a turn."""


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
