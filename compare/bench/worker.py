"""The inside of a process that holds one contender, started by ``processes``: ``python -m compare.bench.worker``.

It reads pickled questions from its parent, (method, arguments), and answers each; whatever a library prints goes to
standard error, so that nothing gets between the answers. With arguments it is a cold start: it trains, and ends.
"""

import json
import os
import pickle
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from compare.bench.contender import Array, Contender, KerasFit, Size, Task, find, perceptron
from compare.bench.processes import Failure


class Worker:
    """Holds the contender, and the task as it was read last."""

    def __init__(self) -> None:
        self.contender: Contender | None = None
        self._read: tuple[Path, Task] | None = None

    def prepare(
        self, name: str, directory: Path, size: Size, settings: dict[str, Any], rate: float | None = None
    ) -> dict[str, Any]:
        """Make the contender ready for the task, resized and with another learning rate where one is given."""
        self.contender = None  # two large tasks at a time may be too much
        task = self._task(directory).resized(size)
        self.contender = find(name)(task if rate is None else replace(task, learning_rate=rate), **settings)
        return self.contender.settings

    def prepare_rates(self, name: str, directory: Path, rates: Array) -> None:
        """Make a contender that speaks Keras ready for one unit a rate, without accuracy, which means nothing there."""
        from compare.core.rates import rate_per_unit  # it brings scratch, which one contender alone pays for

        self.prepare(name, directory, Size(units=len(rates)), {})
        assert isinstance(self.contender, KerasFit)
        optimizer = rate_per_unit(self.contender.keras, rates)
        self.contender.model = perceptron(self.contender.keras, self.contender.task, optimizer=optimizer, metrics=[])

    def train(self, epochs: int = 1, order: Array | None = None) -> float:
        """Train, and return the seconds that it took."""
        assert self.contender
        began = time.perf_counter()
        self.contender.train(epochs, order)
        return time.perf_counter() - began

    def weights(self) -> list[Array]:
        """Return W and b."""
        assert self.contender
        return self.contender.weights()

    def _task(self, directory: Path) -> Task:
        if not self._read or self._read[0] != directory:
            self._read = directory, Task.load(directory)
        return self._read[1]


def train_from_cold(name: str, directory: str, epochs: str, settings: str) -> None:
    """Read the rows, make the contender, train, and end with the weights in hand."""
    contender = find(name)(Task.load(Path(directory)), **json.loads(settings))
    contender.train(int(epochs))
    if contender.same_math:
        contender.weights()


def answer_questions() -> None:
    """Answer until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C reaches every process: this one just ends
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    worker = Worker()
    while True:
        try:
            method, arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = getattr(worker, method)(*arguments)
        except Exception as error:
            answer = Failure(f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}")
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    if sys.argv[1:]:
        train_from_cold(*sys.argv[1:])
    else:
        answer_questions()
