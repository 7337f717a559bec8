"""What every contender's weights must be after one epoch: scratch's, to within twice the perturbed runs' drift."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import scratch
from compare.bench.contender import Array, Task, perceptron
from compare.bench.rates import rate_per_unit
from compare.core.checks import held
from compare.core.frameworks import scratch_framework
from compare.core.perturbed import Nudge, NudgedOptimizer, backwards_in_each_batch, nudged_framework

PERTURBED = 2


@dataclass(frozen=True)
class Agreement:
    """How far a contender's weights are from scratch's, and how far rounding alone may bring them."""

    max_abs_difference: float | None
    tolerance: float
    ok: bool


@dataclass(frozen=True)
class Reference:
    """scratch's weights after one epoch, and the tolerance of each unit's."""

    weights: list[Array]
    tolerance: Array

    def agreement(self, weights: list[Array], unit: int | slice = slice(None)) -> Agreement:
        """Hold a contender's weights against these, all units or one; NaN never agrees."""
        rungs = [
            held("weights after 1 epoch", name, theirs.reshape(ours[..., unit].shape), ours[..., unit], allowed)
            for name, theirs, ours in zip("Wb", weights, self.weights, strict=True)
            for allowed in [self.tolerance[unit]]
        ]
        finite = all(np.isfinite(w).all() for w in weights)
        differences = [rung.max_abs_difference for rung in rungs if rung.max_abs_difference is not None]
        return Agreement(
            max_abs_difference=max(differences) if finite and differences else None,
            tolerance=float(np.max(self.tolerance[unit])),
            ok=finite and all(rung.ok for rung in rungs),
        )


def reference(task: Task, order: Array, rates: Array | None = None) -> Reference:
    """Train scratch and its perturbed runs for one epoch in this order; with rates, a unit for each of them."""
    weights = _trained(perceptron(scratch, task, **_optimizer(task, rates)), task, order)
    backwards = backwards_in_each_batch(order, task.batch_size)
    drifts = []
    for seed in range(PERTURBED):
        nudge = Nudge(seed)
        inner = _optimizer(task, rates)["optimizer"]
        perturbed = perceptron(
            nudged_framework(scratch_framework(), nudge).keras, task, optimizer=NudgedOptimizer(inner, nudge)
        )
        moved = zip(_trained(perturbed, task, backwards), weights, strict=True)
        drifts.append(np.max([np.abs(a - b).reshape(-1, len(task.b)).max(axis=0) for a, b in moved], axis=0))
    return Reference(weights, 2 * np.max(drifts, axis=0))


def _optimizer(task: Task, rates: Array | None) -> dict[str, Any]:
    sgd = scratch.optimizers.SGD(learning_rate=task.learning_rate)
    return {"optimizer": sgd if rates is None else rate_per_unit(scratch, rates)}


def _trained(model: Any, task: Task, order: Array) -> list[Array]:
    model.fit(task.X[order], task.y[order], batch_size=task.batch_size, shuffle=False, verbose=0)
    return list(model.get_weights())
