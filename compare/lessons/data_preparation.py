"""Raw against scaled pixels, everything else equal."""

from itertools import product

from compare.core.config import OptimizerName, Pixels
from compare.lessons.toolkit import Finding, Outcome, above, beats_baseline, finding, lesson, told
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Color, Figure, by_epoch, curves
from compare.lessons.toolkit.pair import Pair, SideName

OPTIMIZERS: tuple[OptimizerName, ...] = ("sgd", "adam")
COLORS: dict[Pixels, Color] = {"raw": "red", "unit": "blue"}


@lesson(
    5,
    "Raw against scaled pixels",
    "Nothing differs but the pixels' scale. How much of the accuracy does that decide, and does adam, which scales its "
    "own steps, mind it less than sgd?",
)
def data_preparation(context: Context) -> Outcome:
    """Train with each optimizer on raw pixels and on scaled ones."""
    epochs, batch_size = context.pick(small=(4, 16), large=(3, 32))
    pairs = {
        (optimizer, pixels): context.pair(
            f"{optimizer}, {'raw' if pixels == 'raw' else 'scaled'} pixels",
            context.config(optimizer=optimizer, pixels=pixels, epochs=epochs, batch_size=batch_size, train_size=12_000),
        )
        for optimizer, pixels in product(OPTIMIZERS, COLORS)
    }
    rows = pairs["sgd", "raw"].rows
    baseline = rows.baseline["validation"]

    def worse(one: Pair, other: Pair, side: SideName) -> bool:
        return above(other.last(side, "val_accuracy"), one.last(side, "val_accuracy"), len(rows.x_val))

    def scaling_helps(optimizer: OptimizerName) -> Finding:
        raw, unit = pairs[optimizer, "raw"], pairs[optimizer, "unit"]
        return finding(
            lambda side: not worse(unit, raw, side) and unit.last(side, "val_loss") < raw.last(side, "val_loss"),
            f"Scaling alone helps {optimizer}: accuracy {told(unit)} instead of {told(raw)}, loss "
            f"{told(unit, 'val_loss')} instead of {told(raw, 'val_loss')}.",
            f"Scaling alone does not help {optimizer} here: accuracy {told(unit)} with, {told(raw)} without it.",
        )

    raw, unit = pairs["sgd", "raw"], pairs["sgd", "unit"]
    findings = [
        *(scaling_helps(optimizer) for optimizer in OPTIMIZERS),
        finding(
            lambda side: beats_baseline(unit, side) and not beats_baseline(raw, side),
            f"With raw pixels sgd learns nothing that always answering 'no' does not know: {told(raw)}, the baseline "
            f"is {baseline:.3f}.",
            f"With raw pixels sgd ends at {told(raw)}, with scaled ones at {told(unit)}; the baseline is "
            f"{baseline:.3f}.",
        ),
    ]
    figure = Figure(
        "Validation accuracy by epoch, on raw and on scaled pixels: the same rows, weights and batches.",
        [
            by_epoch(
                optimizer,
                curves(pairs[optimizer, "raw"], "val_accuracy", "raw", COLORS["raw"])
                + curves(pairs[optimizer, "unit"], "val_accuracy", "scaled", COLORS["unit"]),
                baseline,
            )
            for optimizer in OPTIMIZERS
        ],
    )
    return Outcome(
        f"Sigmoid, mse, {len(rows.x_train):,} rows, batches of {batch_size}, {epochs} epochs: sgd with rate 0.1 and "
        "adam with 0.001, each on pixels of 0–255 and of 0–1.",
        list(pairs.values()),
        findings,
        figure,
        {"baseline_accuracy": baseline},
    )
