"""Raw against scaled pixels, everything else equal."""

from itertools import product

from compare.core.config import OptimizerName, Pixels
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Color, Figure, Plot, curves
from compare.lessons.toolkit.lesson import Lesson, Outcome, finding
from compare.lessons.toolkit.pair import SideName, both
from compare.lessons.toolkit.statistics import above

OPTIMIZERS: tuple[OptimizerName, ...] = ("sgd", "adam")
COLORS: dict[Pixels, Color] = {"raw": "red", "unit": "blue"}


def run(context: Context) -> Outcome:
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

    def last(optimizer: OptimizerName, pixels: Pixels, side: SideName, name: str = "val_accuracy") -> float:
        return pairs[optimizer, pixels].last(side, name)

    def told(optimizer: OptimizerName, pixels: Pixels, name: str = "val_accuracy") -> str:
        return both(lambda side: last(optimizer, pixels, side, name), ".3f")

    findings = [
        finding(
            lambda side, optimizer=optimizer: (  # type: ignore[misc]
                not above(last(optimizer, "raw", side), last(optimizer, "unit", side), len(rows.x_val))
                and last(optimizer, "unit", side, "val_loss") < last(optimizer, "raw", side, "val_loss")
            ),
            f"Scaling alone helps {optimizer}: accuracy {told(optimizer, 'unit')} instead of {told(optimizer, 'raw')}, "
            f"loss {told(optimizer, 'unit', 'val_loss')} instead of {told(optimizer, 'raw', 'val_loss')}.",
            f"Scaling alone does not help {optimizer} here: accuracy {told(optimizer, 'unit')} with, "
            f"{told(optimizer, 'raw')} without it.",
        )
        for optimizer in OPTIMIZERS
    ] + [
        finding(
            lambda side: (
                above(last("sgd", "unit", side), baseline, len(rows.x_val))
                and not above(last("sgd", "raw", side), baseline, len(rows.x_val))
            ),
            f"With raw pixels sgd learns nothing that always answering 'no' does not know: {told('sgd', 'raw')}, the "
            f"baseline is {baseline:.3f}.",
            f"With raw pixels sgd ends at {told('sgd', 'raw')}, with scaled ones at {told('sgd', 'unit')}; the "
            f"baseline is {baseline:.3f}.",
        )
    ]
    figure = Figure(
        "data-preparation",
        "Validation accuracy by epoch, on raw and on scaled pixels: the same rows, weights and batches.",
        [
            Plot(
                optimizer,
                "epoch",
                "validation accuracy",
                curves(pairs[optimizer, "raw"], "val_accuracy", "raw", COLORS["raw"])
                + curves(pairs[optimizer, "unit"], "val_accuracy", "scaled", COLORS["unit"]),
                levels={f"baseline {baseline:.3f}": baseline},
            )
            for optimizer in OPTIMIZERS
        ],
    )
    return Outcome(
        f"Sigmoid, mse, {len(rows.x_train):,} rows, batches of {batch_size}, {epochs} epochs: sgd with rate 0.1 and "
        "adam with 0.001, each on pixels of 0–255 and of 0–1.",
        list(pairs.values()),
        findings,
        [figure],
        {"baseline_accuracy": baseline},
    )


LESSON = Lesson(
    5,
    "data-preparation",
    "Raw against scaled pixels",
    "Nothing differs but the pixels' scale. How much of the accuracy does that decide, and does adam, which scales its "
    "own steps, mind it less than sgd?",
    run,
)
