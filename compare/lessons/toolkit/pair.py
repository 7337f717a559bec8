"""One recipe trained on both sides in lockstep, and how far the two came apart."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Literal

import numpy as np

from compare.core.checks import Check, apart, drift_after, held, history_tolerance
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.training import Side
from compare.core.verdict import Word, adding_up
from scratch.arrays import Array

SideName = Literal["keras", "scratch", "perturbed 0", "perturbed 1"]
SIDES: tuple[SideName, ...] = ("keras", "scratch")
PERTURBED: tuple[SideName, ...] = ("perturbed 0", "perturbed 1")
ROWS_AT_ONCE = 1024
REPORTED = 1e-6
"""Keras reports means in float32; two numbers that are closer than this are one number to a reader."""


@dataclass(frozen=True)
class Match:
    """How the two sides of one run compare, and what rounding explains of it."""

    word: Word
    sentence: str
    of_weights: float
    """max|ΔW| between the sides after the last epoch."""
    of_accuracy: float
    """The largest difference between the sides' accuracies, over all epochs, training and validation."""
    of_perturbed: float
    """max|ΔW| between scratch and its perturbed runs."""


@dataclass
class Pair:
    """Keras and scratch after the same training, with the perturbed runs that tell how far rounding alone goes."""

    label: str
    config: Config
    rows: Rows
    keras: Side
    scratch: Side
    perturbed_runs: list[Side]
    of_one_step: float = 0.0
    """What rounding may do to the weights in one step, where it makes an epoch and perturbed runs show too little."""
    steps: dict[str, list[list[Array]]] = field(default_factory=dict)
    """The weights after each step of the last epoch, for each side, where they were asked for."""

    def side(self, name: SideName) -> Side:
        """Return one side by name."""
        return {
            "keras": self.keras,
            "scratch": self.scratch,
            **{perturbed.name: perturbed for perturbed in self.perturbed_runs},
        }[name]

    def curve(self, side: SideName, name: str) -> list[float]:
        """Return a loss or an accuracy after each epoch."""
        return self.side(side).history[name]

    def last(self, side: SideName, name: str) -> float:
        """Return a loss or an accuracy after the last epoch."""
        return self.curve(side, name)[-1]

    def outputs(self, side: SideName, images: Array, weights: list[Array] | None = None) -> Array:
        """Return what a side answers to images, (N, U), with its last weights or with others.

        The weights are put in first: a Keras model serves several pairs.
        """
        one = self.side(side)
        one.model.set_weights(one.weights[-1] if weights is None else weights)
        return np.asarray(one.model.predict(images, batch_size=ROWS_AT_ONCE, verbose=0))

    @cached_property
    def match(self) -> Match:
        """Judge the run as the ladder does: within twice the perturbed runs' drift, unless those drift apart."""
        keras, scratch, perturbed_runs = self.keras, self.scratch, self.perturbed_runs
        rungs = chain(self._weights(), self._history())
        failed = next((rung for rung in rungs if not rung.ok), None)
        steps = self.config.steps_an_epoch(len(self.rows.x_train))
        amplified = any(
            drift_after(scratch, perturbed_runs, epoch) > adding_up(epoch * steps, scratch.weights[epoch])
            for epoch in range(1, scratch.epochs + 1)
        )
        accuracies = [name for name in scratch.history if name.endswith("accuracy")]
        found = (
            apart(keras.weights[-1], scratch.weights[-1]),
            max(float(np.abs(np.subtract(keras.history[name], scratch.history[name])).max()) for name in accuracies),
            drift_after(scratch, perturbed_runs, scratch.epochs),
        )
        if amplified:
            return Match("rounding-limited", "its perturbed runs drift apart faster than rounding adds up", *found)
        if failed:
            return Match("mismatched", str(failed), *found)
        return Match("matched", "both sides agree to within what rounding explains", *found)

    def _weights(self) -> Iterator[Check]:
        """Hold the weights after the first and after the last epoch against each other."""
        for epoch in sorted({1, self.scratch.epochs}):
            allowed = 2 * drift_after(self.scratch, self.perturbed_runs, epoch) + self.of_one_step
            for name, theirs, ours in zip("Wb", self.keras.weights[epoch], self.scratch.weights[epoch], strict=True):
                yield held(f"weights after epoch {epoch}", name, theirs, ours, allowed)

    def _history(self) -> Iterator[Check]:
        """Hold every loss and accuracy of every epoch against each other."""
        for name, reported in self.scratch.history.items():
            allowed = history_tolerance(name, self.scratch, self.perturbed_runs, self.config, self.rows)
            yield held("history", name, self.keras.history[name], reported, allowed)


def both(value: Callable[[SideName], float], spec: str) -> str:
    """Write a number once where both sides have the same, to the rounding of what Keras reports, and otherwise both."""
    theirs, ours = (float(value(side)) for side in SIDES)
    same = abs(theirs - ours) <= REPORTED * max(1.0, abs(ours))
    return format(ours, spec) if same else f"{ours:{spec}} (Keras {theirs:{spec}})"
