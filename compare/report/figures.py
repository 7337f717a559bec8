"""The report's figures, each with its text alternative: curves, differences, weights, histograms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.common import pages
from compare.core.comparison import Comparison
from compare.core.training import apart
from compare.report.predictions import THRESHOLD, Predictions
from scratch.arrays import Array

if TYPE_CHECKING:
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

COLOURS = pages.LIGHT
NARROWEST = 0.01
"""So long is an axis of accuracies at least: where nothing changes, it would show how Keras rounds to float32."""
PANELS = {"accuracy": "Training accuracy", "val_accuracy": "Validation accuracy"} | {
    "loss": "Training loss",
    "val_loss": "Validation loss",
}
WEIGHTS = "Weights, max|ΔW|"


@dataclass(frozen=True)
class DescribedFigure:
    """A figure, the name of its file, and what a reader would see in it."""

    name: str
    figure: "Figure"
    alternative: str


def figures_of(comparison: Comparison, predictions: Predictions) -> dict[str, DescribedFigure]:
    """Draw everything, one figure a panel, so that a page can set them side by side or one below the other."""
    with pages.themed():
        drawn = [
            *(curve(comparison, name) for name in PANELS),
            weight_difference(comparison),
            *(history_difference(comparison, name) for name in ("loss", "val_loss")),
            weights(comparison, predictions.yes),
            *(spread(predictions, name, values) for name, values in (("z", predictions.z), ("a", predictions.a))),
        ]
    return {one.name: one for one in drawn}


def _panel(title: str) -> tuple["Figure", Any]:
    figure, axes = pages.subplots(width=5, height=3.3)
    axes.set_title(title)
    return figure, axes


def _epochs(comparison: Comparison) -> list[int]:
    return list(range(1, comparison.epochs + 1))


def _whole_numbers(axes: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("epoch")


def curve(comparison: Comparison, name: str) -> DescribedFigure:
    """Draw one number of the history of both sides, one line on the other."""
    keras, scratch = (comparison.runs[side].history[name] for side in ("keras", "scratch"))
    part = "validation" if name.startswith("val_") else "train"
    level = comparison.rows.baseline[part] if name.endswith("accuracy") else None
    return two_curves(name, PANELS[name], keras, scratch, level)


def two_curves(
    name: str, title: str, keras: Sequence[float], scratch: Sequence[float], level: float | None = None
) -> DescribedFigure:
    """Draw a number that both sides report, by epoch; ``level`` is the baseline of an accuracy."""
    epochs = list(range(1, len(scratch) + 1))
    figure, axes = _panel(title)
    every = max(1, len(epochs) // 20)
    wide: dict[str, Any] = {"linewidth": 6, "alpha": 0.45, "label": "Keras"}
    if len(epochs) == 1:  # a line of one point is not seen
        wide |= {"marker": "o", "markersize": 14}
    axes.plot(epochs, keras, color=COLOURS["keras"], **wide)
    look: dict[str, Any] = {"linewidth": 1.6, "linestyle": "--", "marker": "x", "markevery": every}
    axes.plot(epochs, scratch, color=COLOURS["scratch"], label="NumPy", **look)
    over = ""
    if level is not None:
        axes.axhline(level, color=COLOURS["baseline"], linestyle=":", linewidth=1.6, label=f"baseline {level:.4f}")
        over = f", and a dotted line at the baseline, {level:.4f}"
    if name.endswith("accuracy"):
        low, high = axes.get_ylim()
        if high - low < NARROWEST:
            axes.set_ylim((low + high - NARROWEST) / 2, (low + high + NARROWEST) / 2)
    axes.ticklabel_format(axis="y", useOffset=False)
    _whole_numbers(axes)
    axes.legend()
    return DescribedFigure(
        name,
        figure,
        f"{title} by epoch: a wide line for Keras and a dashed line for NumPy{over}. From {keras[0]:.4f} after the "
        f"first epoch to {keras[-1]:.4f} (Keras) and {scratch[-1]:.4f} (NumPy) after epoch {len(epochs)}.",
    )


def weight_difference(comparison: Comparison) -> DescribedFigure:
    """Draw how far the weights of the two sides are apart after each epoch."""
    keras, scratch, epochs = comparison.runs["keras"], comparison.runs["scratch"], _epochs(comparison)
    between = np.array([apart(keras.weights[epoch], scratch.weights[epoch]) for epoch in epochs])
    drifted = np.array([comparison.training.drift(epoch) for epoch in epochs])
    return difference("weights_difference", WEIGHTS, between, drifted, 2 * drifted)


def history_difference(comparison: Comparison, name: str) -> DescribedFigure:
    """Draw how far the reported numbers of the two sides are apart after each epoch."""
    keras, scratch = comparison.runs["keras"], comparison.runs["scratch"]
    between = np.abs(np.subtract(keras.history[name], scratch.history[name]))
    drifted, allowed = comparison.training.history_drift(name), comparison.training.history_tolerance(name)
    return difference(f"{name}_difference", PANELS[name], between, drifted, allowed)


def difference(name: str, title: str, found: Array, drifted: Array, allowed: Array) -> DescribedFigure:
    """Draw differences on a logarithmic axis; those that are exactly 0 stand on its floor, which says so."""
    from matplotlib.ticker import NullFormatter

    figure, axes = _panel(title)
    numbers = np.concatenate([found, drifted, allowed])
    positive = numbers[np.isfinite(numbers) & (numbers > 0)]
    if not positive.size:
        axes.text(0.5, 0.5, "exactly 0, or no number", ha="center", transform=axes.transAxes, color=COLOURS["muted"])
        return DescribedFigure(name, figure, f"{title}: the difference is exactly 0, or no number, after every epoch.")
    floor, top = 10 ** np.floor(np.log10(positive.min()) - 0.1), 10 ** np.ceil(np.log10(positive.max()))
    epochs = list(range(1, len(found) + 1))
    axes.set_yscale("log")
    axes.set_ylim(floor, 30 * top)  # room for the legend
    axes.yaxis.set_minor_formatter(NullFormatter())
    reach = np.maximum(drifted, floor)
    axes.fill_between(epochs, floor, reach, color=COLOURS["perturbed"], alpha=0.55, label="drift of the perturbed runs")
    axes.plot(epochs, allowed, color=COLOURS["baseline"], linestyle=":", linewidth=1.6, label="allowed")
    shown = np.where(found == 0, floor, found)
    axes.plot(epochs, shown, color=COLOURS["ink"], marker="o", markersize=4, label="Keras − NumPy", clip_on=False)
    if (found == 0).any():
        axes.annotate("on the floor: exactly 0", (0.98, 0.03), xycoords="axes fraction", ha="right", fontsize=8)
    _whole_numbers(axes)
    axes.legend(loc="upper center", ncols=3, fontsize=8, handlelength=1.5, columnspacing=1)
    return DescribedFigure(
        name,
        figure,
        f"{title}, difference between Keras and NumPy by epoch on a logarithmic axis: {found[0]:.2g} after the first "
        f"epoch, {found[-1]:.2g} after the last, where perturbed runs drifted {drifted[-1]:.2g} and {allowed[-1]:.2g} "
        "is allowed.",
    )


def diverging() -> "Colormap":
    """Return the scale of everything that speaks for or against: orange below 0, white at 0, blue above."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = [COLOURS["other"], "#f2a265", "#fbfaf7", "#6fb0e8", COLOURS["five"]]
    return LinearSegmentedColormap.from_list("against-for", ends)


def shown_epochs(comparison: Comparison, most: int = 41) -> list[int]:
    """Choose epochs to show weights of, from 0 to the last, evenly spread where there are too many."""
    last = comparison.epochs
    return sorted({round(step) for step in np.linspace(0, last, min(most, last + 1))})


def largest_weight(comparison: Comparison) -> float:
    """Return the size of the largest finite weight that is ever shown; the colours reach from minus to plus that."""
    shown = [comparison.runs["scratch"].weights[epoch][0] for epoch in shown_epochs(comparison)]
    finite = [float(np.abs(W[np.isfinite(W)]).max()) for W in shown if np.isfinite(W).any()]
    return max(finite, default=1.0) or 1.0


def weights(comparison: Comparison, yes: str) -> DescribedFigure:
    """Draw the weights as images: before, during and after training, in one scale."""
    scratch, shape = comparison.runs["scratch"], comparison.rows.shape
    last = comparison.epochs
    epochs = sorted({0, min(1, last), -(-last // 2), last})
    limit = largest_weight(comparison)
    figure, row = pages.subplots(1, len(epochs), width=10, height=2.6, squeeze=False)
    for axes, epoch in zip(row[0], epochs, strict=True):
        image = scratch.weights[epoch][0][:, 0].reshape(shape)
        drawn = axes.imshow(image, cmap=diverging(), vmin=-limit, vmax=limit, interpolation="none")
        axes.set_title("before training" if epoch == 0 else f"after epoch {epoch}")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.grid(visible=False)
    bar = figure.colorbar(drawn, ax=row, shrink=0.8, label=f"← against        for '{yes}' →")
    bar.outline.set_visible(False)
    return DescribedFigure(
        "weights",
        figure,
        f"The {shape[0]}×{shape[1]} weights as images on a scale from orange (against '{yes}') over white (0) to blue "
        f"(for '{yes}'), after epochs {', '.join(map(str, epochs))}; the largest weight has the size {limit:.3g}.",
    )


def spread(predictions: Predictions, name: str, values: Array) -> DescribedFigure:
    """Draw how z or a is spread, of images that are the digit and of the others."""
    title = {"z": "Weighted sum z", "a": "Output a"}[name]
    figure, axes = _panel(title)
    y, yes, no = predictions.y, predictions.yes, predictions.no
    if not predictions.finite:
        axes.text(0.5, 0.5, "no finite numbers: this run overflowed", ha="center", transform=axes.transAxes)
        return DescribedFigure(f"spread_{name}", figure, f"{title}: no histogram, as these are no finite numbers.")
    least, most = float(values.min()), float(values.max())
    bins = np.linspace(least, most, 41) if least < most else np.array([least - 0.5, least + 0.5])
    means = []
    for which, word, colour in ((~y, no, "other"), (y, yes, "five")):
        if not which.any():
            continue
        share = np.full(int(which.sum()), 100 / which.sum())
        axes.hist(values[which], bins, weights=share, histtype="stepfilled", color=COLOURS[colour], alpha=0.25)
        axes.hist(values[which], bins, weights=share, histtype="step", color=COLOURS[colour], linewidth=1.8)
        axes.plot([], [], color=COLOURS[colour], label=word)
        means.append(f"{values[which].mean():.3g} for '{word}'")
    if name == "a":
        axes.axvline(THRESHOLD, color=COLOURS["ink"], linestyle=":", linewidth=1.5, label="threshold")
    axes.set_yscale("log")
    axes.set_ylabel("% of its kind")
    axes.set_xlabel(name)
    axes.legend(loc="upper left" if name == "z" else "upper center")
    missed, mistaken = predictions.confusion.false_negatives, predictions.confusion.false_positives
    wrong = f"; {missed} of '{yes}' are at or below one half, {mistaken} of the others above" if name == "a" else ""
    return DescribedFigure(
        f"spread_{name}",
        figure,
        f"{title}, a histogram for '{yes}' and one for '{no}', on a logarithmic axis. Its mean is "
        f"{' and '.join(means)}{wrong}.",
    )
