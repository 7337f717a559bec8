"""A small task, and a session that measures it in no time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compare.bench.contender import Task
from compare.bench.measurements import task_of
from compare.bench.session import QUICK, Plan, Session, Timing
from compare.core.config import Config
from scratch.arrays import Array
from scratch.datasets import Dataset

ROWS = 210  # six batches of 32 and a short one of 18


def timings(**seconds: float) -> dict[str, Timing]:
    return {name: Timing([value]) for name, value in seconds.items()}


@pytest.fixture(scope="session")
def task(digits: Dataset) -> Task:
    return task_of(digits, Config(train_size=ROWS))


@pytest.fixture(scope="session")
def order() -> Array:
    return np.random.default_rng(1).permutation(ROWS)


@pytest.fixture
def tiny_plan() -> Plan:
    return replace(QUICK, rows=ROWS, rounds=1, growth_rounds=1, sweep_rounds=1, rates=4, keras_runs=1, cold_epochs=2)


@pytest.fixture
def session(task: Task, order: Array, tiny_plan: Plan, tmp_path: Path) -> Session:
    task.save(tmp_path)
    return Session(task, order, ("scratch", "c_loop"), tiny_plan, tmp_path, lambda part, pieces, done: None)
