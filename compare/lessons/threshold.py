"""We can interpret the output however we want: the threshold moved along the outputs."""

from functools import cache

import numpy as np

from compare.common.confusion import Confusion, confusion_of
from compare.lessons.toolkit import Outcome, finding, lesson, noise
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure, Line, Plot, on_side
from compare.lessons.toolkit.pair import SIDES, SideName, both
from scratch.arrays import Array

TIMES = 5
"""Accuracy misses a difference when recall moves this much further than accuracy does."""
THRESHOLDS = np.linspace(0, 1, 201)
SCORES = ("precision", "recall", "accuracy")


@lesson(
    10,
    "Interpreting the output however we want",
    "The model gives a number; we decide from where on it means yes. What do precision, recall and accuracy do while "
    "the threshold moves, and which of them hides what?",
)
def threshold(context: Context) -> Outcome:
    """Train once, then move the threshold."""
    config = context.config(epochs=2, batch_size=context.pick(small=8, large=32), train_size=20_000)
    pair = context.pair("sigmoid, sgd", config)
    rows, y, baseline = pair.rows, pair.rows.y_val, pair.rows.baseline["validation"]
    n, digit = len(y), config.digit

    @cache
    def outputs(side: SideName) -> Array:
        return pair.outputs(side, rows.x_val)[:, 0].astype(float)

    @cache
    def moved(side: SideName) -> Confusion:
        return confusion_of(y, outputs(side), THRESHOLDS)

    @cache
    def at(side: SideName, threshold: float) -> dict[str, float]:
        counted = confusion_of(y, outputs(side), threshold)
        return {name: float(getattr(counted, name)) for name in SCORES}

    def told(name: str, threshold: float) -> str:
        return both(lambda side: at(side, threshold)[name], ".3f")

    # Thresholds that find nine tenths, and a quarter, of the class.
    low, high = (float(np.quantile(outputs("scratch")[y], share)) for share in (0.1, 0.75))

    def recalls_as_accurate(side: SideName) -> tuple[float, float]:
        """Return the least and the most that is found at thresholds whose accuracy is the best to within chance."""
        accuracy, recall = moved(side).accuracy, moved(side).recall
        among = recall[accuracy >= accuracy.max() - noise(accuracy.max(), n)]
        return float(among.min()), float(among.max())

    chance = noise(float(moved("scratch").accuracy.max()), n)
    least = both(lambda side: recalls_as_accurate(side)[0], ".2f")
    most = both(lambda side: recalls_as_accurate(side)[1], ".2f")
    findings = [
        finding(
            lambda side: 1 - at(side, 0.5)["recall"] > 2 * (1 - at(side, 0.5)["accuracy"]),
            f"Accuracy alone misleads: at 0.5 it is {told('accuracy', 0.5)}, which sounds good, but only "
            f"{told('recall', 0.5)} of class {digit} are found. Always answering 'no' gets {baseline:.3f} and finds "
            "none.",
            f"At 0.5 the accuracy is {told('accuracy', 0.5)} and {told('recall', 0.5)} of class {digit} are found; "
            f"always answering 'no' gets {baseline:.3f}.",
        ),
        finding(
            lambda side: (
                at(side, low)["recall"] > at(side, high)["recall"]
                and at(side, low)["precision"] < at(side, high)["precision"]
            ),
            f"The threshold trades precision for recall: above {low:.3f} it finds {told('recall', low)} of class "
            f"{digit}, and {told('precision', low)} of what it says is true; above {high:.3f} it finds "
            f"{told('recall', high)}, and {told('precision', high)} is true.",
            f"Precision and recall do not trade here: {told('precision', low)} and {told('recall', low)} above "
            f"{low:.3f}, {told('precision', high)} and {told('recall', high)} above {high:.3f}.",
        ),
        finding(
            lambda side: recalls_as_accurate(side)[1] - recalls_as_accurate(side)[0] > TIMES * chance,
            f"Accuracy hardly sees the difference: thresholds that are as accurate as the best to within {chance:.3f}, "
            f"the noise of counting {n:,} images, find from {least} to {most} of class {digit}.",
            f"Thresholds that are as accurate as the best to within {chance:.3f} find from {least} to {most} of class "
            f"{digit}: not {TIMES} times that apart.",
        ),
        finding(
            lambda side: at(side, 0.0)["accuracy"] < 0.5 < at(side, 0.0)["recall"],
            f"The tutorial's 'anything greater than 0' is for outputs of either sign: after a sigmoid it says yes to "
            f"everything, an accuracy of {told('accuracy', 0.0)}.",
            f"A threshold of 0 has an accuracy of {told('accuracy', 0.0)} here.",
        ),
    ]

    def curve(side: SideName, name: str) -> list[float]:
        """Return a score at each threshold that has a precision: above some of them nothing is said to be one."""
        scores: list[float] = getattr(moved(side), name)[~np.isnan(moved(side).precision)].tolist()
        return scores

    x, found = THRESHOLDS.tolist(), moved("scratch")
    known = THRESHOLDS[~np.isnan(found.precision)].tolist()
    figure = Figure(
        "Precision, recall and accuracy while the threshold moves; and precision against recall.",
        [
            Plot(
                "moving the threshold",
                "threshold",
                "share",
                [
                    Line("precision", known, curve("scratch", "precision"), "blue"),
                    Line("recall", x, found.recall.tolist(), "orange"),
                    Line("accuracy", x, found.accuracy.tolist(), "green"),
                ],
                levels={f"baseline {baseline:.3f}": baseline},
                marks={"0.5": 0.5},
            ),
            Plot(
                "precision against recall",
                "recall",
                "precision",
                [on_side(side, curve(side, "recall"), curve(side, "precision")) for side in SIDES],
            ),
        ],
    )
    return Outcome(
        f"Sigmoid, mse, sgd with rate {config.learning_rate}, {len(rows.x_train):,} rows, {config.epochs} epochs; "
        f"{y.mean():.0%} of the {n:,} validation images are of class {digit}.",
        [pair],
        findings,
        figure,
        {
            "thresholds": THRESHOLDS.tolist(),
            **{side: {name: getattr(moved(side), name).tolist() for name in SCORES} for side in SIDES},
        },
    )
