"""The command ``bench``."""

import shlex
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from compare import options
from compare.common.errors import BadInput

INTERRUPTED = 130
ALONE = "Instead of the contenders"

Quick = Annotated[
    bool, typer.Option("--quick", help="A minute or two: 20,000 rows, fewer repeats.", show_default="off")
]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Measure this contender, and scratch; may be given again.", show_default="all"),
]
RowsOnDisk = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="An epoch's time and memory on these shards, few rows to all; writes growth.json.",
        show_default="no",
        rich_help_panel=ALONE,
    ),
]
Ranks = Annotated[
    bool,
    typer.Option(
        "--ranks",
        help="A step's time on 1, 2 and 4 MPI ranks; writes scaling.json.",
        show_default="off",
        rich_help_panel=ALONE,
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="Directory for bench.json and its table and figure; made if missing.",
        rich_help_panel=options.OUTPUT,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", help="Print the goals only.", show_default="off", rich_help_panel=options.OUTPUT),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(bench)


def bench(
    quick: Quick = False,
    only: Only = None,
    rows_on_disk: RowsOnDisk = None,
    ranks: Ranks = False,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    train_size: options.TrainSize = None,
    out: Out = Path("compare-out"),
    quiet: Quiet = False,
) -> None:
    """Measure speed, scaling and memory, side by side with Keras, the peers that are installed, and the limit.

    Writes bench.json, bench.md, bench.svg and bench.png. Exit code: 0 measured, 2 bad input, 130 interrupted.
    """
    from compare.common.files import output_directory

    console = Console(quiet=quiet)
    if rows_on_disk or ranks:
        if quick or only or train_size or (rows_on_disk and ranks):
            raise BadInput(
                "--rows-on-disk and --ranks measure one thing each: give one, without --quick, --only and --train-size"
            )
        _measure_scale(console, rows_on_disk, output_directory(out))
        return
    _measure_contenders(console, quick, only or [], dataset, data, train_size, output_directory(out))


def _measure_contenders(
    console: Console, quick: bool, only: list[str], dataset: str, data: Path | None, train_size: int | None, out: Path
) -> None:
    from compare.bench import figure, terminal
    from compare.bench.measurements import Measurements
    from compare.bench.result import as_json, markdown
    from compare.bench.session import FULL, QUICK
    from compare.common.console import show_notice
    from compare.common.files import write_json, write_text
    from scratch.datasets import load

    plan, path = QUICK if quick else FULL, out / "bench.json"
    loaded = load(dataset, data).in_memory()
    show_notice(console, loaded.notice)
    rows = plan.rows_of(loaded) if train_size is None else train_size
    measurements = Measurements(loaded, plan, only, rows)
    bars = terminal.Bars(console)
    try:
        with bars.progress, tempfile.TemporaryDirectory() as directory:
            measurements.run(Path(directory), bars.tell)
    except KeyboardInterrupt:
        measurements.found.interrupted = True
        print(f"interrupted: what was measured until then is in {path}", file=sys.stderr)
    result = as_json(measurements, _command(quick, only, dataset, train_size))
    write_json(result, path)
    if measurements.found.interrupted:
        raise typer.Exit(INTERRUPTED)
    text = path.with_suffix(".md")
    write_text(markdown(result), text)
    pictures = figure.write(measurements, out)
    terminal.show(console, measurements)
    console.print("Written: " + ", ".join(map(str, [path, text, *pictures])), highlight=False, markup=False)
    if console.quiet:
        terminal.show_goals(Console(), measurements)


def _command(quick: bool, only: list[str], dataset: str, train_size: int | None) -> str:
    """Return the command that measures the same again; where files lie is everyone's own affair."""
    rows = [] if train_size is None else ["--train-size", str(train_size)]
    chosen = [word for name in only for word in ("--only", name)]
    return shlex.join(["python", "-m", "compare", "bench", *["--quick"] * quick, *chosen, "--dataset", dataset, *rows])


def _measure_scale(console: Console, shards: Path | None, out: Path) -> None:
    """Measure what ``compare.scale`` is for: rows on disk, or many ranks."""
    from rich.markdown import Markdown

    from compare.bench import rank_scaling, rows_on_disk
    from compare.common.files import write_json

    with console.status("Measuring") as status:
        if shards:
            found, markdown, path = (
                rows_on_disk.measure(shards, status.update),
                rows_on_disk.markdown,
                out / "growth.json",
            )
        else:
            found, markdown, path = rank_scaling.measure(status.update), rank_scaling.markdown, out / "scaling.json"
    write_json(found, path)
    console.print(Markdown(markdown(found)))
    console.print(f"Written: {path}", highlight=False, markup=False)
