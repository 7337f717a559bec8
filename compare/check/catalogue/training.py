"""Mistakes in the loop: rows, batches, epochs, what is carried from step to step, and what is reported."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from compare.check.catalogue import form_of, mistake
from compare.check.perceptron import Perceptron, Weights
from scratch.arrays import Array

LOOP = ("one epoch", "epochs", "history")
LATER = ("epochs", "history")
ONE_OF_THE_TWO = ("report_loss", "report_accuracy")
HISTORY = "loss of an epoch = sum(batch loss * rows) / sum(rows), each before its update"


@mistake(
    "batches",
    right="the last batch has the rows that are left",
    why="N // batch_size counts full batches only; the rows behind them are never seen.",
    seen="mnielsen/neural-networks-and-deep-learning#94",
)
def short_batch_dropped(self: Perceptron, order: Array, batch_size: int) -> Iterator[Array]:
    """The last, short batch is dropped."""
    for start in range(0, len(order) - batch_size + 1, batch_size):
        yield order[start : start + batch_size]


def _dropped_from_the_mean_too(self: Perceptron, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    return Perceptron.report(self, values, rows, last) * sum(rows) / self.memory["all_rows"]


form_of(short_batch_dropped, "report", _dropped_from_the_mean_too, also={"batches": short_batch_dropped})


@mistake(
    "rate",
    right="da = 2 * (a - y) / a.size, the batch's own rows",
    why="Divided by the nominal batch size, the few rows of the last batch count too little.",
)
def short_batch_over_full_size(self: Perceptron, learning_rate: float, rows: int, epoch: int, step: int) -> float:
    """The last, short batch is averaged over the full batch size."""
    return learning_rate * rows / self.memory["batch_size"]


@mistake(
    "rate",
    right="da = 2 * (a - y) / a.size, the batch's own rows",
    why="N stands for the whole set in the book and for the batch in the code: steps far too short.",
    seen="ageron/handson-ml#179",
)
def whole_set_for_batch(self: Perceptron, learning_rate: float, rows: int, epoch: int, step: int) -> float:
    """The gradient is divided by the rows of the whole set, not of the batch."""
    return learning_rate * rows / self.memory["all_rows"]


@mistake(
    "batches",
    right="every batch is seen once an epoch",
    why="The slice forgets to move on: the index of the batch is computed and not used.",
)
def one_batch_for_all(self: Perceptron, order: Array, batch_size: int) -> Iterator[Array]:
    """One batch is used for all steps."""
    for _ in Perceptron.batches(self, order, batch_size):
        yield order[:batch_size]


@mistake(
    "batches",
    right="every batch is seen once an epoch",
    why="One step too many, and the index is held at the last batch; or what is left over is handled after the loop.",
)
def last_batch_repeated(self: Perceptron, order: Array, batch_size: int) -> Iterator[Array]:
    """The last batch is seen twice."""
    yield from (batches := list(Perceptron.batches(self, order, batch_size)))
    yield batches[-1]


@mistake(
    "batches",
    right="the last batch has the rows that are left",
    why="The last slice is made full by starting earlier: some rows are seen twice.",
)
def short_batch_filled_up(self: Perceptron, order: Array, batch_size: int) -> Iterator[Array]:
    """The last, short batch is filled up with rows that were seen before."""
    for start in range(0, len(order), batch_size):
        start = max(0, min(start, len(order) - batch_size))
        yield order[start : start + batch_size]


def _filled_from_the_front(self: Perceptron, order: Array, batch_size: int) -> Iterator[Array]:
    padded = np.concatenate([order, order])
    for start in range(0, len(order), batch_size):
        yield padded[start : start + batch_size]


form_of(short_batch_filled_up, "batches", _filled_from_the_front)


@mistake(
    "batches",
    right="batch k is rows k * batch_size to (k + 1) * batch_size",
    why="A slice ends before its second number; who subtracts 1 loses a row of every batch.",
)
def batch_loses_a_row(self: Perceptron, order: Array, batch_size: int) -> Iterator[Array]:
    """Every batch loses its last row."""
    for start in range(0, len(order), batch_size):
        if len(rows := order[start : start + batch_size - 1]):
            yield rows


@mistake(
    "batches",
    right="one step a batch of batch_size rows",
    why="The batch size is taken and not used: one step an epoch over all rows.",
)
def batch_size_ignored(self: Perceptron, order: Array, batch_size: int) -> Iterator[Array]:
    """The batch size is ignored: all rows make one batch."""
    yield order


@mistake(
    "batches", right="one step a batch of batch_size rows", why="The loop runs over rows and steps after each one."
)
def a_step_for_every_row(self: Perceptron, order: Array, batch_size: int) -> Iterator[Array]:
    """A step is taken after every row: batches of one."""
    for row in range(len(order)):
        yield order[row : row + 1]


@mistake(
    "epoch_order",
    right="a fresh order every epoch",
    why="The rows are shuffled once, before the loop over the epochs, and then always come in that order.",
    fails=LATER,
)
def same_order_every_epoch(self: Perceptron, order: Array, epoch: int) -> Array:
    """Every epoch takes the rows in the first epoch's order."""
    return order[0]


@mistake(
    "epoch_order",
    right="rows in the epoch's order",
    why="The order is made and not used: the rows come as they lie in the file.",
    seen="mnielsen/neural-networks-and-deep-learning#94",
)
def order_ignored(self: Perceptron, order: Array, epoch: int) -> Array:
    """The rows are not shuffled."""
    return np.arange(order.shape[1])


@mistake(
    "epoch_order",
    right="order[epoch] counts rows of the set as it was given",
    why="X is shuffled and kept, and the next order is applied to what is shuffled already.",
    fails=LATER,
)
def order_on_top_of_order(self: Perceptron, order: Array, epoch: int) -> Array:
    """Each epoch's order is applied on top of the last one's."""
    rows = order[0]
    for later in order[1 : epoch + 1]:
        rows = rows[later]
    return rows


@mistake(
    "batch",
    right="X[rows] with y[rows]",
    why="Images and labels are shuffled by two different orders, or only one of the two is.",
    seen="mnielsen/neural-networks-and-deep-learning#73",
)
def labels_apart_from_images(self: Perceptron, X: Array, y: Array, rows: Array) -> tuple[Array, Array]:
    """Labels are shuffled apart from their images."""
    first = self.memory.get("first", 0)
    if self.memory.get("seen_epoch") != self.memory["epoch"]:
        first = 0
    self.memory |= {"first": first + len(rows), "seen_epoch": self.memory["epoch"]}
    return X[rows], y[first : first + len(rows)]


def _images_apart_from_labels(self: Perceptron, X: Array, y: Array, rows: Array) -> tuple[Array, Array]:
    X_batch, y_batch = labels_apart_from_images(self, y, X, rows)
    return y_batch, X_batch


form_of(labels_apart_from_images, "batch", _images_apart_from_labels)


@mistake(
    "prepare",
    right="X as given: it is scaled",
    why="fit scales what comes in, predict does not: trained on one kind of image, asked about another.",
)
def scaled_only_in_training(self: Perceptron, X: Array, y: Array) -> tuple[Array, Array]:
    """Pixels are scaled again in training, and only there."""
    return X / 255, y


form_of(scaled_only_in_training, "prepare", lambda self, X, y: (X / 16, y))


@mistake(
    "prepare",
    right="X as given: it is scaled",
    why="Mean and spread of each pixel are taken out, a good habit that the Keras lines do not have.",
)
def standardised(self: Perceptron, X: Array, y: Array) -> tuple[Array, Array]:
    """Pixels are centred before training."""
    return X - X.mean(axis=0), y


form_of(standardised, "prepare", lambda self, X, y: (X - X.mean(), y))


@mistake(
    "prepare",
    right="y is 1 for a five and 0 for all others",
    why="The old perceptron's labels are -1 and 1; a sigmoid never answers -1.",
    seen="keras-team/keras#2736",
)
def targets_of_minus_one(self: Perceptron, X: Array, y: Array) -> tuple[Array, Array]:
    """Targets are made -1 and 1."""
    return X, 2 * y - 1


@mistake(
    "prepare",
    right="y is 1 for a five and 0 for all others",
    why="y != 5 for y == 5: the model learns to say no to fives.",
)
def labels_turned_round(self: Perceptron, X: Array, y: Array) -> tuple[Array, Array]:
    """The labels are the wrong way round."""
    return X, 1 - y


@mistake(
    "start",
    right="W and b as given",
    why="fit makes its own weights at the start; for one unit zeros even learn, along another path.",
)
def weights_start_at_zero(self: Perceptron, W: Array, b: Array) -> Weights:
    """The weights start at zero where they were given."""
    return W * 0, b * 0


form_of(weights_start_at_zero, "start", lambda self, W, b: (W * 0, b), lambda self, W, b: (W, b * 0))


@mistake(
    "train_step",
    right="each step uses its own batch's gradient",
    why="dW and db are made once and added to: every step goes along all gradients so far.",
    seen="karpathy/llm.c#548",
    fails=LOOP,
)
def gradients_accumulate(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    """Gradients accumulate from step to step."""
    return _velocity(self, X, y, W, b, learning_rate, keep=1.0)


@mistake(
    "train_step",
    right="w = w - learning_rate * dw, no momentum",
    why="Momentum is added as in many listings, 0.9 by habit; the recipe has none.",
    seen="jax-ml/jax#1528, HIPS/autograd#289",
    fails=LOOP,
)
def momentum_unasked(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    """Momentum of 0.9 is added, which nobody asked for."""
    return _velocity(self, X, y, W, b, learning_rate, keep=0.9)


@mistake(
    "train_step",
    right="v = momentum * v - learning_rate * dw; w = w + v",
    why="Momentum has two forms: Keras adds the whole step to the velocity, the other one only 1 - momentum of it.",
    seen="pytorch/pytorch#1099",
)
def momentum_damped(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    """Momentum in its damped form: the step counts for 1 - momentum of itself."""
    return _velocity(self, X, y, W, b, learning_rate, keep=0.9, take=0.1)


def _velocity(
    self: Perceptron, X: Array, y: Array, W: Array, b: Array, rate: float, keep: float, take: float = 1.0
) -> Weights:
    """Take a step along what is left of the steps before and this one."""
    stepped = Perceptron.train_step(self, X, y, W, b, rate)
    kept: Any = self.memory.get("velocity", (0.0, 0.0))
    self.memory["velocity"] = tuple(
        keep * v + take * (after - before) for v, after, before in zip(kept, stepped, (W, b), strict=True)
    )
    v_W, v_b = self.memory["velocity"]
    return W + v_W, b + v_b


@mistake(
    "rate",
    right="learning_rate as it is, in every epoch",
    why="A schedule from another listing: the rate shrinks from epoch to epoch. Keras's SGD keeps it.",
    fails=LATER,
)
def rate_decays(self: Perceptron, learning_rate: float, rows: int, epoch: int, step: int) -> float:
    """The learning rate decays from epoch to epoch."""
    return learning_rate / (1 + epoch)


def _decay(factor: float) -> None:
    """Enter the rates that shrink by a common factor, every epoch or every step."""
    form_of(rate_decays, "rate", lambda self, learning_rate, rows, epoch, step: float(learning_rate * factor**epoch))

    form_of(rate_decays, "rate", lambda self, learning_rate, rows, epoch, step: float(learning_rate * factor**step))


for _factor in (0.99, 0.95, 0.9, 0.5):
    _decay(_factor)


@mistake("epochs_run", right="epochs times through the data", why="range(1, epochs) runs one time less than epochs.")
def an_epoch_lost(self: Perceptron, epochs: int) -> int:
    """One epoch is left out."""
    return epochs - 1


@mistake(
    "epochs_run",
    right="epochs times through the data",
    why="range(epochs + 1), or a loop that counts from 0 to epochs.",
)
def an_epoch_more(self: Perceptron, epochs: int) -> int:
    """One epoch is run too many."""
    return epochs + 1


@mistake(
    "restart",
    right="an epoch goes on from the weights of the one before",
    why="The weights are set inside the loop over the epochs: each begins anew.",
    fails=LATER,
)
def weights_start_again(self: Perceptron, W: Array, b: Array) -> Weights:
    """Every epoch starts again from the first weights."""
    start: tuple[Array, Array] = self.memory["start"]
    return start


@mistake(
    "report",
    right=HISTORY,
    why="It is the number of the weights at the end; Keras's is a mean over the epoch, while they changed.",
    seen="keras-team/keras#503, #6977",
    or_in=ONE_OF_THE_TWO,
)
def reported_after_the_epoch(self: Perceptron, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """The loss is that after the epoch, not during it."""
    return last()


@mistake(
    "report",
    right=HISTORY,
    why="A mean of the batches' means counts the rows of a short batch for more than the others.",
    seen="pytorch/tutorials#179",
    or_in=ONE_OF_THE_TWO,
)
def short_batch_unweighted(self: Perceptron, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """The short last batch counts as much as a full one in the reported mean."""
    return sum(values) / len(values)


@mistake(
    "report", right=HISTORY, why="The running variable holds one batch's loss, and the last one is what is printed."
)
def last_batch_reported(self: Perceptron, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """Only the last batch's number is reported."""
    return values[-1]


@mistake("report", right=HISTORY, why="The batches' losses are added up and not divided by anything.")
def batches_summed_in_report(self: Perceptron, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """The batches' losses are added up, not averaged."""
    return sum(values)


form_of(batches_summed_in_report, "report", lambda self, *shown: Perceptron.report(self, *shown) * sum(shown[1]))


@mistake(
    "report",
    right=HISTORY,
    why="The sum is divided by the wrong count: the rows of the set where the batches' means were added.",
    or_in=ONE_OF_THE_TWO,
)
def divided_by_rows_in_report(self: Perceptron, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """The batches' means are divided by the number of rows."""
    return sum(values) / sum(rows)


@mistake(
    "shown_with",
    right=HISTORY,
    why="The batch is evaluated once more after its step, with weights that have just been fitted to it.",
)
def reported_after_the_step(self: Perceptron, before: Weights, after: Weights) -> Weights:
    """A batch's loss is that after its own step."""
    return after
