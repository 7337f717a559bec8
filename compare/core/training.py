"""Trains any number of models on the same batches in the same order, an epoch at a time."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import batch_order
from compare.core.stored import fed_to, in_order
from scratch.arrays import Array

History = dict[str, list[float]]


@dataclass
class Side:
    """A model in the lockstep, and what it has shown so far."""

    name: str
    model: Any
    arranged: Callable[[Array, int], Array] = lambda order, batch_size: order
    """The order in which this side sees an epoch's rows; each batch holds the same rows on every side."""
    history: History = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    weights: list[list[Array]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Keep the weights before the first epoch."""
        self.weights.append(self.model.get_weights())

    @property
    def epochs(self) -> int:
        """How many epochs this side has finished."""
        return len(self.seconds)


def train(
    sides: Sequence[Side],
    config: Config,
    rows: Rows,
    epochs: int | None = None,
    callbacks: Callable[[Side, int], Sequence[Any]] = lambda side, epoch: (),
    finished: int = 0,
) -> Iterator[tuple[int, Side]]:
    """Train every side for one epoch after another, and yield (epoch, side) as each one finishes.

    Each epoch's rows are put in order before the clock starts, so that ``fit`` takes them as they come and its
    seconds are those of training and validation alone. A run that goes on where another ended begins with the order
    after those of the ``finished`` epochs.
    """
    orders = islice(batch_order(config, rows.to_order), finished, None)
    for epoch, order in zip(range(epochs or config.epochs), orders, strict=False):
        for side in sides:
            arranged = side.arranged(order, config.batch_size)
            x, y = in_order(rows.x_train, arranged), rows.y_train[arranged]
            began = time.perf_counter()
            result = side.model.fit(
                **fed_to(side.model, x, config.batch_size, y),
                epochs=1,
                shuffle=False,
                validation_data=(rows.x_val, rows.y_val),
                callbacks=list(callbacks(side, epoch)),
                verbose=0,
            )
            side.seconds.append(time.perf_counter() - began)
            for name, values in result.history.items():
                side.history.setdefault(name, []).append(float(values[-1]))
            side.weights.append(side.model.get_weights())
            yield epoch, side
