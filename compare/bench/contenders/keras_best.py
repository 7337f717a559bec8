"""Keras at its best: the options of ``compile`` that make ``fit`` faster, searched."""

import itertools
import time
from typing import Any

from compare.bench.contender import KerasFit, Task

STEPS_PER_EXECUTION = (64, 512)
"""Tried beside all steps of an epoch at once."""


class KerasBest(KerasFit):
    """``keras.Sequential.fit`` with the fastest of the searched ``steps_per_execution`` and ``jit_compile``."""

    title = "Keras fit, at its best"
    needs = ("keras",)
    threads = "its own"

    def __init__(self, task: Task, **settings: Any) -> None:
        from keras_ref.library import load_keras

        settings = settings or _fastest(load_keras(), task)
        super().__init__(task, load_keras(), **settings)
        self.settings = settings


def _fastest(keras: Any, task: Task) -> dict[str, Any]:
    """Time an epoch with each of the settings, the better of two once it is compiled, and return the fastest."""
    whole = -(-len(task.X) // task.batch_size)
    settings = [
        {"steps_per_execution": steps, "jit_compile": jit}
        for steps, jit in itertools.product(
            sorted({min(n, whole) for n in (*STEPS_PER_EXECUTION, whole)}), (False, True)
        )
    ]
    return min(settings, key=lambda chosen: _seconds(KerasFit(task, keras, **chosen)))


def _seconds(contender: KerasFit) -> float:
    contender.train()
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        contender.train()
        seconds.append(time.perf_counter() - began)
    return min(seconds)
