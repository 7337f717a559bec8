"""Figures drawn by matplotlib, for the page and for files."""

from typing import TYPE_CHECKING, Any

import numpy as np

from compare.common import pages
from compare.lessons.toolkit.figures import Figure, Images, Line, Plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

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


def draw(figure: Figure) -> "Drawing":
    """Draw plots two by two, and images in rows below them; it is drawn, and later saved, ``with pages.themed()``."""
    from matplotlib.figure import Figure as Drawing

    plots = [panel for panel in figure.panels if isinstance(panel, Plot)]
    pictures = [panel for panel in figure.panels if isinstance(panel, Images)]
    plot_rows = -(-len(plots) // 2)
    heights = [plot_rows * PLOT_HEIGHT] if plots else []
    heights += [-(-len(panel.images) // IMAGES_A_ROW) * IMAGES_HEIGHT + 0.4 for panel in pictures]
    drawing = Drawing(figsize=(WIDTH, sum(heights)), layout="constrained")
    parts = drawing.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    if plots:
        axes = list(parts[0].subplots(plot_rows, min(2, len(plots)), squeeze=False).flat)
        for ax, plot in zip(axes, plots, strict=False):
            _plot(ax, plot)
        for ax in axes[len(plots) :]:
            ax.axis("off")
    for part, panel in zip(parts[-len(pictures) :] if pictures else [], pictures, strict=True):
        _images(part, panel)
    return drawing


def _plot(ax: Any, plot: Plot) -> None:
    for line in plot.lines:
        _line(ax, line)
    for label, level in plot.levels.items():
        ax.axhline(level, color=COLORS["gray"], linestyle="--", linewidth=1.2, label=label)
    for label, mark in plot.marks.items():
        ax.axvline(mark, color=COLORS["gray"], linestyle=":", linewidth=1.6, label=label)
    ax.set_title(plot.title)
    ax.set_xlabel(plot.x_label)
    ax.set_ylabel(plot.y_label)
    ax.set(xscale="log" if plot.log_x else "linear", yscale="log" if plot.log_y else "linear")
    if not plot.log_x:
        ax.locator_params(axis="x", nbins=TICKS, integer=plot.x_label in ("epoch", "step"))
    if not plot.log_y:
        ax.locator_params(axis="y", nbins=TICKS)
    ax.legend(loc="best")


def _line(ax: Any, line: Line) -> None:
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


def _images(part: Any, panel: Images) -> None:
    largest = max(float(np.abs(image).max()) for image in panel.images.values()) or 1.0
    columns = min(len(panel.images), IMAGES_A_ROW)
    axes = list(part.subplots(-(-len(panel.images) // columns), columns, squeeze=False).flat)
    part.suptitle(panel.title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    for ax in axes:
        ax.axis("off")
    for ax, (label, image) in zip(axes, panel.images.items(), strict=False):
        ax.imshow(image, cmap="RdBu_r", vmin=-largest, vmax=largest, interpolation="none")
        ax.set_title(label, fontsize=9, fontweight="normal", loc="center", pad=4)
