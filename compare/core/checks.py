"""The checks, a ladder from the initial weights to the predicted labels, one quantity after the other.

Each check compares Keras's numbers with scratch's. Up to one step, the tolerance is the rounding bound of the formula
(``intervals``); for whole runs it is twice as far as the perturbed runs went (``training``). The first rung on which a
check fails is the answer; what stands above it is not reached.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.core.config import Config
from compare.core.data import Rows, fed_to
from compare.core.frameworks import Framework, batch_order, initial_weights
from compare.core.intervals import Interval
from compare.core.training import Run, Runs, Training
from scratch.arrays import Array, Stored

PROBE_BIAS = 0.25
"""The checks of a single batch start from this bias: at the initial 0, a bias that is left out would not show."""

ONE_STEP = ("initial weights", "z", "a", "loss", "dz", "dW, db", "weights after one step")

INPUTS = "inputs"
"""The rung of what a script feeds to its model, where a layer may change it on the way in."""

LAYER = "layer "
"""So begin the rungs of a model of several layers, each of which has one on the way up and one on the way back."""


@dataclass(frozen=True)
class Check:
    """One quantity, computed by both sides, and whether the two agree."""

    rung: str
    quantity: str
    shape: tuple[int, ...]
    max_abs_difference: float | None = None
    tolerance: float | None = None
    """The tolerance of that entry; it differs from one entry to the next."""
    ok: bool | None = None
    """None where a lower rung failed and this one is not reached."""
    share: float | None = None
    """The largest part of its tolerance that any entry uses."""
    where: tuple[int, ...] | None = None
    keras: float | None = None
    scratch: float | None = None
    allowed: float | None = None
    """Both values, and the tolerance, at the entry that uses most of its own."""
    keras_error: float | None = None
    scratch_error: float | None = None
    """How far either side is from the float64 reference: whose rounding is whose."""

    @property
    def of_one_step(self) -> bool:
        """Whether it lies below the whole run, where tolerances are worked out rather than measured."""
        return self.rung in (*ONE_STEP, INPUTS) or self.rung.startswith(LAYER)

    def not_reached(self) -> "Check":
        """Return this check without its findings."""
        return Check(self.rung, self.quantity, self.shape)

    def __str__(self) -> str:
        """Say in one sentence what was found."""
        if self.ok is None:
            return f"{self.rung}: {self.quantity} was not reached"
        if self.keras is None or self.scratch is None:
            how = (
                "is no number anywhere, on both sides alike" if self.ok else "has another shape or other finite entries"
            )
            return f"{self.rung}: {self.quantity} {self.shape} {how}"
        at = f" at {self.where}" if self.where else ""
        verdict = "agrees" if self.ok else "departs"
        return (
            f"{self.rung}: {self.quantity} {self.shape} {verdict}: Keras {self.keras:.9g}, scratch {self.scratch:.9g}"
            f"{at}, a difference of {abs(self.keras - self.scratch):.3g} where {self.allowed:.3g} is allowed"
        )


def compared(rung: str, quantity: str, keras: Any, scratch: Any, tolerance: Any, reference: Any = None) -> Check:
    """Compare one quantity of both sides, entry by entry, with each other and with a float64 reference.

    Both must be finite, or both non-finite, in the same places, and every tolerance must be a finite number: NaN and
    infinity never pass by accident.
    """
    keras, scratch = np.asarray(keras, float), np.asarray(scratch, float)
    if keras.shape != scratch.shape:
        return Check(rung, f"{quantity} {keras.shape} against {scratch.shape}", scratch.shape, ok=False)
    finite = np.isfinite(keras) & np.isfinite(scratch)
    same_places = bool((np.isfinite(keras) == np.isfinite(scratch)).all())
    if not finite.any():
        return Check(rung, quantity, scratch.shape, 0.0 if same_places else None, None, same_places)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        difference = np.where(finite, np.abs(keras - scratch), 0)
        tolerance = np.broadcast_to(np.asarray(tolerance, float), keras.shape)
        shares = np.where(difference > 0, difference / tolerance, 0)
    within = bool((difference <= tolerance)[finite].all() and np.isfinite(tolerance[finite]).all())
    worst = np.unravel_index(np.argmax(np.where(finite, np.nan_to_num(shares, nan=np.inf), -1)), keras.shape)
    largest = np.unravel_index(np.argmax(difference), keras.shape)
    return Check(
        rung,
        quantity,
        scratch.shape,
        max_abs_difference=float(difference[largest]),
        tolerance=float(tolerance[largest]),
        ok=same_places and within,
        share=float(shares[worst]),
        where=tuple(int(i) for i in worst),
        keras=float(keras[worst]),
        scratch=float(scratch[worst]),
        allowed=float(tolerance[worst]),
        keras_error=_largest_difference(keras, reference),
        scratch_error=_largest_difference(scratch, reference),
    )


def _largest_difference(one: Array, reference: Any) -> float | None:
    with np.errstate(invalid="ignore"):
        return None if reference is None else float(np.abs(one - np.asarray(reference, float)).max())


@dataclass(frozen=True)
class Batch:
    """One batch and the weights to meet it with."""

    X: Array
    y: Array
    weights: list[Array]


def first_batch(config: Config, rows: Rows) -> Batch:
    """Return the batch that training begins with, and the initial weights."""
    order = next(batch_order(config, rows.to_order))[: config.batch_size]
    return Batch(*rows.batch(order), initial_weights(config, rows.shape))


def _probe(batch: Batch) -> Batch:
    moved = [w + w.dtype.type(PROBE_BIAS) if i % 2 else w for i, w in enumerate(batch.weights)]
    return Batch(batch.X, batch.y, moved)


def names_of(weights: Sequence[Any]) -> list[str]:
    """Name the weights as the legend does, W and b; of several layers, W1 and b1 for the lowest, and so on."""
    several = sum(w.ndim > 1 for w in weights) > 1
    names: list[str] = []
    for w in weights:
        layer = sum(name[0] == "W" for name in names) + (w.ndim > 1)
        names.append(f"{'W' if w.ndim > 1 else 'b'}{layer if several else ''}")
    return names


def measured(framework: Framework, config: Config, batch: Batch, z: Array | None = None) -> dict[str, Array]:
    """Compute every quantity of one batch through a library's public interface alone.

    The gradients are read from weights that a recording optimizer wrote them over. dz comes from a second model whose
    "images" are the rows of an identity matrix and whose weights are z: its z is z, and its dW is dz, exactly.
    """
    shape = batch.X.shape[1:]
    n = len(batch.X)
    z_of = framework.build(config, shape, batch.weights, activation="linear")
    a_of = framework.build(config, shape, batch.weights, optimizer=framework.recorder())
    found = {
        "z": z_of.predict(batch.X, batch_size=n, verbose=0),
        "a": a_of.predict(batch.X, batch_size=n, verbose=0),
        "loss": np.asarray(a_of.evaluate(batch.X, batch.y, batch_size=n, verbose=0)[0]),
    }
    weights = [found["z"] if z is None else z, np.zeros(1, config.dtype)]
    dz_of = framework.build(config, (n,), weights, optimizer=framework.recorder())
    found["dz"] = after_one_step(dz_of, Batch(np.eye(n, dtype=config.dtype), batch.y, weights))[0]
    gradients = after_one_step(a_of, batch)
    return found | {f"d{name}": dw for name, dw in zip(names_of(gradients), gradients, strict=True)}


def after_one_step(model: Any, batch: Batch) -> list[Array]:
    """Return the weights after the model's own optimizer took one step on the batch."""
    model.fit(batch.X, batch.y, batch_size=len(batch.X), epochs=1, shuffle=False, verbose=0)
    return list(model.get_weights())


def on_intervals(framework: Framework, config: Config, batch: Batch) -> Any:
    """Return scratch's own model with the batch's weights as intervals."""
    model = framework.build(config, batch.X.shape[1:], batch.weights)
    weights = iter(batch.weights)
    for layer in model.layers:
        if layer.weights:
            layer.W, layer.b = Interval.exact(next(weights)), Interval.exact(next(weights))
    model.build((None, *batch.X.shape[1:]))  # so that the optimizer moves these
    return model


def step_on_intervals(model: Any, config: Config, X: Array, y: Array) -> dict[str, Interval]:
    """Let a model take a step on intervals, as ``fit`` does, and return where each quantity of the batch may lie."""
    y, z, a = model.train_step(Interval.exact(X.astype(config.dtype)), y[:, None].astype(config.dtype))
    weights = model.trainable_weights
    names, gradients = names_of(weights), [dw for layer in model.layers if layer.weights for dw in layer.gradients]
    found = {"z": z, "a": a, "loss": model.compute_loss(y, z, a).mean()}
    found |= {f"d{name}": dw for name, dw in zip(names, gradients, strict=True)}
    return found | dict(zip(names, weights, strict=True))


def bounds_of(framework: Framework, config: Config, batch: Batch, z: Array | None = None) -> dict[str, Interval]:
    """Return where every quantity of the batch may lie, in a program that is written right.

    With ``z``, there is dz as well: that of z as given, not of z as each side computes it.
    """
    model, n = on_intervals(framework, config, batch), len(batch.X)
    found = step_on_intervals(model, config, batch.X, batch.y)
    found["loss"] = found["loss"] * n / n  # Keras reports a loss through a running mean
    if z is not None:
        last = model.layers[-1]
        last.z = Interval.exact(z)
        last.a = last.activation(last.z)
        model.backward(batch.y[:, None].astype(config.dtype))
        found["dz"] = last.dz * 1.0
    return found


def check_one_step(keras: Framework, scratch: Framework, config: Config, rows: Rows) -> Iterator[Check]:
    """Check from the initial weights to the weights after one step, on the first batch."""
    batch = first_batch(config, rows)
    names = names_of(batch.weights)
    models = [framework.build(config, rows.shape, batch.weights) for framework in (keras, scratch)]
    for name, theirs, ours in zip(names, *(model.get_weights() for model in models), strict=True):
        yield compared("initial weights", name, theirs, ours, 0.0)

    probe = _probe(batch)
    found = measured(scratch, config, probe)
    z = found["z"]
    expected, bounds = measured(keras, config, probe, z), bounds_of(scratch, config, probe, z)
    exact = _by_the_reference(scratch, config, probe, z)
    for name, ours in found.items():
        rung = "dW, db" if name.startswith(("dW", "db")) else name
        yield compared(rung, name, expected[name], ours, bounds[name].tolerance, exact.get(name))

    bounds = bounds_of(scratch, config, batch)
    stepped = [after_one_step(model, batch) for model in models]
    for name, theirs, ours in zip(names, *stepped, strict=True):
        yield compared("weights after one step", name, theirs, ours, bounds[name].tolerance)


def _by_the_reference(scratch: Framework, config: Config, batch: Batch, z: Array) -> dict[str, Array]:
    """Compute the same quantities in float64, from the same float32 numbers; a float64 config has no reference."""
    if config.dtype == "float64":
        return {}
    wide = Batch(batch.X, batch.y, [w.astype(float) for w in batch.weights])
    with scratch.dtype("float64"):
        return measured(scratch, config.reference(), wide, z.astype(float))


def check_training(training: Runs, run: Run) -> Iterator[Check]:
    """Check a run against scratch's, from the weights after one epoch to the reported losses and accuracies."""
    for epoch in sorted({1, training.scratch.epochs}):
        yield from check_weights(training, epoch, run.weights[epoch])
    for name, reported in training.scratch.history.items():
        exactly = training.reference.history[name] if training.reference else None
        allowed = training.history_tolerance(name)
        yield compared("history", name, run.history[name], reported, allowed, exactly)


def check_weights(training: Runs, epoch: int, weights: list[Array]) -> Iterator[Check]:
    """Check weights against those of scratch after so many epochs."""
    rung, scratch = f"weights after {epoch} epoch{'s' * (epoch > 1)}", training.scratch.weights[epoch]
    exact = training.reference.weights[epoch] if training.reference else [None] * len(scratch)
    for name, theirs, ours, wide in zip(names_of(scratch), weights, scratch, exact, strict=True):
        yield compared(rung, name, theirs, ours, training.tolerance(epoch), wide)


def check_labels(training: Training, run: Run) -> Iterator[Check]:
    """Check a run's predicted labels against scratch's: where a perturbed run may cross one half, they may differ."""
    for part, images in training.rows.images.items():
        a, theirs, *perturbed = (_outputs(one, images) for one in (training.scratch, run, *training.perturbed_runs))
        reach = 2 * max(float(np.abs(other - a).max()) for other in perturbed)
        undecided = int((np.abs(a - 0.5) <= reach).sum())
        yield compared("predicted labels", part, int(((theirs > 0.5) != (a > 0.5)).sum()), 0, undecided)


def _outputs(run: Run, images: Array | Stored) -> Array:
    outputs: Array = np.asarray(run.model.predict(**fed_to(run.model, images, 1024), verbose=0), float)
    return outputs


def climbed(checks: Iterable[Check]) -> Iterator[Check]:
    """Yield the checks; above the first rung on which one fails, nothing is reached."""
    failed: str | None = None
    for check in checks:
        yield check if failed in (None, check.rung) else check.not_reached()
        failed = failed or (check.rung if check.ok is False else None)


def differing_labels(checks: Sequence[Check]) -> int:
    """Return how many predicted labels differ."""
    return sum(int(check.max_abs_difference or 0) for check in checks if check.rung == "predicted labels")
