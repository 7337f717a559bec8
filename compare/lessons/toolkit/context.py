"""What a lesson is given: the data, the seed, and ``pair``, which trains both sides together."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from compare.common.errors import BadInput
from compare.core.checks import Batch, bounds_of
from compare.core.config import Config
from compare.core.data import Rows, prepare
from compare.core.frameworks import Framework, batch_order, initial_weights, keras_framework, scratch_framework
from compare.lessons.toolkit.pair import Pair
from scratch.arrays import Array
from scratch.datasets import Dataset, NotFoundError, load

PEAK = 255
"""The tutorial's pixels run from 0 to 255, and some lessons are about just that."""
SMALL = 10_000
STEPS_AT_ONCE = 32
"""Keras returns to Python after so many steps: the same steps, bit for bit, in a third of the time."""
FEWEST = 200

Arranged = Callable[[Array, int], Array]


@dataclass
class Context:
    """The data and the seed of a run, and the means to train on both sides."""

    dataset: Dataset
    seed: int = 0
    digit: int = 5
    data: Path | None = None
    tell: Callable[[str], None] = lambda progress: None
    _models: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Stretch the pixels to 0–255, and refuse data that no lesson can be shown on."""
        self.dataset = stretched(self.dataset)
        Config(digit=self.digit, seed=self.seed)  # raises BadInput for a seed that is none
        if not 0 <= self.digit < self.dataset.classes:
            raise BadInput(f"--digit must be one of the classes 0 to {self.dataset.classes - 1}, not {self.digit}")
        for part, y in {"training": self.dataset.y_train, "test": self.dataset.y_test}.items():
            if len(y) < FEWEST or not 0 < np.mean(y == self.digit) < 1:
                raise BadInput(
                    f"the lessons need at least {FEWEST} {part} images, some of them of class {self.digit} and some "
                    f"not; {self.dataset.name} has {len(y)}, {int(np.sum(y == self.digit))} of them of that class"
                )

    @cached_property
    def keras(self) -> Framework:
        """Keras's side; the first lesson that asks for it waits for the import."""
        self.tell("starting Keras")
        return keras_framework()

    @cached_property
    def scratch(self) -> Framework:
        """The NumPy side."""
        return scratch_framework()

    def start(self) -> None:
        """Import Keras, which is no lesson's time."""
        _ = self.keras

    @property
    def small(self) -> bool:
        """Whether these are few images, such as scikit-learn's digits."""
        return len(self.dataset.x_train) < SMALL

    def pick(self, small: Any, large: Any) -> Any:
        """Return a choice that depends on whether the images are few or many."""
        return small if self.small else large

    def config(self, **choices: Any) -> Config:
        """Make a config with this run's digit and seed; ``train_size`` never asks for more rows than there are."""
        if choices.get("train_size") is not None:
            choices["train_size"] = min(choices["train_size"], len(self.dataset.x_train))
        return Config(**{"digit": self.digit, "seed": self.seed} | choices)

    def rows(self, config: Config, validation: int | None = None) -> Rows:
        """Label, cut and scale the rows of a config; validate on the first ``validation`` images, or on all."""
        rows = prepare(self.dataset, config)
        return replace(rows, x_val=rows.x_val[:validation], y_val=rows.y_val[:validation])

    def fashion(self) -> tuple[Dataset, str | None]:
        """Return Fashion-MNIST, or the digits of this run with the notice that they stand in for it."""
        if self.dataset.name == "fashion_mnist":
            return self.dataset, None
        why = "--dataset digits asks for digits alone."
        if self.dataset.name != "digits" or self.dataset.notice:
            try:
                return load("fashion_mnist", self.data), None
            except NotFoundError as error:
                why = str(error)
        classes = f"the {self.dataset.classes} digit classes of {self.dataset.name}"
        return self.dataset, f"These are NOT garments but {classes}. {why}"

    def pair(
        self,
        label: str,
        config: Config,
        rows: Rows | None = None,
        frameworks: tuple[Framework, Framework] | None = None,
        weights: list[Array] | None = None,
        arranged: Arranged = lambda order, batch_size: order,
        by_step: bool = False,
    ) -> Pair:
        """Train Keras, scratch and the perturbed runs on the same rows in the same order.

        ``frameworks`` build another model than the perceptron, ``weights`` start it elsewhere, ``arranged`` puts each
        epoch's rows in another order, and ``by_step`` keeps the weights after every step of the last epoch.
        """
        rows = self.rows(config) if rows is None else rows
        keras, scratch = frameworks or (self.keras, self.scratch)
        start = initial_weights(config, rows.shape) if weights is None else weights
        pair = Pair(
            label,
            config,
            rows,
            [keras, scratch],
            start,
            orders=lambda: (arranged(order, config.batch_size) for order in batch_order(config, rows.to_order)),
            models={"keras": self._keras_model(keras, config, rows.shape, start, by_step)},
        )
        if pair.steps_an_epoch == 1:
            bounds = bounds_of(scratch, config, Batch(rows.x_train, rows.y_train, start))
            pair.of_one_step = max(float(bounds[name].tolerance.max()) for name in "Wb")
        self.tell(label)
        for epoch, run in pair.train_together(by_step):
            self.tell(f"{label}: epoch {epoch + 1} of {config.epochs}, {run.name}")
        return pair

    def _keras_model(
        self, keras: Framework, config: Config, shape: tuple[int, ...], start: list[Array], by_step: bool
    ) -> Any:
        """Build the Keras model, or take one again as if it were new: what costs is that Keras compiles each model."""
        parts = config.activation, config.loss, config.optimizer, config.momentum, config.nesterov
        key = keras, shape, parts, by_step
        if key not in self._models:
            self._models[key] = keras.build(config, shape, start)
            self._models[key].steps_per_execution = 1 if by_step else STEPS_AT_ONCE
        model = self._models[key]
        for memory in model.optimizer.variables:
            memory.assign(np.zeros(memory.shape, memory.dtype))
        model.optimizer.learning_rate = config.learning_rate
        model.set_weights(start)
        return model


def stretched(dataset: Dataset) -> Dataset:
    """Return the data set with pixels from 0 to 255, as the tutorial's are; scikit-learn's digits end at 16."""
    if dataset.peak == PEAK:
        return dataset

    def pixels(x: Array) -> Array:
        return np.rint(x * (PEAK / dataset.peak)).astype(np.uint8)

    return replace(dataset, x_train=pixels(dataset.x_train), x_test=pixels(dataset.x_test), peak=PEAK)
