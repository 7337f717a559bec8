"""One config trained by Keras and scratch together, and how far the two came apart."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal

import numpy as np

from compare.core.checks import check_training
from compare.core.training import Training, apart
from compare.core.verdict import Verdict, judge
from scratch.arrays import Array

SideName = Literal["keras", "scratch", "perturbed 0", "perturbed 1"]
SIDES: tuple[SideName, ...] = ("keras", "scratch")
PERTURBED: tuple[SideName, ...] = ("perturbed 0", "perturbed 1")
ROWS_AT_ONCE = 1024
REPORTED = 1e-6
"""Keras reports means in float32; two numbers that are closer than this are one number to a reader."""


class Pair(Training):
    """Keras and scratch trained together, with the perturbed runs that tell how far rounding alone goes."""

    def __init__(self, label: str, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.label = label
        self.of_one_step = 0.0  # what rounding may do in one step, where it makes an epoch and too little has drifted

    def tolerance(self, epoch: int) -> float:
        """Return how far the weights of two right runs may be apart after so many epochs."""
        return super().tolerance(epoch) + self.of_one_step

    @property
    def steps(self) -> dict[str, list[list[Array]]]:
        """Each run's weights after every step: of all epochs where one step makes one, or of the last, if asked for."""
        return {name: run.weights[1:] if self.steps_an_epoch == 1 else run.steps for name, run in self.runs.items()}

    def curve(self, side: SideName, name: str) -> list[float]:
        """Return a loss or an accuracy after each epoch."""
        return self.runs[side].history[name]

    def last(self, side: SideName, name: str) -> float:
        """Return a loss or an accuracy after the last epoch."""
        return self.curve(side, name)[-1]

    def outputs(self, side: SideName, images: Array, weights: list[Array] | None = None) -> Array:
        """Return what a side answers to images, (N, U), with its last weights or with others.

        The weights are put in first: a Keras model serves several pairs.
        """
        run = self.runs[side]
        run.model.set_weights(run.weights[-1] if weights is None else weights)
        return np.asarray(run.model.predict(images, batch_size=ROWS_AT_ONCE, verbose=0))

    @cached_property
    def verdict(self) -> Verdict:
        """Judge the weights and everything that was reported."""
        return judge(self, list(check_training(self, self.keras)))

    @property
    def weight_difference(self) -> float:
        """max|ΔW| between the sides after the last epoch."""
        return apart(self.keras.weights[-1], self.scratch.weights[-1])

    @property
    def accuracy_difference(self) -> float:
        """The largest difference between the sides' accuracies, over all epochs, training and validation."""
        both = [
            (self.keras.history[name], reported)
            for name, reported in self.scratch.history.items()
            if name.endswith("accuracy")
        ]
        return max(float(np.abs(np.subtract(theirs, ours)).max()) for theirs, ours in both)


def both(value: Callable[[SideName], float], spec: str) -> str:
    """Write a number once where both sides have the same, to the rounding of what Keras reports, and otherwise both."""
    theirs, ours = (float(value(side)) for side in SIDES)
    same = abs(theirs - ours) <= REPORTED * max(1.0, abs(ours))
    return format(ours, spec) if same else f"{ours:{spec}} (Keras {theirs:{spec}})"
