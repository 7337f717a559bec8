"""The command ``bench``."""

import shlex
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from compare import options

DONE, INTERRUPTED = 0, 130

Quick = Annotated[
    bool, typer.Option("--quick", help="A minute or two: 20,000 rows, fewer repeats.", show_default="off")
]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Measure this contender, and scratch; may be given again.", show_default="all"),
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
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    train_size: options.TrainSize = None,
    out: Out = Path("compare-out"),
    quiet: Quiet = False,
) -> None:
    """Measure speed, growth and memory, side by side with Keras, the peers that are installed, and the limit.

    Writes bench.json, bench.md, bench.svg and bench.png. Exit code: 0 measured, 2 bad input, 130 interrupted.
    """
    from compare.bench import figure, terminal
    from compare.bench.markdown import markdown
    from compare.bench.measurements import Measurements
    from compare.bench.plan import FULL, QUICK
    from compare.bench.result import result_of
    from compare.common.console import show_notice
    from compare.common.files import output_directory, write_json, write_text
    from scratch.datasets import load

    plan = QUICK if quick else FULL
    console, path = Console(quiet=quiet), output_directory(out) / "bench.json"
    loaded = load(dataset, data).in_memory()
    show_notice(console, loaded.notice)
    rows = plan.rows_of(loaded) if train_size is None else train_size
    measurements = Measurements(loaded, plan, only or (), rows)
    bars = terminal.Bars(console)
    try:
        with bars.progress, tempfile.TemporaryDirectory() as directory:
            measurements.run(Path(directory), bars.tell)
    except KeyboardInterrupt:
        measurements.found.interrupted = True
        print(f"interrupted: what was measured until then is in {path}", file=sys.stderr)
    result = result_of(measurements, _command(quick, only or [], dataset, train_size))
    write_json(result, path)
    if measurements.found.interrupted:
        raise typer.Exit(INTERRUPTED)
    text = path.with_suffix(".md")
    write_text(markdown(result), text)
    pictures = figure.write(measurements, out)
    terminal.show(console, measurements)
    console.print("Written: " + ", ".join(map(str, [path, text, *pictures])), highlight=False, markup=False)
    if quiet:
        terminal.show_goals(Console(), measurements)


def _command(quick: bool, only: list[str], dataset: str, train_size: int | None) -> str:
    """Return the command that measures the same again; where files lie is everyone's own affair."""
    rows = [] if train_size is None else ["--train-size", str(train_size)]
    chosen = [word for name in only for word in ("--only", name)]
    return shlex.join(["python", "-m", "compare", "bench", *["--quick"] * quick, *chosen, "--dataset", dataset, *rows])
