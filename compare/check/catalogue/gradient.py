"""Mistakes on the way down: from the loss to dz, dW and db."""

import numpy as np

from compare.check.catalogue.mistake import form_of, mistake
from compare.check.written import Written
from scratch.arrays import Array

DA = "da = 2 * (a - y) / a.size"
SLOPE = "slope = a * (1 - a), with a = sigmoid(z)"
DW = "dW = X.T @ dz"
DB = "db = sum(dz, axis=0)"


@mistake(
    "mse_gradient",
    right=DA,
    why="The square's derivative brings a 2 down; Keras's mse has no ½ to cancel it.",
    seen="davisking/dlib#1169",
)
def factor_2_missing(self: Written, y: Array, a: Array) -> Array:
    """The factor 2 of the square's derivative is missing."""
    return (a - y) / a.size


@mistake("mse_gradient", right=DA, why="The 2 is put in by hand where the formula that was copied already had it.")
def factor_2_doubled(self: Written, y: Array, a: Array) -> Array:
    """The factor 2 is there twice."""
    return 4 * (a - y) / a.size


@mistake(
    "mse_gradient",
    right=DA,
    why="The loss is a mean over the batch, and so is its gradient; a sum makes steps N times as long.",
    seen="davharris/mistnet#33, cszn/DnCNN#71",
)
def sum_for_mean(self: Written, y: Array, a: Array) -> Array:
    """The gradient is a sum over the batch, not a mean."""
    return 2 * (a - y)


@mistake(
    "mse_gradient",
    right=DA,
    why="Divided in the loss's gradient and once more further down: steps N times too short.",
    seen="SkalskiP/ILearnDeepLearning.py#29",
)
def divided_by_n_twice(self: Written, y: Array, a: Array) -> Array:
    """The gradient is divided by the number of rows twice."""
    return 2 * (a - y) / a.size / len(y)


@mistake(
    "mse_gradient",
    right=DA,
    why="target - answer and answer - target look alike; the derivative with respect to a is the second.",
)
def sign_of_the_error(self: Written, y: Array, a: Array) -> Array:
    """The error has the wrong sign: y - a for a - y."""
    return 2 * (y - a) / a.size


@mistake(
    "mse_gradient", right=DA, why="The derivative of a square is linear in the error; here the square was left in."
)
def error_still_squared(self: Written, y: Array, a: Array) -> Array:
    """The error is still squared in the gradient."""
    return 2 * (a - y) ** 2 / a.size


@mistake("mse_gradient", right=DA, why="That is the gradient of the mean absolute error.")
def sign_for_error(self: Written, y: Array, a: Array) -> Array:
    """Only the error's sign is used: the gradient of the absolute error."""
    return np.sign(a - y) / a.size


@mistake("mse_gradient", right=DA, why="// drops what is behind the point: every gradient is 0 or -1.")
def gradient_in_whole_numbers(self: Written, y: Array, a: Array) -> Array:
    """The gradient is divided as whole numbers."""
    return 2 * (a - y) // a.size


@form_of(gradient_in_whole_numbers, "mse_gradient")
def _gradient_cast(self: Written, y: Array, a: Array) -> Array:
    return (2 * (a - y) / a.size).astype(np.int64)


@form_of(gradient_in_whole_numbers, "mse_gradient")
def _answers_cast(self: Written, y: Array, a: Array) -> Array:
    return 2 * (a.astype(np.int64) - y) / a.size


@mistake(
    "dz",
    right="dz = 2 * (a - y) / a.size * a * (1 - a)",
    why="(a - y) / N is dz for cross-entropy, whose logarithm cancels the sigmoid's slope. With mse the slope stays.",
)
def cross_entropy_gradient(self: Written, y: Array, z: Array, a: Array) -> Array:
    """The gradient is cross-entropy's, the loss is mse."""
    return (a - y) / a.size


@form_of(cross_entropy_gradient, "mse_gradient")
def _of_the_probability(self: Written, y: Array, a: Array) -> Array:
    return (a - y) / (a * (1 - a)) / a.size


@mistake(
    "sigmoid_gradient",
    right=SLOPE,
    why="Backpropagation multiplies by the slope of every function on the way; the sigmoid's was forgotten.",
)
def slope_left_out(self: Written, z: Array, a: Array) -> Array:
    """The sigmoid's derivative is left out."""
    return np.ones_like(a)


@mistake(
    "sigmoid_gradient",
    right=SLOPE,
    why="A function that computes sigmoid(z) * (1 - sigmoid(z)) takes z; given a, it squashes a second time.",
)
def slope_of_a_as_if_z(self: Written, z: Array, a: Array) -> Array:
    """The slope is taken of a as if it were z: σ(a)(1 - σ(a))."""
    s = Written.sigmoid(self, a)
    return s * (1 - s)


@mistake("sigmoid_gradient", right=SLOPE, why="a * (1 - a) wants the sigmoid's output; z is what goes in.")
def slope_of_z_as_if_a(self: Written, z: Array, a: Array) -> Array:
    """The slope is z(1 - z) where a(1 - a) is meant."""
    return z * (1 - z)


@mistake("sigmoid_gradient", right=SLOPE, why="Half of the formula: the slope must go to 0 on both ends.")
def half_of_the_slope(self: Written, z: Array, a: Array) -> Array:
    """One factor of a(1 - a) is missing."""
    return a * 1.0


@form_of(half_of_the_slope, "sigmoid_gradient")
def _other_half_of_the_slope(self: Written, z: Array, a: Array) -> Array:
    return 1 - a


@mistake("sigmoid_gradient", right=SLOPE, why="1 - a**2 is the slope of tanh.")
def slope_of_tanh(self: Written, z: Array, a: Array) -> Array:
    """The slope is that of tanh."""
    return 1 - a**2


@mistake("sigmoid_gradient", right=SLOPE, why="The slope of a step up is never negative; a (a - 1) is.")
def slope_negative(self: Written, z: Array, a: Array) -> Array:
    """The slope has the wrong sign: a(a - 1)."""
    return a * (a - 1)


@mistake("sigmoid_gradient", right=SLOPE, why="a + (1 - a) is 1, and a (1 + a) grows: one sign in the formula is off.")
def slope_with_plus(self: Written, z: Array, a: Array) -> Array:
    """The slope is a(1 + a)."""
    return a * (1 + a)


@mistake("dense_gradient", right=DW, why="dW has one row a pixel and one column a unit, like W: X must be turned.")
def x_not_transposed(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """X is not transposed."""
    return X @ dz, dz.sum(axis=0)


@mistake("dense_gradient", right=DW, why="dz.T @ X holds the same numbers in a row where a column is due.")
def dz_transposed(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """dz is transposed in place of X: dW lies on its side."""
    return dz.T @ X, dz.sum(axis=0)


@mistake(
    "dense_gradient",
    right=DB,
    why="dz already holds the 1/N of the mean; averaging it again makes the bias N times too slow. W is clean.",
    seen="kvfrans/notes#5",
)
def db_averaged_again(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """db is averaged over the rows where they are to be added up."""
    return X.T @ dz, dz.mean(axis=0)


@mistake("dense_gradient", right=DB, why="dW was divided by N and db was not: a sum where the mean is due.")
def db_summed_where_mean_is_due(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """db is N times too large: a sum where the mean is due."""
    return X.T @ dz, dz.sum(axis=0) * len(X)


@mistake(
    "dense_gradient",
    right=DW,
    why="dz already holds the 1/N of the mean; dW is divided by N once more.",
    seen="TheIndependentCode/Neural-Network#1",
)
def dw_averaged_again(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """dW is divided by the number of rows once more."""
    return X.T @ dz / len(X), dz.sum(axis=0)


@mistake(
    "dense_gradient",
    right=f"{DW}, {DB}",
    why="dz already holds the 1/N of the mean; both gradients are divided by N once more.",
    seen="SkalskiP/ILearnDeepLearning.py#29",
)
def gradients_averaged_again(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """dW and db are divided by the number of rows once more."""
    return X.T @ dz / len(X), dz.mean(axis=0)


@mistake(
    "dense_gradient",
    right=DB,
    why="axis=0 runs down the rows; axis=1 runs across a row's units and leaves a number a row.",
    seen="rasbt/stat453-deep-learning-ss21#5",
)
def wrong_axis(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """db is added up over the wrong axis."""
    return X.T @ dz, dz.sum(axis=1)


@form_of(wrong_axis, "dense_gradient")
def _mean_over_the_wrong_axis(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    return X.T @ dz, dz.mean(axis=1)


@mistake(
    "dense_gradient",
    right=DB,
    why="The bias is a weight like the others; left out of the update, it stays where it began.",
    seen="mattm/simple-neural-network#10",
)
def bias_not_updated(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """The bias gets no gradient and is never updated."""
    return X.T @ dz, np.zeros(dz.shape[1], dz.dtype)


@form_of(bias_not_updated, "train_step")
def _bias_handed_back(
    self: Written, X: Array, y: Array, W: Array, b: Array, learning_rate: float
) -> tuple[Array, Array]:
    return Written.train_step(self, X, y, W, b, learning_rate)[0], b


@mistake(
    "dense_gradient",
    right=f"{DW}, {DB}",
    why="range(N - 1), or a slice that ends in -1: the batch's last row never counts.",
)
def last_row_left_out(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """The last row of the batch is left out of the gradient."""
    return X[:-1].T @ dz[:-1], dz[:-1].sum(axis=0)


@mistake(
    "dense_gradient",
    right=f"{DW}, {DB}",
    why="The loop over the rows assigns where it should add: only the last row is left.",
)
def only_the_last_row(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """Only the last row's gradient is kept: = for +=."""
    return X[-1:].T @ dz[-1:], dz[-1:].sum(axis=0)


@mistake("dense_gradient", right=DW, why="The derivative of X @ W with respect to W is X; W itself belongs into dX.")
def weights_in_their_own_gradient(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """The weights stand in their own gradient, in place of the pixels."""
    return W * dz.sum(axis=0), dz.sum(axis=0)


@mistake(
    "dense_gradient",
    right=DB,
    why="The bias is added, so its derivative is dz itself; here it was treated like a pixel's weight.",
)
def db_weighed_by_pixels(self: Written, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
    """db is weighed by the pixels as dW is."""
    return X.T @ dz, (X.T @ dz).sum(axis=0)
