"""The verification ladder: from the initial weights to the predicted labels, one quantity after the other.

Each rung holds Keras's numbers against scratch's. Up to one step, the tolerance is the rounding bound of the formula
(``bounds``); for whole runs it is twice as far as the rounding twins went (``twin``). The first rung that fails is
the answer; what stands above it is not reached.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.bounds import LIBRARY_ROUNDINGS, Rounded
from compare.data import Rows
from compare.lockstep import Side
from compare.recipe import Recipe
from compare.sides import Library, batch_order, initial_weights
from compare.stored import fed_to
from scratch.arrays import Array, Stored

PROBE_BIAS = 0.25
"""The single-batch rungs start from this bias: at the initial 0, a bias that is left out would not show."""


ONE_STEP = ("initial weights", "z", "a", "loss", "dz", "dW, db", "weights after one step")


@dataclass(frozen=True)
class Rung:
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
    """How far either side is from the float64 witness: whose rounding is whose."""

    @property
    def of_one_step(self) -> bool:
        """Whether the rung lies below the whole run, where tolerances are worked out rather than measured."""
        return self.rung in ONE_STEP

    def not_reached(self) -> "Rung":
        """Return this rung without its findings."""
        return Rung(self.rung, self.quantity, self.shape)

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


def held(rung: str, quantity: str, keras: Any, scratch: Any, tolerance: Any, witness: Any = None) -> Rung:
    """Hold one quantity of both sides against each other, entry by entry, and against a float64 witness.

    Both must be finite, or both non-finite, in the same places, and every tolerance must be a finite number: NaN and
    infinity never pass by accident.
    """
    keras, scratch = np.asarray(keras, float), np.asarray(scratch, float)
    if keras.shape != scratch.shape:
        return Rung(rung, f"{quantity} {keras.shape} against {scratch.shape}", scratch.shape, ok=False)
    finite = np.isfinite(keras) & np.isfinite(scratch)
    same_places = bool((np.isfinite(keras) == np.isfinite(scratch)).all())
    if not finite.any():
        return Rung(rung, quantity, scratch.shape, 0.0 if same_places else None, None, same_places)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        difference = np.where(finite, np.abs(keras - scratch), 0)
        tolerance = np.broadcast_to(np.asarray(tolerance, float), keras.shape)
        shares = np.where(difference > 0, difference / tolerance, 0)
    within = bool((difference <= tolerance)[finite].all() and np.isfinite(tolerance[finite]).all())
    worst = np.unravel_index(np.argmax(np.where(finite, np.nan_to_num(shares, nan=np.inf), -1)), keras.shape)
    largest = np.unravel_index(np.argmax(difference), keras.shape)
    return Rung(
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
        keras_error=_largest_difference(keras, witness),
        scratch_error=_largest_difference(scratch, witness),
    )


def _largest_difference(one: Array, witness: Any) -> float | None:
    with np.errstate(invalid="ignore"):
        return None if witness is None else float(np.abs(one - np.asarray(witness, float)).max())


@dataclass(frozen=True)
class Batch:
    """One batch and the weights to meet it with."""

    X: Array
    y: Array
    weights: list[Array]


def first_batch(recipe: Recipe, rows: Rows) -> Batch:
    """Return the batch that training begins with, and the initial weights."""
    order = next(batch_order(recipe, rows.to_order))[: recipe.batch_size]
    return Batch(*rows.batch(order), initial_weights(recipe, rows.shape))


def _probe(batch: Batch) -> Batch:
    W, b = batch.weights
    return Batch(batch.X, batch.y, [W, b + W.dtype.type(PROBE_BIAS)])


def measured(library: Library, recipe: Recipe, batch: Batch, z: Array | None = None) -> dict[str, Array]:
    """Compute every quantity of one batch through a library's public interface alone.

    The gradients are read from weights that a recording optimizer wrote them over. dz comes from a second model whose
    "images" are the rows of an identity matrix and whose weights are z: its z is z, and its dW is dz, exactly.
    """
    shape = batch.X.shape[1:]
    n = len(batch.X)
    z_of = library.build(recipe, shape, batch.weights, activation="linear")
    a_of = library.build(recipe, shape, batch.weights, optimizer=library.recorder())
    found = {
        "z": z_of.predict(batch.X, batch_size=n, verbose=0),
        "a": a_of.predict(batch.X, batch_size=n, verbose=0),
        "loss": np.asarray(a_of.evaluate(batch.X, batch.y, batch_size=n, verbose=0)[0]),
    }
    found["dW"], found["db"] = _one_fit(a_of, batch.X, batch.y)
    rows = np.eye(n, dtype=recipe.dtype)
    weights = [found["z"] if z is None else z, np.zeros(1, recipe.dtype)]
    dz_of = library.build(recipe, (n,), weights, optimizer=library.recorder())
    found["dz"] = _one_fit(dz_of, rows, batch.y)[0]
    return found


def after_one_step(model: Any, batch: Batch) -> list[Array]:
    """Return the weights after the recipe's own optimizer took one step on the batch."""
    return _one_fit(model, batch.X, batch.y)


def _one_fit(model: Any, X: Array, y: Array) -> list[Array]:
    model.fit(X, y, batch_size=len(X), epochs=1, shuffle=False, verbose=0)
    return list(model.get_weights())


def bounds_of(library: Library, recipe: Recipe, batch: Batch, z: Array | None = None) -> dict[str, Rounded]:
    """Run scratch's own layers, loss and optimizer on intervals: where every quantity of the batch may lie.

    With ``z``, dz is that of z as given, not of z as each side computes it.
    """
    model = library.build(recipe, batch.X.shape[1:], batch.weights)
    dense = model.layers[-1]
    dense.W, dense.b = (Rounded.exact(w) for w in batch.weights)
    model.build(batch.X.shape[1:])
    y = batch.y[:, None].astype(recipe.dtype)
    model.train_step(Rounded.exact(batch.X.astype(recipe.dtype)), y)
    found = {name: getattr(dense, name) for name in ("z", "a", "dW", "db", "W", "b")}
    # Keras reports a loss through a running mean: times the rows, divided by the rows.
    found["loss"] = model.compute_loss(y, dense.z, dense.a).mean() * len(y) / len(y)
    if z is not None:
        dense.z = Rounded.exact(z)
        dense.a = dense.activation.function(dense.z)
        model.backward(y)
        found["dz"] = dense.dz * 1.0
    return found


def climb_one_step(keras: Library, scratch: Library, recipe: Recipe, rows: Rows) -> Iterator[Rung]:
    """Climb from the initial weights to the weights after one step, on the first batch."""
    batch = first_batch(recipe, rows)
    models = [library.build(recipe, rows.shape, batch.weights) for library in (keras, scratch)]
    for name, theirs, ours in zip("Wb", *(model.get_weights() for model in models), strict=True):
        yield held("initial weights", name, theirs, ours, 0.0)

    probe = _probe(batch)
    found = measured(scratch, recipe, probe)
    z = found["z"]
    expected, bounds = measured(keras, recipe, probe, z), bounds_of(scratch, recipe, probe, z)
    exact = _by_the_witness(scratch, recipe, probe, z)
    for name, rung in {"z": "z", "a": "a", "loss": "loss", "dz": "dz", "dW": "dW, db", "db": "dW, db"}.items():
        yield held(rung, name, expected[name], found[name], bounds[name].tolerance, exact.get(name))

    bounds = bounds_of(scratch, recipe, batch)
    stepped = [after_one_step(model, batch) for model in models]
    for name, theirs, ours in zip("Wb", *stepped, strict=True):
        yield held("weights after one step", name, theirs, ours, bounds[name].tolerance)


def _by_the_witness(scratch: Library, recipe: Recipe, batch: Batch, z: Array) -> dict[str, Array]:
    """Compute the same quantities in float64, from the same float32 numbers; a float64 recipe has no witness."""
    if recipe.dtype == "float64":
        return {}
    wide = Batch(batch.X, batch.y, [w.astype(float) for w in batch.weights])
    with scratch.dtype("float64"):
        return measured(scratch, recipe.witness(), wide, z.astype(float))


def apart(one: list[Array], other: list[Array]) -> float:
    """Return the largest difference between two sets of weights; NaN where both are infinite or one is NaN."""
    with np.errstate(invalid="ignore"):
        return max(float(np.abs(a.astype(float) - b).max()) for a, b in zip(one, other, strict=True))


def drift(scratch: list[Array], twins: Sequence[list[Array]]) -> float:
    """Return how far the widest of the twins is from scratch. Two runs may be twice as far apart by rounding."""
    return max(apart(twin, scratch) for twin in twins)


def drift_after(scratch: Side, twins: Sequence[Side], epoch: int) -> float:
    """Return the drift of the twins after so many epochs."""
    return drift(scratch.weights[epoch], [twin.weights[epoch] for twin in twins])


def climb_the_run(
    keras: Side, scratch: Side, twins: Sequence[Side], witness: Side | None, recipe: Recipe, rows: Rows
) -> Iterator[Rung]:
    """Climb from the weights after one epoch to the predicted labels of the whole run."""
    for epoch in sorted({1, scratch.epochs}):
        rung = "weights after 1 epoch" if epoch == 1 else f"weights after {epoch} epochs"
        tolerance = 2 * drift_after(scratch, twins, epoch)
        exact = witness.weights[epoch] if witness else [None, None]
        for name, theirs, ours, wide in zip("Wb", keras.weights[epoch], scratch.weights[epoch], exact, strict=True):
            yield held(rung, name, theirs, ours, tolerance, wide)

    for name, reported in scratch.history.items():
        allowed = history_tolerance(name, scratch, twins, recipe, rows)
        exactly = witness.history[name] if witness else None
        yield held("history", name, keras.history[name], reported, allowed, exactly)

    for part, images in rows.images.items():
        a, a_keras, *a_twins = (_outputs(side, images) for side in (scratch, keras, *twins))
        reach = 2 * max(float(np.abs(a_twin - a).max()) for a_twin in a_twins)
        undecided = int((np.abs(a - 0.5) <= reach).sum())
        yield held("predicted labels", part, int(((a_keras > 0.5) != (a > 0.5)).sum()), 0, undecided)


def history_drift(name: str, scratch: Side, twins: Sequence[Side]) -> Array:
    """Return how far the widest of the twins' reported numbers is from scratch's, after each epoch."""
    drifted: Array = np.max([np.abs(np.subtract(twin.history[name], scratch.history[name])) for twin in twins], axis=0)
    return drifted


def history_tolerance(name: str, scratch: Side, twins: Sequence[Side], recipe: Recipe, rows: Rows) -> Array:
    """Return how far two runs' reported numbers may be apart: twice the drift, and the rounding of the report."""
    reported = np.asarray(scratch.history[name])
    n = len(rows.x_val) if name.startswith("val_") else len(rows.x_train)
    return 2 * history_drift(name, scratch, twins) + reporting(name, reported, recipe, n)


def _outputs(side: Side, images: Array | Stored) -> Array:
    outputs: Array = np.asarray(side.model.predict(**fed_to(side.model, images, 1024), verbose=0), float)
    return outputs


def reporting(name: str, values: Array, recipe: Recipe, n: int) -> Array:
    """Bound the rounding in a reported mean of n rows: over a batch, then over the batches, in the recipe's type.

    An output off by e puts a squared error off by 2 * sqrt(loss) * e, hence the root. An accuracy may differ by one
    row more, whose output is a half to within rounding.
    """
    u = float(np.finfo(recipe.dtype).eps) / 2
    roundings = recipe.steps_an_epoch(n) + recipe.batch_size + 2 * LIBRARY_ROUNDINGS
    bound = roundings * u * (np.abs(values) + np.sqrt(np.abs(values)))
    return bound + 1 / n if name.endswith("accuracy") else bound
