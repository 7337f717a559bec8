"""The tutorial's bug, and its mend: raw pixels, adam, no activation; then a sigmoid."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np

from compare.lessons.toolkit import Outcome, beats_baseline, finding, lesson, noise
from compare.lessons.toolkit.context import PEAK, Context
from compare.lessons.toolkit.figures import Color, Figure, Line, Plot, by_epoch, curves
from compare.lessons.toolkit.pair import PERTURBED, SIDES, Pair, SideName, both
from scratch.activations import sigmoid, sigmoid_gradient
from scratch.arrays import Array

STEEPEST = 0.25  # the sigmoid's slope at z = 0
FLAT = 0.01
"""A row saturates the sigmoid where the slope is below this part of the steepest: next to nothing is learned there."""


def saturated(z: Array) -> float:
    """Return the share of rows that sit where the sigmoid is all but flat."""
    return float((sigmoid_gradient(sigmoid(z), np.ones_like(z)) < FLAT * STEEPEST).mean())


def edge_of_saturation() -> float:
    """Return the z beyond which, to either side, a row saturates the sigmoid.

    a * (1 - a) = FLAT * STEEPEST
    """
    a = (1 - np.sqrt(1 - 4 * FLAT * STEEPEST)) / 2
    return float(np.log((1 - a) / a))


def histogram(title: str, x_label: str, label: str, numbers: Array, color: Color, marks: dict[str, float]) -> Plot:
    """Plot the share of the numbers in each of 60 bins."""
    counts, edges = np.histogram(numbers, 60)
    bars = Line(label, list((edges[:-1] + edges[1:]) / 2), list(counts / numbers.size), color, "bars")
    return Plot(title, x_label, "share of images", [bars], marks=marks)


@lesson(
    1,
    "The bug: no activation, and the mend",
    "Does the accuracy ever pass the baseline, and do more epochs help? Look at the outputs themselves: are they "
    "answers between 0 and 1? Then see what the sigmoid changes, and which images sit where it is flat.",
)
def activation(context: Context) -> Outcome:
    """Train without an activation, then with the sigmoid, everything else equal."""
    epochs, batch_size = context.pick(small=(6, 8), large=(5, 32))
    broken, mended = (
        context.pair(
            name, context.config(activation=name, optimizer="adam", pixels="raw", epochs=epochs, batch_size=batch_size)
        )
        for name in ("linear", "sigmoid")
    )
    rows = broken.rows
    baseline = rows.baseline["validation"]

    def accuracy(pair: Pair, epoch: int = -1) -> Callable[[SideName], float]:
        return lambda side: pair.curve(side, "val_accuracy")[epoch]

    def best(side: SideName) -> float:
        return max(broken.curve(side, "val_accuracy"))

    def widest_fall(side: SideName) -> float:
        return max(before - after for before, after in pairwise(broken.curve(side, "val_accuracy")))

    @cache
    def outputs(side: SideName) -> Array:
        return broken.outputs(side, rows.x_val)

    def z_at_the_start(side: SideName, scaled_by: float = 1) -> Array:
        return broken.outputs(side, rows.x_val / np.float32(scaled_by), broken.scratch.weights[0])

    chance = noise(baseline, len(rows.x_val))
    risen = [beats_baseline(mended, side) for side in (*SIDES, *PERTURBED)]
    answers = mended.outputs("scratch", rows.x_val)
    z = z_at_the_start("scratch")
    edge = edge_of_saturation()
    a = outputs("scratch")
    outside = float(((a < 0) | (a > 1)).mean())
    some = ", ".join(f"{output:.1f}" for output in a[:6, 0])
    raw, scaled = saturated(z), saturated(z_at_the_start("scratch", PEAK))

    findings = [
        finding(
            lambda side: best(side) < baseline,
            f"Without an activation the accuracy never gets to what always answering 'no' gets: the best of {epochs} "
            f"epochs is {both(best, '.3f')}, the last {both(accuracy(broken), '.3f')}, the baseline {baseline:.3f}.",
            f"Without an activation the best of {epochs} epochs is {both(best, '.3f')}, the baseline {baseline:.3f}.",
        ),
        finding(
            lambda side: widest_fall(side) > chance,
            f"More epochs do not mend that, it jumps about: from one epoch to the next the accuracy falls by up to "
            f"{both(widest_fall, '.3f')}, where counting {len(rows.x_val):,} images explains {chance:.3f}.",
            f"It does not jump about: no epoch's accuracy falls by more than {chance:.3f}, the noise of counting "
            f"{len(rows.x_val):,} images.",
        ),
        finding(
            lambda side: outputs(side).min() < -1 and outputs(side).max() > 2,
            f"The outputs are large numbers of either sign: {some}, and so on, from {a.min():.1f} to {a.max():.1f}; "
            f"{outside:.0%} are outside 0 to 1.",
            f"The outputs run from {a.min():.1f} to {a.max():.1f} only; {outside:.0%} are outside 0 to 1.",
        ),
        finding(
            lambda side: accuracy(mended)(side) > max(best(side), baseline - chance),
            f"The sigmoid mends it: {both(accuracy(mended, 0), '.3f')} after the first epoch, "
            f"{both(accuracy(mended), '.3f')} after the last, and every output is from {answers.min():.2g} to "
            f"{answers.max():.2g}. {sum(risen)} of {len(risen)} runs that differ by rounding alone (Keras, NumPy, its "
            "runs) are above the baseline by then.",
            f"The sigmoid alone does not mend it here: the accuracy ends at {both(accuracy(mended), '.3f')}; the "
            f"baseline is {baseline:.3f}.",
        ),
        finding(
            lambda side: saturated(z_at_the_start(side)) > 0.5 > saturated(z_at_the_start(side, PEAK)),
            f"What holds it back is that raw pixels saturate the sigmoid: at the start {raw:.0%} of the images have "
            f"|z| above {edge:.1f}, where its slope is below {FLAT:.0%} of the steepest; of the same pixels scaled to "
            f"0–1, {scaled:.0%}.",
            f"At the start {raw:.0%} of the images saturate the sigmoid on raw pixels, {scaled:.0%} on scaled ones.",
        ),
    ]
    edges = {f"−{edge:.1f}": -edge, f"{edge:.1f}": edge}
    figure = Figure(
        "Accuracy without and with the sigmoid; what the model answers in either case; and z at the start, where "
        "everything outside the two marks saturates the sigmoid.",
        [
            by_epoch(
                "validation accuracy",
                curves(broken, "val_accuracy", "no activation", "red")
                + curves(mended, "val_accuracy", "sigmoid", "blue"),
                baseline,
            ),
            histogram("outputs without activation", "output", "no activation", a, "red", {"0": 0, "1": 1}),
            histogram("outputs of the sigmoid", "output", "sigmoid", answers, "blue", {}),
            histogram("z of raw pixels at the start", "z", "z", z, "violet", edges),
        ],
    )
    return Outcome(
        f"Dense(1), mse, adam, raw pixels 0–255, {len(rows.x_train):,} rows, batches of {batch_size}, "
        f"{epochs} epochs: once without an activation, once with the sigmoid.",
        [broken, mended],
        findings,
        figure,
        {
            "baseline_accuracy": baseline,
            "outputs": {side: [float(outputs(side).min()), float(outputs(side).max())] for side in SIDES},
            "outside_0_to_1": outside,
            "edge_of_saturation": edge,
            "saturated_at_the_start": {"raw": raw, "scaled": scaled},
        },
    )
