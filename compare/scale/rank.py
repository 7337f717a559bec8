"""One rank, from start to end: it trains on its part of each batch, and rank 0 holds the outcome against one rank's."""

import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console

from compare.common.errors import BadInput
from compare.common.files import write_json
from compare.core.checks import Check
from compare.core.config import Config
from compare.core.data import Rows, in_order, prepare
from compare.core.frameworks import batch_order, initial_weights, scratch_framework
from compare.core.training import Run, Training
from compare.scale import checkpoint, keras_workers, output
from compare.scale.allreduce import AllReduced, adder, mean_over_ranks, same_everywhere
from compare.scale.sharding import check_ranks, local_rows, local_slice
from compare.scale.verification import one_rank, verify, verify_workers
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
            one = one_rank(config, rows, start, finished)
            outcome = output.RanksOutcome(many, one, verify(many, one), same)
        if with_keras:
            with console.status("Training Keras on two workers"):
                outcome.keras = _keras(one)
    _wait(world)
    write_json(output.as_json(outcome, dataset), out / "ranks.json")
    output.show(console, outcome, out)
    return outcome.matched


def train(
    world: Any, config: Config, rows: Rows, weights: list[Array], finished: int, save: Callable[[list[Array], int], Any]
) -> Run:
    """Train one rank of ``world`` in step with the others, from weights that ``finished`` epochs made.

    Raises BadInput where there are more ranks than rows in a batch.
    """
    rank, ranks, batch_size = world.Get_rank(), world.Get_size(), config.batch_size
    check_ranks(ranks, min(batch_size, len(rows.x_train)), len(rows.x_train), len(rows.x_val))
    framework, add_up = scratch_framework(), adder(world)
    optimizer = AllReduced(framework.optimizer(config), add_up)
    model = framework.build(config, rows.shape, weights, optimizer=optimizer)
    trained = Run(f"{ranks} ranks", model)
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
        trained.seconds.append(time.perf_counter() - began)
        for name, value in means.items():
            trained.history.setdefault(name, []).append(value)
        trained.weights.append(model.get_weights())
        if rank == 0:
            save(trained.weights[-1], epoch)
    return trained


def _keras(one: Training) -> list[Check] | str:
    """Train Keras on several workers and check it against one rank; say why where it cannot be trained."""
    try:
        trained = keras_workers.train(one.config, one.rows, one.start, one.finished, keras_workers.WORKERS)
    except keras_workers.BrokenWorkersError as error:
        return str(error)
    return verify_workers(trained, one)


def _wait(world: Any) -> None:
    """Meet the other ranks without using up the core that one of them still works on."""
    everyone = world.Ibarrier()
    while not everyone.Test():
        time.sleep(0.05)
