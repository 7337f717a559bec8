"""Mistakes on the way down: from the loss to dz, dW and db, and in the step that is taken with them."""

import numpy as np

from compare.check.catalogue import form_of, mistake
from compare.check.contract import formulas
from compare.check.perceptron import Perceptron, Weights
from scratch.arrays import Array

STEP = "every gradient is known before any weight moves"


@mistake(
    "mse_gradient",
    why="The square's derivative brings a 2 down; Keras's mse has no ½ to cancel it.",
    seen="davisking/dlib#1169",
)
def factor_2_missing(self: Perceptron, y: Array, a: Array) -> Array:
    """The factor 2 of the square's derivative is missing."""
    return (a - y) / a.size


@mistake("mse_gradient", why="The 2 is put in by hand where the formula that was copied already had it.")
def factor_2_doubled(self: Perceptron, y: Array, a: Array) -> Array:
    """The factor 2 is there twice."""
    return 4 * (a - y) / a.size


@mistake(
    "mse_gradient",
    why="The loss is a mean over the batch, and so is its gradient; a sum makes steps N times as long.",
    seen="davharris/mistnet#33, cszn/DnCNN#71",
)
def sum_for_mean(self: Perceptron, y: Array, a: Array) -> Array:
    """The gradient is a sum over the batch, not a mean."""
    return 2 * (a - y)


@mistake(
    "mse_gradient",
    why="Divided in the loss's gradient and once more further down: steps N times too short.",
    seen="SkalskiP/ILearnDeepLearning.py#29",
)
def divided_by_n_twice(self: Perceptron, y: Array, a: Array) -> Array:
    """The gradient is divided by the number of rows twice."""
    return 2 * (a - y) / a.size / len(y)


@mistake(
    "mse_gradient",
    why="target - answer and answer - target look alike; the derivative with respect to a is the second.",
)
def sign_of_the_error(self: Perceptron, y: Array, a: Array) -> Array:
    """The error has the wrong sign: y - a for a - y."""
    return 2 * (y - a) / a.size


@mistake("mse_gradient", why="The derivative of a square is linear in the error; here the square was left in.")
def error_still_squared(self: Perceptron, y: Array, a: Array) -> Array:
    """The error is still squared in the gradient."""
    return 2 * (a - y) ** 2 / a.size


@mistake("mse_gradient", why="That is the gradient of the mean absolute error.")
def sign_for_error(self: Perceptron, y: Array, a: Array) -> Array:
    """Only the error's sign is used: the gradient of the absolute error."""
    return np.sign(a - y) / a.size


@mistake("mse_gradient", why="// drops what is behind the point: every gradient is 0 or -1.")
def gradient_in_whole_numbers(self: Perceptron, y: Array, a: Array) -> Array:
    """The gradient is divided as whole numbers."""
    return 2 * (a - y) // a.size


form_of(
    gradient_in_whole_numbers,
    "mse_gradient",
    lambda self, y, a: (2 * (a - y) / a.size).astype(np.int64),
    lambda self, y, a: 2 * (a.astype(np.int64) - y) / a.size,
)


@mistake(
    "dz",
    right="dz = 2 * (a - y) / a.size * a * (1 - a)",
    why="(a - y) / N is dz for cross-entropy, whose logarithm cancels the sigmoid's slope. With mse the slope stays.",
)
def cross_entropy_gradient(self: Perceptron, y: Array, z: Array, a: Array) -> Array:
    """The gradient is cross-entropy's, the loss is mse."""
    return (a - y) / a.size


form_of(cross_entropy_gradient, "mse_gradient", lambda self, y, a: (a - y) / (a * (1 - a)) / a.size)


@mistake(
    "sigmoid_gradient",
    why="Backpropagation multiplies by the slope of every function on the way; the sigmoid's was forgotten.",
)
def slope_left_out(self: Perceptron, z: Array, a: Array) -> Array:
    """The sigmoid's derivative is left out."""
    return np.ones_like(a)


@mistake(
    "sigmoid_gradient",
    why="A function that computes sigmoid(z) * (1 - sigmoid(z)) takes z; given a, it squashes a second time.",
)
def slope_of_a_as_if_z(self: Perceptron, z: Array, a: Array) -> Array:
    """The slope is taken of a as if it were z: σ(a)(1 - σ(a))."""
    s = Perceptron.sigmoid(self, a)
    return s * (1 - s)


@mistake("sigmoid_gradient", why="a * (1 - a) wants the sigmoid's output; z is what goes in.")
def slope_of_z_as_if_a(self: Perceptron, z: Array, a: Array) -> Array:
    """The slope is z(1 - z) where a(1 - a) is meant."""
    return z * (1 - z)


@mistake("sigmoid_gradient", why="Half of the formula: the slope must go to 0 on both ends.")
def half_of_the_slope(self: Perceptron, z: Array, a: Array) -> Array:
    """One factor of a(1 - a) is missing."""
    return a * 1.0


form_of(half_of_the_slope, "sigmoid_gradient", lambda self, z, a: 1 - a)


@mistake("sigmoid_gradient", why="1 - a**2 is the slope of tanh.")
def slope_of_tanh(self: Perceptron, z: Array, a: Array) -> Array:
    """The slope is that of tanh."""
    return 1 - a**2


@mistake("sigmoid_gradient", why="The slope of a step up is never negative; a (a - 1) is.")
def slope_negative(self: Perceptron, z: Array, a: Array) -> Array:
    """The slope has the wrong sign: a(a - 1)."""
    return a * (a - 1)


@mistake("sigmoid_gradient", why="a + (1 - a) is 1, and a (1 + a) grows: one sign in the formula is off.")
def slope_with_plus(self: Perceptron, z: Array, a: Array) -> Array:
    """The slope is a(1 + a)."""
    return a * (1 + a)


@mistake("dense_gradient", right="dW", why="dW has one row a pixel and one column a unit, like W: X must be turned.")
def x_not_transposed(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """X is not transposed."""
    return X @ dz, dz.sum(axis=0)


@mistake("dense_gradient", right="dW", why="dz.T @ X holds the same numbers in a row where a column is due.")
def dz_transposed(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """dz is transposed in place of X: dW lies on its side."""
    return dz.T @ X, dz.sum(axis=0)


@mistake(
    "dense_gradient",
    right="db",
    why="dz already holds the 1/N of the mean; averaging it again makes the bias N times too slow. W is clean.",
    seen="kvfrans/notes#5",
)
def db_averaged_again(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """db is averaged over the rows where they are to be added up."""
    return X.T @ dz, dz.mean(axis=0)


@mistake("dense_gradient", right="db", why="dW was divided by N and db was not: a sum where the mean is due.")
def db_summed_where_mean_is_due(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """db is N times too large: a sum where the mean is due."""
    return X.T @ dz, dz.sum(axis=0) * len(X)


@mistake(
    "dense_gradient",
    right="dW",
    why="dz already holds the 1/N of the mean; dW is divided by N once more.",
    seen="TheIndependentCode/Neural-Network#1",
)
def dw_averaged_again(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """dW is divided by the number of rows once more."""
    return X.T @ dz / len(X), dz.sum(axis=0)


@mistake(
    "dense_gradient",
    why="dz already holds the 1/N of the mean; both gradients are divided by N once more.",
    seen="SkalskiP/ILearnDeepLearning.py#29",
)
def gradients_averaged_again(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """dW and db are divided by the number of rows once more."""
    return X.T @ dz / len(X), dz.mean(axis=0)


@mistake(
    "dense_gradient",
    right="db",
    why="axis=0 runs down the rows; axis=1 runs across a row's units and leaves a number a row.",
    seen="rasbt/stat453-deep-learning-ss21#5",
)
def wrong_axis(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """db is added up over the wrong axis."""
    return X.T @ dz, dz.sum(axis=1)


form_of(wrong_axis, "dense_gradient", lambda self, X, W, dz: (X.T @ dz, dz.mean(axis=1)))


@mistake(
    "dense_gradient",
    right="db",
    why="The bias is a weight like the others; left out of the update, it stays where it began.",
    seen="mattm/simple-neural-network#10",
)
def bias_not_updated(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """The bias gets no gradient and is never updated."""
    return X.T @ dz, np.zeros(dz.shape[1], dz.dtype)


def _bias_handed_back(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    return Perceptron.train_step(self, X, y, W, b, learning_rate)[0], b


form_of(bias_not_updated, "train_step", _bias_handed_back)


@mistake("dense_gradient", why="range(N - 1), or a slice that ends in -1: the batch's last row never counts.")
def last_row_left_out(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """The last row of the batch is left out of the gradient."""
    return X[:-1].T @ dz[:-1], dz[:-1].sum(axis=0)


@mistake("dense_gradient", why="The loop over the rows assigns where it should add: only the last row is left.")
def only_the_last_row(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """Only the last row's gradient is kept: = for +=."""
    return X[-1:].T @ dz[-1:], dz[-1:].sum(axis=0)


@mistake("dense_gradient", right="dW", why="The derivative of X @ W with respect to W is X; W itself belongs into dX.")
def weights_in_their_own_gradient(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """The weights stand in their own gradient, in place of the pixels."""
    return W * dz.sum(axis=0), dz.sum(axis=0)


@mistake(
    "dense_gradient",
    right="db",
    why="The bias is added, so its derivative is dz itself; here it was treated like a pixel's weight.",
)
def db_weighed_by_pixels(self: Perceptron, X: Array, W: Array, dz: Array) -> Weights:
    """db is weighed by the pixels as dW is."""
    return X.T @ dz, (X.T @ dz).sum(axis=0)


@mistake("sgd", why="The gradient points uphill; a plus climbs it, and the loss grows.")
def uphill(self: Perceptron, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The step goes uphill: + for -."""
    return param + learning_rate * gradient


@mistake("sgd", why="The gradient is taken off as it is; the learning rate is what keeps the step small.")
def rate_left_out(self: Perceptron, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The learning rate is left out."""
    return param - gradient


@mistake("sgd", why="-= was written as =, or the step returned and never taken off.")
def step_in_place_of_weights(self: Perceptron, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The step replaces the weights: the old ones are lost."""
    return -learning_rate * gradient


@mistake("sgd", why="The step is computed and its result dropped, or a copy was updated.")
def nothing_updated(self: Perceptron, param: Array, gradient: Array, learning_rate: float) -> Array:
    """Nothing is updated: the weights stay as they were."""
    return param


@mistake("sgd", why="Dividing by the rate makes small rates take large steps.")
def divided_by_the_rate(self: Perceptron, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The gradient is divided by the learning rate."""
    return param - gradient / learning_rate


@mistake("sgd", why="The rate is put into the gradient and into the step.")
def rate_squared(self: Perceptron, param: Array, gradient: Array, learning_rate: float) -> Array:
    """The learning rate is applied twice."""
    return param - learning_rate**2 * gradient


@mistake("sgd", why="Only the direction is used; the gradient's size is what makes steps shrink near the bottom.")
def sign_of_the_gradient(self: Perceptron, param: Array, gradient: Array, learning_rate: float) -> Array:
    """Only the gradient's sign is used."""
    return param - learning_rate * np.sign(gradient)


@mistake(
    "train_step",
    right=STEP,
    why="The bias's gradient is computed after W moved, so it belongs to other weights.",
    seen="CodingTrain/Toy-Neural-Network-JS#72",
)
def bias_after_the_new_weights(
    self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float
) -> Weights:
    """The bias is updated after recomputing with the new weights."""
    W_new, _ = Perceptron.train_step(self, X, y, W, b, learning_rate)
    return W_new, Perceptron.train_step(self, X, y, W_new, b, learning_rate)[1]


def _weights_after_the_new_bias(
    self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float
) -> Weights:
    _, b_new = Perceptron.train_step(self, X, y, W, b, learning_rate)
    return Perceptron.train_step(self, X, y, W, b_new, learning_rate)[0], b_new


form_of(bias_after_the_new_weights, "train_step", _weights_after_the_new_bias)


@mistake(
    "train_step",
    right=STEP,
    why="W is updated in place row by row, while the rows that follow still read it: not one step but N small ones.",
)
def updated_while_still_read(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    """Weights are updated in place while the gradient still reads them."""
    for row in range(len(X)):
        W, b = Perceptron.train_step(self, X[row : row + 1], y[row : row + 1], W, b, learning_rate / len(X))
    return W, b


def _with_a_full_step_each(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    for row in range(len(X)):
        W, b = Perceptron.train_step(self, X[row : row + 1], y[row : row + 1], W, b, learning_rate)
    return W, b


form_of(updated_while_still_read, "train_step", _with_a_full_step_each)


@mistake(
    "train_step",
    right="one step a batch",
    why="The update stands inside and outside of the function: each batch counts twice.",
)
def two_steps_for_one(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    """Two steps are taken for one batch."""
    W, b = Perceptron.train_step(self, X, y, W, b, learning_rate)
    return Perceptron.train_step(self, X, y, W, b, learning_rate)


form_of(two_steps_for_one, "sgd", lambda self, param, gradient, learning_rate: param - 2 * learning_rate * gradient)


@mistake(
    "train_step",
    right="learning_rate as it is",
    why="The gradient is a mean already, so the rate does not depend on the batch.",
)
def rate_times_rows(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    """The learning rate is multiplied by the batch size."""
    return Perceptron.train_step(self, X, y, W, b, learning_rate * len(X))


@mistake(
    "train_step",
    right="learning_rate as it is",
    why="The mean's 1/N is in the gradient already, and the rate is divided by N, too.",
)
def rate_by_rows(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    """The learning rate is divided by the batch size."""
    return Perceptron.train_step(self, X, y, W, b, learning_rate / len(X))


@mistake(
    "train_step",
    right=formulas()["sgd"]["param"],
    why="A little of each weight is taken off at every step, as regularisation does; Keras's SGD does not.",
)
def weights_decay(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    """The weights decay at every step, which nobody asked for."""
    W_new, b_new = Perceptron.train_step(self, X, y, W, b, learning_rate)
    return W_new - learning_rate * 0.01 * W, b_new


def _weights_decay_less(self: Perceptron, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
    W_new, b_new = Perceptron.train_step(self, X, y, W, b, learning_rate)
    return W_new - learning_rate * 0.001 * W, b_new


form_of(weights_decay, "train_step", _weights_decay_less)
