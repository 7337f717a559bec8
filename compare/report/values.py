"""The live values of the guide: each computed by both sides in this run, and held to its rounding bound.

What one batch shows is taken from the ladder. The rest is measured here, on the first rows: small enough that every
tolerance can still be worked out, by running scratch's own code on intervals.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.bounds import Rounded
from compare.comparison import Comparison
from compare.data import Rows
from compare.ladder import Batch, Rung, climb_one_step, held
from compare.recipe import Recipe
from compare.sides import Library, initial_weights, keras_library, scratch_library
from keras_ref import is_digit, scale
from scratch.arrays import Array
from scratch.datasets import Dataset

FULL_BATCHES, MOST_ROWS = 2, 2000
"""The short run of ``fit``: so many full batches and half a one, where these are not too many rows for intervals."""
VALIDATION_ROWS = 200

Values = dict[str, Rung]


def values_of(comparison: Comparison) -> Values:
    """Return the values for a comparison that has climbed its ladder, or that has not begun."""
    return measured_values(comparison.recipe, comparison.dataset, comparison.rows, comparison.ladder)


def measured_values(recipe: Recipe, dataset: Dataset, rows: Rows, ladder: Sequence[Rung] = ()) -> Values:
    """Measure every value of the guide; ``ladder`` are the rungs that are known already."""
    keras, scratch = keras_library(), scratch_library()
    with ExitStack() as held_types:
        for library in (keras, scratch):
            held_types.enter_context(library.dtype(recipe.dtype))
        known = [rung for rung in ladder if rung.of_one_step]
        if not known or any(rung.ok is None for rung in known):  # not climbed, or not to its end
            known = list(climb_one_step(keras, scratch, recipe, rows))
        return (
            {rung.quantity: rung for rung in known if rung.rung != "initial weights"}
            | _of_the_data(keras, recipe, dataset)
            | _of_the_layers(keras, scratch, recipe, rows)
            | _of_a_short_fit(keras, scratch, recipe, rows)
            | _of_an_evaluation(keras, scratch, recipe, rows)
        )


def _held(quantity: str, keras: Any, scratch: Any, tolerance: Any = 0.0) -> Rung:
    return held("guide", quantity, keras, scratch, tolerance)


def _of_the_data(keras: Library, recipe: Recipe, dataset: Dataset) -> Values:
    """Hold the pixels and labels themselves, and what the script does with them before it builds a model."""
    ops, peak = keras.keras.ops, float(dataset.peak)
    image, labels = (
        dataset.x_train.take(np.arange(1), axis=0)[0].astype(recipe.dtype),
        dataset.y_train[: recipe.train_size],
    )
    tensor = ops.convert_to_tensor(image)
    ink = ops.convert_to_numpy(ops.sum(tensor))
    grey = np.unravel_index(np.argmin(np.abs(image - peak / 2)), image.shape)
    scaled = ops.convert_to_numpy(scale(tensor, peak))[grey]
    allowed = (Rounded.exact(image[grey]) / peak).tolerance
    chosen = ops.sum(ops.cast(is_digit(ops.convert_to_tensor(labels), recipe.digit), "int32"))
    of_the_class = f"number of training images of class {recipe.digit}"
    return {
        "ink": _held("sum of the first image's pixels", ink, image.sum(), Rounded.exact(image).sum().tolerance),
        "scaled": _held(f"a grey pixel of the first image, {_where(grey)}", scaled, scale(image, peak)[grey], allowed),
        "labels": _held(of_the_class, ops.convert_to_numpy(chosen), is_digit(labels, recipe.digit).sum()),
    }


def _where(index: Sequence[Any]) -> str:
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def _of_the_layers(keras: Library, scratch: Library, recipe: Recipe, rows: Rows) -> Values:
    """Hold what a model is before it learns: its outputs, its number of weights, its pixels in a row."""
    weights = initial_weights(recipe, rows.shape)
    models = [library.build(recipe, rows.shape, weights) for library in (keras, scratch)]
    batch = Batch(*rows.batch(np.arange(min(recipe.batch_size, len(rows.x_train)))), weights)
    outputs = [model.predict(batch.X, batch_size=len(batch.X), verbose=0) for model in models]
    a = _forward(scratch, recipe, batch)[1]
    image = batch.X[:1]
    flat = [
        keras.keras.ops.convert_to_numpy(keras.keras.layers.Flatten()(image)),
        scratch.keras.layers.Flatten().forward(image),
    ]
    theirs, ours = (int(np.argmax(row)) for row in flat)
    counted = [model.count_params() for model in models]
    return {
        "output": _held("output a of the untrained model", outputs[0], outputs[1], a.tolerance),
        "parameters": _held("number of weights, count_params()", counted[0], counted[1]),
        "flat": _held("place of the first image's brightest pixel in the row", theirs, ours),
    }


def _bounded(scratch: Library, recipe: Recipe, batch: Batch) -> tuple[Any, Array]:
    """Return scratch's model with intervals for weights, and the targets as a column."""
    model = scratch.build(recipe, batch.X.shape[1:], batch.weights)
    dense = model.layers[-1]
    dense.W, dense.b = (Rounded.exact(w) for w in batch.weights)
    model.build(batch.X.shape[1:])
    return model, batch.y[:, None].astype(recipe.dtype)


def _forward(scratch: Library, recipe: Recipe, batch: Batch) -> tuple[Rounded, Rounded]:
    model, _ = _bounded(scratch, recipe, batch)
    a = model(Rounded.exact(batch.X.astype(recipe.dtype)))
    return model.layers[-1].z, a


def _of_a_short_fit(keras: Library, scratch: Library, recipe: Recipe, rows: Rows) -> Values:
    """Train both on the first rows, with a short last batch, and hold the weights, the steps and the reported loss."""
    size = min(recipe.batch_size, len(rows.x_train))
    n = min(len(rows.x_train), FULL_BATCHES * size + size // 2, MOST_ROWS)
    batch = Batch(*rows.batch(np.arange(n)), initial_weights(recipe, rows.shape))
    theirs, ours = (_short_fit(library, recipe, batch) for library in (keras, scratch))

    model, y = _bounded(scratch, recipe, batch)
    total = Rounded.exact(np.zeros((), recipe.dtype))
    for start in range(0, n, recipe.batch_size):
        X, targets = batch.X[start : start + recipe.batch_size], y[start : start + recipe.batch_size]
        seen = model.train_step(Rounded.exact(X.astype(recipe.dtype)), targets)
        total = total + model.compute_loss(*seen).mean() * len(X)
    W, loss = model.layers[-1].W, total / n
    return {
        "fitted": _held(f"W after fit on {n} rows", theirs.weights[0], ours.weights[0], W.tolerance),
        "steps": _held(f"number of steps that fit takes on {n} rows", theirs.steps, ours.steps),
        "epoch loss": _held(f"loss that fit reports for {n} rows", theirs.loss, ours.loss, loss.tolerance),
    }


@dataclass(frozen=True)
class Fitted:
    """What one short epoch of ``fit`` leaves behind."""

    weights: list[Array]
    steps: int
    loss: float


def _short_fit(library: Library, recipe: Recipe, batch: Batch) -> Fitted:
    """Train one epoch, and count the steps."""
    steps: list[int] = []

    class Counter(library.keras.callbacks.Callback):  # type: ignore[misc, name-defined]
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            steps.append(batch)

    model = library.build(recipe, batch.X.shape[1:], batch.weights)
    done = model.fit(batch.X, batch.y, batch_size=recipe.batch_size, shuffle=False, verbose=0, callbacks=[Counter()])
    return Fitted(model.get_weights(), len(steps), done.history["loss"][0])


def _of_an_evaluation(keras: Library, scratch: Library, recipe: Recipe, rows: Rows) -> Values:
    """Hold loss and accuracy of the first validation rows, by the untrained weights."""
    batch = Batch(rows.x_val[:VALIDATION_ROWS], rows.y_val[:VALIDATION_ROWS], initial_weights(recipe, rows.shape))
    n = len(batch.X)
    found = [
        library.build(recipe, rows.shape, batch.weights).evaluate(batch.X, batch.y, batch_size=n, verbose=0)
        for library in (keras, scratch)
    ]
    losses, accuracies = zip(*found, strict=True)
    z, a = _forward(scratch, recipe, batch)
    model, y = _bounded(scratch, recipe, batch)
    # Keras reports a loss through a running mean: times the rows, divided by the rows.
    loss = model.compute_loss(y, z, a).mean() * n / n
    right = Rounded.exact(np.full(n, max(accuracies), recipe.dtype)).mean() * n / n
    undecided = int(((a.low <= 0.5) & (a.high > 0.5)).sum())
    allowed = undecided / n + right.tolerance
    return {
        "val_loss": _held(f"loss of {n} validation rows", losses[0], losses[1], loss.tolerance),
        "accuracy": _held(f"accuracy on {n} validation rows", accuracies[0], accuracies[1], allowed),
    }
