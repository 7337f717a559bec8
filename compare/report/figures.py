"""The report's figures, each with its text alternative: curves, differences, weights, histograms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from compare import pages
from compare.comparison import TWINS, Comparison
from compare.ladder import apart, drift_after, history_drift, history_tolerance
from compare.report.findings import THRESHOLD, Findings
from scratch.arrays import Array

if TYPE_CHECKING:
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

COLOURS = pages.LIGHT
PANELS = {"accuracy": "Training accuracy", "val_accuracy": "Validation accuracy"} | {
    "loss": "Training loss",
    "val_loss": "Validation loss",
}


@dataclass(frozen=True)
class Drawn:
    """A figure, the name of its file, and what a reader would see in it."""

    name: str
    figure: "Figure"
    alternative: str


def figures_of(comparison: Comparison, findings: Findings) -> dict[str, Drawn]:
    """Draw everything that this run has numbers for."""
    draw: list[Callable[[], Drawn]] = [
        lambda: curves(comparison),
        lambda: differences(comparison),
        lambda: weights(comparison, findings.yes),
        lambda: outputs(findings),
    ]
    with pages.themed():
        return {drawn.name: drawn for drawn in (one() for one in draw)}


def _epochs(comparison: Comparison) -> list[int]:
    return list(range(1, comparison.epochs + 1))


def _whole_numbers(axes: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("epoch")


def curves(comparison: Comparison) -> Drawn:
    """Draw accuracy and loss of both sides, one line on the other."""
    keras, scratch = comparison.sides["keras"], comparison.sides["scratch"]
    epochs, baseline = _epochs(comparison), comparison.rows.baseline
    every = max(1, len(epochs) // 20)
    figure, grid = pages.subplots(2, 2, width=10, height=6.4)
    for axes, (name, title) in zip(grid.flat, PANELS.items(), strict=True):
        axes.plot(
            epochs, keras.history[name], color=COLOURS["keras"], linewidth=6, alpha=0.45, label="Keras", marker="o"
        )
        axes.plot(
            epochs,
            scratch.history[name],
            color=COLOURS["scratch"],
            linewidth=1.6,
            linestyle="--",
            marker="x",
            markevery=every,
            label="NumPy",
        )
        if name.endswith("accuracy"):
            level = baseline["validation" if name.startswith("val_") else "train"]
            axes.axhline(level, color=COLOURS["baseline"], linestyle=":", linewidth=1.6, label=f"baseline {level:.4f}")
        axes.set_title(title)
        _whole_numbers(axes)
        axes.legend()
    last = {name: (keras.history[name][-1], scratch.history[name][-1]) for name in PANELS}
    ends = "; ".join(f"{PANELS[name].lower()} {k:.4f} (Keras) and {s:.4f} (NumPy)" for name, (k, s) in last.items())
    return Drawn(
        "curves",
        figure,
        f"Four line charts over {len(epochs)} epochs, in each a wide line for Keras and a dashed line for NumPy. "
        f"After the last epoch: {ends}. Baseline: {baseline['validation']:.4f} of the validation images.",
    )


def differences(comparison: Comparison) -> Drawn:
    """Draw how far the two sides are apart after each epoch, over what the rounding twins make of rounding alone."""
    keras, scratch = comparison.sides["keras"], comparison.sides["scratch"]
    twins = [comparison.sides[name] for name in TWINS]
    epochs = _epochs(comparison)
    figure, grid = pages.subplots(1, 3, width=10, height=3.6)
    between = [apart(keras.weights[epoch], scratch.weights[epoch]) for epoch in epochs]
    drifted = [drift_after(scratch, twins, epoch) for epoch in epochs]
    _difference(grid[0], epochs, between, drifted, 2 * np.asarray(drifted))
    grid[0].set_title("Weights, max|ΔW|")
    for axes, name in zip(grid[1:], ("loss", "val_loss"), strict=True):
        difference = np.abs(np.subtract(keras.history[name], scratch.history[name]))
        allowed = history_tolerance(name, scratch, twins, comparison.recipe, comparison.rows)
        _difference(axes, epochs, difference, history_drift(name, scratch, twins), allowed)
        axes.set_title(PANELS[name])
    return Drawn(
        "differences",
        figure,
        "Three charts on logarithmic axes: the difference between Keras and NumPy after each epoch, and as an area "
        "the drift of the rounding twins. The largest difference between weights grows from "
        f"{between[0]:.2g} after the first epoch to {between[-1]:.2g} after the last.",
    )


def _difference(axes: Any, epochs: list[int], values: Any, drifted: Any, allowed: Any) -> None:
    """Draw differences on a logarithmic axis; those that are exactly 0 stand on its floor, which says so."""
    from matplotlib.ticker import NullFormatter

    found, drifts, limits = (np.asarray(numbers, float) for numbers in (values, drifted, allowed))
    positive = [n for n in (*found, *drifts, *limits) if np.isfinite(n) and n > 0]
    if not positive:
        axes.text(0.5, 0.5, "exactly 0, or no number", ha="center", transform=axes.transAxes, color=COLOURS["muted"])
        axes.set_yticks([])
        return
    floor, top = 10 ** np.floor(np.log10(min(positive)) - 0.1), 10 ** np.ceil(np.log10(max(positive)))
    axes.set_yscale("log")
    axes.set_ylim(floor, 10 * top)  # a decade of room for the legend
    axes.yaxis.set_minor_formatter(NullFormatter())
    reach = np.maximum(drifts, floor)
    axes.fill_between(epochs, floor, reach, color=COLOURS["twin"], alpha=0.55, label="drift of the twins")
    axes.plot(epochs, limits, color=COLOURS["baseline"], linestyle=":", linewidth=1.6, label="allowed")
    shown = np.where(found == 0, floor, found)
    axes.plot(epochs, shown, color=COLOURS["ink"], marker="o", markersize=4, label="Keras − NumPy", clip_on=False)
    if (found == 0).any():
        axes.annotate("on the floor: exactly 0", (0.98, 0.03), xycoords="axes fraction", ha="right", fontsize=8)
    _whole_numbers(axes)
    axes.legend(loc="upper right", fontsize=8)


def diverging() -> "Colormap":
    """Return the scale of everything that speaks for or against: orange below 0, white at 0, blue above."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = [COLOURS["other"], "#f2a265", "#fbfaf7", "#6fb0e8", COLOURS["five"]]
    return LinearSegmentedColormap.from_list("against-for", ends)


def shown_epochs(comparison: Comparison, most: int = 41) -> list[int]:
    """Choose epochs to show weights of, from 0 to the last, evenly spread where there are too many."""
    last = comparison.epochs
    return sorted({round(step) for step in np.linspace(0, last, min(most, last + 1))})


def image_of(W: Array, shape: tuple[int, ...]) -> Array:
    """Lay one unit's weights out as the image whose pixels they weigh."""
    return np.asarray(W, float)[:, 0].reshape(shape)


def largest_weight(comparison: Comparison) -> float:
    """Return the size of the largest finite weight that is ever shown; the colours reach from minus to plus that."""
    shown = [comparison.sides["scratch"].weights[epoch][0] for epoch in shown_epochs(comparison)]
    finite = [float(np.abs(W[np.isfinite(W)]).max()) for W in shown if np.isfinite(W).any()]
    return max(finite, default=1.0) or 1.0


def weights(comparison: Comparison, yes: str) -> Drawn:
    """Draw the weights as images: before, during and after training, in one scale."""
    scratch, shape = comparison.sides["scratch"], comparison.rows.shape
    last = comparison.epochs
    epochs = sorted({0, min(1, last), -(-last // 2), last})
    limit = largest_weight(comparison)
    figure, row = pages.subplots(1, len(epochs), width=10, height=3.2, squeeze=False)
    for axes, epoch in zip(row[0], epochs, strict=True):
        image = image_of(scratch.weights[epoch][0], shape)
        drawn = axes.imshow(image, cmap=diverging(), vmin=-limit, vmax=limit, interpolation="none")
        axes.set_title("before training" if epoch == 0 else f"after epoch {epoch}")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.grid(visible=False)
    bar = figure.colorbar(drawn, ax=row, shrink=0.8, label=f"← against        for '{yes}' →")
    bar.outline.set_visible(False)
    return Drawn(
        "weights",
        figure,
        f"The {shape[0]}×{shape[1]} weights as images on a scale from orange (against '{yes}') over white (0) to blue "
        f"(for '{yes}'), after epochs {', '.join(map(str, epochs))}; the largest weight has the size {limit:.3g}.",
    )


def outputs(findings: Findings) -> Drawn:
    """Draw how the weighted sums and the outputs are spread, of images that are the digit and of the others."""
    figure, (left, right) = pages.subplots(1, 2, width=10, height=3.8)
    if not findings.finite:
        for axes in (left, right):
            axes.text(0.5, 0.5, "no finite numbers: this run overflowed", ha="center", transform=axes.transAxes)
        return Drawn("outputs", figure, "No histogram: the outputs of this run are no finite numbers.")
    for axes, values, title in ((left, findings.z, "Weighted sum z"), (right, findings.a, "Output a")):
        bins = np.linspace(float(values.min()), float(values.max()), 41) if values.min() < values.max() else 10
        for which, name, colour in ((~findings.y, findings.no, "other"), (findings.y, findings.yes, "five")):
            if not which.any():
                continue
            share = np.full(int(which.sum()), 100 / which.sum())
            axes.hist(values[which], bins, weights=share, histtype="stepfilled", color=COLOURS[colour], alpha=0.25)
            axes.hist(values[which], bins, weights=share, histtype="step", color=COLOURS[colour], linewidth=1.8)
            axes.plot([], [], color=COLOURS[colour], label=name)
        axes.set_title(title)
        axes.set_yscale("log")
        axes.set_ylabel("% of its kind")
        axes.set_xlabel("z" if axes is left else "a")
        axes.legend()
    right.axvline(THRESHOLD, color=COLOURS["ink"], linestyle=":", linewidth=1.5)
    means = [float(findings.z[which].mean()) for which in (findings.y, ~findings.y) if which.any()]
    return Drawn(
        "outputs",
        figure,
        f"Two histograms on logarithmic axes, of '{findings.yes}' and '{findings.no}' separately: the weighted sum z "
        f"(mean {' and '.join(f'{mean:.3g}' for mean in means)}) and the output a, with the threshold at one half. "
        f"{findings.misses} of '{findings.yes}' lie at or below it, {findings.false_alarms} of '{findings.no}' above.",
    )
