"""Few rows, many epochs: the training rows are learned by heart, and validation does not follow."""

from compare.lessons.toolkit import Outcome, finding, lesson, noise, told
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure, by_epoch, curves
from compare.lessons.toolkit.pair import Pair, SideName, both


@lesson(
    4,
    "Few rows, many epochs",
    "Watch the two curves: the accuracy on the rows that were trained on, and on rows that were held out. Where do "
    "they part, and what do more rows do to the gap?",
)
def overfitting(context: Context) -> Outcome:
    """Train on a few rows and on many, for the same number of epochs."""
    sizes = context.pick(small=(16, 160), large=(100, 2000))
    epochs, batch_size, rate = context.pick(small=(12, 4, 1.0), large=(25, 16, 0.5))
    configs = [
        context.config(train_size=size, epochs=epochs, batch_size=batch_size, learning_rate=rate) for size in sizes
    ]
    pairs = [
        context.pair(f"{config.train_size} rows", config, context.rows(config, validation=1000)) for config in configs
    ]
    few, many = pairs[0], pairs[-1]
    checked = len(few.rows.x_val)

    def gap(pair: Pair, side: SideName) -> float:
        return pair.last(side, "accuracy") - pair.last(side, "val_accuracy")

    chance = 2 * noise(few.last("scratch", "val_accuracy"), checked)
    findings = [
        finding(
            lambda side: gap(few, side) > 2 * noise(few.last(side, "val_accuracy"), checked),
            f"With {few.label} training and validation part: {told(few, 'accuracy')} of the training rows are right "
            f"after {epochs} epochs, but {told(few, 'val_accuracy')} of the validation rows, a gap of "
            f"{both(lambda side: gap(few, side), '.3f')}; twice the noise of counting is {chance:.3f}.",
            f"With {few.label} training and validation do not part by more than twice the noise of counting, "
            f"{chance:.3f}: {told(few, 'accuracy')} and {told(few, 'val_accuracy')}.",
        ),
        finding(
            lambda side: gap(many, side) < gap(few, side) / 2,
            f"More rows close the gap: with {many.label} it is {both(lambda side: gap(many, side), '.3f')} "
            f"({told(many, 'accuracy')} and {told(many, 'val_accuracy')}).",
            f"More rows do not close the gap here: with {many.label} it is "
            f"{both(lambda side: gap(many, side), '.3f')}.",
        ),
        finding(
            lambda side: many.last(side, "val_accuracy") > few.last(side, "val_accuracy"),
            f"What counts, validation accuracy, gains by it: from {told(few, 'val_accuracy')} to "
            f"{told(many, 'val_accuracy')}.",
            f"Validation accuracy gains nothing by it: {told(few, 'val_accuracy')} and {told(many, 'val_accuracy')}.",
        ),
    ]
    baseline = few.rows.baseline["validation"]
    figure = Figure(
        "Training and validation accuracy by epoch: with few rows they part, with more they come together.",
        [
            by_epoch(
                pair.label,
                curves(pair, "accuracy", "training", "blue") + curves(pair, "val_accuracy", "validation", "orange"),
                baseline,
            )
            for pair in pairs
        ],
    )
    return Outcome(
        f"Sigmoid, mse, sgd with rate {configs[0].learning_rate:g}, batches of {configs[0].batch_size}, {epochs} "
        f"epochs on the first {' and '.join(str(size) for size in sizes)} rows; validation on {checked:,} images.",
        pairs,
        findings,
        figure,
        {"gaps": {pair.label: {side: gap(pair, side) for side in ("keras", "scratch")} for pair in pairs}},
    )
