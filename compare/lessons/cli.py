"""``python -m compare lessons``."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from compare import options

SAME, DIFFERENT, INTERRUPTED = 0, 1, 130

Names = Annotated[
    list[str] | None, typer.Argument(metavar="NAME…", help="Lessons to run, or all; without any, they are listed.")
]
Figures = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Also write each lesson's figure there, as NAME.svg.",
        rich_help_panel=options.OUTPUT,
        show_default="no",
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="Directory for lessons.json and lessons.html; made if missing.",
        rich_help_panel=options.OUTPUT,
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="Print one line a lesson.", show_default="off", rich_help_panel=options.OUTPUT)
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(lessons)


def lessons(
    names: Names = None,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    digit: options.Digit = 5,
    seed: options.Seed = 0,
    out: Out = Path("compare-out"),
    figures: Figures = None,
    quiet: Quiet = False,
) -> None:
    """Run the tutorial's lessons on Keras and on NumPy; without a NAME, list them.

    Exit code: 0 both sides told the same story, 1 they did not, 2 bad input, 130 interrupted.
    """
    from compare.common.files import output_directory, write_json
    from compare.lessons import all_lessons, chosen_lessons
    from compare.lessons.toolkit import Finished, result, terminal
    from compare.lessons.toolkit.context import PEAK, Context
    from scratch.datasets import load

    if not names:
        terminal.show_list(Console(), all_lessons())
        return
    picked = chosen_lessons(names)
    console, directory = Console(quiet=quiet, highlight=False), output_directory(out)
    pictures = output_directory(figures) if figures else None
    loaded = load(dataset, data).in_memory()
    context = Context(loaded, seed, digit, data)
    terminal.show_data(console, loaded, PEAK)
    finished: list[Finished] = []
    interrupted = False
    try:
        for lesson in picked:
            terminal.show_before(console, lesson)
            with console.status(lesson.name) as status:
                context.tell = lambda progress, lesson=lesson: status.update(f"{lesson.name}: {progress}")  # type: ignore[misc]
                context.start()
                began = time.perf_counter()
                outcome = lesson.run(context)
            finished.append(Finished(lesson, outcome, time.perf_counter() - began))
            terminal.show_after(console, finished[-1])
    except KeyboardInterrupt:
        interrupted = True
    if not finished:
        print("interrupted before the first lesson was finished; nothing is written", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    write_json(result.lessons_result(finished, loaded, seed), directory / "lessons.json")
    result.write_page(finished, loaded, directory / "lessons.html", pictures)
    console.print(f"\nWritten: {directory / 'lessons.json'} and {directory / 'lessons.html'}")
    if interrupted:
        print(f"interrupted: {len(finished)} finished lessons are in {directory}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(SAME if all(one.outcome.same_story for one in finished) else DIFFERENT)
