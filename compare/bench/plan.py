"""How thorough a run is: the full one, within ten minutes, and ``--quick``, within about one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """How often everything is measured, and how large it gets."""

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


FULL = Plan(rounds=9, cold_rounds=3, cold_seconds=40, growth_rounds=3, growth_share=1, sweep_rounds=5)
QUICK = Plan(rounds=3, cold_rounds=1, cold_seconds=0, growth_rounds=2, growth_share=0.1, sweep_rounds=3)
