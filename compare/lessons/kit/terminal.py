"""What a lesson looks like in a terminal."""

import math
from collections.abc import Sequence

import numpy as np
import plotext
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel as Box
from rich.table import Table
from rich.text import Text

from compare.lessons.kit.figures import Figure, Images, Line, Plot
from compare.lessons.kit.lesson import Lesson, Outcome
from scratch.arrays import Array
from scratch.datasets import Dataset

WIDEST = 110
HEIGHT = 16
COLORS = {"blue": "blue+", "orange": "orange", "green": "green", "red": "red", "violet": "magenta", "gray": "gray"}
SHADES = "@#+- "
"""From the strongest weight to none; the colour, and ± above, tell the sign."""


def show_list(console: Console, lessons: Sequence[Lesson]) -> None:
    """Print the lessons in their order."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("", "lesson", "what it is about"):
        table.add_column(title)
    for lesson in lessons:
        table.add_row(str(lesson.number), Text(lesson.name, style="bold"), lesson.title)
    console.print(table)
    console.print("\nRun some: python -m compare lessons NAME…    Run all: python -m compare lessons all")


def show_data(console: Console, dataset: Dataset, peak: int) -> None:
    """Say which data the lessons are run on, and what was done to them."""
    if dataset.notice:
        console.print(Box(Text(dataset.notice), title="NOTICE", style="bold yellow"))
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


def show_after(console: Console, outcome: Outcome, seconds: float) -> None:
    """Print what was trained, the figure, what was seen, and whether both sides told the same story."""
    if outcome.notice:
        console.print(Box(Text(outcome.notice), title="NOTICE", style="bold yellow"))
    console.print(Text.assemble(("Trained   ", "bold"), outcome.how))
    for figure in outcome.figures:
        console.print(drawn(figure, console))
    console.print(Text("Seen", style="bold"))
    for one in outcome.findings:
        mark = Text("  ✓ ", style="green") if one.shown else Text("  – not shown by this run: ", style="yellow")
        console.print(Text.assemble(mark, one.sentence))
    console.print(Text(outcome.story, style="green" if outcome.same_story else "bold red"))
    keras = sum(sum(pair.keras.seconds) for pair in outcome.pairs)
    console.print(Text(f"{seconds:.1f} seconds, {keras:.1f} of them for Keras's training.", style="dim"))


def one_line(lesson: Lesson, outcome: Outcome) -> str:
    """Say in one line what a lesson came to."""
    shown = sum(one.shown for one in outcome.findings)
    story = "both sides told the same story" if outcome.same_story else "the sides told DIFFERENT stories"
    return f"{lesson.name}: {shown} of {len(outcome.findings)} findings shown; {story}"


def drawn(figure: Figure, console: Console) -> RenderableType:
    """Draw a figure: as many plots side by side as there is room for, and images as characters."""
    width = min(console.width, WIDEST)
    plots = [panel for panel in figure.panels if isinstance(panel, Plot)]
    beside = max(1, min(len(plots), 2, width // 50))
    rows: list[RenderableType] = []
    for start in range(0, len(plots), beside):
        cells = [Text.from_ansi(_plot(plot, width // beside - 1, console)) for plot in plots[start : start + beside]]
        rows.append(Columns(cells, padding=(0, 1)))
    rows += [_images(panel) for panel in figure.panels if isinstance(panel, Images)]
    return Group(*rows)


def _plot(plot: Plot, width: int, console: Console) -> str:
    plotext.clear_figure()
    plotext.limit_size(False, False)  # the console knows how wide it is
    plotext.plotsize(width, HEIGHT)
    plotext.theme("pro" if console.is_terminal and not console.no_color else "clear")
    plotext.title(plot.title)
    plotext.xlabel(plot.x_label)
    drawn = [_shown(line, plot) for line in plot.lines]
    for line, (x, y) in zip(plot.lines, drawn, strict=True):
        color = COLORS[line.color]
        if line.kind == "bars":
            plotext.plot(x, y, color=color, fillx=True, marker="sd")
        elif line.kind == "points":
            plotext.scatter(x, y, label=line.label, color=color, marker="o")
        else:
            plotext.plot(x, y, label=line.label, color=color, marker="braille")
    for label, level in plot.levels.items():
        at = math.log10(level) if plot.log_y else level
        across = [min(min(x) for x, _ in drawn), max(max(x) for x, _ in drawn)]
        plotext.plot(across, [at, at], label=label, color="gray", marker="-")
    for mark in plot.marks.values():
        plotext.vline(math.log10(mark) if plot.log_x else mark, color="gray")
    if plot.log_x:
        plotext.xticks(*_powers([x for xs, _ in drawn for x in xs]))
    if plot.log_y:
        plotext.yticks(*_powers([y for _, ys in drawn for y in ys]))
    picture = str(plotext.build())
    plotext.clear_figure()
    return picture


def _shown(line: Line, plot: Plot) -> tuple[list[float], list[float]]:
    """Return what can be drawn: finite numbers, and their logarithms on a logarithmic axis."""
    x, y = np.asarray(line.x, float), np.asarray(line.y, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = (np.log10(x) if plot.log_x else x), (np.log10(y) if plot.log_y else y)
    finite = np.isfinite(x) & np.isfinite(y)
    return x[finite].tolist(), y[finite].tolist()


def _powers(logarithms: list[float]) -> tuple[list[int], list[str]]:
    powers = range(math.floor(min(logarithms)), math.ceil(max(logarithms)) + 1)
    powers = powers[:: -(-len(powers) // 7)]
    return list(powers), [f"1e{power}" for power in powers]


def _images(panel: Images) -> RenderableType:
    """Draw weights as characters: the darker, the stronger; red for, blue against."""
    largest = max(float(np.abs(image).max()) for image in panel.images.values())
    cells = [Text.assemble((f"{label}\n", "bold"), _image(image, largest)) for label, image in panel.images.items()]
    return Columns(cells[-2:], padding=(0, 2), title=Text(f"{panel.title}: red is for, blue against", style="bold"))


def _image(image: Array, largest: float) -> Text:
    text = Text()
    for row in image[::2]:  # a character is twice as high as wide
        for weight in row:
            strength = min(int((1 - abs(float(weight)) / largest) * len(SHADES)), len(SHADES) - 1)
            text.append(SHADES[strength], style="red" if weight > 0 else "blue")
        text.append("\n")
    return text
