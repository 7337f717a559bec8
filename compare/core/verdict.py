"""The verdict on a comparison, in one word and one sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from compare.core.checks import Check, apart, drift, drift_after
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.departure import Departure, first_departure, weights_by_step
from compare.core.frameworks import Framework
from compare.core.training import Side
from scratch.arrays import Array

Word = Literal["matched", "rounding-limited", "mismatched"]


@dataclass(frozen=True)
class Verdict:
    """What the ladder and the run amount to."""

    word: Word
    sentence: str
    step: int | None = None
    """The step from which the runs depart, or from which rounding rules, counted from 1."""


@dataclass(frozen=True)
class Evidence:
    """All that a verdict rests on; ``again`` makes fresh sides of these names, to run the recipe once more."""

    config: Config
    rows: Rows
    rungs: Sequence[Check]
    keras: Side
    scratch: Side
    perturbed_runs: Sequence[Side]
    again: Callable[[str], tuple[Side, Framework]]

    @property
    def steps_an_epoch(self) -> int:
        """How many batches an epoch has."""
        return self.config.steps_an_epoch(len(self.rows.x_train))


def judge(evidence: Evidence) -> Verdict:
    """Decide: matched, rounding-limited or mismatched.

    A rung below the whole run that fails is a mismatch, whatever the run does. A run is rounding-limited where the
    perturbed runs drift apart faster than rounding errors add up, unless Keras departed from scratch before that.
    """
    failed = next((rung for rung in evidence.rungs if rung.ok is False), None)
    departed = _epoch_of_departure(evidence)
    amplified = _epoch_of_amplification(evidence)
    if amplified and (departed is None or amplified <= departed) and not (failed and failed.of_one_step):
        return _rounding_limited(evidence, amplified)
    if failed:
        where = _step_of_departure(evidence, departed) if departed and not failed.of_one_step else None
        first = f"; the first step that departs is {where}" if where else ""
        return Verdict("mismatched", f"the first rung that fails is {failed}{first}", where.step if where else None)
    return Verdict("matched", _matched(evidence))


def _matched(evidence: Evidence) -> str:
    keras, scratch = evidence.keras, evidence.scratch
    overflow = next((epoch for epoch, weights in enumerate(scratch.weights) if not _finite(weights)), None)
    if overflow:
        return (
            f"both sides overflow in epoch {overflow}: every weight that is no number on one side is none on the other"
        )
    labels = sum(int(rung.max_abs_difference or 0) for rung in evidence.rungs if rung.rung == "predicted labels")
    total = len(evidence.rows.y_train) + len(evidence.rows.y_val)
    return (
        f"after {scratch.epochs} epoch{'s' * (scratch.epochs > 1)} max|ΔW| is "
        f"{apart(keras.weights[-1], scratch.weights[-1]):.2g}, and {labels} of {total:,} predicted labels differ; "
        f"validation accuracy {keras.history['val_accuracy'][-1]:.4f} (Keras) and "
        f"{scratch.history['val_accuracy'][-1]:.4f} (scratch), baseline {evidence.rows.baseline['validation']:.4f}"
    )


def _finite(weights: Sequence[Array]) -> bool:
    return all(np.isfinite(w).all() for w in weights)


def _epoch_of_departure(evidence: Evidence) -> int | None:
    """Return the first epoch (from 1) after which Keras is further from scratch than rounding goes."""
    keras, scratch, perturbed_runs = evidence.keras, evidence.scratch, evidence.perturbed_runs
    for epoch in range(1, scratch.epochs + 1):
        if _finite(keras.weights[epoch]) != _finite(scratch.weights[epoch]):
            return epoch
        if apart(keras.weights[epoch], scratch.weights[epoch]) > 2 * drift_after(scratch, perturbed_runs, epoch):
            return epoch
    return None


def _epoch_of_amplification(evidence: Evidence) -> int | None:
    """Return the first epoch (from 1) after which a perturbed run is further away than rounding errors add up to."""
    scratch, perturbed_runs = evidence.scratch, evidence.perturbed_runs
    for epoch in range(1, scratch.epochs + 1):
        steps = epoch * evidence.steps_an_epoch
        if drift_after(scratch, perturbed_runs, epoch) > adding_up(steps, scratch.weights[epoch]):
            return epoch
    return None


def adding_up(steps: int, weights: Sequence[Array]) -> float:
    """Return how far rounding errors carry a perturbed run that no step carries further by itself.

        distance = 2 * steps * spacing(max(abs(W)))

    Each step adds one unit in the last place by the nudge, and another where the update rounds the other way.
    """
    return 2 * steps * max(float(np.spacing(np.abs(w).max())) for w in weights)


def _rounding_limited(evidence: Evidence, epoch: int) -> Verdict:
    names = ("scratch", *_names(evidence.perturbed_runs))
    runs = weights_by_step([evidence.again(name) for name in names], evidence.config, evidence.rows, epoch)
    before = (epoch - 1) * evidence.steps_an_epoch
    found = [
        first_departure(perturbed, runs[0], lambda i: adding_up(before + i + 1, runs[0][i]), epoch)
        for perturbed in runs[1:]
    ]
    step = min((departure.step for departure in found if departure), default=epoch * evidence.steps_an_epoch)
    keras, scratch = evidence.keras, evidence.scratch
    return Verdict(
        "rounding-limited",
        f"from step {step} (epoch {epoch}) on this recipe makes rounding errors grow: at the end Keras and scratch are "
        f"{apart(keras.weights[-1], scratch.weights[-1]):.2g} apart, and scratch and its perturbed runs "
        f"{drift_after(scratch, evidence.perturbed_runs, scratch.epochs):.2g}; the run proves neither a match nor a "
        "mistake",
        step,
    )


def _step_of_departure(evidence: Evidence, epoch: int) -> Departure | None:
    names = ("keras", "scratch", *_names(evidence.perturbed_runs))
    theirs, ours, *perturbed_runs = weights_by_step(
        [evidence.again(name) for name in names], evidence.config, evidence.rows, epoch
    )
    return first_departure(
        theirs, ours, lambda i: 2 * drift(ours[i], [perturbed[i] for perturbed in perturbed_runs]), epoch
    )


def _names(sides: Sequence[Side]) -> list[str]:
    return [side.name for side in sides]
