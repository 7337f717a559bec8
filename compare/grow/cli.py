"""The command ``grow``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from compare import options
from compare.common.errors import BadInput

Rows = Annotated[int, typer.Option(metavar="N", min=1, help="Training rows in all; the first are the originals.")]
ShardRows = Annotated[int, typer.Option(metavar="N", min=1, help="Rows a shard, and in memory at a time.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="An empty directory for the shards; made if missing.")]
Measure = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Grow nothing: train on these shards, few rows to all, and write growth.json to --out."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(grow)


def grow(
    out: Out,
    rows: Rows = 1_200_000,
    shard_rows: ShardRows = 60_000,
    measure: Measure = None,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    seed: options.Seed = 0,
) -> None:
    """Make a data set larger than memory: shards of its images, moved by one pixel in the eight directions.

    Train on them with: python -m compare --data DIR. Exit code: 0 written, 2 bad input.
    """
    from compare.common.files import output_directory

    console = Console()
    output_directory(out)
    if measure:
        from compare.grow.measuring import measure_and_show

        measure_and_show(console, measure, out / "growth.json")
        return
    if seed < 0:
        raise BadInput(f"--seed must be at least 0, not {seed}")
    _write(console, dataset, data, rows, shard_rows, seed, out)


def _write(console: Console, name: str, data: Path | None, rows: int, shard_rows: int, seed: int, out: Path) -> None:
    from compare.common.console import progress_bar, show_notice
    from compare.grow.writing import write
    from scratch.datasets import load

    dataset = load(name, data).in_memory()
    show_notice(console, dataset.notice)
    with progress_bar(console) as progress:
        bar = progress.add_task("Growing", total=rows)
        write(dataset, rows, shard_rows, seed, out, lambda done: progress.update(bar, advance=done))
    size = sum(path.stat().st_size for path in out.iterdir())
    console.print(
        f"{rows:,} training images, {len(dataset.x_train):,} of them {dataset.name}'s own, in {out} "
        f"({size / 1e6:,.0f} MB)",
        highlight=False,
        markup=False,
    )
