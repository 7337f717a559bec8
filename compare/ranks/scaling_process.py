"""One rank that times training steps: ``mpirun ... python -m compare.ranks.scaling_process FILE``; rank 0 writes it."""

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from mpi4py import MPI

import scratch
from compare.ranks.allreduce import AllReduced
from compare.ranks.parts import cut, part
from compare.ranks.training import adder

BATCHES, UNITS, PIXELS = (32, 512, 8192), (1, 64, 256), 784
ROWS = 16_384
REPEATS = 5
MESSAGES = 200


def main(path: str) -> None:
    """Time every size in turn, on all ranks together."""
    world = MPI.COMM_WORLD
    found = [_measured(world, batch, units) for units in UNITS for batch in BATCHES]
    if world.Get_rank() == 0:
        Path(path).write_text(json.dumps(found), encoding="utf-8")


def _measured(world: Any, batch: int, units: int) -> dict[str, float]:
    rank, ranks = world.Get_rank(), world.Get_size()
    rows, shares = part(np.arange(ROWS), batch, rank, ranks)
    stream = np.random.default_rng(rank)
    x = stream.random((len(rows), PIXELS), np.float32)
    y = (stream.random((len(rows), units)) < 0.1).astype(np.float32)
    optimizer = AllReduced(scratch.optimizers.SGD(0.1), adder(world))
    model = scratch.Sequential([scratch.Input((PIXELS,)), scratch.layers.Dense(units, activation="sigmoid")])
    model.compile(loss="mse", optimizer=optimizer)
    mine = cut(batch, rank, ranks)

    def epoch() -> float:
        optimizer.begin(shares)
        world.Barrier()
        began = time.perf_counter()
        model.fit(x, y, batch_size=mine.stop - mine.start, shuffle=False, verbose=0)
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
    main(sys.argv[1])
