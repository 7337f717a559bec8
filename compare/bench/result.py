"""What a run showed: ``bench.json`` for programs, ``bench.md`` for the README, and the goals it is held against."""

import subprocess
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from compare.bench.contender import find
from compare.bench.measurements import Measurements
from compare.bench.processes import THREADS
from compare.bench.scaling import AXES
from compare.bench.session import FLOOR, KERAS, LIMIT, OURS, Found, LearningRates, ScalingCurve, Timing
from compare.common.environment import environment, memory_gb, versions
from compare.core.checks import Check

MEANT_FOR = ("mnist", 60_000)
"""The rows that the goals are set for."""
TIMES_SLOWER = {
    "keras_default": 35.0,
    "keras_best": 7.0,
    "torch_eager": 5.0,
    "numba": 1.0,
    "numba_loops": 1.0,
    "tf_function": 1.0,
}
"""How many times slower than scratch each trains an epoch, at least."""
TIMES_LIMIT, TIMES_ONE_RATE, TIMES_IMAGES = 1.9, 5.0, 2.0
"""At most: scratch's epoch, of the C loop's; all learning rates, of one; peak memory, of the images."""

PACKAGES = ("torch", "jax", "numba", "scikit-learn")


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
    limit, peers = found.ratio(LIMIT), [name for name in found.cold if name not in (OURS, LIMIT)]
    ahead = min((ratio for name in peers if (ratio := found.cold_ratio(name)) is not None), default=None)
    rates = len(found.learning_rates.rates) if found.learning_rates else 64
    slower = "an epoch of {} takes at least {:g}× as long as scratch's"
    at_once = f"{rates} learning rates at once take at most {TIMES_ONE_RATE:g}× the time of one"
    memory = f"peak memory is at most {TIMES_IMAGES:g}× the uint8 images"
    return [
        *(Goal(slower.format(find(name).title, n), n, True, found.ratio(name)) for name, n in TIMES_SLOWER.items()),
        Goal(f"scratch's epoch takes at most {TIMES_LIMIT}× the C loop's", TIMES_LIMIT, False, limit and 1 / limit),
        Goal("from a cold start to trained weights, every peer takes longer than scratch", 1.0, True, ahead),
        Goal(at_once, TIMES_ONE_RATE, False, found.rates_ratio),
        Goal(memory, TIMES_IMAGES, False, found.memory_ratio),
    ]


def as_json(measurements: Measurements, command: str) -> dict[str, Any]:
    """Return what ``bench.json`` holds; what was not measured is absent from the tables, and named."""
    found, task = measurements.found, measurements.task
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
        "peak_memory_ratio": found.memory_ratio,
        "sweep_time_ratio": found.rates_ratio,
        "not_measured": found.not_measured,
        "goals": [asdict(goal) | {"held": goal.held} for goal in goals(found)],
        "spread": {"epoch": _spreads(found.epoch), "cold_start": _spreads(found.cold)},
        "agreement": {name: _agreement(agreement) for name, agreement in found.agreement.items()},
        "settings": found.settings,
        "remarks": {name: find(name).remark for name in found.epoch if find(name).remark},
        "bandwidth_gb_per_second": task.X.nbytes / found.epoch[FLOOR].median / 1e9 if FLOOR in found.epoch else None,
        "growth": {axis: _scaling(curve) for axis, curve in found.scaling.items()},
        "memory": found.memory and asdict(found.memory),
        "sweep": found.learning_rates and _learning_rates(found.learning_rates),
        "method": asdict(measurements.plan),
        "machine": machine(),
    }


def _medians(timings: dict[str, Timing]) -> dict[str, float]:
    return {name: timing.median for name, timing in timings.items()}


def _agreement(found: Check) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("max_abs_difference", "tolerance", "ok")}


def _spreads(timings: dict[str, Timing]) -> dict[str, Any]:
    return {name: {"quartiles": timing.quartiles, "times": len(timing.seconds)} for name, timing in timings.items()}


def _scaling(curve: ScalingCurve) -> dict[str, Any]:
    fits = {name: curve.power(name) for name in curve.timings}
    return {
        "values": curve.values,
        "with": curve.others,
        "seconds": {name: curve.seconds(name) for name in curve.timings},
        "exponent": {name: exponent for name, (exponent, _) in fits.items()},
        "furthest_from_fit": {name: off for name, (_, off) in fits.items()},
        "left_out": curve.left_out,
    }


def _learning_rates(found: LearningRates) -> dict[str, Any]:
    sides = {
        name: {
            "at_once_seconds": found.at_once[name].median,
            "one_seconds": found.one[name].median,
            "separate_seconds": found.separate_seconds(name),
            "separate_runs_measured": len(found.rates) if name == OURS else len(found.one[name].seconds),
            "extrapolated": name == KERAS,
        }
        for name in found.one
    }
    return {"rates": found.rates.tolist(), "each_unit_is_the_run_alone": _agreement(found.worst), **sides}


def machine() -> dict[str, Any]:
    """Describe the processor, its memory, the threads and every version."""
    return (
        environment()
        | {
            "memory_gb": memory_gb(),
            "threads": THREADS,
            "blas": np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"],
            "c_compiler": _compiler(),
        }
        | versions(*PACKAGES)
    )


def _compiler() -> str | None:
    try:
        done = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.partition("\n")[0]


def markdown(result: dict[str, Any]) -> str:
    """Write what ``bench.json`` holds as a table and a few sentences; nothing in there is not from the run."""
    machine, epoch, data = result["machine"], result["epoch_seconds"], result["dataset"]
    lines = [
        f"Measured by `{result['command']}` on {data['rows']:,} rows of {data['name']}, {machine['processor']} with "
        f"{machine['cores']} cores; each number is a multiple of scratch's in the same run.",
        "",
        "| | one epoch | cold start to 10 epochs |",
        "|---|---|---|",
    ]
    for name in sorted(epoch, key=lambda name: epoch[name]):
        title = f"**{find(name).title}**" if name == OURS else find(name).title
        cold = result["cold_start_ratio_to_scratch"].get(name)
        lines.append(f"| {title} | {times(result['ratio_to_scratch'][name])} | {'' if cold is None else times(cold)} |")
    return "\n".join([*lines, "", *_sentences(result)]) + "\n"


def times(ratio: float) -> str:
    """Write a ratio with as many digits as it deserves."""
    return f"{ratio:.2g}×" if ratio < 100 else f"{ratio:,.0f}×"


def _sentences(result: dict[str, Any]) -> list[str]:
    exponents = [f"{axis}^{power:.2f}" for axis, power in result["growth_exponents"].items() if power is not None]
    missed = [goal for goal in result["goals"] if goal["held"] is False]
    untold = [goal for goal in result["goals"] if goal["held"] is None]
    sentences = []
    if OURS in result["epoch_seconds"]:
        seconds = result["epoch_seconds"][OURS]
        limit = result["ratio_to_scratch"].get(LIMIT)
        beside = f", {times(1 / limit)} the C loop's" if limit else ""
        sentences.append(f"An epoch of scratch took {1000 * seconds:.0f} ms{beside}.")
    if exponents:
        sentences.append(f"Its cost grows as {', '.join(exponents)} (fitted powers; batch is far from one).")
    if result["sweep_time_ratio"] is not None:
        count = len(result["sweep"]["rates"])
        sentences.append(f"{count} learning rates at once take {times(result['sweep_time_ratio'])} the time of one.")
    if result["peak_memory_ratio"] is not None:
        sentences.append(f"Training takes {times(result['peak_memory_ratio'])} the memory of the `uint8` images.")
    kept = len(result["goals"]) - len(missed) - len(untold)
    sentences.append(f"Of the {len(result['goals'])} goals that the project set itself, this run shows {kept}.")
    sentences += [f"Missed: {goal['sentence']} (measured: {times(goal['measured'])})." for goal in missed]
    sentences += [f"Not measured: {goal['sentence']}." for goal in untold]
    return sentences
