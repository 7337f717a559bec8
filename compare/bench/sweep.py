"""Many learning rates at once, one a unit, against as many separate runs: scratch's and Keras's."""

from collections.abc import Callable
from functools import partial

import numpy as np

from compare.bench.processes import BrokenContenderError, Crew
from compare.bench.reference import reference
from compare.bench.session import OURS, Found, Session, Sweep
from compare.bench.task import Array, Size
from compare.bench.timing import Timing, in_turns
from compare.core.checks import Check

PART = "Learning rates"
KERAS = "keras_default"
LOWEST, HIGHEST = 0.01, 1.0


def measure(session: Session, found: Found, crew: Crew) -> None:
    """Fill ``found.sweep``; Keras is left out where it cannot run."""
    rates = np.geomspace(LOWEST, HIGHEST, session.plan.rates, dtype=np.float32)
    try:
        separate_seconds, worst = _separately(session, rates, crew)
        found.sweep = Sweep(rates, {}, {}, separate_seconds, worst)
        _time(session, found.sweep, OURS, session.plan.sweep_rounds, crew)
    except BrokenContenderError as error:
        found.not_measured["learning rates"] = str(error)
        return
    if KERAS not in found.epoch:
        found.not_measured["learning rates, Keras"] = found.not_measured.get(KERAS, "not timed")
        return
    try:
        _time(session, found.sweep, KERAS, session.plan.keras_runs, crew)
    except BrokenContenderError as error:
        found.not_measured["learning rates, Keras"] = str(error)


def _time(session: Session, sweep: Sweep, name: str, rounds: int, crew: Crew) -> None:
    """Time all rates at once and one by itself, in turns."""
    wide, alone = crew[f"{name}, all rates"], crew[name]
    session.tell(PART, _pieces(session), f"{name}: all rates in one run")
    wide.ask("prepare_rates", name, session.directory, sweep.rates)
    alone.ask("prepare_rates", name, session.directory, sweep.rates[:1])
    both: dict[str, Callable[[], float]] = {"at once": partial(wide.ask, "train"), "one": partial(alone.ask, "train")}
    for train in both.values():
        train()
    timings = {key: Timing() for key in both}
    for key, seconds in in_turns(both, rounds):
        timings[key].seconds += seconds
    sweep.at_once[name], sweep.one[name] = timings["at once"], timings["one"]
    crew.end(f"{name}, all rates")


def _separately(session: Session, rates: Array, crew: Crew) -> tuple[float, Check]:
    """Train each rate by itself; return the seconds, and the worst agreement with the unit that has the rate."""
    task = session.task.resized(Size(units=len(rates)))
    session.tell(PART, _pieces(session), f"{OURS}: {len(rates)} rates in one run, and its perturbed runs")
    expected = reference(task, session.order, rates)
    alone, total, agreements = crew[OURS], 0.0, []
    for unit, rate in enumerate(rates):
        session.tell(PART, _pieces(session), f"{OURS}: rate {rate:.3g} by itself")
        alone.ask("prepare", OURS, session.directory, Size(), {}, float(rate))
        total += alone.ask("train", 1, session.order)
        agreements.append(expected.agreement(alone.ask("weights"), unit))
    return total, max(agreements, key=_share)


def _share(agreement: Check) -> float:
    if agreement.max_abs_difference is None:
        return float("inf")
    return agreement.max_abs_difference / agreement.tolerance if agreement.tolerance else agreement.max_abs_difference


def _pieces(session: Session) -> int:
    return session.plan.rates + 3
