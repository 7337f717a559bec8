"""Running through the data again and again: what each further epoch still brings."""

import numpy as np

from compare.lessons.toolkit import Outcome, finding, lesson, noise
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure, Images, by_epoch, curves
from compare.lessons.toolkit.pair import SIDES, SideName, both

IMAGES = 5


@lesson(
    3,
    "Running through the data again and again",
    "How much does each further epoch bring, and when does it stop paying? Watch the weights as an image: when can you "
    "see the digit in them?",
)
def epochs(context: Context) -> Outcome:
    """Train for many epochs and look at the weights after each."""
    config = context.config(
        epochs=context.pick(small=8, large=10), batch_size=context.pick(small=8, large=32), train_size=12_000
    )
    pair = context.pair("sigmoid, sgd", config)
    rows, baseline = pair.rows, pair.rows.baseline["validation"]

    def moved(side: SideName, epoch: int) -> float:
        before, after = (pair.runs[side].weights[at][0] for at in (epoch - 1, epoch))
        return float(np.linalg.norm(after - before))

    def last_that_pays(side: SideName) -> int:
        """Return the first epoch after which all later ones together add less than chance does to the count."""
        accuracy = pair.curve(side, "val_accuracy")
        chance = noise(max(accuracy), len(rows.x_val))
        return next(epoch for epoch, reached in enumerate(accuracy, 1) if max(accuracy) - reached <= chance)

    def accuracy(epoch: int) -> str:
        return both(lambda side: pair.curve(side, "val_accuracy")[epoch - 1], ".3f")

    paid, all_of_them = last_that_pays("scratch"), config.epochs
    first = both(lambda side: moved(side, 1), ".3g")
    last = both(lambda side: moved(side, all_of_them), ".3g")
    findings = [
        finding(
            lambda side: pair.curve(side, "loss") == sorted(pair.curve(side, "loss"), reverse=True),
            f"Every epoch lowers the training loss: from {pair.curve('scratch', 'loss')[0]:.4f} in the first to "
            f"{pair.last('scratch', 'loss'):.4f} in epoch {all_of_them}.",
            f"Not every epoch lowers the training loss, which goes from {pair.curve('scratch', 'loss')[0]:.4f} to "
            f"{pair.last('scratch', 'loss'):.4f}.",
        ),
        finding(
            lambda side: 1 < last_that_pays(side) < all_of_them,
            f"Another epoch stops paying after epoch {paid}: validation accuracy is {accuracy(paid)} there, and all "
            f"later epochs together add less than the noise of counting {len(rows.x_val):,} images "
            f"(±{noise(pair.last('scratch', 'val_accuracy'), len(rows.x_val)):.4f}). After the first epoch it was "
            f"{accuracy(1)}, after the last it is {accuracy(all_of_them)}.",
            f"This run does not show where another epoch stops paying: {accuracy(1)} after the first epoch, "
            f"{accuracy(all_of_them)} after the last.",
        ),
        finding(
            lambda side: moved(side, all_of_them) < moved(side, 1) / 2,
            f"The weights move less and less: |ΔW| is {first} in the first epoch and {last} in the last.",
            f"The weights keep moving: |ΔW| is {first} in the first epoch and {last} in the last.",
        ),
    ]
    shown = sorted({0, *np.unique(np.geomspace(1, all_of_them, IMAGES - 1).round().astype(int)).tolist()})
    weights = {f"epoch {at}": pair.scratch.weights[at][0][:, 0].reshape(rows.shape) for at in shown}
    figure = Figure(
        f"Accuracy by epoch, and the weights as images: red speaks for class {config.digit}, blue against it.",
        [
            by_epoch(
                "accuracy by epoch",
                curves(pair, "accuracy", "training", "blue") + curves(pair, "val_accuracy", "validation", "orange"),
                baseline,
                {"stops paying": paid},
            )
        ],
        Images("weights, NumPy", weights),
    )
    return Outcome(
        f"Sigmoid, mse, sgd with rate {config.learning_rate}, batches of {config.batch_size}, {len(rows.x_train):,} "
        f"rows, {all_of_them} epochs.",
        [pair],
        findings,
        figure,
        {
            "last_epoch_that_pays": {side: last_that_pays(side) for side in SIDES},
            "weights_moved": {side: [moved(side, epoch) for epoch in range(1, all_of_them + 1)] for side in SIDES},
        },
    )
