"""From which size more MPI ranks pay: the seconds of a training step on 1, 2 and 4, over batch size and units.

Each of the ranks is ``mpirun ... python -m compare.bench.rank_scaling FILE``; rank 0 writes the file.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import scratch
from compare.bench.contender import Task, perceptron
from compare.common.errors import BadInput
from compare.scale.allreduce import AllReduced, adder
from compare.scale.launch import start
from compare.scale.sharding import local_rows, local_slice

RANKS = (1, 2, 4)
BATCHES, UNITS, PIXELS = (32, 512, 8192), (1, 64, 256), 784
ROWS = 16_384
REPEATS = 5
MESSAGES = 200


def measure(tell: Callable[[str], Any]) -> dict[str, Any]:
    """Measure all sizes on 1, 2 and 4 ranks of this machine; ``tell`` hears what is going on."""
    runs = []
    for ranks in RANKS:
        tell(f"Timing {ranks} ranks")
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "measured.json"
            code = start(ranks, [str(path)], module="compare.bench.rank_scaling").wait()
            if code:
                raise BadInput(f"{ranks} ranks could not be timed: mpirun ended with code {code}")
            runs.append(json.loads(path.read_text(encoding="utf-8")))
    return {
        "cores": os.cpu_count(),
        "pixels": PIXELS,
        "sizes": [summed_up(list(size)) for size in zip(*runs, strict=True)],
    }


def summed_up(runs: list[dict[str, float]]) -> dict[str, Any]:
    """Return what one size took on 1, 2 and 4 ranks, and how many times faster than one each of them was."""
    seconds = [run["step_seconds"] for run in runs]
    return {
        "batch": int(runs[0]["batch"]),
        "units": int(runs[0]["units"]),
        "step_seconds": _by_ranks(seconds),
        "allreduce_seconds": _by_ranks([run["allreduce_seconds"] for run in runs]),
        "times_faster": _by_ranks([seconds[0] / each for each in seconds]),
    }


def _by_ranks(numbers: list[float]) -> dict[str, float]:
    return {str(ranks): number for ranks, number in zip(RANKS, numbers, strict=True)}


def markdown(found: dict[str, Any]) -> str:
    """Write a table and a sentence in Markdown, as docs/scale.md quotes them."""
    header = ["units", "batch", "1 rank, µs", "2 ranks, µs", "4 ranks, µs", "2 for 1", "4 for 1", "all-reduce, µs"]
    lines = [f"| {' | '.join(header)} |", "|--:" * len(header) + "|"]
    for size in found["sizes"]:
        steps = [f"{1e6 * size['step_seconds'][str(n)]:,.0f}" for n in RANKS]
        faster = [f"{size['times_faster'][str(n)]:.2f}×" for n in RANKS[1:]]
        message = f"{1e6 * size['allreduce_seconds']['2']:,.0f}"
        cells = [f"{size['units']}", f"{size['batch']:,}", *steps, *faster, message]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", _sentence(found)]) + "\n"


def pays(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sizes at which two ranks take less time than one."""
    return [size for size in found["sizes"] if size["times_faster"]["2"] > 1]


def _sentence(found: dict[str, Any]) -> str:
    paying = pays(found)
    if not paying:
        return "Two ranks are slower than one at every size measured here."
    least = min(paying, key=lambda size: size["step_seconds"]["1"])
    return (
        f"Two ranks are faster than one from a step of {1e6 * least['step_seconds']['1']:,.0f} µs on (batch "
        f"{least['batch']:,}, {least['units']} units: {least['times_faster']['2']:.2f}×); for {len(paying)} of the "
        f"{len(found['sizes'])} sizes measured here."
    )


def time_steps(path: str) -> None:
    """Be one of the ranks: time every size in turn, all ranks together."""
    from mpi4py import MPI

    world = MPI.COMM_WORLD
    found = [_timed(world, batch, units) for units in UNITS for batch in BATCHES]
    if world.Get_rank() == 0:
        Path(path).write_text(json.dumps(found), encoding="utf-8")


def _timed(world: Any, batch: int, units: int) -> dict[str, float]:
    rank, ranks = world.Get_rank(), world.Get_size()
    rows, shares = local_rows(np.arange(ROWS), batch, rank, ranks)
    local = local_slice(batch, rank, ranks)
    stream = np.random.default_rng(rank)
    X = stream.random((len(rows), PIXELS), np.float32)
    y = (stream.random((len(rows), units)) < 0.1).astype(np.float32)
    W, b = np.zeros((PIXELS, units), np.float32), np.zeros(units, np.float32)
    task = Task(X, y, W, b, batch_size=local.stop - local.start, learning_rate=0.1)
    optimizer = AllReduced(scratch.optimizers.SGD(task.learning_rate), adder(world))
    model = perceptron(scratch, task, optimizer=optimizer, metrics=[])

    def epoch() -> float:
        optimizer.begin(shares)
        world.Barrier()
        began = time.perf_counter()
        model.fit(X, y, batch_size=task.batch_size, shuffle=False, verbose=0)
        return time.perf_counter() - began

    epoch()
    seconds = statistics.median(epoch() for _ in range(REPEATS))
    message = np.zeros((PIXELS + 1) * units, np.float32)
    world.Barrier()
    began = time.perf_counter()
    for _ in range(MESSAGES):
        optimizer.add_up(message)
    return {
        "batch": batch,
        "units": units,
        "step_seconds": seconds / len(shares),
        "allreduce_seconds": (time.perf_counter() - began) / MESSAGES,
    }


if __name__ == "__main__":
    time_steps(sys.argv[1])
