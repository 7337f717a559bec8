"""How thorough a run is: the full one, within ten minutes, and ``--quick``, within about one."""

from dataclasses import dataclass

from scratch.datasets import Dataset


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
QUICK = Plan(rows=20_000, rounds=3, cold_rounds=1, cold_seconds=0, growth_rounds=2, growth_share=0.25, sweep_rounds=3)
