"""Scratch's runs beside a ``fit`` of Keras's: epoch by epoch on the same rows, and the checks of each call."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np

from compare.core.checks import Batch, Check, check_training, compared
from compare.core.frameworks import Framework
from compare.core.intervals import Interval
from compare.core.layered import check_layers, on_intervals
from compare.core.perturbed import backwards_in_each_batch
from compare.core.recipe import Part, Recipe
from compare.core.training import PERTURBED, REFERENCE, Run, Runs, Size, apart, drift, rounding_in_a_mean
from compare.run.findings import Epoch, Labels
from compare.run.keras_models import Read
from compare.run.numpy_side import NumpySide, bare
from compare.run.requests import Feed, FitRequest, Rows, in_columns
from scratch.arrays import Array
from scratch.callbacks import Callback
from scratch.config import as_floatx

MOST_OF_A_BATCH = 256
"""Rows of the first batch that the ladder takes."""
MOST_OUTPUTS = 10_000
"""Rows whose outputs are held against each other."""
AT_A_TIME = 1_000
MOST_CLASSES = 30


class Following:
    """One ``fit``: Keras's run, noted as it goes, and scratch's, which do each epoch after it."""

    def __init__(self, read: Read, side: NumpySide, optimizer: Any, request: FitRequest, number: int) -> None:
        feed, held_out = request.feed, request.held_out
        self.read, self.request, self.number, self.optimizer = read, request, number, optimizer
        self.models = side.models(read, optimizer)
        runs = {"keras": Run("keras", read)} | {name: Run(name, model) for name, model in self.models.items()}
        size = Size(len(feed.x), len(held_out[0]) if held_out else 0, feed.batch_size, read.recipe.dtype)
        self.runs = ScaledRuns(runs, size, feed.y)
        few = min(feed.batch_size, MOST_OF_A_BATCH)
        self.first = Batch(in_columns(feed.x[:few]), feed.y[:few], runs["keras"].weights[0])
        self.broken: Exception | None = None
        self.masks: Masks
        self.steps, self.steps_before = 0, bare(self.models["scratch"].optimizer).iterations

    def callback(self, keras: Any, emit: Callable[[Epoch], None], batches: Any) -> Any:
        """Return what Keras tells its epochs to; it hands on each when it is done."""
        following, request = self, self.request
        feed = request.feed

        class Follower(keras.callbacks.Callback):  # type: ignore[misc]
            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                if following.runs.keras.epochs:
                    feed.draw()
                following.masks = Masks(keras, following.read)
                self.rates: list[float] = []
                self.began = time.perf_counter()

            def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
                self.rates.append(float(np.asarray(following.optimizer.learning_rate)))
                following.masks.next_step()

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                seconds = time.perf_counter() - self.began
                following.runs.keras.note({name: [value] for name, value in (logs or {}).items()}, seconds)
                if following.broken is None:
                    try:
                        emit(following.follow(self.rates))
                    except (TypeError, ValueError, LookupError, AttributeError, RuntimeError) as error:
                        following.broken = error

        return Follower()

    def follow(self, rates: Sequence[float]) -> Epoch:
        """Train every one of scratch's runs for the epoch that Keras has just finished, at the rates that it had."""
        feed, held_out, batch_size = self.request.feed, self.request.held_out, self.request.feed.batch_size
        validation = held_out and tuple(part for part in held_out if part is not None)
        backwards = backwards_in_each_batch(np.arange(len(feed.x)), batch_size)
        for name in self.models:
            order = backwards if name in PERTURBED else slice(None)
            options = dict(self.request.options)
            if feed.sample_weight is not None:
                options["sample_weight"] = feed.sample_weight[order]
            run = self.runs.runs[name]
            self.masks.hand_to(run.model, turned=name in PERTURBED)
            run.fit(batch_size, validation, feed.x[order], feed.y[order], [_at_rates(run, rates)], **options)
        keras, scratch = self.runs.keras, self.runs.scratch
        self.steps += len(rates)
        both = {name: (keras.history[name][-1], scratch.history[name][-1]) for name in self.reported}
        seconds = keras.seconds[-1], scratch.seconds[-1]
        return Epoch(self.number, keras.epochs, both, apart(keras.weights[-1], scratch.weights[-1]), seconds)

    @property
    def reported(self) -> list[str]:
        """The names that both sides report."""
        return [name for name in self.runs.scratch.history if name in self.runs.keras.history]

    def settle(self) -> str | None:
        """Follow what a callback did with the weights after the last epoch; say so where it did something."""
        last, kept = self.read.weights(), self.runs.keras.weights
        if _same(last, kept[-1]):
            return None
        epoch = next((number for number, weights in enumerate(kept) if _same(last, weights)), None)
        if epoch is None:
            return "something changed the weights after the last epoch: from there on scratch goes on from Keras's"
        for name, model in self.models.items():
            model.set_weights(self.runs.runs[name].weights[epoch])
        return f"a callback went back to the weights after epoch {epoch}, and scratch to its own of that epoch"

    def checks(self, keras: Framework, scratch: Framework, by_layer: bool) -> Iterator[Check]:
        """Check from the initial weights to the history; ``by_layer`` with the first batch's every quantity."""
        if by_layer:
            yield from check_layers(keras, scratch, self.read.recipe.keeping_all(), self.first)
        steps = self.steps, bare(self.models["scratch"].optimizer).iterations - self.steps_before
        yield compared("steps", "number of steps", *steps, 0.0)
        for run in self.runs.runs.values():
            run.history = {name: run.history[name] for name in self.reported if name in run.history}
        yield from check_training(self.runs, self.runs.keras)


class Masks:
    """What each ``Dropout`` of Keras's keeps in each batch of an epoch, drawn once more for scratch's.

    Two libraries draw different masks from one seed, and so both are given the same ones, Keras's: a layer's generator
    is in a state before each step, and from that state Keras itself draws the mask again.
    """

    def __init__(self, keras: Any, read: Read) -> None:
        self.keras, self.places = keras, read.recipe.drops
        self.layers = [read.layers[place] for place in self.places]
        self.states: list[list[Any]] = [[] for _ in self.places]
        self.drawn: dict[tuple[int, int], Array] = {}

    def next_step(self) -> None:
        """Note the state that each generator is in."""
        for layer, states in zip(self.layers, self.states, strict=True):
            if layer.rate > 0:
                states.append(layer.seed_generator.state.numpy().copy())

    def hand_to(self, model: Any, turned: bool) -> None:
        """Let a model of scratch's draw these masks, the rows of each batch turned round where its rows are."""
        for number, place in enumerate(self.places):
            model.layers[place].draw = self._draw(number, turned)

    def _draw(self, number: int, turned: bool) -> Callable[[tuple[int, ...]], Array]:
        steps = count()

        def draw(shape: tuple[int, ...]) -> Array:
            mask = self._mask(number, next(steps), shape)
            return mask[::-1] if turned else mask

        return draw

    def _mask(self, number: int, step: int, shape: tuple[int, ...]) -> Array:
        key = number, step
        if key not in self.drawn:
            layer = self.layers[number]
            generator = self.keras.random.SeedGenerator(0)
            generator.state.assign(self.states[number][step])
            kept = self.keras.random.dropout(
                self.keras.ops.ones(shape, layer.compute_dtype), layer.rate, seed=generator
            )
            self.drawn[key] = self.keras.ops.convert_to_numpy(kept) != 0
        return self.drawn[key]


class ScaledRuns(Runs):
    """Runs of any model: targets may be of any size, and an optimizer may make much of a small error.

    What is reported of large numbers is rounded by more. And where an optimizer divides a gradient by its own size, as
    Adam does, a step's error is no unit in the last place of a weight: it is measured, by the first step.
    """

    def __init__(self, runs: dict[str, Run], size: Size, y: Array) -> None:
        super().__init__(runs, size)
        self.scale = max(1.0, float(np.abs(y.astype(float)).max(initial=0.0)))

    def adding_up(self, epoch: int) -> float:
        """Return how far errors as large as the first step's carry a run, or a unit in the last place a step."""
        steps = epoch * self.size.steps(self.size.train)
        first = drift(self.scratch.steps[0], [run.steps[0] for run in self.perturbed_runs])
        return max(super().adding_up(epoch), steps * first)

    def history_tolerance(self, name: str) -> Array:
        """Return twice the drift, and the report's rounding of numbers as large as the targets."""
        n = self.size.validation if name.startswith("val_") else self.size.train
        reported = np.asarray(self.scratch.history[name])
        return 2 * self.history_drift(name) + mean_tolerance(name, reported, self.size, n, self.scale)


def mean_tolerance(name: str, values: Array, size: Size, n: int, scale: float) -> Array:
    """Bound the rounding in reported means of n rows whose outputs are about as large as ``scale``."""
    bound = rounding_in_a_mean(name, values, size, n)
    return bound if "accuracy" in name else scale * bound


def _at_rates(run: Run, rates: Sequence[float]) -> Any:
    """Return a callback that sets the learning rate before each step to what Keras's was; it keeps the first step."""
    optimizer = bare(run.model.optimizer)

    def set_rate(step: int) -> None:
        if step < len(rates):
            optimizer.learning_rate = as_floatx(rates[step])

    class Rates(Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            set_rate(batch + 1)
            if not run.steps:
                run.steps.append(run.model.get_weights())

    set_rate(0)
    return Rates()


def _same(one: Sequence[Array], other: Sequence[Array]) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))


def check_outputs(
    recipe: Recipe, models: dict[str, Any], outputs: dict[str, Array], x: Array, part: str
) -> Iterator[Check]:
    """Check what both sides answer for some rows: the outputs, and the labels where it is classes that are answered.

    Outputs may be twice as far apart as the perturbed runs', and by what one pass rounds beside. A label may differ
    where that much decides it.
    """
    keras, ours = outputs["keras"], outputs["scratch"]
    drifted = max(float(np.abs(outputs[name] - ours).max(initial=0.0)) for name in PERTURBED)
    allowed = 2 * drifted + forward_tolerance(recipe, models["scratch"], x)
    yield compared("outputs", part, keras, ours, allowed, outputs.get(REFERENCE))
    limit = threshold(recipe, ours)
    if limit is None:
        return
    undecided = _margin(ours, limit) <= 2 * drifted
    differ = (labels_of(keras, limit) != labels_of(ours, limit)).reshape(len(ours), -1).any(axis=1)
    yield compared("predicted labels", part, int(differ.sum()), 0, int(undecided.sum()))


def all_outputs(read: Read, predict: Callable[..., Any], models: dict[str, Any], x: Array) -> dict[str, Array]:
    """Return every side's outputs for the first rows."""
    rows = x[:MOST_OUTPUTS]
    found = {"keras": np.asarray(predict(rows, batch_size=AT_A_TIME, verbose=0))}
    return found | {name: model.predict(rows, batch_size=AT_A_TIME, verbose=0) for name, model in models.items()}


def forward_tolerance(recipe: Recipe, model: Any, x: Array) -> Array:
    """Return how far two right programs' outputs may be apart that have the same weights."""
    from compare.core.frameworks import scratch_framework

    whole = on_intervals(scratch_framework(), recipe, model.get_weights())
    starts = range(0, min(len(x), MOST_OUTPUTS), AT_A_TIME)
    x = in_columns(x[:MOST_OUTPUTS]).astype(recipe.dtype)
    parts = [x[start : start + AT_A_TIME] for start in starts]
    return np.concatenate([whole(Interval.exact(part)).tolerance for part in parts])


def threshold(recipe: Recipe, outputs: Array) -> float | None:
    """Return where yes begins; NaN where the largest output of several is the answer, None where it is a number."""
    loss, last = recipe.loss, recipe.layers[-1]
    name = (loss.kind if isinstance(loss, Part) else loss or "").lower()
    named = {metric if isinstance(metric, str) else metric.kind for metric in recipe.metrics}
    softmax = last.activation == "softmax" or last.kind == "Softmax"
    sigmoid = last.activation == "sigmoid"
    if outputs.ndim != 2 or (outputs.shape[1] > 1 and ("categorical" in name or softmax)):
        return float("nan") if outputs.ndim == 2 else None
    accuracy = any("acc" in metric.lower() for metric in named)
    if "binary" in name or sigmoid or (accuracy and outputs.shape[1] == 1):
        logits = isinstance(loss, Part) and bool(loss.arguments.get("from_logits"))
        return 0.0 if logits else 0.5
    return float("nan") if accuracy else None


def labels_of(outputs: Array, limit: float) -> Array:
    """Return the answers: the number of the largest output, or for each whether it is above the limit."""
    answers: Array = outputs.argmax(axis=-1) if np.isnan(limit) else (outputs > limit).astype(int)
    return answers


def _margin(outputs: Array, limit: float) -> Array:
    """Return how far each row's outputs may move, every one by as much, before another answer is given."""
    if not np.isnan(limit):
        margin: Array = np.abs(outputs - limit).min(axis=-1)
        return margin
    largest = np.sort(outputs, axis=-1)
    lead: Array = (largest[:, -1] - largest[:, -2]) / 2
    return lead


def count_labels(outputs: dict[str, Array], y: Array | None, recipe: Recipe, rows: str) -> Labels | None:
    """Count right classes against answered ones on both sides; None where there is nothing to count."""
    limit = threshold(recipe, outputs["scratch"])
    if limit is None or y is None:
        return None
    units = outputs["scratch"].shape[-1]
    y = y[:MOST_OUTPUTS]
    if np.isnan(limit):
        right = y.argmax(axis=-1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
        classes = units
    elif units == 1:
        right, classes = y.reshape(-1), 2
    else:
        return None
    right = right.astype(int)
    if classes > MOST_CLASSES or right.min(initial=0) < 0 or right.max(initial=0) >= classes:
        return None
    counted = []
    for side in ("keras", "scratch"):
        counts = np.zeros((classes, classes), int)
        np.add.at(counts, (right, labels_of(outputs[side], limit).reshape(-1)), 1)
        counted.append(counts)
    names = ["no", "yes"] if not np.isnan(limit) else [str(number) for number in range(classes)]
    return Labels(rows, names, *counted)


def baseline(y: Array | None, labels: Labels | None) -> float | None:
    """Return how often the commonest class is right; None where there are no classes."""
    if y is None or labels is None:
        return None
    right = y.argmax(axis=-1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    return float(np.unique(right, return_counts=True)[1].max() / len(right))


def rows_named(feed: Feed, held_out: Rows | None) -> dict[str, tuple[Array, Array | None]]:
    """Return the rows whose outputs are compared after a fit, by the part that they are."""
    parts: dict[str, tuple[Array, Array | None]] = {"train": (feed.x, feed.y)}
    if held_out is not None:
        parts["validation"] = held_out[0], held_out[1]
    return parts
