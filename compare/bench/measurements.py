"""Everything that a run measures, in order; what is finished stays, whatever happens later."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from compare.bench import scaling, throughput
from compare.bench.contender import Array, Task, find, names
from compare.bench.processes import Crew
from compare.bench.reference import reference
from compare.bench.session import KERAS, LIMIT, OURS, Found, Plan, Session, Tell
from compare.common.errors import BadInput
from compare.core.config import Config
from compare.core.data import prepare
from compare.core.frameworks import batch_order, initial_weights
from scratch.datasets import Dataset


class Measurements:
    """One run on one data set: ``run`` fills ``found``. Raises BadInput for a name that no contender has."""

    def __init__(self, dataset: Dataset, plan: Plan, only: Sequence[str] = (), train_size: int | None = None) -> None:
        unknown = sorted(set(only) - set(names()))
        if unknown:
            raise BadInput(f"--only {unknown[0]}: there is no such contender; there are {', '.join(names())}")
        self.dataset, self.plan = dataset, plan
        self.config = Config(train_size=train_size)
        self.task = task_of(dataset, self.config)
        self.found = Found()
        self._only = {OURS, *only} if only else set(names())

    def run(self, directory: Path, tell: Tell) -> None:
        """Measure everything; files and compiled code go to ``directory``, which is the caller's to remove."""
        rows = len(self.task.X)
        order = next(batch_order(self.config, rows))
        session = Session(self.task, order, self._contenders(), self.plan, directory, tell)
        try:
            self.task.save(directory)
        except OSError as error:
            raise BadInput(
                f"the rows do not fit into {directory.parent}: {error.strerror or error}; let TMPDIR name a directory "
                f"with {self.task.X.nbytes / 1e6:,.0f} MB of room"
            ) from None
        with Crew(directory) as crew:
            throughput.measure_epochs(session, reference(self.task, order), self.found, crew)
            for name in set(self.found.epoch) - {OURS, LIMIT, KERAS}:
                crew.end(name)
            scaling.measure_learning_rates(session, self.found, crew)
            scaling.measure_sizes(session, self.found, crew)
        labels = self.dataset.y_train[:rows] == self.config.digit
        throughput.measure_memory(session, self.dataset.x_train[:rows], labels, self.found)
        throughput.measure_cold_starts(session, self.found)

    def _contenders(self) -> tuple[str, ...]:
        """Return who can run here, scratch first; the others' reasons go to ``found.not_measured``."""
        reasons = {name: find(name).missing() if name in self._only else "left out by --only" for name in names()}
        self.found.not_measured |= {name: reason for name, reason in reasons.items() if reason}
        able = [name for name, reason in reasons.items() if reason is None]
        return tuple(sorted(able, key=lambda name: name != OURS))


def task_of(dataset: Dataset, config: Config) -> Task:
    """Return the tutorial's perceptron as a task: scaled pixels in one row, five or not five."""
    rows = prepare(dataset, config)
    W, b = initial_weights(config, rows.shape)
    X: Array = rows.x_train.reshape(len(rows.x_train), -1)
    assert config.learning_rate
    return Task(X, rows.y_train[:, None].astype(np.float32), W, b, config.batch_size, config.learning_rate)
