"""Proofs of the programs' keys: each step's increments held against the gradient by automatic differentiation.

The key states the model and its loss. `autograd` differentiates them at the parameters that the program had before
its step, and the increments must be that gradient times one negative number for all parameters, or what the stated
optimizer makes of it. The tolerance is a running error analysis of both gradients, to first order in the rounding unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import grad

from tests.check.program_keys import Program, Source, patched
from tests.check.program_runs import Array, Step, Watched, watch


def log_of_summed_exp(z: Any) -> Any:
    """Return log Σ exp(z) of every row, as a column; the largest of a row is taken out first."""
    largest = anp.max(z, axis=1, keepdims=True)
    return largest + anp.log(anp.sum(anp.exp(z - largest), axis=1, keepdims=True))


ACTIVATIONS: dict[str, Any] = {
    "linear": lambda z: z,
    "sigmoid": lambda z: (1 + anp.tanh(z / 2)) / 2,
    "tanh": anp.tanh,
    "relu": lambda z: anp.where(z > 0, z, 0 * z),
    "leaky_relu": lambda z: anp.where(z > 0, z, 0.01 * z),
    "softmax": lambda z: anp.exp(z - log_of_summed_exp(z)),
}

LOSSES: dict[str, Any] = {
    "mse": lambda z, a, y: anp.mean((a - y) ** 2),
    "binary_crossentropy": lambda z, a, y: anp.mean(anp.logaddexp(0, z) - y * z),
    "categorical_crossentropy": lambda z, a, y: anp.mean(anp.sum(y * (log_of_summed_exp(z) - z), axis=1)),
    "perceptron": lambda z, a, y: anp.mean(((z >= 0) - y) * z),
}
"""Cross-entropies take the weighted sum z of a last sigmoid or softmax; 'perceptron' takes a threshold at 0."""


@dataclass(frozen=True)
class Gradient:
    """The loss's gradient by each parameter, and how far rounding can carry a program's gradient from it."""

    values: list[Array]
    errors: list[Array]


def shaped(parameter: Array, ndim: int) -> Array:
    """Return weights as they are, and a bias of any shape as a row."""
    return parameter if ndim == 2 else parameter.reshape(1, -1)


def forward(parameters: list[list[Any]], shifts: list[Any], X: Array, activations: list[str]) -> tuple[list[Any], Any]:
    """Return the inputs of every layer with the answers, and the last weighted sum."""
    values, z = [X], None
    for (W, *b), shift, activation in zip(parameters, shifts, activations, strict=True):
        z = values[-1] @ W + shift
        if b:
            z = z + anp.reshape(b[0], (1, -1))
        values.append(ACTIVATIONS[activation](z))
    return values, z


def gradient(step: Step, proof: dict[str, Any]) -> Gradient:
    """Differentiate the stated loss by every parameter, with a bound on the rounding of both gradients."""
    activations = [layer["activation"] for layer in proof["layers"]]
    rows = step.X.shape[0]
    shifts = [np.zeros((rows, W.shape[1])) for W, *_ in step.before]
    y = step.y.reshape(rows, shifts[-1].shape[1])

    def loss(shifts: list[Any]) -> Any:
        values, z = forward(step.before, shifts, step.X, activations)
        return LOSSES[proof["loss"]](z, values[-1], y)

    with np.errstate(over="ignore"):  # a slope of 1 / cosh² is 0 where cosh overflows
        dzs = grad(loss)(shifts)
    values, _ = forward(step.before, shifts, step.X, activations)
    penalty = 2 * proof.get("l2", 0.0)
    gradients, errors = [], []
    u = step.unit
    before = forward_errors(step, values)
    after = backward_errors(step, values, dzs, y, before)
    for n, (W, *b) in enumerate(step.before):
        gradients.append(values[n].T @ dzs[n] + penalty * W)
        errors.append(
            (abs(values[n]).T @ after[n])
            + before[n].T @ abs(dzs[n])
            + (rows + 8) * u * (abs(values[n]).T @ abs(dzs[n]) + penalty * abs(W))
        )
        if b:
            gradients.append(dzs[n].sum(axis=0).reshape(b[0].shape))
            errors.append((after[n] + (rows + 8) * u * abs(dzs[n])).sum(axis=0).reshape(b[0].shape))
    return Gradient(gradients, [2 * error for error in errors])


def forward_errors(step: Step, values: list[Array]) -> list[Array]:
    """Bound the rounding of every layer's inputs, and of the answers; no activation is steeper than 1."""
    errors, u = [0 * values[0]], step.unit
    for (W, *b), a in zip(step.before, values, strict=False):
        sums = abs(a) @ abs(W) + (abs(b[0]).reshape(1, -1) if b else 0)
        errors.append(errors[-1] @ abs(W) + (len(W) + 2) * u * sums + 8 * u)
    return errors


def backward_errors(step: Step, values: list[Array], dzs: list[Array], y: Array, before: list[Array]) -> list[Array]:
    """Bound the rounding of every dz, given that of the layers' inputs.

    No activation's slope changes faster than 1, and every loss's dz is (a - y) / N times at most 2.
    """
    u = step.unit
    errors = [(2 / len(y)) * (2 * before[-1] + 8 * u * (abs(values[-1]) + abs(y)))]
    for n in range(len(dzs) - 1, 0, -1):
        W = step.before[n][0]
        back = abs(dzs[n]) @ abs(W).T
        errors.insert(0, errors[0] @ abs(W).T + back * ((W.shape[1] + 8) * u + before[n]))
    return errors


def steps_are_right(steps: list[Step], proof: dict[str, Any]) -> bool:
    """Whether every step is what the stated optimizer makes of the gradient, by one factor for all parameters."""
    optimizer = proof.get("optimizer", {"name": "sgd"})
    gradients = [gradient(step, proof) for step in steps]
    increments = [[a - b for a, b in zip(flat(s.after), flat(s.before), strict=True)] for s in steps]
    roundings = [
        [4 * s.unit * (abs(a) + abs(b)) for a, b in zip(flat(s.after), flat(s.before), strict=True)] for s in steps
    ]
    return RULES[optimizer["name"]](increments, gradients, roundings, optimizer)


def flat(layers: list[list[Array]]) -> list[Array]:
    """Return the parameters of all layers in one list."""
    return [parameter for layer in layers for parameter in layer]


def factor(increments: list[Array], gradients: list[Array]) -> float:
    """Return the c for which the increments are closest to -c times the gradients."""
    above = sum(float((d * g).sum()) for d, g in zip(increments, gradients, strict=True))
    below = sum(float((g * g).sum()) for g in gradients)
    return -above / below if below else np.nan


def within(difference: list[Array], tolerance: list[Array]) -> bool:
    """Whether every element is finite and within its tolerance."""
    return all(bool((abs(d) <= t).all()) for d, t in zip(difference, tolerance, strict=True))


def sgd(increments: list[Any], gradients: list[Gradient], roundings: list[Any], optimizer: dict[str, Any]) -> bool:
    """Increment = -c · gradient: one c above 0 for all steps, or one a step where the key says that the rate varies."""
    steps = list(zip(increments, gradients, roundings, strict=True))
    together = [[step] for step in steps] if optimizer.get("rate") == "varies" else [steps]
    for group in together:
        found = [d for step, _, _ in group for d in step]
        values = [value for _, g, _ in group for value in g.values]
        c = factor(found, values)
        wide = [r + abs(c) * 2 * e for _, g, rounding in group for r, e in zip(rounding, g.errors, strict=True)]
        if not (c > 0 and within([d + c * value for d, value in zip(found, values, strict=True)], wide)):
            return False
    return True


def momentum(increments: list[Any], gradients: list[Gradient], roundings: list[Any], optimizer: dict[str, Any]) -> bool:
    """v = m·v - c·gradient; increment = v, or with nesterov m·v - c·gradient: one c for all steps."""
    m, nesterov = optimizer["momentum"], optimizer.get("nesterov", False)
    c = factor(increments[0], gradients[0].values) / (1 + m if nesterov else 1)
    v, error = [0 * d for d in increments[0]], [0 * d for d in increments[0]]
    for step, g, rounding in zip(increments, gradients, roundings, strict=True):
        v = [m * old - c * value for old, value in zip(v, g.values, strict=True)]
        error = [m * e + r + abs(c) * 2 * f for e, r, f in zip(error, rounding, g.errors, strict=True)]
        due = [m * new - c * value for new, value in zip(v, g.values, strict=True)] if nesterov else v
        if not (c > 0 and within([d - x for d, x in zip(step, due, strict=True)], [2 * e for e in error])):
            return False
    return True


def adam(increments: list[Any], gradients: list[Gradient], roundings: list[Any], optimizer: dict[str, Any]) -> bool:
    """Adam with its own rate, decays and epsilon; ``scale`` is the program's gradient over the stated loss's."""
    rate, b1, b2 = optimizer["rate"], optimizer.get("beta_1", 0.9), optimizer.get("beta_2", 0.999)
    epsilon, scale = optimizer.get("epsilon", 1e-8), optimizer.get("scale", 1.0)
    m = v = error = [0 * d for d in increments[0]]
    for t, (step, g, rounding) in enumerate(zip(increments, gradients, roundings, strict=True), start=1):
        values = [scale * value for value in g.values]
        error = [old + scale * new for old, new in zip(error, g.errors, strict=True)]
        m = [b1 * old + (1 - b1) * value for old, value in zip(m, values, strict=True)]
        v = [b2 * old + (1 - b2) * value**2 for old, value in zip(v, values, strict=True)]
        lengths = [np.sqrt(x / (1 - b2**t)) + epsilon for x in v]
        due = [-rate * x / (1 - b1**t) / length for x, length in zip(m, lengths, strict=True)]
        wide = [r + 4 * rate * e / n + 1e-14 * rate for r, e, n in zip(rounding, error, lengths, strict=True)]
        if not within([d - x for d, x in zip(step, due, strict=True)], wide):
            return False
    return True


RULES = {"sgd": sgd, "momentum": momentum, "adam": adam}


@dataclass(frozen=True)
class Findings:
    """What a run shows: whether its steps are right, and whether each of the key's observations holds."""

    steps: bool
    observations: tuple[bool, ...]

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return self.steps and all(self.observations)


def findings(program: Program, source: Source | None = None) -> Findings:
    """Run a program, or another source of it, and hold it against its key."""
    return findings_of(watch(program, source), program)


def findings_of(seen: Watched, program: Program) -> Findings:
    """Hold what was seen of a run against the program's key."""
    proof = program.key["proof"]
    if len(seen.steps) < proof.get("steps", 3):
        raise AssertionError(f"{program} takes {len(seen.steps)} of the {proof.get('steps', 3)} steps of its key")
    return Findings(steps_are_right(seen.steps, proof), tuple(seen.observed))


def same_effect(program: Program, fixes: Sequence[tuple[int | None, str]]) -> bool:
    """Whether fixes, each a unified diff of a cell or of the script, do what the true fix does.

    One of them alone is enough, or all of them together: then the steps follow the gradient of the key's model, up to
    one constant factor, and all of the key's observations hold.
    """
    together = [fixes] if len(fixes) > 1 else []
    for attempt in [*[[fix] for fix in fixes], *together]:
        source = dict(program.source)
        try:
            for cell, diff in attempt:
                source[cell] = patched(source[cell], diff)
            if findings(program, source).right:
                return True
        except Exception:  # a patched program may fail in any way
            continue
    return False
