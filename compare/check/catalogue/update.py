"""Mistakes in the step: what is done with a gradient that is right."""

import numpy as np

from compare.check.catalogue.mistake import form_of, mistake
from compare.check.written import Written
from scratch.arrays import Array

SGD = "w = w - learning_rate * dw"
STEP = "every gradient is known before any weight moves"


@mistake("sgd", right=SGD, why="The gradient points uphill; a plus climbs it, and the loss grows.")
def uphill(self: Written, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The step goes uphill: + for -."""
    return param + learning_rate * gradient


@mistake("sgd", right=SGD, why="The gradient is taken off as it is; the learning rate is what keeps the step small.")
def rate_left_out(self: Written, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The learning rate is left out."""
    return param - gradient


@mistake("sgd", right=SGD, why="-= was written as =, or the step returned and never taken off.")
def step_in_place_of_weights(self: Written, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The step replaces the weights: the old ones are lost."""
    return -learning_rate * gradient


@mistake("sgd", right=SGD, why="The step is computed and its result dropped, or a copy was updated.")
def nothing_updated(self: Written, param: Array, gradient: Array, learning_rate: float) -> Array:
    """Nothing is updated: the weights stay as they were."""
    return param


@mistake("sgd", right=SGD, why="Dividing by the rate makes small rates take large steps.")
def divided_by_the_rate(self: Written, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The gradient is divided by the learning rate."""
    return param - gradient / learning_rate


@mistake("sgd", right=SGD, why="The rate is put into the gradient and into the step.")
def rate_squared(self: Written, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The learning rate is applied twice."""
    return param - learning_rate**2 * gradient


@mistake(
    "sgd", right=SGD, why="Only the direction is used; the gradient's size is what makes steps shrink near the bottom."
)
def sign_of_the_gradient(self: Written, param: Array, gradient: Array, learning_rate: float) -> Array:
    """Only the gradient's sign is used."""
    return param - learning_rate * np.sign(gradient)


@mistake(
    "train_step",
    right=STEP,
    why="The bias's gradient is computed after W moved, so it belongs to other weights.",
    seen="CodingTrain/Toy-Neural-Network-JS#72",
)
def bias_after_the_new_weights(
    self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float
) -> tuple[Array, Array]:
    """The bias is updated after recomputing with the new weights."""
    W_new, _ = Written.train_step(self, X, y, W, b, learning_rate)
    return W_new, Written.train_step(self, X, y, W_new, b, learning_rate)[1]


@form_of(bias_after_the_new_weights, "train_step")
def _weights_after_the_new_bias(
    self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float
) -> tuple[Array, Array]:
    _, b_new = Written.train_step(self, X, y, W, b, learning_rate)
    return Written.train_step(self, X, y, W, b_new, learning_rate)[0], b_new


@mistake(
    "train_step",
    right=STEP,
    why="W is updated in place row by row, while the rows that follow still read it: not one step but N small ones.",
)
def updated_while_still_read(
    self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float
) -> tuple[Array, Array]:
    """Weights are updated in place while the gradient still reads them."""
    for row in range(len(X)):
        W, b = Written.train_step(self, X[row : row + 1], y[row : row + 1], W, b, learning_rate / len(X))
    return W, b


@form_of(updated_while_still_read, "train_step")
def _with_a_full_step_each(
    self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float
) -> tuple[Array, Array]:
    for row in range(len(X)):
        W, b = Written.train_step(self, X[row : row + 1], y[row : row + 1], W, b, learning_rate)
    return W, b


@mistake(
    "train_step",
    right="one step a batch",
    why="The update stands inside and outside of the function: each batch counts twice.",
)
def two_steps_for_one(
    self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float
) -> tuple[Array, Array]:
    """Two steps are taken for one batch."""
    W, b = Written.train_step(self, X, y, W, b, learning_rate)
    return Written.train_step(self, X, y, W, b, learning_rate)


@form_of(two_steps_for_one, "sgd")
def _the_same_step_twice(self: Written, param: Array, gradient: Array, learning_rate: float) -> Array:
    return param - 2 * learning_rate * gradient


@mistake(
    "train_step",
    right="learning_rate as it is",
    why="The gradient is a mean already, so the rate does not depend on the batch.",
)
def rate_times_rows(self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> tuple[Array, Array]:
    """The learning rate is multiplied by the batch size."""
    return Written.train_step(self, X, y, W, b, learning_rate * len(X))


@mistake(
    "train_step",
    right="learning_rate as it is",
    why="The mean's 1/N is in the gradient already, and the rate is divided by N, too.",
)
def rate_by_rows(self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> tuple[Array, Array]:
    """The learning rate is divided by the batch size."""
    return Written.train_step(self, X, y, W, b, learning_rate / len(X))


@mistake(
    "train_step",
    right=SGD,
    why="A little of each weight is taken off at every step, as regularisation does; Keras's SGD does not.",
)
def weights_decay(self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> tuple[Array, Array]:
    """The weights decay at every step, which nobody asked for."""
    W_new, b_new = Written.train_step(self, X, y, W, b, learning_rate)
    return W_new - learning_rate * 0.01 * W, b_new


@form_of(weights_decay, "train_step")
def _weights_decay_less(
    self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float
) -> tuple[Array, Array]:
    W_new, b_new = Written.train_step(self, X, y, W, b, learning_rate)
    return W_new - learning_rate * 0.001 * W, b_new
