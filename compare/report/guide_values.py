"""The live values of the guide: each computed by both sides in this run, and held to its rounding bound.

What one batch shows is taken from the ladder. The rest is measured here, on the first rows: small enough that every
tolerance can still be worked out, by running scratch's own code on intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.core.checks import Batch, Check, bounds_of, check_one_step, compared, on_intervals, step_on_intervals
from compare.core.comparison import Comparison
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import Framework, initial_weights
from compare.core.intervals import Interval
from keras_ref import is_digit, scale
from scratch.arrays import Array
from scratch.datasets import Dataset

FULL_BATCHES, MOST_ROWS = 2, 2000
"""The short run of ``fit``: so many full batches and half a one, where these are not too many rows for intervals."""
VALIDATION_ROWS = 200

Values = dict[str, Check]


def values_of(comparison: Comparison) -> Values:
    """Measure every value of the guide, but for those that the comparison has checked already."""
    keras, scratch, config, rows = comparison.keras, comparison.scratch, comparison.config, comparison.rows
    known = [check for check in comparison.checks if check.of_one_step]
    if not known or any(check.ok is None for check in known):  # not checked, or not to its end
        known = list(check_one_step(keras, scratch, config, rows))
    return (
        {check.quantity: check for check in known if check.rung != "initial weights"}
        | _of_the_data(keras, config, comparison.dataset)
        | _of_the_layers(keras, scratch, config, rows)
        | _of_a_short_fit(keras, scratch, config, rows)
        | _of_an_evaluation(keras, scratch, config, rows)
    )


def _held(quantity: str, keras: Any, scratch: Any, tolerance: Any = 0.0) -> Check:
    return compared("guide", quantity, keras, scratch, tolerance)


def _of_the_data(keras: Framework, config: Config, dataset: Dataset) -> Values:
    """Hold the pixels and labels themselves, and what the script does with them before it builds a model."""
    ops, peak = keras.keras.ops, float(dataset.peak)
    image, labels = (
        dataset.x_train.take(np.arange(1), axis=0)[0].astype(config.dtype),
        dataset.y_train[: config.train_size],
    )
    tensor = ops.convert_to_tensor(image)
    ink = ops.convert_to_numpy(ops.sum(tensor))
    grey = np.unravel_index(np.argmin(np.abs(image - peak / 2)), image.shape)
    scaled = ops.convert_to_numpy(scale(tensor, peak))[grey]
    allowed = (Interval.exact(image[grey]) / peak).tolerance
    chosen = ops.sum(ops.cast(is_digit(ops.convert_to_tensor(labels), config.digit), "int32"))
    of_the_class = f"number of training images of class {config.digit}"
    return {
        "ink": _held("sum of the first image's pixels", ink, image.sum(), Interval.exact(image).sum().tolerance),
        "scaled": _held(f"a grey pixel of the first image, {_where(grey)}", scaled, scale(image, peak)[grey], allowed),
        "labels": _held(of_the_class, ops.convert_to_numpy(chosen), is_digit(labels, config.digit).sum()),
    }


def _where(index: Sequence[Any]) -> str:
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def _of_the_layers(keras: Framework, scratch: Framework, config: Config, rows: Rows) -> Values:
    """Hold what a model is before it learns: its outputs, its number of weights, its pixels in a row."""
    weights = initial_weights(config, rows.shape)
    models = [framework.build(config, rows.shape, weights) for framework in (keras, scratch)]
    batch = Batch(*rows.batch(np.arange(min(config.batch_size, len(rows.x_train)))), weights)
    outputs = [model.predict(batch.X, batch_size=len(batch.X), verbose=0) for model in models]
    allowed = bounds_of(scratch, config, batch)["a"].tolerance
    image = batch.X[:1]
    flat = [
        keras.keras.ops.convert_to_numpy(keras.keras.layers.Flatten()(image)),
        scratch.keras.layers.Flatten().forward(image),
    ]
    theirs, ours = (int(np.argmax(row)) for row in flat)
    counted = [model.count_params() for model in models]
    return {
        "output": _held("output a of the untrained model", outputs[0], outputs[1], allowed),
        "parameters": _held("number of weights, count_params()", counted[0], counted[1]),
        "flat": _held("place of the first image's brightest pixel in the row", theirs, ours),
    }


def _of_a_short_fit(keras: Framework, scratch: Framework, config: Config, rows: Rows) -> Values:
    """Train both on the first rows, with a short last batch, and hold the weights, the steps and the reported loss."""
    size = min(config.batch_size, len(rows.x_train))
    n = min(len(rows.x_train), FULL_BATCHES * size + size // 2, MOST_ROWS)
    batch = Batch(*rows.batch(np.arange(n)), initial_weights(config, rows.shape))
    theirs, ours = (_short_fit(framework, config, batch) for framework in (keras, scratch))

    model, total = on_intervals(scratch, config, batch), Interval.exact(np.zeros((), config.dtype))
    for start in range(0, n, config.batch_size):
        X, y = (part[start : start + config.batch_size] for part in (batch.X, batch.y))
        total = total + step_on_intervals(model, config, X, y)["loss"] * len(X)
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


def _short_fit(framework: Framework, config: Config, batch: Batch) -> Fitted:
    """Train one epoch, and count the steps."""
    steps: list[int] = []

    class Counter(framework.keras.callbacks.Callback):  # type: ignore[misc, name-defined]
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            steps.append(batch)

    model = framework.build(config, batch.X.shape[1:], batch.weights)
    done = model.fit(batch.X, batch.y, batch_size=config.batch_size, shuffle=False, verbose=0, callbacks=[Counter()])
    return Fitted(model.get_weights(), len(steps), done.history["loss"][0])


def _of_an_evaluation(keras: Framework, scratch: Framework, config: Config, rows: Rows) -> Values:
    """Hold loss and accuracy of the first validation rows, by the untrained weights."""
    batch = Batch(rows.x_val[:VALIDATION_ROWS], rows.y_val[:VALIDATION_ROWS], initial_weights(config, rows.shape))
    n = len(batch.X)
    found = [
        framework.build(config, rows.shape, batch.weights).evaluate(batch.X, batch.y, batch_size=n, verbose=0)
        for framework in (keras, scratch)
    ]
    losses, accuracies = zip(*found, strict=True)
    bounds = bounds_of(scratch, config, batch)
    a = bounds["a"]
    right = Interval.exact(np.full(n, max(accuracies), config.dtype)).mean() * n / n
    undecided = int(((a.low <= 0.5) & (a.high > 0.5)).sum())
    allowed = undecided / n + right.tolerance
    return {
        "val_loss": _held(f"loss of {n} validation rows", losses[0], losses[1], bounds["loss"].tolerance),
        "accuracy": _held(f"accuracy on {n} validation rows", accuracies[0], accuracies[1], allowed),
    }
