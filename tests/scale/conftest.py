"""Ranks for the tests: threads that speak as much MPI as the training needs, and the real thing."""

import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from compare.core.config import Config
from compare.core.data import Rows, prepare
from compare.core.frameworks import initial_weights
from compare.core.training import Run
from compare.scale import rank
from scratch.arrays import Array
from scratch.datasets import load


class World:
    """One thread's view of the ranks."""

    def __init__(self, rank: int, slots: list[Any], barrier: threading.Barrier) -> None:
        self.rank, self.slots, self.barrier = rank, slots, barrier

    def Get_rank(self) -> int:
        return self.rank

    def Get_size(self) -> int:
        return len(self.slots)

    def add_up(self, array: Array) -> None:
        self.slots[self.rank] = array.copy()
        self.barrier.wait()
        array[...] = np.sum(self.slots, axis=0, dtype=array.dtype)
        self.barrier.wait()


def rows_of(config: Config) -> Rows:
    return prepare(load("digits"), config)


def trained(monkeypatch: pytest.MonkeyPatch, config: Config, ranks: int) -> tuple[Run, Rows, list[Array]]:
    """Train on so many threads; return rank 0's run, the rows and the weights that it began with."""
    monkeypatch.setattr(rank, "adder", lambda world: world.add_up)
    rows, slots, barrier = rows_of(config), [None] * ranks, threading.Barrier(ranks)
    start = initial_weights(config, rows.shape)

    def run(number: int) -> Run:
        try:
            return rank.train(World(number, slots, barrier), config, rows, start, 0, lambda weights, epoch: None)
        except BaseException:
            barrier.abort()
            raise

    with ThreadPoolExecutor(ranks) as threads:
        sides = list(threads.map(run, range(ranks)))
    return sides[0], rows, start


@pytest.fixture
def mpi() -> None:
    """Skip where there is no MPI, and say what is missing."""
    if not find_spec("mpi4py"):
        pytest.skip("mpi4py is not installed (extra mpi)")
    if not shutil.which("mpirun"):
        pytest.skip("no command mpirun (Debian: openmpi-bin)")


@pytest.fixture
def compare_ranks(mpi: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return what runs ``python -m compare ranks`` as from a command line."""
    from compare.cli import main

    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]))

    def run(*arguments: str) -> int:
        words = ["ranks", "--dataset", "digits", *arguments]
        monkeypatch.setattr("sys.argv", ["compare", *words])
        try:
            return int(main(words))
        except SystemExit as end:
            return int(end.code or 0)

    return run
