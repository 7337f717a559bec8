"""New examples may mess up the weights for earlier ones: rows sorted by label against shuffled rows."""

import numpy as np

from compare.lessons.toolkit import Outcome, above, beats_baseline, finding, lesson, told
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure, Plot, on_both_sides
from compare.lessons.toolkit.pair import SIDES, Pair, SideName, both
from scratch.arrays import Array

POINTS = 40
"""At so many moments of the epoch the weights are tried out."""


@lesson(
    8,
    "New examples against earlier ones",
    "The tutorial says that new examples may mess up the weights for earlier data. Watch the share of the other "
    "classes that is answered right: what happens to it once only one class comes by?",
)
def weights_order(context: Context) -> Outcome:
    """Train for one epoch on sorted rows and on shuffled ones, and look at the weights on the way."""
    config = context.config(epochs=1, batch_size=8, learning_rate=0.5, train_size=12_000)
    rows = context.rows(config, validation=2000)
    y, yes = rows.y_train, int(rows.y_train.sum())
    steps = config.steps_an_epoch(len(y))

    def by_label(order: Array, batch_size: int) -> Array:
        return order[np.argsort(y[order], kind="stable")]

    ordered = context.pair("sorted by label", config, rows, arranged=by_label, by_step=True)
    shuffled = context.pair("shuffled", config, rows, by_step=True)
    looked = np.unique(np.linspace(0, steps - 1, POINTS).astype(int))
    turn = (len(y) - yes) // config.batch_size - 1
    """The last step that saw no example of the class at all."""

    def right(pair: Pair, side: SideName, step: int) -> dict[str, float]:
        """Return the accuracy on either class, with the weights that a side had after a step."""
        said = pair.outputs("scratch", rows.x_val, pair.steps[side][step])[:, 0] > 0.5
        return {"no": float(1 - said[~rows.y_val].mean()), "yes": float(said[rows.y_val].mean())}

    def on_the_others(pair: Pair, step: int) -> str:
        return both(lambda side: right(pair, side, step)["no"], ".3f")

    baseline = rows.baseline["validation"]
    findings = [
        finding(
            lambda side: right(ordered, side, turn)["no"] > 0.9 and right(ordered, side, -1)["no"] < 0.5,
            f"New examples do mess up the weights for earlier ones: when the first {turn + 1:,} steps had shown "
            f"nothing but other classes, {on_the_others(ordered, turn)} of those were answered right; after the last "
            f"{steps - turn - 1:,} steps, which showed class {config.digit} only, {on_the_others(ordered, -1)}.",
            f"The weights for the earlier examples survive: {on_the_others(ordered, turn)} right before class "
            f"{config.digit} came, {on_the_others(ordered, -1)} after it.",
        ),
        finding(
            lambda side: right(shuffled, side, -1)["no"] > 0.9,
            f"Shuffled, nothing is forgotten: {on_the_others(shuffled, -1)} of the other classes are right at the end.",
            f"Shuffled, {on_the_others(shuffled, -1)} of the other classes are right at the end.",
        ),
        finding(
            lambda side: (
                above(baseline, ordered.last(side, "val_accuracy"), len(rows.x_val)) and beats_baseline(shuffled, side)
            ),
            f"The same rows, once each: sorted they end at an accuracy of {told(ordered)}, shuffled at "
            f"{told(shuffled)}; the baseline is {baseline:.3f}.",
            f"Sorted rows end at an accuracy of {told(ordered)}, shuffled ones at {told(shuffled)}; the baseline is "
            f"{baseline:.3f}.",
        ),
    ]

    def panel(pair: Pair) -> Plot:
        at = (looked + 1).tolist()
        found = {side: [right(pair, side, int(step)) for step in looked] for side in SIDES}
        others = on_both_sides("others", at, lambda side: [one["no"] for one in found[side]], "blue")
        lines = others + on_both_sides(
            f"class {config.digit}", at, lambda side: [one["yes"] for one in found[side]], "orange"
        )
        marks = {f"class {config.digit} begins": turn + 1.0} if pair is ordered else {}
        return Plot(pair.label, "step", "share answered right", lines, marks=marks)

    figure = Figure(
        "What is answered right while one epoch goes by, for either class: sorted by label, and shuffled.",
        [panel(ordered), panel(shuffled)],
    )
    return Outcome(
        f"Sigmoid, mse, sgd with rate {config.learning_rate}, {len(y):,} rows, one epoch in batches of "
        f"{config.batch_size}: first all rows of other classes, then the {yes:,} of class {config.digit}; and the same "
        f"rows shuffled. Validation on {len(rows.x_val):,} images.",
        [ordered, shuffled],
        findings,
        figure,
        {
            "right_at_the_end": {
                one.label: {side: right(one, side, -1) for side in SIDES} for one in (ordered, shuffled)
            }
        },
    )
