"""What a figure shows, said once, and how matplotlib draws it; ``terminal`` draws it in characters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from compare.common import pages
from compare.lessons.toolkit.pair import Pair, SideName
from scratch.arrays import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

Color = Literal["blue", "orange", "green", "red", "violet", "gray"]
Kind = Literal["line", "points", "bars"]
WIDTH, PLOT_HEIGHT, IMAGES_HEIGHT, IMAGES_A_ROW = 9.0, 3.0, 1.7, 5
TICKS = 5
MARKED = 25
"""Of a long row of points, so many are drawn."""
COLORS = {
    "blue": pages.LIGHT["keras"],
    "orange": pages.LIGHT["scratch"],
    "green": pages.LIGHT["good"],
    "red": pages.LIGHT["bad"],
    "violet": pages.LIGHT["keyword"],
    "gray": pages.LIGHT["baseline"],
}


@dataclass(frozen=True)
class Line:
    """One row of numbers over another, as a line, as points, or as the bars of a histogram."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    color: Color = "blue"
    kind: Kind = "line"
    spread: Sequence[float] | None = None
    """How far each number scatters to either side."""


@dataclass(frozen=True)
class Plot:
    """Lines in one pair of axes, with what they are held against."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    levels: dict[str, float] = field(default_factory=dict)
    """Dashed lines across, such as the baseline."""
    marks: dict[str, float] = field(default_factory=dict)
    """Dashed lines upwards."""
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class Images:
    """Weights shown as images: red pulls towards yes, blue towards no, each image on the scale of the largest."""

    title: str
    images: dict[str, Array]

    @property
    def largest(self) -> float:
        """The size of the largest weight."""
        return max(float(np.abs(image).max()) for image in self.images.values()) or 1.0


@dataclass(frozen=True)
class Figure:
    """Plots side by side, images below them, and what they show."""

    caption: str
    plots: Sequence[Plot]
    images: Images | None = None


def on_side(side: SideName, x: Sequence[float], y: Sequence[float], spread: Sequence[float] | None = None) -> Line:
    """Return the numbers of one side: Keras's as a line, scratch's as points."""
    if side == "keras":
        return Line("Keras", x, y, "blue", "line", spread)
    return Line("NumPy", x, y, "orange", "points", spread)


def on_both_sides(label: str, x: Sequence[float], y: Callable[[SideName], Sequence[float]], color: Color) -> list[Line]:
    """Return the same numbers of both sides in one colour, Keras's as a line and scratch's as points on it."""
    return [Line(f"{label}, Keras", x, y("keras"), color), Line(f"{label}, NumPy", x, y("scratch"), color, "points")]


def curves(pair: Pair, name: str, label: str, color: Color) -> list[Line]:
    """Return a history by epoch, of both sides."""
    return on_both_sides(label, list(range(1, pair.scratch.epochs + 1)), lambda side: pair.curve(side, name), color)


def by_epoch(title: str, lines: Sequence[Line], baseline: float, marks: dict[str, float] | None = None) -> Plot:
    """Return a plot of accuracies by epoch, over what always answering no gets."""
    return Plot(title, "epoch", "accuracy", lines, {f"baseline {baseline:.3f}": baseline}, marks or {})


def draw(figure: Figure) -> "Drawing":
    """Draw plots two by two, and images in rows below them; it is drawn, and later saved, ``with pages.themed()``."""
    from matplotlib.figure import Figure as Drawing

    plots, images = figure.plots, figure.images
    plot_rows = -(-len(plots) // 2)
    heights = [plot_rows * PLOT_HEIGHT]
    heights += [-(-len(images.images) // IMAGES_A_ROW) * IMAGES_HEIGHT + 0.4] if images else []
    drawing = Drawing(figsize=(WIDTH, sum(heights)), layout="constrained")
    parts = drawing.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    axes = list(parts[0].subplots(plot_rows, min(2, len(plots)), squeeze=False).flat)
    for ax, plot in zip(axes, plots, strict=False):
        _draw_plot(ax, plot)
    for ax in axes[len(plots) :]:
        ax.axis("off")
    if images:
        _draw_images(parts[1], images)
    return drawing


def _draw_plot(ax: Any, plot: Plot) -> None:
    for line in plot.lines:
        _draw_line(ax, line)
    for label, level in plot.levels.items():
        ax.axhline(level, color=COLORS["gray"], linestyle="--", linewidth=1.2, label=label)
    for label, mark in plot.marks.items():
        ax.axvline(mark, color=COLORS["gray"], linestyle=":", linewidth=1.6, label=label)
    ax.set(title=plot.title, xlabel=plot.x_label, ylabel=plot.y_label)
    ax.set(xscale="log" if plot.log_x else "linear", yscale="log" if plot.log_y else "linear")
    if not plot.log_x:
        ax.locator_params(axis="x", nbins=TICKS, integer=plot.x_label in ("epoch", "step"))
    if not plot.log_y:
        ax.locator_params(axis="y", nbins=TICKS)
    ax.legend(loc="best")


def _draw_line(ax: Any, line: Line) -> None:
    color, x, y = COLORS[line.color], np.asarray(line.x, float), np.asarray(line.y, float)
    if line.kind == "bars":
        width = x[1] - x[0]
        ax.stairs(y, np.append(x, x[-1] + width) - width / 2, fill=True, color=color, label=line.label)
        return
    if line.spread is not None:
        ax.errorbar(x, y, line.spread, fmt="none", ecolor=color, capsize=4, linewidth=1.2)
    if line.kind == "points":
        some = np.unique(np.linspace(0, len(x) - 1, MARKED).round().astype(int))
        x, y = x[some], y[some]
        ax.plot(x, y, "o", markerfacecolor="none", color=color, markersize=5, linewidth=0, label=line.label)
    else:
        ax.plot(x, y, color=color, linewidth=1.6, label=line.label)


def _draw_images(part: Any, shown: Images) -> None:
    largest, columns = shown.largest, min(len(shown.images), IMAGES_A_ROW)
    axes = list(part.subplots(-(-len(shown.images) // columns), columns, squeeze=False).flat)
    part.suptitle(shown.title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    for ax in axes:
        ax.axis("off")
    for ax, (label, image) in zip(axes, shown.images.items(), strict=False):
        ax.imshow(image, cmap="RdBu_r", vmin=-largest, vmax=largest, interpolation="none")
        ax.set_title(label, fontsize=9, fontweight="normal", loc="center", pad=4)
