"""The commands ``grow`` and ``ranks``."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from compare import options
from compare.common.errors import BadInput
from compare.core.config import Config

MATCHED, NOT_MATCHED, BAD_INPUT = 0, 1, 2

TotalRows = Annotated[int, typer.Option(metavar="N", min=1, help="Training rows in all; the first are the originals.")]
ShardRows = Annotated[int, typer.Option(metavar="N", min=1, help="Rows a shard, and in memory at a time.")]
Shards = Annotated[Path, typer.Option(metavar="DIR", help="An empty directory for the shards; made if missing.")]
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
MeasureRows = Annotated[Path | None, typer.Option("--measure", hidden=True)]
MeasureRanks = Annotated[bool, typer.Option("--measure", hidden=True)]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(grow)
    app.command()(ranks)


def grow(
    out: Shards,
    rows: TotalRows = 1_200_000,
    shard_rows: ShardRows = 60_000,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    seed: options.Seed = 0,
    measure: MeasureRows = None,
) -> None:
    """Make a data set larger than memory: shards of its images, moved by one pixel in the eight directions.

    Train on them with: python -m compare --data DIR. Exit code: 0 written, 2 bad input.
    """
    from compare.common.console import progress_bar, show_notice
    from compare.common.files import output_directory
    from compare.scale.augmentation import write
    from scratch.datasets import load

    if measure:
        raise BadInput(f"grow does not measure any more: use python -m compare bench --rows-on-disk {measure}")
    if seed < 0:
        raise BadInput(f"--seed must be at least 0, not {seed}")
    output_directory(out)
    console, original = Console(), load(dataset, data).in_memory()
    show_notice(console, original.notice)
    with progress_bar(console) as progress:
        bar = progress.add_task("Growing", total=rows)
        write(original, rows, shard_rows, seed, out, lambda done: progress.update(bar, advance=done))
    size = sum(path.stat().st_size for path in out.iterdir())
    console.print(
        f"{rows:,} training images, {len(original.x_train):,} of them {original.name}'s own, in {out} "
        f"({size / 1e6:,.0f} MB)",
        highlight=False,
        markup=False,
    )


def ranks(
    ranks: Ranks = None,
    resume: Resume = None,
    keras: WithKeras = False,
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
    measure: MeasureRanks = False,
) -> None:
    """Train scratch data-parallel on many MPI ranks, and prove that it is the training of one.

    Start it with --ranks 4, or across machines with: mpirun ... python -m mpi4py -m compare ranks. Writes the weights
    after each epoch, and ranks.json. Exit code: 0 matched, 1 not matched, 2 bad input or a rank that died, 130
    interrupted.
    """
    from compare.common.files import output_directory

    if measure:
        raise BadInput("ranks does not measure any more: use python -m compare bench --ranks")
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
    raise typer.Exit(_launch(ranks, out) if ranks else _rank(config, dataset, data, resume, keras, out))


def _launch(ranks: int, out: Path) -> int:
    """Start the ranks with this command's own arguments; the result's file tells whether they came to the end."""
    from compare.scale import launch

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
    from compare.scale.launch import mpirun

    mpirun()
    from mpi4py import MPI

    from compare.scale.rank import run
    from scratch.datasets import load

    world = MPI.COMM_WORLD
    try:
        return MATCHED if run(world, config, load(dataset, data), resume, keras, out) else NOT_MATCHED
    except BadInput:
        if world.Get_rank() == 0:
            raise
        return BAD_INPUT  # every rank has the same to complain about
