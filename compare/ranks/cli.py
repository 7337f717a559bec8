"""The command ``ranks``."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from compare import options
from compare.common.errors import BadInput
from compare.core.config import Config

if TYPE_CHECKING:
    from compare.core.checks import Check
    from compare.core.training import Training

MATCHED, NOT_MATCHED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
WORKERS = 2

Ranks = Annotated[
    int | None,
    typer.Option(metavar="R", min=1, help="Start so many ranks here.", show_default="as many as mpirun started"),
]
Resume = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Go on from the weights that an earlier run left.", show_default="no"),
]
WithKeras = Annotated[
    bool,
    typer.Option("--keras", help="Train Keras, too, on two workers of tf.distribute.", show_default="off"),
]
Measure = Annotated[
    bool,
    typer.Option("--measure", help="Only measure from which size ranks pay.", show_default="off"),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(ranks)


def ranks(
    ranks: Ranks = None,
    resume: Resume = None,
    keras: WithKeras = False,
    measure: Measure = False,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    train_size: options.TrainSize = None,
    dtype: options.FloatType = "float32",
    epochs: options.Epochs = 1,
    batch_size: options.BatchSize = 32,
    optimizer: options.Optimizer = "sgd",
    learning_rate: options.LearningRate = None,
    seed: options.Seed = 0,
    out: options.Out = Path("compare-out"),
) -> None:
    """Train scratch data-parallel on many MPI ranks, and prove that it is the training of one.

    Start it with --ranks 4, or across machines with: mpirun ... python -m mpi4py -m compare ranks. Writes the weights
    after each epoch, and ranks.json; --measure writes scaling.json. Exit code: 0 matched, 1 not matched, 2 bad input
    or a rank that died, 130 interrupted.
    """
    from compare.common.files import output_directory

    config = Config(
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        dtype=dtype,
        seed=seed,
        train_size=train_size,
    )
    if resume and optimizer != "sgd":
        raise BadInput(f"--resume goes with --optimizer sgd: what {optimizer} remembers is not on disk")
    output_directory(out)
    if measure:
        from compare.ranks.scaling import measure_and_show

        measure_and_show(Console(), out / "scaling.json")
    elif ranks:
        raise typer.Exit(_launch(ranks, out))
    else:
        raise typer.Exit(_rank(config, dataset, data, resume, keras, out))


def _launch(ranks: int, out: Path) -> int:
    """Start the ranks with this command's own arguments; the result's file tells whether they came to the end."""
    from compare.ranks import launch

    arguments, result, began = _arguments(), out / "ranks.json", time.time()
    result.unlink(missing_ok=True)
    code = launch.start(ranks, arguments).wait()
    if result.exists() or code == BAD_INPUT:
        return code
    raise launch.died(ranks, code, out, began, arguments)


def _arguments() -> list[str]:
    """Return the words of the command line without ``--ranks R``."""
    words, kept = iter(sys.argv[1:]), []
    for word in words:
        if word == "--ranks":
            next(words)
        elif not word.startswith("--ranks="):
            kept.append(word)
    return kept


def _rank(config: Config, dataset: str, data: Path | None, resume: Path | None, keras: bool, out: Path) -> int:
    """Be one rank; rank 0 speaks for all."""
    from compare.ranks.launch import mpirun

    mpirun()
    from mpi4py import MPI

    world = MPI.COMM_WORLD
    try:
        return _train_and_verify(world, config, dataset, data, resume, keras, out)
    except BadInput:
        if world.Get_rank() == 0:
            raise
        return BAD_INPUT  # every rank has the same to complain about


def _train_and_verify(
    world: Any, config: Config, dataset: str, data: Path | None, resume: Path | None, keras: bool, out: Path
) -> int:
    from compare.common.files import write_json
    from compare.core.data import prepare
    from compare.core.frameworks import initial_weights, scratch_framework
    from compare.ranks import terminal, weights
    from compare.ranks.result import result_of
    from compare.ranks.training import same_everywhere, train
    from compare.ranks.verification import one_rank, verify
    from scratch.datasets import load

    console = Console(quiet=world.Get_rank() != 0)
    loaded = load(dataset, data)
    rows = prepare(loaded, config)
    start, finished = initial_weights(config, rows.shape), 0
    if resume:
        start, finished = weights.read(resume, rows.shape, config.dtype)
        if finished >= config.epochs:
            raise BadInput(f"--resume {resume} has {finished} epochs behind it; ask for more with --epochs")
    terminal.show_start(console, loaded, rows, config, world.Get_size(), finished)
    with scratch_framework().dtype(config.dtype):
        many = train(world, config, rows, start, finished, lambda W, epoch: terminal.kept(console, W, epoch, out))
        same = same_everywhere(world, many.weights[-1])
        if world.Get_rank() != 0:
            _wait(world)
            return MATCHED
        with console.status("Training one rank and its perturbed runs"):
            one = one_rank(config, rows, start, finished)
            verdict = verify(many, one)
        workers = _keras(console, one) if keras else None
    _wait(world)
    write_json(result_of(many, one, verdict, same, workers, loaded), out / "ranks.json")
    if workers is not None:
        terminal.show_keras(console, workers)
    terminal.show(console, many, one, verdict, same, out)
    matched = verdict.word == "matched" and same
    workers_matched = not isinstance(workers, list) or all(check.ok for check in workers)
    return MATCHED if matched and workers_matched else NOT_MATCHED


def _keras(console: Console, one: "Training") -> "list[Check] | str":
    """Train Keras on several workers and check it against one rank; a sentence where that cannot be done."""
    from compare.ranks import keras_workers
    from compare.ranks.verification import verify_workers

    try:
        with console.status("Training Keras on two workers"):
            trained = keras_workers.train(one.config, one.rows, one.start, one.finished, WORKERS)
    except keras_workers.BrokenWorkersError as error:
        return str(error)
    return verify_workers(trained, one)


def _wait(world: Any) -> None:
    """Meet the other ranks without using up the core that one of them still works on."""
    everyone = world.Ibarrier()
    while not everyone.Test():
        time.sleep(0.05)
