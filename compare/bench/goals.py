"""What the project sets itself, held against what a run measured."""

from dataclasses import dataclass

from compare.bench.contender import find
from compare.bench.session import LIMIT, OURS, Found

AT_LEAST = {
    "keras_default": 35.0,
    "keras_best": 7.0,
    "torch_eager": 5.0,
    "numba": 1.0,
    "numba_loops": 1.0,
    "tf_function": 1.0,
}
"""How many times slower than scratch each trains an epoch, at least."""
MEANT_FOR = ("mnist", 60_000)
"""The rows that the goals are set for."""
LIMIT_SHARE, SWEEP, MEMORY = 1.9, 5.0, 2.0


@dataclass(frozen=True)
class Goal:
    """A line that was to be reached: ``measured`` is on the right side of ``bound``, or not, or was not measured."""

    sentence: str
    bound: float
    at_least: bool
    measured: float | None

    @property
    def held(self) -> bool | None:
        """Whether the run shows it; None where it was not measured."""
        if self.measured is None:
            return None
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


def goals(found: Found) -> list[Goal]:
    """Return every goal with what this run measured."""
    slower = [
        Goal(
            f"an epoch of {find(name).title} takes at least {bound:g}× as long as scratch's",
            bound,
            True,
            found.ratio(name),
        )
        for name, bound in AT_LEAST.items()
    ]
    limit = found.ratio(LIMIT)
    rivals = [name for name in found.cold if name not in (OURS, LIMIT)]
    ahead = min((ratio for name in rivals if (ratio := found.cold_ratio(name)) is not None), default=None)
    sweep = found.sweep and found.sweep.at_once.get(OURS)
    rates = len(found.sweep.rates) if found.sweep else 64
    return [
        *slower,
        Goal(f"scratch's epoch takes at most {LIMIT_SHARE}× the C loop's", LIMIT_SHARE, False, limit and 1 / limit),
        Goal("from a cold start to trained weights, every peer takes longer than scratch", 1.0, True, ahead),
        Goal(
            f"{rates} learning rates at once take at most {SWEEP:g}× the time of one",
            SWEEP,
            False,
            sweep.median / found.sweep.one[OURS].median if sweep and found.sweep else None,
        ),
        Goal(
            f"peak memory is at most {MEMORY:g}× the uint8 images",
            MEMORY,
            False,
            found.memory.peak / found.memory.images if found.memory else None,
        ),
    ]
