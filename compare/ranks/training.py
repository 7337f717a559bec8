"""Every rank trains on its part of each batch; after every epoch the weights are on disk."""

import time
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from compare.core.config import Config
from compare.core.data import Rows, in_order
from compare.core.frameworks import batch_order, scratch_framework
from compare.core.training import Run
from compare.ranks.allreduce import AllReduced
from compare.ranks.parts import check, cut, part
from scratch.arrays import Array


def adder(world: Any) -> Callable[[Array], None]:
    """Return what adds an array up over the ranks of an MPI communicator, in place."""
    from mpi4py import MPI

    return lambda array: world.Allreduce(MPI.IN_PLACE, array)


def train(
    world: Any, config: Config, rows: Rows, weights: list[Array], finished: int, keep: Callable[[list[Array], int], Any]
) -> Run:
    """Train one rank of ``world`` in step with the others, from weights that ``finished`` epochs made.

    Raises BadInput where there are more ranks than rows in a batch.
    """
    rank, ranks, batch_size = world.Get_rank(), world.Get_size(), config.batch_size
    check(ranks, min(batch_size, len(rows.x_train)), len(rows.x_train), len(rows.x_val))
    framework, add_up = scratch_framework(), adder(world)
    optimizer = AllReduced(framework.optimizer(config), add_up)
    model = framework.build(config, rows.shape, weights, optimizer=optimizer)
    run = Run(f"{ranks} ranks", model)
    largest = cut(min(batch_size, len(rows.x_train)), rank, ranks)
    x_val, y_val = (array[cut(len(array), rank, ranks)] for array in (rows.x_val, rows.y_val))
    orders = islice(batch_order(config, rows.to_order), finished, config.epochs)
    for epoch, order in enumerate(orders, finished + 1):
        mine, shares = part(order, batch_size, rank, ranks)
        x, y = in_order(rows.x_train, mine), rows.y_train[mine]
        began = time.perf_counter()
        optimizer.begin(shares)
        history = model.fit(x, y, batch_size=largest.stop - largest.start, shuffle=False, verbose=0).history
        optimizer.finish()
        training = {name: values[-1] for name, values in history.items()}
        validation = model.evaluate(x_val, y_val, batch_size=batch_size, verbose=0, return_dict=True)
        means = _mean(training, len(mine), add_up) | {
            f"val_{name}": value for name, value in _mean(validation, len(x_val), add_up).items()
        }
        run.seconds.append(time.perf_counter() - began)
        for name, value in means.items():
            run.history.setdefault(name, []).append(value)
        run.weights.append(model.get_weights())
        if rank == 0:
            keep(run.weights[-1], epoch)
    return run


def _mean(of_rank: dict[str, float], rows: int, add_up: Callable[[Array], None]) -> dict[str, float]:
    """Return the mean over all ranks' rows of what is a mean over each rank's."""
    summed = rows * np.array([*of_rank.values(), 1.0])
    add_up(summed)
    return {name: float(total / summed[-1]) for name, total in zip(of_rank, summed, strict=False)}


def same_everywhere(world: Any, weights: list[Array]) -> bool:
    """Tell whether every rank holds rank 0's weights, bit for bit."""
    theirs = world.bcast([w.tobytes() for w in weights], root=0)
    return all(world.allgather(theirs == [w.tobytes() for w in weights]))
