"""``bench.json``: every number of a run, for programs and for the README."""

from dataclasses import asdict
from typing import Any

from compare.bench.contender import find
from compare.bench.goals import goals
from compare.bench.machine import machine
from compare.bench.measurements import Measurements
from compare.bench.session import FLOOR, OURS, Axis, Found, power
from compare.bench.sweep import KERAS
from compare.bench.timing import Timing
from compare.core.checks import Check

AXES = ("rows", "batch", "units", "pixels")


def result_of(measurements: Measurements, command: str) -> dict[str, Any]:
    """Gather the result; what was not measured is absent from the tables and named under ``not_measured``."""
    found, task = measurements.found, measurements.task
    rows = task.X.nbytes
    return {
        "command": command,
        "interrupted": found.interrupted,
        "dataset": {"name": measurements.dataset.name, "rows": len(task.X), "pixels": len(task.W)},
        "epoch_seconds": _medians(found.epoch),
        "ratio_to_scratch": {name: ratio for name in found.epoch if (ratio := found.ratio(name)) is not None},
        "cold_start_seconds": _medians(found.cold),
        "cold_start_ratio_to_scratch": {
            name: ratio for name in found.cold if (ratio := found.cold_ratio(name)) is not None
        },
        "growth_exponents": {axis: found.exponent(axis) for axis in AXES},
        "peak_memory_ratio": found.memory and found.memory.peak / found.memory.images,
        "sweep_time_ratio": sweep_time_ratio(found),
        "not_measured": found.not_measured,
        "goals": [asdict(goal) | {"held": goal.held} for goal in goals(found)],
        "spread": {
            "epoch": {name: _spread(timing) for name, timing in found.epoch.items()},
            "cold_start": {name: _spread(timing) for name, timing in found.cold.items()},
        },
        "agreement": {name: _agreement(agreement) for name, agreement in found.agreement.items()},
        "settings": found.settings,
        "remarks": {name: find(name).remark for name in found.epoch if find(name).remark},
        "bandwidth_gb_per_second": rows / found.epoch[FLOOR].median / 1e9 if FLOOR in found.epoch else None,
        "growth": {axis: _growth(grown) for axis, grown in found.growth.items()},
        "memory": found.memory and asdict(found.memory),
        "sweep": _sweep(found),
        "method": asdict(measurements.plan),
        "machine": machine(),
    }


def _medians(timings: dict[str, Timing]) -> dict[str, float]:
    return {name: timing.median for name, timing in timings.items()}


def _agreement(found: Check) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("max_abs_difference", "tolerance", "ok")}


def _spread(timing: Timing) -> dict[str, Any]:
    return {"quartiles": timing.quartiles, "times": len(timing.seconds)}


def _growth(axis: Axis) -> dict[str, Any]:
    fits = {name: power(axis.values, [timing.median for timing in found]) for name, found in axis.seconds.items()}
    return {
        "values": axis.values,
        "with": axis.unit,
        "seconds": {name: [timing.median for timing in found] for name, found in axis.seconds.items()},
        "exponent": {name: exponent for name, (exponent, _) in fits.items()},
        "furthest_from_fit": {name: off for name, (_, off) in fits.items()},
        "left_out": axis.left_out,
    }


def sweep_time_ratio(found: Found, name: str = OURS) -> float | None:
    """How many times longer all rates at once take than one of them."""
    if found.sweep is None or name not in found.sweep.one:
        return None
    return found.sweep.at_once[name].median / found.sweep.one[name].median


def separate_seconds(found: Found, name: str) -> float | None:
    """What an epoch of as many separate runs takes: scratch's were all run, Keras's are extrapolated from one."""
    if found.sweep is None or name not in found.sweep.one:
        return None
    return found.sweep.separate_seconds if name == OURS else len(found.sweep.rates) * found.sweep.one[name].median


def _sweep(found: Found) -> dict[str, Any] | None:
    if found.sweep is None:
        return None
    sides = {
        name: {
            "at_once_seconds": found.sweep.at_once[name].median,
            "one_seconds": found.sweep.one[name].median,
            "separate_seconds": separate_seconds(found, name),
            "separate_runs_measured": len(found.sweep.rates) if name == OURS else len(found.sweep.one[name].seconds),
            "extrapolated": name == KERAS,
        }
        for name in found.sweep.one
    }
    return {"rates": found.sweep.rates.tolist(), "each_unit_is_the_run_alone": _agreement(found.sweep.worst), **sides}
