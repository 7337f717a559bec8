"""What a lesson looks like in a terminal."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from compare.common.console import WIDEST_CHARTS, charts, show_notice
from compare.lessons.toolkit import Finished, Lesson
from compare.lessons.toolkit.figures import Figure, Images, Line, Plot
from scratch.arrays import Array
from scratch.datasets import Dataset

HEIGHT = 15
PLOTEXT = {"blue": "blue+", "orange": "orange", "green": "green", "red": "red", "violet": "magenta", "gray": "gray"}
RICH = {"blue": "blue", "orange": "dark_orange", "green": "green", "red": "red", "violet": "magenta", "gray": "dim"}
STROKES = {"line": "──", "points": "o", "bars": "█"}
FOR, AGAINST = " .+*#", " '-=≡"
"""From no weight to the strongest, for either sign, so that it shows without colours, too."""


def show_list(console: Console, lessons: Sequence[Lesson]) -> None:
    """Print the lessons in their order."""
    table = Table("", "lesson", "what it is about", box=None, padding=(0, 2, 0, 0))
    for lesson in lessons:
        table.add_row(str(lesson.number), Text(lesson.name, style="bold"), lesson.title)
    console.print(table)
    console.print("\nRun some:  python -m compare lessons NAME…\nRun all:   python -m compare lessons all")


def show_data(console: Console, dataset: Dataset, peak: int) -> None:
    """Say which data the lessons are run on, and what was done to them."""
    show_notice(console, dataset.notice)
    height, width = dataset.x_train.shape[1:]
    stretched = "" if dataset.peak == peak else f"; their pixels, 0–{dataset.peak}, are stretched to 0–{peak}"
    console.print(
        Text(
            f"Data  {dataset.name}: {len(dataset.x_train):,} training and {len(dataset.x_test):,} validation images of "
            f"{height}×{width}{stretched}"
        )
    )


def show_before(console: Console, lesson: Lesson) -> None:
    """Print the title and what to look for."""
    console.print()
    console.rule(Text(f"{lesson.number}. {lesson.title}", style="bold"), align="left")
    console.print(Text.assemble(("Look for  ", "bold"), lesson.look_for))


def show_after(console: Console, finished: Finished) -> None:
    """Print what was trained, the figure, what was seen, and whether both sides told the same story.

    A quiet console gets one line.
    """
    outcome = finished.outcome
    show_notice(console, outcome.notice)
    console.print(Text.assemble(("Trained   ", "bold"), outcome.how))
    console.print(_figure(outcome.figure, console))
    console.print(Text("Seen", style="bold"))
    for one in outcome.findings:
        mark = Text("  ✓ ", style="green") if one.shown else Text("  – not shown by this run: ", style="yellow")
        console.print(Text.assemble(mark, one.sentence))
    console.print(Text(outcome.story, style="green" if outcome.same_story else "bold red"))
    seconds = f"{finished.seconds:.1f} seconds, {finished.seconds_of_keras:.1f} of them for Keras's training."
    console.print(Text(seconds, style="dim"))
    if console.quiet:
        shown = sum(one.shown for one in outcome.findings)
        story = "both sides told the same story" if outcome.same_story else "the sides told DIFFERENT stories"
        print(f"{finished.lesson.name}: {shown} of {len(outcome.findings)} findings shown; {story}")


def _figure(figure: Figure, console: Console) -> RenderableType:
    """Draw plots two by two where there is room, and images as characters."""
    width = min(console.width, WIDEST_CHARTS)
    beside = min(len(figure.plots), 2, max(1, width // 50))
    grid = Table.grid(padding=(0, 1, 1, 0))
    for start in range(0, len(figure.plots), beside):
        row = figure.plots[start : start + beside]
        grid.add_row(*(Group(_plot(plot, width // beside - 1, console), _legend(plot)) for plot in row))
    return Group(grid, *([_images(figure.images, width)] if figure.images else []))


def _plot(plot: Plot, width: int, console: Console) -> Text:
    def draw(chart: Any) -> None:
        chart.title(plot.title)
        chart.xlabel(plot.x_label)
        points = [_finite(line, plot) for line in plot.lines]
        xs, ys = ([value for one in points for value in one[axis]] for axis in (0, 1))
        for level in plot.levels.values():
            chart.plot([min(xs), max(xs)], [_scaled(level, plot.log_y)] * 2, color="gray", marker="-")
        for line, (x, y) in zip(plot.lines, points, strict=True):
            color = PLOTEXT[line.color]
            if line.kind == "bars":
                chart.plot(x, y, color=color, fillx=True, marker="sd")
            elif line.kind == "points":
                chart.scatter(x, y, color=color, marker="o")
            else:
                chart.plot(x, y, color=color, marker="braille")
        for mark in plot.marks.values():
            chart.vline(_scaled(mark, plot.log_x), color="gray")
        if plot.log_x:
            chart.xticks(*_powers(xs))
        if plot.log_y:
            chart.yticks(*_powers(ys))

    return charts(console, width, HEIGHT, draw)


def _legend(plot: Plot) -> Columns:
    entries = [(f"{STROKES[line.kind]} {line.label}", RICH[line.color]) for line in plot.lines]
    entries += [(f"-- {label}", "dim") for label in plot.levels] + [(f"│ {label}", "dim") for label in plot.marks]
    return Columns([Text(entry, style=style) for entry, style in entries], padding=(0, 3))


def _scaled(number: float, logarithmic: bool) -> float:
    return math.log10(number) if logarithmic else number


def _finite(line: Line, plot: Plot) -> tuple[list[float], list[float]]:
    """Return what can be drawn: finite numbers, and their logarithms on a logarithmic axis."""
    x, y = np.asarray(line.x, float), np.asarray(line.y, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = (np.log10(x) if plot.log_x else x), (np.log10(y) if plot.log_y else y)
    finite = np.isfinite(x) & np.isfinite(y)
    return x[finite].tolist(), y[finite].tolist()


def _powers(logarithms: list[float]) -> tuple[list[int], list[str]]:
    low, high = math.ceil(min(logarithms)), math.floor(max(logarithms))
    powers = list(range(low, high + 1, max(1, (high - low) // 5)))
    return powers, [f"1e{power}" for power in powers]


def _images(shown: Images, width: int) -> RenderableType:
    """Draw weights as characters, the last image and as many others as there is room for."""
    images = list(shown.images.items())
    pixel = 2 if images[0][1].shape[1] <= 14 else 1  # characters a pixel: they are twice as high as wide
    room = max(1, width // (images[0][1].shape[1] * pixel + 2))
    picked = [images[i] for i in np.unique(np.linspace(0, len(images) - 1, room).round().astype(int))]
    grid = Table.grid(padding=(0, 2, 0, 0))
    cells = (Text.assemble((f"{label}\n", "bold"), _image(one, pixel, shown.largest)) for label, one in picked)
    grid.add_row(*cells)
    return Group(Text(f"{shown.title}: {FOR[1:]} (red) for it, {AGAINST[1:]} (blue) against"), grid)


def _image(image: Array, pixel: int, largest: float) -> Text:
    text = Text()
    for row in image[:: 2 // pixel]:
        for weight in row:
            shades = FOR if weight > 0 else AGAINST
            strength = min(round(abs(float(weight)) / largest * len(shades)), len(shades) - 1)
            text.append(shades[strength] * pixel, style="red" if weight > 0 else "blue")
        text.append("\n")
    return text
