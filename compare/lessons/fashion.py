"""The tutorial's exercise: ten garments, from the broken start to softmax, and one garment against the rest."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import scratch
from compare.core.config import Config
from compare.core.data import Rows, prepare
from compare.core.frameworks import Framework
from compare.lessons.toolkit import Outcome, beats_baseline, finding, lesson, told
from compare.lessons.toolkit.context import PEAK, Context
from compare.lessons.toolkit.figures import Color, Figure, Images, Plot, curves
from compare.lessons.toolkit.pair import Pair, SideName, both
from scratch.arrays import Array
from scratch.datasets import Dataset

GARMENTS = ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]
ENOUGH = 0.83
"""What a single layer is asked for on Fashion-MNIST."""


def classifier(keras: Any, optimizer: Any, loss: str, activation: str, shape: tuple[int, ...], classes: int) -> Any:
    """Build a unit for each class; the same lines make both sides, as in ``keras_ref``."""
    unit_a_class = keras.layers.Dense(classes, activation=activation)
    model = keras.Sequential([keras.Input(shape), keras.layers.Flatten(), unit_a_class])
    model.compile(loss=loss, optimizer=optimizer, metrics=["accuracy"])
    return model


@dataclass(frozen=True)
class Classifiers(Framework):
    """A library that builds a unit for each class, whatever activation and loss the config names."""

    activation: str
    loss: str
    classes: int

    def build(self, config: Config, shape: tuple[int, ...], weights: list[Array], **changes: Any) -> Any:
        """Build the model with these weights; ``changes`` replace parts of it."""
        parts = {"optimizer": self.optimizer(config), "loss": self.loss, "activation": self.activation} | changes
        model = classifier(self.keras, shape=shape, classes=self.classes, **parts)
        model.set_weights(weights)
        return model


def ten_classes(context: Context, dataset: Dataset, config: Config, activation: str, loss: str) -> Pair:
    """Train a unit for each class on both sides."""
    classes = dataset.classes
    keras, numpy_side = (
        Classifiers(one.name, one.keras, one.set_dtype, one.recorder, activation, loss, classes)
        for one in (context.keras, context.scratch)
    )
    images = prepare(dataset, config)
    labels = [dataset.y_train[: len(images.x_train)], dataset.y_test]
    if loss == "mse":
        labels = [scratch.utils.to_categorical(y, classes) for y in labels]
    rows = Rows(images.x_train, labels[0], images.x_val, labels[1])
    scratch.utils.set_random_seed(config.seed)
    start = classifier(scratch, "sgd", "mse", "linear", rows.shape, classes).get_weights()
    pixels = "raw" if config.pixels == "raw" else "scaled"
    return context.pair(f"{pixels}, {activation}, {loss}", config, rows, (keras, numpy_side), start)


@lesson(
    9,
    "The exercise: a fashion classifier",
    "Ten kinds of garment, one layer. Three steps lead from the broken start to a working model: which of them brings "
    "most? Then look at the weights: can you recognise the garments?",
)
def fashion(context: Context) -> Outcome:
    """Mend the ten-class model step by step, then tell one class from the rest."""
    dataset, notice = context.fashion()
    garments = dataset.name == "fashion_mnist"
    names = GARMENTS if garments else [f"digit {number}" for number in range(dataset.classes)]
    batch_size, rate = context.pick(small=(16, 0.01), large=(64, 0.001))
    few, more = context.pick(small=(3, 4), large=(2, 5))
    choices = {"optimizer": "adam", "learning_rate": rate, "epochs": few, "batch_size": batch_size}
    raw, unit = (context.config(pixels=pixels, **choices) for pixels in ("raw", "unit"))
    broken = ten_classes(context, dataset, raw, "linear", "mse")
    scaled = ten_classes(context, dataset, unit, "linear", "mse")
    softmax = ten_classes(context, dataset, replace(unit, epochs=more), "softmax", "sparse_categorical_crossentropy")
    one = context.config(
        epochs=2, batch_size=batch_size, learning_rate=0.5, train_size=min(20_000, len(dataset.x_train))
    )
    single = context.pair(f"{names[one.digit]} or not", one, prepare(dataset, one))

    def last(pair: Pair, side: SideName) -> float:
        return pair.last(side, "val_accuracy")

    so_far = both(lambda side: softmax.curve(side, "val_accuracy")[few - 1], ".3f")
    always_one = float(np.bincount(dataset.y_test).max() / len(dataset.y_test))
    baseline = single.rows.baseline["validation"]
    findings = [
        finding(
            lambda side: last(broken, side) < 2 * always_one,
            f"The broken start, raw pixels and no activation, knows next to nothing: an accuracy of {told(broken)}, "
            f"where always naming one class gets {always_one:.3f}.",
            f"The broken start, raw pixels and no activation, gets to {told(broken)}; always naming one class gets "
            f"{always_one:.3f}.",
        ),
        finding(
            lambda side: last(scaled, side) > last(broken, side) + 0.5,
            f"Scaling the pixels mends most of it: {told(scaled)}, with nothing else changed.",
            f"Scaling the pixels alone gets to {told(scaled)}.",
        ),
        finding(
            lambda side: (
                softmax.curve(side, "val_accuracy")[few - 1] > last(scaled, side) and last(softmax, side) >= ENOUGH
            ),
            f"Softmax with cross-entropy is better after as many epochs ({so_far}), and after {more} a single layer "
            f"gets to {told(softmax)}; at least {ENOUGH} was asked for.",
            f"Softmax with cross-entropy gets to {so_far} after {few} epochs and to {told(softmax)} after {more}; at "
            f"least {ENOUGH} was asked for.",
        ),
        finding(
            lambda side: beats_baseline(single, side),
            f"One against the rest, {names[one.digit]} or not: {told(single)}, where always answering 'no' gets "
            f"{baseline:.3f}.",
            f"One against the rest, {names[one.digit]} or not: {told(single)} is not above the baseline of "
            f"{baseline:.3f}.",
        ),
    ]
    steps: dict[str, tuple[Pair, Color]] = {
        "raw, linear": (broken, "red"),
        "scaled, linear": (scaled, "orange"),
        "scaled, softmax": (softmax, "blue"),
    }
    W = softmax.scratch.weights[-1][0]
    figure = Figure(
        "Validation accuracy of each step by epoch, and what the softmax model looks for in each class: red speaks for "
        "it, blue against it.",
        [
            Plot(
                "ten classes, one layer",
                "epoch",
                "validation accuracy",
                [line for label, (pair, color) in steps.items() for line in curves(pair, "val_accuracy", label, color)],
                levels={f"one class {always_one:.2f}": always_one, f"{ENOUGH}": ENOUGH},
            )
        ],
        Images(
            "weights of the softmax, NumPy",
            {name: W[:, unit].reshape(dataset.x_train.shape[1:]) for unit, name in enumerate(names)},
        ),
    )
    return Outcome(
        f"{'Fashion-MNIST' if garments else dataset.name}, {len(dataset.x_train):,} rows, Dense({dataset.classes}), "
        f"adam with rate {rate:g}, batches of {batch_size}, {few} epochs, {more} for softmax; pixels 0–{PEAK} or 0–1. "
        f"One against the rest: sigmoid, mse, sgd with rate {one.learning_rate}, {len(single.rows.x_train):,} rows, "
        f"{one.epochs} epochs.",
        [broken, scaled, softmax, single],
        findings,
        figure,
        {"classes": names, "always_one_class": always_one, "baseline_of_one_against_the_rest": baseline},
        notice,
    )
