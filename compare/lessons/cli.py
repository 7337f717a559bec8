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
    bool,
    typer.Option("--quiet", help="Print one line a lesson.", show_default="off", rich_help_panel=options.OUTPUT),
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
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
        if not names:
            from compare.lessons.toolkit import catalogue, terminal

            terminal.show_list(Console(), catalogue.lessons())
            return
        raise typer.Exit(run(names, dataset, data, digit, seed, out, figures, quiet))


def run(
    names: list[str],
    dataset: str,
    data: Path | None,
    digit: int,
    seed: int,
    out: Path,
    figures: Path | None,
    quiet: bool,
) -> int:
    """Run lessons, show them, write ``lessons.json`` and ``lessons.html``; return the exit code."""
    from compare.common.files import output_directory, write_json
    from compare.lessons.toolkit import page, terminal
    from compare.lessons.toolkit.catalogue import chosen
    from compare.lessons.toolkit.context import PEAK, Context
    from compare.lessons.toolkit.lesson import Lesson, Outcome
    from compare.lessons.toolkit.result import result_of
    from scratch.datasets import load

    picked = chosen(names)
    console, directory = Console(quiet=quiet, highlight=False), output_directory(out)
    pictures = output_directory(figures) if figures else None
    found = load(dataset, data).in_memory()
    context = Context(found, seed, digit, data)
    terminal.show_data(console, found, PEAK)
    outcomes: dict[str, tuple[Lesson, Outcome, float]] = {}
    interrupted = False
    try:
        for lesson in picked:
            terminal.show_before(console, lesson)
            with console.status(lesson.name) as status:
                context.tell = lambda progress, lesson=lesson: status.update(f"{lesson.name}: {progress}")  # type: ignore[misc]
                context.start()
                began = time.perf_counter()
                outcome = lesson.run(context)
            seconds = time.perf_counter() - began
            outcomes[lesson.name] = lesson, outcome, seconds
            terminal.show_after(console, outcome, seconds)
            if quiet:
                print(terminal.one_line(lesson, outcome))
    except KeyboardInterrupt:
        interrupted = True
    if not outcomes:
        print("interrupted before the first lesson was finished; nothing is written", file=sys.stderr)
        return INTERRUPTED
    write_json(result_of(outcomes, found, seed), directory / "lessons.json")
    page.write(outcomes, found, directory / "lessons.html", pictures)
    console.print(f"\nWritten: {directory / 'lessons.json'} and {directory / 'lessons.html'}")
    if interrupted:
        print(f"interrupted: {len(outcomes)} finished lessons are in {directory}", file=sys.stderr)
        return INTERRUPTED
    return SAME if all(outcome.same_story for _, outcome, _ in outcomes.values()) else DIFFERENT
