"""Mistakes in the loss and in the accuracy of a batch."""

from typing import Any

import numpy as np

from compare.check.catalogue.mistake import form_of, mistake
from compare.check.written import Written
from scratch.arrays import Array

MSE = "loss = mean((a - y)**2)"
ACCURACY = "accuracy = mean((a > 0.5) == y)"


def half_gradient(self: Written, y: Array, a: Array) -> Array:
    """Return the gradient of half the squared error."""
    return (a - y) / a.size


@mistake(
    "mse",
    right=MSE + ", da = 2 * (a - y) / a.size",
    why="Many books put ½ before the square so that the derivative's 2 goes away. Keras has no ½.",
    seen="kuleshov-group/aml-book#17",
    fails=("mse", "mse_gradient", "train_step", "one epoch", "epochs", "history"),
    also={"mse_gradient": half_gradient},
)
def half_mse(self: Written, y: Array, a: Array) -> Any:
    """The loss is half the mean squared error."""
    return np.mean((a - y) ** 2) / 2


@mistake("mse", right=MSE, why="A sum grows with the batch: its size says nothing about how good the answers are.")
def loss_summed(self: Written, y: Array, a: Array) -> Any:
    """The squared errors are added up and not averaged."""
    return np.sum((a - y) ** 2)


@mistake("mse", right=MSE, why="mean already divides by N, and then the code does it again.")
def loss_averaged_twice(self: Written, y: Array, a: Array) -> Any:
    """The loss is divided by the number of rows twice."""
    return np.mean((a - y) ** 2) / len(y)


@mistake(
    "mse",
    right=MSE,
    why="The root is the error's size in the target's units, a good thing to look at; Keras's mse has none.",
)
def root_of_the_loss(self: Written, y: Array, a: Array) -> Any:
    """The loss is the root of the mean squared error."""
    return np.sqrt(np.mean((a - y) ** 2))


@mistake("mse", right=MSE, why="The square is left out, or abs stands in for it: that is another loss, mae.")
def absolute_error(self: Written, y: Array, a: Array) -> Any:
    """The loss is the mean absolute error."""
    return np.mean(np.abs(a - y))


@mistake("mse", right=MSE, why="Without the square, errors up and down cancel.")
def square_left_out(self: Written, y: Array, a: Array) -> Any:
    """The errors are averaged without being squared."""
    return np.mean(a - y)


@form_of(square_left_out, "mse")
def _square_left_out_the_other_way(self: Written, y: Array, a: Array) -> Any:
    return np.mean(y - a)


def every_pair(self: Written, y: Array, a: Array) -> Array:
    """Return the gradient of every answer against every target."""
    return 2 * (a - y.ravel()) / len(y)


@mistake(
    "mse",
    right="y has a's shape, (N, 1)",
    why="NumPy broadcasts (N,) against (N, 1) to (N, N): each answer is compared with every target, and nothing warns.",
    seen="tensorflow/tensorflow#28901, keras-team/keras#14627",
)
def every_answer_against_every_target(self: Written, y: Array, a: Array) -> Any:
    """Targets (N,) meet outputs (N, 1) and make (N, N)."""
    return np.mean((a - y.ravel()) ** 2)


@form_of(every_answer_against_every_target, "mse_gradient")
def _pairs_in_the_gradient(self: Written, y: Array, a: Array) -> Array:
    return every_pair(self, y, a)


@form_of(every_answer_against_every_target, "mse_gradient")
def _pairs_by_all_of_them(self: Written, y: Array, a: Array) -> Array:
    return every_pair(self, y, a) / len(y)


@form_of(every_answer_against_every_target, "mse_gradient")
def _pairs_of_the_other_shape(self: Written, y: Array, a: Array) -> Array:
    return 2 * (a.ravel() - y) / len(y)


@form_of(every_answer_against_every_target, "mse_gradient")
def _pairs_added_up(self: Written, y: Array, a: Array) -> Array:
    return every_pair(self, y, a).sum(axis=1, keepdims=True)


@form_of(every_answer_against_every_target, "mse_gradient")
def _pairs_averaged(self: Written, y: Array, a: Array) -> Array:
    return every_pair(self, y, a).mean(axis=1, keepdims=True)


@mistake(
    "mse",
    right=MSE + ", in floats",
    why="Labels are whole numbers; answers between 0 and 1 that are cast to their type are all 0.",
)
def outputs_cut_to_integers(self: Written, y: Array, a: Array) -> Any:
    """The answers become whole numbers, as the labels are."""
    return np.mean((a.astype(np.int64) - y) ** 2)


@mistake(
    "mse",
    right=MSE,
    why="Cross-entropy is the loss that most books put after a sigmoid; the tutorial's Keras line says mse.",
)
def cross_entropy_for_mse(self: Written, y: Array, a: Array) -> Any:
    """The loss is the cross-entropy, not the squared error."""
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


@mistake(
    "accuracy",
    right=ACCURACY,
    why="A linear unit is cut at 0; a sigmoid's answers are all above 0, so everything is called a five.",
    seen="keras-team/keras#2736",
)
def threshold_zero(self: Written, y: Array, a: Array) -> Any:
    """The threshold is 0 on outputs between 0 and 1."""
    return np.mean((a > 0) == y)


@mistake(
    "accuracy",
    right=ACCURACY,
    why="Keras is strict: an answer of exactly one half is a no. It shows only there, as with an untrained model.",
    fails=("accuracy",),
)
def at_least_a_half(self: Written, y: Array, a: Array) -> Any:
    """An answer of exactly one half counts as yes: >= for >."""
    return np.mean((a >= 0.5) == y)


@mistake(
    "accuracy", right=ACCURACY, why="argmax picks the largest column; of a single column, that is always column 0."
)
def argmax_of_one_column(self: Written, y: Array, a: Array) -> Any:
    """The answer is the argmax of one column, which is always 0."""
    return np.mean(np.argmax(a, axis=1) == y.ravel())


@mistake(
    "accuracy",
    right=ACCURACY + ", both (N, 1)",
    why="NumPy compares (N, 1) with (N,) pair by pair and makes (N, N).",
    seen="keras-team/keras#2736",
)
def accuracy_of_every_pair(self: Written, y: Array, a: Array) -> Any:
    """Every answer is compared with every label: (N, 1) == (N,)."""
    return np.mean((a > 0.5) == y.ravel())


@mistake(
    "accuracy",
    right=ACCURACY,
    why="An answer is never exactly 0 or 1, so it never equals its label: it must be cut at a half first.",
)
def answers_not_cut(self: Written, y: Array, a: Array) -> Any:
    """Answers are compared with labels without a threshold."""
    return np.mean(a == y)


@mistake("accuracy", right=ACCURACY, why="The share of right answers is asked for; the code stops at their number.")
def right_answers_counted(self: Written, y: Array, a: Array) -> Any:
    """The right answers are counted and not averaged."""
    return np.sum((a > 0.5) == y)


@mistake("accuracy", right=ACCURACY, why="Keras reports a share between 0 and 1; percent are a hundred times that.")
def accuracy_in_percent(self: Written, y: Array, a: Array) -> Any:
    """The accuracy is given in percent."""
    return 100 * np.mean((a > 0.5) == y)


@mistake("accuracy", right=ACCURACY, why="// drops what is behind the point: a share below 1 becomes 0.")
def whole_number_division(self: Written, y: Array, a: Array) -> Any:
    """The number of right answers is divided as a whole number."""
    return np.sum((a > 0.5) == y) // len(y)


@mistake("accuracy", right=ACCURACY, why="The share of answers that are off is the error rate: 1 - accuracy.")
def error_rate_for_accuracy(self: Written, y: Array, a: Array) -> Any:
    """The wrong answers are counted, not the right ones."""
    return np.mean((a > 0.5) != y)


@mistake(
    "accuracy", right=ACCURACY, why="With labels -1 and 1, as the old perceptron has them, a label 0 is never met."
)
def labels_of_minus_one(self: Written, y: Array, a: Array) -> Any:
    """Answers are -1 and 1 where the labels are 0 and 1."""
    return np.mean(np.where(a > 0.5, 1, -1) == y)
