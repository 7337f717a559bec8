"""The figure: an epoch and a cold start of every contender, and how the cost grows, against the limit."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.bench.contender import find
from compare.bench.measurements import Measurements
from compare.bench.result import times
from compare.bench.scaling import AXES
from compare.bench.session import FLOOR, LIMIT, OURS, ScalingCurve, Timing
from compare.common.pages import LIGHT, save_figure, themed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {OURS: LIGHT["scratch"], LIMIT: LIGHT["ink"], FLOOR: LIGHT["baseline"]}
OTHERS = LIGHT["keras"]
MARKERS = {OURS: "o", LIMIT: "s"}


def write(measurements: Measurements, directory: Path) -> list[Path]:
    """Draw ``bench.svg`` and ``bench.png``; raises BadInput where they cannot be written."""
    with themed():
        figure = draw(measurements)
        paths = [directory / f"bench.{kind}" for kind in ("svg", "png")]
        for path in paths:
            save_figure(figure, path, "--out")
    return paths


def draw(measurements: Measurements) -> "Figure":
    """Draw all panels."""
    from matplotlib.figure import Figure

    found, task = measurements.found, measurements.task
    figure = Figure(figsize=(12, 9.5), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=[1.15, 1])
    above, below = parts
    left, right = above.subplots(1, 2)
    _points(left, found.epoch, 1000, "ms")
    left.set_title(f"One epoch: {len(task.X):,} rows, batch {task.batch_size}, ms")
    _points(right, found.cold, 1, "s")
    right.set_title(f"Cold start to trained weights: {measurements.plan.cold_epochs} epochs, s")
    for axis, panel in zip(AXES, below.subplots(1, len(AXES)), strict=True):
        _scaling(panel, axis, found.scaling.get(axis, ScalingCurve([], "")))
    return figure


def _points(panel: "Axes", timings: dict[str, Timing], factor: float, unit: str) -> None:
    """One point a contender with its quartiles, the quickest on top, on a logarithmic scale."""
    names = sorted(timings, key=lambda name: timings[name].median, reverse=True)
    for place, name in enumerate(names):
        median, (low, high) = (factor * timings[name].median, (factor * q for q in timings[name].quartiles))
        colour = COLOURS.get(name, OTHERS)
        panel.errorbar(median, place, xerr=[[median - low], [high - median]], fmt="o", color=colour, capsize=3)
        beside = OURS in timings and name != OURS
        ratio = f" ({times(timings[name].median / timings[OURS].median)})" if beside else ""
        written = f"{median:,.3g}" if median < 1000 else f"{median:,.0f}"
        panel.annotate(
            f"{written} {unit}{ratio}",
            (high, place),
            (6, 0),
            textcoords="offset points",
            va="center",
            size=8,
            color=colour,
        )
    panel.set_yticks(range(len(names)), [find(name).title for name in names])
    if names:
        panel.set_xscale("log")
        low, high = (factor * timings[name].median for name in (names[-1], names[0]))
        panel.set_xlim(low / 2, high * 15)  # room for the last number


def _scaling(panel: "Axes", axis: str, curve: ScalingCurve) -> None:
    for name in curve.timings:
        exponent, _ = curve.power(name)
        label = f"{find(name).title}" + ("" if exponent is None else f": {axis}^{exponent:.2f}")
        panel.loglog(curve.values, curve.seconds(name), marker=MARKERS[name], color=COLOURS[name], label=label)
    panel.set_title(f"Seconds an epoch by {axis}")
    panel.set_xlabel(f"{axis}, with {curve.others}" if curve.others else axis)
    if curve.timings:
        panel.set_xticks(curve.values, [f"{value:,}" for value in curve.values], rotation=45, ha="right")
        panel.minorticks_off()
        panel.set_ylim(top=3 * panel.get_ylim()[1])  # room for the legend
        panel.legend(loc="upper left")
