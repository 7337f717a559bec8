"""Validation accuracy against the number of training rows: several seeds, mean and spread."""

from dataclasses import replace

import numpy as np

from compare.lessons.toolkit import Outcome, finding, lesson, noise
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure, Plot, on_side
from compare.lessons.toolkit.pair import SIDES, Pair, SideName, both

SEEDS = 3


@lesson(
    6,
    "More training data",
    "How much does ten times the data bring? Watch the mean rise and the spread between seeds shrink, and where either "
    "levels off.",
)
def more_data(context: Context) -> Outcome:
    """Train on more and more rows, for the same number of steps, with several seeds."""
    sizes = context.pick(small=(16, 80, 450, 1437), large=(100, 300, 1000, 3000, 10_000, 30_000))
    drawn = context.pick(small=3200, large=16_000)
    rate, batch_size = context.pick(small=(1.0, 16), large=(0.5, 32))
    everything = context.rows(context.config())
    rows_there, checked = len(everything.x_train), len(everything.x_val)
    sizes = sorted({min(size, rows_there) for size in sizes})

    def train(size: int, seed: int) -> Pair:
        """Every run sees as many rows as any other, so that few rows come by often: what differs is the data alone."""
        picked = np.random.default_rng(seed).permutation(rows_there)[:size]
        seen = np.resize(picked, drawn)
        rows = replace(everything, x_train=everything.x_train[seen], y_train=everything.y_train[seen])
        config = context.config(seed=seed, epochs=1, learning_rate=rate, batch_size=batch_size)
        return context.pair(f"{size:,} rows, seed {seed}", config, rows)

    runs = {size: [train(size, context.seed + number) for number in range(SEEDS)] for size in sizes}
    few, many = sizes[0], sizes[-1]

    def accuracies(size: int, side: SideName) -> list[float]:
        return [pair.last(side, "val_accuracy") for pair in runs[size]]

    def mean(size: int, side: SideName) -> float:
        return float(np.mean(accuracies(size, side)))

    def spread(size: int, side: SideName) -> float:
        return float(np.std(accuracies(size, side), ddof=1))

    def told(size: int) -> str:
        return f"{both(lambda side: mean(size, side), '.3f')} ± {both(lambda side: spread(size, side), '.3f')}"

    def where_it_levels(side: SideName) -> int:
        """Return the fewest rows whose mean is as good as the best, to within the noise of counting."""
        best = max(mean(size, side) for size in sizes)
        return next(size for size in sizes if mean(size, side) >= best - noise(best, checked))

    findings = [
        finding(
            lambda side: mean(many, side) - mean(few, side) > spread(few, side) + spread(many, side),
            f"More rows help: {told(few)} with {few:,} rows, {told(many)} with {many:,} (mean ± spread of {SEEDS} "
            "seeds).",
            f"More rows do not clearly help: {told(few)} with {few:,} rows, {told(many)} with {many:,}.",
        ),
        finding(
            lambda side: spread(many, side) < spread(few, side),
            f"And they make luck matter less: which rows one happens to get moves the accuracy by "
            f"{both(lambda side: spread(few, side), '.3f')} with {few:,} rows, by "
            f"{both(lambda side: spread(many, side), '.3f')} with {many:,}.",
            f"Luck does not matter less with more rows here: the spread goes from "
            f"{both(lambda side: spread(few, side), '.3f')} to {both(lambda side: spread(many, side), '.3f')}.",
        ),
        finding(
            lambda side: where_it_levels(side) < many,
            f"The curve levels off: {where_it_levels('scratch'):,} rows are as good as any, to within the noise of "
            f"counting {checked:,} images. A perceptron of {everything.x_train[0].size + 1} weights "
            "cannot use more in so many steps.",
            f"The curve does not level off: the most rows, {many:,}, are still the best.",
        ),
    ]
    baseline = everything.baseline["validation"]
    figure = Figure(
        f"Validation accuracy against the number of training rows: mean and spread of {SEEDS} seeds.",
        [
            Plot(
                "more rows",
                "training rows",
                "validation accuracy",
                [
                    on_side(side, sizes, [mean(size, side) for size in sizes], [spread(size, side) for size in sizes])
                    for side in SIDES
                ],
                levels={f"baseline {baseline:.3f}": baseline},
                log_x=True,
            )
        ],
    )
    return Outcome(
        f"Sigmoid, mse, sgd with rate {rate:g}: {', '.join(f'{size:,}' for size in sizes)} rows, {SEEDS} seeds each; "
        f"every run sees {drawn:,} rows in batches of {batch_size}, its own as often as that takes.",
        [pair for size in sizes for pair in runs[size]],
        findings,
        figure,
        {
            "rows": sizes,
            "mean": {side: [mean(size, side) for size in sizes] for side in SIDES},
            "spread": {side: [spread(size, side) for size in sizes] for side in SIDES},
        },
    )
