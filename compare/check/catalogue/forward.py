"""Mistakes on the way up: from the pixels to z and a."""

import numpy as np

from compare.check.catalogue.mistake import form_of, mistake
from compare.check.written import Written
from scratch.arrays import Array

DENSE = "z = X @ W + b"
SIGMOID = "a = 1 / (1 + exp(-z))"


@mistake(
    "dense",
    right=DENSE,
    why="The bias starts at 0, so the first step looks right without it; it is learned all the same.",
)
def bias_not_added(self: Written, X: Array, W: Array, b: Array) -> Array:
    """The bias is not added."""
    return X @ W


@mistake(
    "dense",
    right=DENSE,
    why="The old perceptron compares the sum with a threshold, which is subtracted; Keras adds a bias.",
)
def bias_subtracted(self: Written, X: Array, W: Array, b: Array) -> Array:
    """The bias is subtracted."""
    return X @ W - b


@mistake("dense", right=DENSE, why="One line in the function and one after the call: the bias is added twice.")
def bias_added_twice(self: Written, X: Array, W: Array, b: Array) -> Array:
    """The bias is added twice."""
    return X @ W + 2 * b


@mistake(
    "dense",
    right=DENSE,
    why="In NumPy * multiplies entry by entry; the sum over the pixels is what @ adds.",
)
def star_for_matmul(self: Written, X: Array, W: Array, b: Array) -> Array:
    """The pixels are multiplied by their weights and not added up: * for @."""
    return X * W[:, 0] + b


@form_of(star_for_matmul, "dense")
def _star_as_it_stands(self: Written, X: Array, W: Array, b: Array) -> Array:
    return X * W + b


@form_of(star_for_matmul, "dense")
def _star_transposed(self: Written, X: Array, W: Array, b: Array) -> Array:
    return X * W.T + b


@mistake(
    "dense",
    right=DENSE,
    why="The sum is divided by the number of pixels, as a mean would be; a weighted sum is none.",
)
def mean_for_weighted_sum(self: Written, X: Array, W: Array, b: Array) -> Array:
    """The weighted sum is a mean over the pixels."""
    return X @ W / X.shape[1] + b


@mistake(
    "dense",
    right="X = pixels / 255, once",
    why="The images come scaled to 0–1 already, and the function that weighs them scales them again.",
)
def pixels_scaled_twice(self: Written, X: Array, W: Array, b: Array) -> Array:
    """The pixels are scaled a second time."""
    return self_dense(X / 255, W, b)


@form_of(pixels_scaled_twice, "dense")
def _scaled_by_sixteen(self: Written, X: Array, W: Array, b: Array) -> Array:
    return self_dense(X / 16, W, b)


@mistake(
    "dense",
    right="X = pixels / 255",
    why="A byte holds 0 to 255: scaled by 256, or added to, white comes out as 0, and NumPy says nothing.",
    seen="udacity/CarND-Traffic-Sign-Classifier-Project#46",
)
def uint8_wraps(self: Written, X: Array, W: Array, b: Array) -> Array:
    """Pixels are kept as uint8 and wrap round."""
    return self_dense((256 * X).astype(np.uint8) / 255, W, b)


@form_of(uint8_wraps, "dense")
def _wraps_over_256(self: Written, X: Array, W: Array, b: Array) -> Array:
    return self_dense((256 * X).astype(np.uint8) / 256, W, b)


@mistake(
    "dense",
    right="X = pixels / 255, in floats",
    why="Pixels between 0 and 1 become 0 when they are put into an array of whole numbers.",
    seen="aymericdamien/TensorFlow-Examples#333",
)
def pixels_cut_to_integers(self: Written, X: Array, W: Array, b: Array) -> Array:
    """The scaled pixels are stored as whole numbers, which leaves black or white."""
    return self_dense(X.astype(np.int64).astype(W.dtype), W, b)


@form_of(pixels_cut_to_integers, "dense")
def _cut_to_bytes(self: Written, X: Array, W: Array, b: Array) -> Array:
    return self_dense(X.astype(np.uint8).astype(W.dtype), W, b)


@mistake(
    "dense",
    right=DENSE + ", in float32 or float64",
    why="float16 keeps three digits; a sum of hundreds of products loses the small ones.",
)
def float16_sums(self: Written, X: Array, W: Array, b: Array) -> Array:
    """The sum is accumulated in float16."""
    return (X.astype(np.float16) @ W.astype(np.float16) + b.astype(np.float16)).astype(W.dtype)


@mistake(
    "sigmoid",
    right=SIGMOID,
    why="The minus in the exponent is easily lost; the answers then are 1 - a, yes for no.",
)
def sigmoid_upside_down(self: Written, z: Array) -> Array:
    """The sign in the exponent is missing: exp(z) for exp(-z)."""
    return Written.sigmoid(self, -z)


@mistake(
    "sigmoid",
    right=SIGMOID + ", where no exponent that overflows divides by one that does",
    why="exp(z) / (1 + exp(z)) is the same in mathematics; where exp(z) overflows, it is infinity by infinity: NaN.",
    seen="gnbaron/signature-recognition#6",
    fails=("sigmoid",),
)
def unstable_exp(self: Written, z: Array) -> Array:
    """The exponential overflows, and NaN comes out."""
    e = np.exp(z)
    return e / (1 + e)


@mistake(
    "sigmoid",
    right=SIGMOID + ", in an array of its own",
    why="Written into z, a is the same array: whoever needs z afterwards finds a there.",
    seen="deeplearning4j/deeplearning4j#364",
    fails=("sigmoid",),
)
def written_over_z(self: Written, z: Array) -> Array:
    """The activation is written over z."""
    z[...] = Written.sigmoid(self, z)
    return z


@mistake(
    "sigmoid",
    right=SIGMOID,
    why="tanh is a squashing function, too; it goes from -1 to 1, and Keras's sigmoid from 0 to 1.",
)
def tanh_for_sigmoid(self: Written, z: Array) -> Array:
    """The function is tanh, not the sigmoid."""
    return np.tanh(z)


@mistake(
    "sigmoid",
    right=SIGMOID,
    why="Rosenblatt's perceptron answers 0 or 1; a step has slope 0 and nothing to learn from.",
)
def step_for_sigmoid(self: Written, z: Array) -> Array:
    """The function is a step, 0 or 1, not the sigmoid."""
    return (z > 0).astype(z.dtype)


@form_of(step_for_sigmoid, "sigmoid")
def _step_with_its_edge(self: Written, z: Array) -> Array:
    return (z >= 0).astype(z.dtype)


@mistake(
    "sigmoid",
    right=SIGMOID,
    why="Without an activation the unit is linear: outputs are any number, as in the tutorial's bug.",
)
def activation_left_out(self: Written, z: Array) -> Array:
    """The activation is left out."""
    return z


@mistake(
    "sigmoid",
    right=SIGMOID,
    why="It is the usual function inside a network; at the output it cannot say 'no' by degrees.",
)
def relu_for_sigmoid(self: Written, z: Array) -> Array:
    """The function is relu, not the sigmoid."""
    return np.maximum(z, 0)


@mistake("sigmoid", right=SIGMOID, why="Softmax shares 1 among the units; a single unit always gets all of it.")
def softmax_of_one_unit(self: Written, z: Array) -> Array:
    """The function is softmax, which is 1 for a single unit."""
    return np.ones_like(z)


@mistake("sigmoid", right=SIGMOID, why="dense already ends in the sigmoid, and it is applied once more to the answer.")
def sigmoid_twice(self: Written, z: Array) -> Array:
    """The sigmoid is applied twice."""
    return Written.sigmoid(self, Written.sigmoid(self, z))


@mistake("sigmoid", right=SIGMOID, why="Straight lines are quicker than exp, but they are another function.")
def hard_sigmoid(self: Written, z: Array) -> Array:
    """The function is the hard sigmoid, made of straight lines."""
    return np.clip(z / 6 + 0.5, 0, 1)


@form_of(hard_sigmoid, "sigmoid")
def _hard_with_a_fifth(self: Written, z: Array) -> Array:
    return np.clip(0.2 * z + 0.5, 0, 1)


def self_dense(X: Array, W: Array, b: Array) -> Array:
    """Weigh rightly what was prepared wrongly."""
    return Written().dense(X, W, b)
