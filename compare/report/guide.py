"""The guide: for each word of the Keras lines, what it says, the function of scratch that computes it, and a value.

A row names functions; their formula and source are read from them (``docstrings``), and the Keras line from keras_ref
(``keras_lines``). The one thing written here is what the line says to somebody who just watched the tutorial.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import keras_ref
import scratch
from compare.common.docstrings import Stated, stated
from compare.core.checks import Check
from compare.core.comparison import Comparison
from compare.core.config import Config
from compare.report.guide_values import values_of
from compare.report.keras_lines import KerasLine, marked, read_keras_lines, written
from scratch import activations, data, initializers, layers, losses, metrics, models, optimizers


@dataclass(frozen=True)
class Row:
    """One thing that the Keras lines say: the words for it, or none where Keras does it without a word."""

    title: str
    words: tuple[str, ...]
    beside: str
    """The word whose line it stands beside, which is the first of ``words`` where there are any."""
    says: str
    math: Callable[[Config], Sequence[Stated]]
    value: str


def _loss(config: Config) -> losses.LossFunction:
    """Return the loss of the config as it follows its activation."""
    return losses.function_of(losses.get(config.loss))[0].after(activations.get(config.activation))


def _optimizer(config: Config) -> list[Stated]:
    if config.optimizer == "adam":
        return [stated(optimizers.Adam.update, optimizers.Adam)]
    which = 0 if not config.momentum else 2 if config.nesterov else 1
    return [stated(optimizers.SGD.update, optimizers.SGD, which)]


def _way_back(config: Config) -> list[Stated]:
    """Return the gradients from the loss to dz: of loss and activation, or of both in one."""
    loss, activation = _loss(config), activations.pair_of(config.activation)
    return [stated(loss.gradient)] if loss.from_logits else [stated(loss.gradient), stated(activation.gradient)]


def _layer_by_layer() -> Stated:
    """Return what passes a batch up through the layers; its formula is theirs, one after the other."""
    formulas = [stated(layer.forward).formula for layer in (layers.Flatten, layers.Dense)]
    return replace(stated(models.Sequential.__call__), formula="\n".join(formulas))


def _one_step(config: Config) -> Stated:
    """Return the loop; its formula is all that happens to one batch, in the order in which it happens."""
    forward, loss = stated(layers.Dense.forward), stated(_loss(config).function)
    steps = [forward, loss, *_way_back(config), stated(layers.Dense.backward), *_optimizer(config)]
    return replace(stated(models.Sequential.fit), formula="\n".join(step.formula for step in steps))


def _evaluation(config: Config) -> Stated:
    """Return what fit does with the rows held back; its formula is that of what it reports."""
    reported = [stated(_loss(config).function), stated(metrics.binary_accuracy)]
    return replace(stated(models.Sequential.test_step), formula="\n".join(one.formula for one in reported))


ROWS = (
    Row(
        "Load the images",
        ("load_data",),
        "load_data",
        "Get images with their labels: one part to learn from, another, held back, to test what was learned. Nothing "
        "is computed yet.",
        lambda config: [stated(scratch.datasets.mnist.load_data)],
        "ink",
    ),
    Row(
        "Scale the pixels",
        ("x / peak",),
        "x / peak",
        "Bring every pixel to between 0 and 1. Unscaled, the weighted sums are so large that a sigmoid answers 0 or 1 "
        "and nothing between.",
        lambda config: [stated(keras_ref.scale)],
        "scaled",
    ),
    Row(
        "Make it a yes-or-no question",
        ("y == digit",),
        "y == digit",
        "The label becomes the answer that the perceptron should give: 1 for this digit, 0 for every other.",
        lambda config: [stated(keras_ref.is_digit)],
        "labels",
    ),
    Row(
        "Start a model",
        ("Sequential", "add"),
        "Sequential",
        "A model is a row of layers; what comes out of one goes into the next. Each ‘add’ puts a layer on top.",
        lambda config: [_layer_by_layer()],
        "output",
    ),
    Row(
        "Tell it the size of an image",
        ("Input",),
        "Input",
        "With the size known, the weights can be made: one for each pixel, drawn at random within a limit, and the "
        "bias, which starts at 0.",
        lambda config: [stated(initializers.VarianceScaling.drawn, initializers.GlorotUniform)],
        "parameters",
    ),
    Row(
        "Lay the pixels in a row",
        ("Flatten",),
        "Flatten",
        "The image becomes one long row of pixels. The perceptron does not know which pixels are neighbours.",
        lambda config: [stated(layers.Flatten.forward)],
        "flat",
    ),
    Row(
        "Weigh the pixels",
        ("Dense",),
        "Dense",
        "The perceptron itself: multiply each pixel by its weight, add everything up, and add the bias.",
        lambda config: [stated(layers.Dense.forward)],
        "z",
    ),
    Row(
        "Turn the sum into an answer",
        ("Dense(activation=)",),
        "Dense(activation=)",
        "What the activation makes of the weighted sum is the output. Above one half is read as yes.",
        lambda config: [stated(activations.get(config.activation))],
        "a",
    ),
    Row(
        "Say what a mistake costs",
        ("compile", "compile(loss=)"),
        "compile(loss=)",
        "The loss is one number for how wrong a batch's answers are. Training makes it small.",
        lambda config: [stated(_loss(config).function)],
        "loss",
    ),
    Row(
        "Choose how the weights move",
        ("compile(optimizer=)", "SGD", "SGD(learning_rate=)"),
        "compile(optimizer=)",
        "Every weight takes a small step in the direction that makes the loss smaller; the learning rate says how "
        "small. The value is the weights after one step.",
        _optimizer,
        "W",
    ),
    Row(
        "Choose what to report",
        ("compile(metrics=)",),
        "compile(metrics=)",
        "Accuracy is the share of right answers. It is for people to read; the training itself does not use it.",
        lambda config: [stated(metrics.binary_accuracy)],
        "accuracy",
    ),
    Row(
        "Train",
        ("fit",),
        "fit",
        "The loop that does it all, batch by batch: forward, how wrong, backward, and a step, which W and b take "
        "alike; w stands for either.",
        lambda config: [_one_step(config)],
        "fitted",
    ),
    Row(
        "Take a batch at a time",
        ("fit(batch_size=)",),
        "fit(batch_size=)",
        "The weights move after each batch. fit shuffles the rows before every epoch unless told not to; the last "
        "batch has the rows that are left.",
        lambda config: [stated(data.batches)],
        "steps",
    ),
    Row(
        "Backpropagation, first half: from the loss to the weighted sum",
        (),
        "fit",
        "Not a word of this is in the Keras lines. How would the loss change if z were a little larger? The chain "
        "rule answers it, going back through the loss and through the activation.",
        _way_back,
        "dz",
    ),
    Row(
        "Backpropagation, second half: from the weighted sum to the weights",
        (),
        "fit",
        "A weight had a part in the mistake as large as the pixel that it was multiplied by. Added up over the batch, "
        "that is the gradient which the optimizer steps against.",
        lambda config: [stated(layers.Dense.backward)],
        "dW",
    ),
    Row(
        "Go through the data again and again",
        ("fit(epochs=)",),
        "fit(epochs=)",
        "Once through all rows is an epoch. The loss reported for it is a mean over batches that each met other "
        "weights, so it is not the loss at the epoch's end.",
        lambda config: [stated(metrics.RunningMean.result, metrics.RunningMean)],
        "epoch loss",
    ),
    Row(
        "Test on images it never learned from",
        ("fit(validation_data=)",),
        "fit(validation_data=)",
        "After each epoch the same loss and accuracy are taken on the rows held back, and no weight moves.",
        lambda config: [_evaluation(config)],
        "val_loss",
    ),
)


@dataclass(frozen=True)
class Entry:
    """A row of the guide as this run has it: the line, cut where the word begins and ends, the math, and the value."""

    row: Row
    line: KerasLine
    before: str
    word: str
    after: str
    math: Sequence[Stated]
    value: Check | None
    """None for a line that computes nothing of its own, or that could not be held against anything."""

    @property
    def ok(self) -> bool:
        """Whether nothing departs."""
        return self.value is None or self.value.ok is not False

    @property
    def code(self) -> str:
        """The whole Keras line."""
        return self.before + self.word + self.after

    @property
    def quantity(self) -> str:
        """What the value is: its name and, of an array, its place."""
        if self.value is None:
            return ""
        name, where = self.value.quantity, self.value.where
        if self.value.rung.startswith("weights after"):
            name = f"{name} {self.value.rung.removeprefix('weights ')}"
        return f"{name}, at {list(where)}" if where else name

    @property
    def numbers(self) -> tuple[str, str, str, str]:
        """Keras's value, scratch's, how far they are apart, and how far they may be; dashes where none is finite."""
        if self.value is None:
            return ("–",) * 4
        keras, scratch, allowed = self.value.keras, self.value.scratch, self.value.allowed
        if keras is None or scratch is None or allowed is None:
            return ("–",) * 4
        return f"{keras:.9g}", f"{scratch:.9g}", f"{abs(keras - scratch):.2g}", f"{allowed:.2g}"


def guide_of(comparison: Comparison) -> list[Entry]:
    """Fill the rows for a comparison; what it has not measured yet is measured now."""
    values, lines = values_of(comparison), read_keras_lines()
    config, dataset, shape = comparison.config, comparison.dataset, comparison.rows.shape
    entries = []
    for row in ROWS:
        line = next(line for line in reversed(lines) if row.beside in line.words)
        parts = marked(row.beside, written(line, config, shape, dataset.peak))
        entries.append(Entry(row, line, *parts, row.math(config), values[row.value]))
    return entries
