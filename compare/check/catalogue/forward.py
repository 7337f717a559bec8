"""Mistakes on the way up: from the pixels to z and a, the loss, and the accuracy of a batch."""

from typing import Any

import numpy as np

from compare.check.catalogue import form_of, mistake
from compare.check.perceptron import Perceptron
from scratch.arrays import Array


@mistake("dense", why="The bias starts at 0, so the first step looks right without it; it is learned all the same.")
def bias_not_added(self: Perceptron, X: Array, W: Array, b: Array) -> Array:
    """The bias is not added."""
    return X @ W


@mistake("dense", why="The old perceptron compares the sum with a threshold, which is subtracted; Keras adds a bias.")
def bias_subtracted(self: Perceptron, X: Array, W: Array, b: Array) -> Array:
    """The bias is subtracted."""
    return X @ W - b


@mistake("dense", why="One line in the function and one after the call: the bias is added twice.")
def bias_added_twice(self: Perceptron, X: Array, W: Array, b: Array) -> Array:
    """The bias is added twice."""
    return X @ W + 2 * b


@mistake("dense", why="In NumPy * multiplies entry by entry; the sum over the pixels is what @ adds.")
def star_for_matmul(self: Perceptron, X: Array, W: Array, b: Array) -> Array:
    """The pixels are multiplied by their weights and not added up: * for @."""
    return X * W[:, 0] + b


form_of(star_for_matmul, "dense", lambda self, X, W, b: X * W + b, lambda self, X, W, b: X * W.T + b)


@mistake("dense", why="The sum is divided by the number of pixels, as a mean would be; a weighted sum is none.")
def mean_for_weighted_sum(self: Perceptron, X: Array, W: Array, b: Array) -> Array:
    """The weighted sum is a mean over the pixels."""
    return X @ W / X.shape[1] + b


@mistake(
    "dense",
    right="X = pixels / 255, once",
    why="The images come scaled to 0–1 already, and the function that weighs them scales them again.",
)
def pixels_scaled_twice(self: Perceptron, X: Array, W: Array, b: Array) -> Array:
    """The pixels are scaled a second time."""
    return self_dense(X / 255, W, b)


form_of(pixels_scaled_twice, "dense", lambda self, X, W, b: self_dense(X / 16, W, b))


@mistake(
    "dense",
    right="X = pixels / 255",
    why="A byte holds 0 to 255: scaled by 256, or added to, white comes out as 0, and NumPy says nothing.",
    seen="udacity/CarND-Traffic-Sign-Classifier-Project#46",
)
def uint8_wraps(self: Perceptron, X: Array, W: Array, b: Array) -> Array:
    """Pixels are kept as uint8 and wrap round."""
    return self_dense((256 * X).astype(np.uint8) / 255, W, b)


form_of(uint8_wraps, "dense", lambda self, X, W, b: self_dense((256 * X).astype(np.uint8) / 256, W, b))


@mistake(
    "dense",
    right="X = pixels / 255, in floats",
    why="Pixels between 0 and 1 become 0 when they are put into an array of whole numbers.",
    seen="aymericdamien/TensorFlow-Examples#333",
)
def pixels_cut_to_integers(self: Perceptron, X: Array, W: Array, b: Array) -> Array:
    """The scaled pixels are stored as whole numbers, which leaves black or white."""
    return self_dense(X.astype(np.int64).astype(W.dtype), W, b)


form_of(pixels_cut_to_integers, "dense", lambda self, X, W, b: self_dense(X.astype(np.uint8).astype(W.dtype), W, b))


@mistake(
    "dense",
    given="in float32 or float64",
    why="float16 keeps three digits; a sum of hundreds of products loses the small ones.",
)
def float16_sums(self: Perceptron, X: Array, W: Array, b: Array) -> Array:
    """The sum is accumulated in float16."""
    return (X.astype(np.float16) @ W.astype(np.float16) + b.astype(np.float16)).astype(W.dtype)


@mistake("sigmoid", why="The minus in the exponent is easily lost; the answers then are 1 - a, yes for no.")
def sigmoid_upside_down(self: Perceptron, z: Array) -> Array:
    """The sign in the exponent is missing: exp(z) for exp(-z)."""
    return Perceptron.sigmoid(self, -z)


@mistake(
    "sigmoid",
    given="where no exponent that overflows divides by one that does",
    why="exp(z) / (1 + exp(z)) is the same in mathematics; where exp(z) overflows, it is infinity by infinity: NaN.",
    seen="gnbaron/signature-recognition#6",
    fails=("sigmoid",),
)
def unstable_exp(self: Perceptron, z: Array) -> Array:
    """The exponential overflows, and NaN comes out."""
    e = np.exp(z)
    return e / (1 + e)


@mistake(
    "sigmoid",
    given="in an array of its own",
    why="Perceptron into z, a is the same array: whoever needs z afterwards finds a there.",
    seen="deeplearning4j/deeplearning4j#364",
    fails=("sigmoid",),
)
def written_over_z(self: Perceptron, z: Array) -> Array:
    """The activation is written over z."""
    z[...] = Perceptron.sigmoid(self, z)
    return z


@mistake("sigmoid", why="tanh is a squashing function, too; it goes from -1 to 1, and Keras's sigmoid from 0 to 1.")
def tanh_for_sigmoid(self: Perceptron, z: Array) -> Array:
    """The function is tanh, not the sigmoid."""
    return np.tanh(z)


@mistake("sigmoid", why="Rosenblatt's perceptron answers 0 or 1; a step has slope 0 and nothing to learn from.")
def step_for_sigmoid(self: Perceptron, z: Array) -> Array:
    """The function is a step, 0 or 1, not the sigmoid."""
    return (z > 0).astype(z.dtype)


form_of(step_for_sigmoid, "sigmoid", lambda self, z: (z >= 0).astype(z.dtype))


@mistake("sigmoid", why="Without an activation the unit is linear: outputs are any number, as in the tutorial's bug.")
def activation_left_out(self: Perceptron, z: Array) -> Array:
    """The activation is left out."""
    return z


@mistake("sigmoid", why="It is the usual function inside a network; at the output it cannot say 'no' by degrees.")
def relu_for_sigmoid(self: Perceptron, z: Array) -> Array:
    """The function is relu, not the sigmoid."""
    return np.maximum(z, 0)


@mistake("sigmoid", why="Softmax shares 1 among the units; a single unit always gets all of it.")
def softmax_of_one_unit(self: Perceptron, z: Array) -> Array:
    """The function is softmax, which is 1 for a single unit."""
    return np.ones_like(z)


@mistake("sigmoid", why="dense already ends in the sigmoid, and it is applied once more to the answer.")
def sigmoid_twice(self: Perceptron, z: Array) -> Array:
    """The sigmoid is applied twice."""
    return Perceptron.sigmoid(self, Perceptron.sigmoid(self, z))


@mistake("sigmoid", why="Straight lines are quicker than exp, but they are another function.")
def hard_sigmoid(self: Perceptron, z: Array) -> Array:
    """The function is the hard sigmoid, made of straight lines."""
    return np.clip(z / 6 + 0.5, 0, 1)


form_of(hard_sigmoid, "sigmoid", lambda self, z: np.clip(0.2 * z + 0.5, 0, 1))


def self_dense(X: Array, W: Array, b: Array) -> Array:
    """Weigh rightly what was prepared wrongly."""
    return Perceptron().dense(X, W, b)


def half_gradient(self: Perceptron, y: Array, a: Array) -> Array:
    """Return the gradient of half the squared error."""
    return (a - y) / a.size


@mistake(
    "mse",
    given="da = 2 * (a - y) / a.size",
    why="Many books put ½ before the square so that the derivative's 2 goes away. Keras has no ½.",
    seen="kuleshov-group/aml-book#17",
    fails=("mse", "mse_gradient", "train_step", "one epoch", "epochs", "history"),
    also={"mse_gradient": half_gradient},
)
def half_mse(self: Perceptron, y: Array, a: Array) -> Any:
    """The loss is half the mean squared error."""
    return np.mean((a - y) ** 2) / 2


@mistake("mse", why="A sum grows with the batch: its size says nothing about how good the answers are.")
def loss_summed(self: Perceptron, y: Array, a: Array) -> Any:
    """The squared errors are added up and not averaged."""
    return np.sum((a - y) ** 2)


@mistake("mse", why="mean already divides by N, and then the code does it again.")
def loss_averaged_twice(self: Perceptron, y: Array, a: Array) -> Any:
    """The loss is divided by the number of rows twice."""
    return np.mean((a - y) ** 2) / len(y)


@mistake(
    "mse", why="The root is the error's size in the target's units, a good thing to look at; Keras's mse has none."
)
def root_of_the_loss(self: Perceptron, y: Array, a: Array) -> Any:
    """The loss is the root of the mean squared error."""
    return np.sqrt(np.mean((a - y) ** 2))


@mistake("mse", why="The square is left out, or abs stands in for it: that is another loss, mae.")
def absolute_error(self: Perceptron, y: Array, a: Array) -> Any:
    """The loss is the mean absolute error."""
    return np.mean(np.abs(a - y))


@mistake("mse", why="Without the square, errors up and down cancel.")
def square_left_out(self: Perceptron, y: Array, a: Array) -> Any:
    """The errors are averaged without being squared."""
    return np.mean(a - y)


form_of(square_left_out, "mse", lambda self, y, a: np.mean(y - a))


def every_pair(self: Perceptron, y: Array, a: Array) -> Array:
    """Return the gradient of every answer against every target."""
    return 2 * (a - y.ravel()) / len(y)


@mistake(
    "mse",
    right="y has a's shape, (N, 1)",
    why="NumPy broadcasts (N,) against (N, 1) to (N, N): each answer is compared with every target, and nothing warns.",
    seen="tensorflow/tensorflow#28901, keras-team/keras#14627",
)
def every_answer_against_every_target(self: Perceptron, y: Array, a: Array) -> Any:
    """Targets (N,) meet outputs (N, 1) and make (N, N)."""
    return np.mean((a - y.ravel()) ** 2)


form_of(
    every_answer_against_every_target,
    "mse_gradient",
    every_pair,
    lambda self, y, a: every_pair(self, y, a) / len(y),
    lambda self, y, a: 2 * (a.ravel() - y) / len(y),
    lambda self, y, a: every_pair(self, y, a).sum(axis=1, keepdims=True),
    lambda self, y, a: every_pair(self, y, a).mean(axis=1, keepdims=True),
)


@mistake(
    "mse",
    given="in floats",
    why="Labels are whole numbers; answers between 0 and 1 that are cast to their type are all 0.",
)
def outputs_cut_to_integers(self: Perceptron, y: Array, a: Array) -> Any:
    """The answers become whole numbers, as the labels are."""
    return np.mean((a.astype(np.int64) - y) ** 2)


@mistake(
    "mse", why="Cross-entropy is the loss that most books put after a sigmoid; the tutorial's Keras line says mse."
)
def cross_entropy_for_mse(self: Perceptron, y: Array, a: Array) -> Any:
    """The loss is the cross-entropy, not the squared error."""
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


@mistake(
    "accuracy",
    why="A linear unit is cut at 0; a sigmoid's answers are all above 0, so everything is called a five.",
    seen="keras-team/keras#2736",
)
def threshold_zero(self: Perceptron, y: Array, a: Array) -> Any:
    """The threshold is 0 on outputs between 0 and 1."""
    return np.mean((a > 0) == y)


@mistake(
    "accuracy",
    why="Keras is strict: an answer of exactly one half is a no. It shows only there, as with an untrained model.",
    fails=("accuracy",),
)
def at_least_a_half(self: Perceptron, y: Array, a: Array) -> Any:
    """An answer of exactly one half counts as yes: >= for >."""
    return np.mean((a >= 0.5) == y)


@mistake("accuracy", why="argmax picks the largest column; of a single column, that is always column 0.")
def argmax_of_one_column(self: Perceptron, y: Array, a: Array) -> Any:
    """The answer is the argmax of one column, which is always 0."""
    return np.mean(np.argmax(a, axis=1) == y.ravel())


@mistake(
    "accuracy",
    given="both (N, 1)",
    why="NumPy compares (N, 1) with (N,) pair by pair and makes (N, N).",
    seen="keras-team/keras#2736",
)
def accuracy_of_every_pair(self: Perceptron, y: Array, a: Array) -> Any:
    """Every answer is compared with every label: (N, 1) == (N,)."""
    return np.mean((a > 0.5) == y.ravel())


@mistake(
    "accuracy", why="An answer is never exactly 0 or 1, so it never equals its label: it must be cut at a half first."
)
def answers_not_cut(self: Perceptron, y: Array, a: Array) -> Any:
    """Answers are compared with labels without a threshold."""
    return np.mean(a == y)


@mistake("accuracy", why="The share of right answers is asked for; the code stops at their number.")
def right_answers_counted(self: Perceptron, y: Array, a: Array) -> Any:
    """The right answers are counted and not averaged."""
    return np.sum((a > 0.5) == y)


@mistake("accuracy", why="Keras reports a share between 0 and 1; percent are a hundred times that.")
def accuracy_in_percent(self: Perceptron, y: Array, a: Array) -> Any:
    """The accuracy is given in percent."""
    return 100 * np.mean((a > 0.5) == y)


@mistake("accuracy", why="// drops what is behind the point: a share below 1 becomes 0.")
def whole_number_division(self: Perceptron, y: Array, a: Array) -> Any:
    """The number of right answers is divided as a whole number."""
    return np.sum((a > 0.5) == y) // len(y)


@mistake("accuracy", why="The share of answers that are off is the error rate: 1 - accuracy.")
def error_rate_for_accuracy(self: Perceptron, y: Array, a: Array) -> Any:
    """The wrong answers are counted, not the right ones."""
    return np.mean((a > 0.5) != y)


@mistake("accuracy", why="With labels -1 and 1, as the old perceptron has them, a label 0 is never met.")
def labels_of_minus_one(self: Perceptron, y: Array, a: Array) -> Any:
    """Answers are -1 and 1 where the labels are 0 and 1."""
    return np.mean(np.where(a > 0.5, 1, -1) == y)
