"""The verdict on runs that were trained together, in one word and one sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from compare.core.checks import Check, differing_labels
from compare.core.training import PERTURBED, Runs, Training, adding_up, apart, drift, finite
from scratch.arrays import Array

Word = Literal["matched", "rounding-limited", "mismatched"]


@dataclass(frozen=True)
class Verdict:
    """What the checks and the runs amount to."""

    word: Word
    sentence: str
    checks: Sequence[Check] = ()
    """What it rests on."""
    epoch: int | None = None
    """The epoch in which the runs depart, or from which rounding rules, counted from 1."""
    step: int | None = None
    """The step of the same, counted over the whole run, where it was looked for."""

    @property
    def failed(self) -> Check | None:
        """The first check that fails."""
        return next((check for check in self.checks if check.ok is False), None)


def judge(training: Runs, checks: Sequence[Check], needs_excess: bool = False) -> Verdict:
    """Decide between Keras and scratch: matched, rounding-limited or mismatched.

    A check below the whole run that fails is a mismatch, whatever the run does. A run is rounding-limited where the
    perturbed runs drift apart faster than rounding errors add up, unless Keras departed from scratch before that. With
    ``needs_excess`` it matches where Keras itself never went further from scratch than rounding adds up to: no drift is
    needed to explain that.
    """
    failed = next((check for check in checks if check.ok is False), None)
    departed, amplified = training.first_departure(training.keras), training.first_amplification()
    if (
        amplified
        and (not needs_excess or training.first_excess())
        and (departed is None or amplified <= departed)
        and not (failed and failed.of_one_step)
    ):
        why = "its perturbed runs drift apart faster than rounding adds up"
        return Verdict("rounding-limited", why, checks, amplified)
    if failed:
        return Verdict("mismatched", str(failed), checks, None if failed.of_one_step else departed)
    return Verdict("matched", "both sides agree to within what rounding explains", checks)


def explained(verdict: Verdict, training: Training) -> Verdict:
    """Return the verdict with a sentence that gives its numbers, and the step, for which the runs are trained again."""
    if verdict.word == "matched":
        return replace(verdict, sentence=_matched(training, verdict.checks))
    if verdict.word == "rounding-limited":
        return _rounding_limited(verdict, training)
    found = _departure(training, verdict.epoch) if verdict.epoch else None
    first = f"; the first step that departs is step {found.step} (epoch {verdict.epoch}): {found}" if found else ""
    sentence = f"the first rung that fails is {verdict.sentence}{first}{_because_of_the_backend(training)}"
    return replace(verdict, sentence=sentence, step=found.step if found else None)


def _because_of_the_backend(training: Training) -> str:
    backend = training.frameworks["keras"].keras.config.backend()
    if training.config.dtype != "float64" or backend == "tensorflow":
        return ""
    return (
        f"; Keras on {backend} computes parts of a float64 model in float32, for its result_type of two float64 is "
        "float32 on every backend but tensorflow: unset KERAS_BACKEND to compare in float64"
    )


def _matched(training: Training, checks: Sequence[Check]) -> str:
    keras, scratch, rows = training.keras, training.scratch, training.rows
    overflow = next((epoch for epoch, weights in enumerate(scratch.weights) if not finite(weights)), None)
    if overflow:
        return (
            f"both sides overflow in epoch {overflow}: every weight that is no number on one side is none on the other"
        )
    return (
        f"after {scratch.epochs} epoch{'s' * (scratch.epochs > 1)} max|ΔW| is "
        f"{apart(keras.weights[-1], scratch.weights[-1]):.2g}, and {differing_labels(checks)} of "
        f"{len(rows.y_train) + len(rows.y_val):,} predicted labels differ; validation accuracy "
        f"{keras.history['val_accuracy'][-1]:.4f} (Keras) and {scratch.history['val_accuracy'][-1]:.4f} (scratch), "
        f"baseline {rows.baseline['validation']:.4f}"
    )


def _rounding_limited(verdict: Verdict, training: Training) -> Verdict:
    """Find the step from which a perturbed run is further away than rounding errors add up to."""
    assert verdict.epoch
    before = (verdict.epoch - 1) * training.steps_an_epoch
    ours, *perturbed_runs = (run.steps for run in training.once_more(["scratch", *PERTURBED], verdict.epoch))
    found = [first_departure(run, ours, lambda i: adding_up(before + i + 1, ours[i]), before) for run in perturbed_runs]
    step = min((departure.step for departure in found if departure), default=before + training.steps_an_epoch)
    sentence = (
        f"from step {step} (epoch {verdict.epoch}) on this recipe makes rounding errors grow: at the end Keras and "
        f"scratch are {apart(training.keras.weights[-1], training.scratch.weights[-1]):.2g} apart, and scratch and its "
        f"perturbed runs {training.drift(training.scratch.epochs):.2g}; the run proves neither a match nor a mistake"
    )
    return replace(verdict, sentence=sentence, step=step)


@dataclass(frozen=True)
class Departure:
    """The first step after which two runs are further apart than they may be."""

    step: int
    """Counted over the whole run, from 1."""
    difference: float
    tolerance: float

    def __str__(self) -> str:
        """Say by how much."""
        return f"max|ΔW| {self.difference:.3g} where {self.tolerance:.3g} is allowed"


def _departure(training: Training, epoch: int) -> Departure | None:
    """Find the step of this epoch from which Keras is further from scratch than rounding goes."""
    runs = training.once_more(["keras", "scratch", *PERTURBED], epoch)
    theirs, ours, *perturbed_runs = (run.steps for run in runs)
    before = (epoch - 1) * training.steps_an_epoch
    return first_departure(theirs, ours, lambda i: 2 * drift(ours[i], [run[i] for run in perturbed_runs]), before)


def first_departure(
    one: list[list[Array]], other: list[list[Array]], allowed: Callable[[int], float], before: int
) -> Departure | None:
    """Find the first step whose difference is above ``allowed(index)``; ``before`` so many steps were taken already."""
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        difference, tolerance = apart(a, b), allowed(index)
        if difference > tolerance or np.isnan(difference) != np.isnan(tolerance):
            return Departure(before + index + 1, difference, tolerance)
    if len(one) != len(other):  # a run that took fewer steps departs where it stopped
        return Departure(before + min(len(one), len(other)) + 1, np.nan, 0.0)
    return None
