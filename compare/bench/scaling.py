"""How an epoch's cost scales: with rows, batch size, units and pixels, and with the learning rates trained at once."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from compare.bench.contender import Array, Size
from compare.bench.processes import BrokenContenderError, Crew
from compare.bench.reference import reference
from compare.bench.session import KERAS, LIMIT, OURS, Found, LearningRates, ScalingCurve, Session, Timing, in_turns
from compare.core.checks import Check

SIZES, RATES = "Scaling", "Learning rates"
AXES = ("rows", "batch", "units", "pixels")
FACTORS = (1, 2, 4, 8)
BATCHES = (1, 4, 16, 64, 256, 1024, 4096)
UNITS = (1, 4, 16, 64, 256)
SIDES = (8, 16, 28, 56, 112)
PIXEL_ROWS = 4
"""Pixels grow with a quarter of the rows: large images of all of them would not fit everyone's memory."""
LOWEST_RATE, HIGHEST_RATE = 0.01, 1.0


def sizes(session: Session) -> dict[str, list[Size]]:
    """Return the sizes along each axis."""
    rows = max(1, round(len(session.task.X) * session.plan.growth_share))
    return {
        "rows": [Size(rows=rows * factor) for factor in FACTORS],
        "batch": [Size(rows=rows, batch=batch) for batch in BATCHES],
        "units": [Size(rows=rows, units=units) for units in UNITS],
        "pixels": [Size(rows=max(1, rows // PIXEL_ROWS), pixels=side**2) for side in SIDES],
    }


def measure_sizes(session: Session, found: Found, crew: Crew) -> None:
    """Fill ``found.scaling``, scratch's beside the C loop's.

    A size that does not fit into memory twice is left out, and named.
    """
    axes = sizes(session)
    names = [name for name in (OURS, LIMIT) if name in found.epoch]
    for axis, points in axes.items() if names else ():
        rows = points[0].rows
        curve = found.scaling[axis] = ScalingCurve([], "" if axis == "rows" else f"{rows:,} rows")
        for size in points:
            value = getattr(size, axis)
            session.tell(SIZES, sum(map(len, axes.values())), f"{axis} {value:,}")
            if _bytes(session, size) * len(names) > available():
                curve.left_out.append(f"{axis} {value:,}: not enough memory")
                continue
            try:
                timings = _timed(session, size, names, crew)
            except BrokenContenderError as error:
                curve.left_out.append(f"{axis} {value:,}: {error}")
                continue
            curve.values.append(value)
            for name, timing in timings.items():
                curve.timings.setdefault(name, []).append(timing)


def _timed(session: Session, size: Size, names: list[str], crew: Crew) -> dict[str, Timing]:
    for name in names:
        crew[name].ask("prepare", name, session.directory, size, {})
        crew[name].ask("train", session.plan.warm_up)
    return _in_turns({name: partial(crew[name].ask, "train") for name in names}, session.plan.growth_rounds)


def _in_turns(timed: dict[str, Callable[[], float]], rounds: int) -> dict[str, Timing]:
    timings = {name: Timing() for name in timed}
    for name, seconds in in_turns(timed, rounds):
        timings[name].seconds += seconds
    return timings


def _bytes(session: Session, size: Size) -> int:
    """Return what a process takes at most: its rows, resized, and another copy on the way there."""
    return 2 * 4 * (size.rows or len(session.task.X)) * (size.pixels or session.task.X.shape[1])


def available() -> float:
    """Return the bytes of memory that are free to use; infinity where the system does not tell."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return float("inf")
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", text, re.MULTILINE)
    return 1024 * float(found[1]) if found else float("inf")


def measure_learning_rates(session: Session, found: Found, crew: Crew) -> None:
    """Fill ``found.learning_rates``: many at once, one a unit, against as many separate runs, scratch's and Keras's.

    Keras is left out where it cannot run.
    """
    rates = np.geomspace(LOWEST_RATE, HIGHEST_RATE, session.plan.rates, dtype=np.float32)
    try:
        found.learning_rates = LearningRates(rates, *_separately(session, rates, crew))
        _time_rates(session, found.learning_rates, OURS, session.plan.sweep_rounds, crew)
    except BrokenContenderError as error:
        found.not_measured["learning rates"] = str(error)
        return
    if KERAS not in found.epoch:
        found.not_measured["learning rates, Keras"] = found.not_measured.get(KERAS, "not timed")
        return
    try:
        _time_rates(session, found.learning_rates, KERAS, session.plan.keras_runs, crew)
    except BrokenContenderError as error:
        found.not_measured["learning rates, Keras"] = str(error)


def _time_rates(session: Session, found: LearningRates, name: str, rounds: int, crew: Crew) -> None:
    """Time all rates at once and one by itself, in turns."""
    wide, alone = crew[f"{name}, all rates"], crew[name]
    session.tell(RATES, _pieces(session), f"{name}: all rates in one run")
    wide.ask("prepare_rates", name, session.directory, found.rates)
    alone.ask("prepare_rates", name, session.directory, found.rates[:1])
    both: dict[str, Callable[[], float]] = {"at once": partial(wide.ask, "train"), "one": partial(alone.ask, "train")}
    for train in both.values():
        train()
    timings = _in_turns(both, rounds)
    found.at_once[name], found.one[name] = timings["at once"], timings["one"]
    crew.end(f"{name}, all rates")


def _separately(session: Session, rates: Array, crew: Crew) -> tuple[float, Check]:
    """Train each rate by itself; return the seconds, and the worst agreement with the unit that has the rate."""
    task = session.task.resized(Size(units=len(rates)))
    session.tell(RATES, _pieces(session), f"{OURS}: {len(rates)} rates in one run, and its perturbed runs")
    expected = reference(task, session.order, rates)
    alone, total, agreements = crew[OURS], 0.0, []
    for unit, rate in enumerate(rates):
        session.tell(RATES, _pieces(session), f"{OURS}: rate {rate:.3g} by itself")
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
