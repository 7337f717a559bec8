"""One rank, from start to end: it trains on its part of each batch, and rank 0 holds the outcome against one rank's."""

import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console

from compare.common.errors import BadInput
from compare.common.files import write_json
from compare.core.config import Config
from compare.core.data import Rows, prepare
from compare.core.frameworks import batch_order, initial_weights, scratch_framework
from compare.core.stored import in_order
from compare.core.training import Side
from compare.scale import checkpoint, keras_workers, output
from compare.scale.allreduce import AllReduced, adder, mean_over_ranks, same_everywhere
from compare.scale.sharding import check_ranks, local_rows, local_slice
from compare.scale.verification import verify
from scratch.arrays import Array
from scratch.datasets import Dataset


def run(world: Any, config: Config, dataset: Dataset, resume: Path | None, with_keras: bool, out: Path) -> bool:
    """Be one of the ranks of ``world``; rank 0 shows and writes everything, and returns whether all of it matches.

    Raises BadInput, on every rank alike, for what cannot be trained.
    """
    console = Console(quiet=world.Get_rank() != 0)
    rows = prepare(dataset, config)
    start, finished = initial_weights(config, rows.shape), 0
    if resume:
        start, finished = checkpoint.load(resume, rows.shape, config.dtype)
        if finished >= config.epochs:
            raise BadInput(f"--resume {resume} has {finished} epochs behind it; ask for more with --epochs")
    output.show_start(console, dataset, rows, config, world.Get_size(), finished)

    def save(weights: list[Array], epoch: int) -> None:
        console.print(f"epoch {epoch}: {checkpoint.save(weights, epoch, out)}", highlight=False, markup=False)

    with scratch_framework().dtype(config.dtype):
        many = train(world, config, rows, start, finished, save)
        same = same_everywhere(world, many.weights[-1])
        if world.Get_rank() != 0:
            _wait(world)
            return True
        with console.status("Training one rank and its perturbed runs"):
            found = verify(many, config, rows, start, finished)
        outcome = output.Outcome(found, same)
        if with_keras:
            with console.status("Training Keras on two workers"):
                outcome.keras = keras_workers.verified(config, rows, start, finished, found.one, found.perturbed_runs)
    _wait(world)
    write_json(output.as_json(outcome, config, dataset, finished), out / "ranks.json")
    output.show(console, outcome, out)
    return outcome.matched


def train(
    world: Any, config: Config, rows: Rows, weights: list[Array], finished: int, save: Callable[[list[Array], int], Any]
) -> Side:
    """Train one rank of ``world`` in step with the others, from weights that ``finished`` epochs made.

    Raises BadInput where there are more ranks than rows in a batch.
    """
    rank, ranks, batch_size = world.Get_rank(), world.Get_size(), config.batch_size
    check_ranks(ranks, min(batch_size, len(rows.x_train)), len(rows.x_train), len(rows.x_val))
    framework, add_up = scratch_framework(), adder(world)
    optimizer = AllReduced(framework.optimizer(config), add_up)
    model = framework.build(config, rows.shape, weights, optimizer=optimizer)
    side = Side(f"{ranks} ranks", model)
    largest = local_slice(min(batch_size, len(rows.x_train)), rank, ranks)
    x_val, y_val = (array[local_slice(len(array), rank, ranks)] for array in (rows.x_val, rows.y_val))
    orders = islice(batch_order(config, rows.to_order), finished, config.epochs)
    for epoch, order in enumerate(orders, finished + 1):
        local, shares = local_rows(order, batch_size, rank, ranks)
        x, y = in_order(rows.x_train, local), rows.y_train[local]
        began = time.perf_counter()
        optimizer.begin(shares)
        history = model.fit(x, y, batch_size=largest.stop - largest.start, shuffle=False, verbose=0).history
        optimizer.finish()
        training = {name: values[-1] for name, values in history.items()}
        validation = model.evaluate(x_val, y_val, batch_size=batch_size, verbose=0, return_dict=True)
        means = mean_over_ranks(training, len(local), add_up) | {
            f"val_{name}": value for name, value in mean_over_ranks(validation, len(x_val), add_up).items()
        }
        side.seconds.append(time.perf_counter() - began)
        for name, value in means.items():
            side.history.setdefault(name, []).append(value)
        side.weights.append(model.get_weights())
        if rank == 0:
            save(side.weights[-1], epoch)
    return side


def _wait(world: Any) -> None:
    """Meet the other ranks without using up the core that one of them still works on."""
    everyone = world.Ibarrier()
    while not everyone.Test():
        time.sleep(0.05)
