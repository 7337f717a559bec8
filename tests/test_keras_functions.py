"""Does every function of scratch give what Keras's own gives, and every gradient what TensorFlow's tape gives?"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import scratch
from scratch.arrays import Array
from tests.rounding import Bounded, assert_same, backward, bounded_loss_and_dz, bounded_optimizer, forward, loss_and_dz

ACTIVATIONS = ("linear", "sigmoid", "relu", "softmax")
LOSSES = ("mse", "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy")
PARTNERS = {"sigmoid": LOSSES[1:2], "softmax": LOSSES[2:]}

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
heads = pytest.mark.parametrize(("activation", "loss"), [(a, loss) for a in ACTIVATIONS for loss in LOSSES])


def tape(keras: Any, function: Any, *arrays: Array) -> tuple[Array, list[Array]]:
    """Return what a function of Keras tensors gives, and its derivative with respect to each array."""
    import tensorflow as tf

    variables = [tf.Variable(array) for array in arrays]
    with tf.GradientTape() as recorded:
        result = function(*variables)
    return result.numpy(), [g.numpy() for g in recorded.gradient(result, variables)]


def numbers(dtype: str, *shape: int, low: float = -2.0, high: float = 2.0, seed: int = 0) -> Array:
    return np.random.default_rng(seed).uniform(low, high, shape).astype(dtype)


def targets(loss: str, rows: int, units: int, dtype: str) -> Array:
    """Class numbers, one-hot rows, or numbers from 0 to 1, as the loss takes them."""
    classes = np.arange(rows) % units
    if loss.startswith("sparse"):
        return classes
    if loss.startswith("categorical"):
        return np.eye(units, dtype=dtype)[classes]
    y = numbers(dtype, rows, units, low=0, high=1, seed=9)
    return np.where(y < 0.3, 0, np.where(y > 0.7, 1, y)).astype(dtype)


def logits(activation: str, dtype: str) -> Array:
    """Weighted sums whose activations are right, wrong and in between, and where they can, outside of 0..1.

    A sum of activations near 0 is no total to divide by: the categorical loss gets rows that have one.
    """
    low = {"linear": -0.5, "relu": -0.5}.get(activation, -4.0)
    z = numbers(dtype, 12, 3, low=low, high=1.5 if low > -1 else 4.0, seed=1)
    if low > -1:
        z[:, 1] += 1.5
    return z


# --- activations ------------------------------------------------------------------------------------------------------


def extreme_rows(dtype: str) -> Array:
    ends = [0.0, -0.0, 1e-30, -1e-30, 1e-3, -1e-3, 0.5, -0.5, 9, -9, 18, -18, 88, -88, 104, -104, 710, -746, 1e4, -1e4]
    return np.concatenate([np.array(ends).reshape(-1, 4), numbers("float64", 20, 4, low=-20, high=20)]).astype(dtype)


@every_activation
def test_activation_is_keras_own(keras: Any, both_in: str, activation: str) -> None:
    z = extreme_rows(both_in)
    function = scratch.activations.get(activation).function
    assert_same(activation, getattr(keras.activations, activation)(z), function(z), function(Bounded.exact(z)))


@every_activation
def test_activation_slope_is_the_tape_s(keras: Any, both_in: str, activation: str) -> None:
    z, da = extreme_rows(both_in), numbers(both_in, 25, 4, seed=2)
    pair = scratch.activations.get(activation)
    _, (theirs,) = tape(keras, lambda z: keras.ops.sum(da * getattr(keras.activations, activation)(z)), z)
    bound = pair.gradient(pair.function(Bounded.exact(z)), Bounded.exact(da))
    assert_same(f"dz of {activation}", theirs, pair.gradient(pair.function(z), da), bound)


def test_relu_has_slope_0_at_0(keras: Any, both_in: str) -> None:
    z = np.array([[0.0, -0.0, np.finfo(both_in).tiny]], both_in)
    _, (theirs,) = tape(keras, lambda z: keras.ops.sum(keras.activations.relu(z)), z)
    relu = scratch.activations.get("relu")
    ours = relu.gradient(relu.function(z), np.ones_like(z))
    assert theirs.tolist() == ours.tolist() == [[0, 0, 1]]


def test_activations_of_three_axes_work_along_the_last(keras: Any, both_in: str) -> None:
    z = numbers(both_in, 2, 3, 4)
    softmax = scratch.activations.softmax
    assert_same("softmax", keras.activations.softmax(z), softmax(z), softmax(Bounded.exact(z)))


# --- losses -----------------------------------------------------------------------------------------------------------


def assert_same_loss(
    keras: Any, activation: str, loss: str, z: Array, y: Array, as_if: str = ""
) -> tuple[Array, Array]:
    """Compare each row's loss and dz of their mean; return Keras's. scratch may take another activation's place."""
    their_loss, their_activation = keras.losses.get(loss), keras.activations.get(activation)
    theirs = np.asarray(their_loss(y, their_activation(keras.ops.convert_to_tensor(z))))
    _, (their_dz,) = tape(keras, lambda z: keras.ops.mean(their_loss(y, their_activation(z))), z)
    rows, dz = loss_and_dz(as_if or activation, loss, y, z)
    rows_bound, dz_bound = bounded_loss_and_dz(as_if or activation, loss, y, Bounded.exact(z))
    assert_same("loss", theirs, rows, rows_bound)
    assert_same("dz", their_dz, dz, dz_bound)
    return theirs, their_dz


@heads
def test_a_loss_and_its_dz_are_keras_own(keras: Any, both_in: str, activation: str, loss: str) -> None:
    assert_same_loss(keras, activation, loss, logits(activation, both_in), targets(loss, 12, 3, both_in))


@pytest.mark.parametrize(
    ("activation", "right", "loss"),
    [("softmax", "sigmoid", LOSSES[1]), ("sigmoid", "softmax", LOSSES[2]), ("sigmoid", "softmax", LOSSES[3])],
)
def test_a_cross_entropy_after_the_other_activation_is_computed_as_if_after_its_own(
    keras: Any, both_in: str, activation: str, right: str, loss: str
) -> None:
    """Keras on TensorFlow takes z, whichever of the two activations it went through."""
    assert_same_loss(keras, activation, loss, logits(activation, both_in), targets(loss, 12, 3, both_in), as_if=right)


@pytest.mark.parametrize(("activation", "loss"), [(a, loss) for a, losses in PARTNERS.items() for loss in losses])
def test_partners_keep_their_digits_where_the_activation_has_none_left(
    keras: Any, both_in: str, activation: str, loss: str
) -> None:
    z = np.array([[60.0, -60, 0], [-60, 60, 0], [800, -800, 0], [1e4, -1e4, 0]], both_in)
    theirs, _ = assert_same_loss(keras, activation, loss, z, targets(loss, 4, 3, both_in))
    assert theirs.max() > -np.log(scratch.losses.EPSILON), "the clip would have hidden this"


def around_the_clip(dtype: str) -> Array:
    """Activations on both edges of the cross-entropies' clip, next to them, and outside of 0..1."""
    low, high = np.array([scratch.losses.EPSILON, 1 - scratch.losses.EPSILON], dtype)
    down, up = np.array([-np.inf, np.inf], dtype)
    edges = [f for edge in (low, high) for f in (np.nextafter(edge, down), edge, np.nextafter(edge, up))]
    return np.array([*edges, -0.5, 0.0, -0.0, 0.5, 1.0, 1.5], dtype).reshape(-1, 1)


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
def test_binary_crossentropy_clips_where_keras_clips(keras: Any, both_in: str, y: float) -> None:
    a = around_the_clip(both_in)
    _, da = assert_same_loss(keras, "linear", "binary_crossentropy", a, np.full_like(a, y))
    assert np.count_nonzero(da) == 5  # four within the clip's two edges, and 0.5


def test_sparse_categorical_crossentropy_clips_where_keras_clips(keras: Any, both_in: str) -> None:
    a = np.concatenate([around_the_clip(both_in), np.full((12, 1), 0.5, both_in)], axis=1)
    _, da = assert_same_loss(keras, "linear", "sparse_categorical_crossentropy", a, np.zeros(12, int))
    assert np.count_nonzero(da[:, 0]) == 5


def test_categorical_crossentropy_clips_shares_where_keras_clips(keras: Any, both_in: str) -> None:
    # In float32 the upper edge is 2 u below 1: only where every step is exact does no rounding decide the side.
    a = np.array([[1, 0, 0], [0, 4, 0], [0, 0, 0.5], [2, -1, 0], [0.5, 0.25, 0.25], [-1, -3, 0]], both_in)
    y = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 0], [1, 0, 0]], both_in)
    _, da = assert_same_loss(keras, "linear", "categorical_crossentropy", a, y)
    assert da.any(axis=1).tolist() == [False, False, False, False, True, True]


def test_labels_smoothed_to_shares_fit_the_categorical_loss(keras: Any, both_in: str) -> None:
    y = np.full((12, 3), 0.25, both_in)
    y[:, 0] = 0.5
    assert_same_loss(keras, "softmax", "categorical_crossentropy", logits("softmax", both_in), y)


def test_class_numbers_of_two_axes_are_the_same_classes(keras: Any, both_in: str) -> None:
    z, y = logits("softmax", both_in), np.arange(12)[:, None] % 3
    assert_same_loss(keras, "softmax", "sparse_categorical_crossentropy", z, y)


@pytest.mark.parametrize(("loss", "its_class"), [("mse", "MeanSquaredError"), (LOSSES[1], "BinaryCrossentropy")])
def test_targets_of_one_axis_are_lined_up_with_one_output(keras: Any, both_in: str, loss: str, its_class: str) -> None:
    a, y = numbers(both_in, 6, 1, low=0.1, high=0.9), np.array([0, 1, 1, 0, 1, 0], both_in)
    ours = scratch.losses.get(loss).function
    theirs = getattr(keras.losses, its_class)()(y, a)
    assert_same(loss, theirs, ours(y, a).mean(), ours(y, Bounded.exact(a)).mean())


def test_a_row_without_shares_is_nan_in_keras_only(keras: Any) -> None:
    y, a = np.array([[0.0, 1.0]]), np.zeros((1, 2))
    assert np.isnan(keras.losses.categorical_crossentropy(y, a)).all()
    assert scratch.losses.categorical_crossentropy(y, a).tolist() == [-np.log(scratch.losses.EPSILON)]


# --- metrics ----------------------------------------------------------------------------------------------------------


def test_binary_accuracy_is_keras_own_and_strict(keras: Any, both_in: str) -> None:
    half = np.array(0.5, both_in)
    a = np.array([half, np.nextafter(half, half + 1), 0.0, 1.0, -3.0, 3.0, np.nextafter(half, half - 1)], both_in)
    for y in (np.zeros((7, 1)), np.ones((7, 1))):
        theirs = np.asarray(keras.metrics.binary_accuracy(y, a[:, None]))
        ours = scratch.metrics.binary_accuracy(y, a[:, None])
        assert theirs[:, 0].tolist() == ours.tolist()
    assert ours.tolist() == [0, 1, 0, 1, 0, 1, 0]


def test_binary_accuracy_averages_over_units(keras: Any, both_in: str) -> None:
    a, y = numbers(both_in, 9, 4, low=0, high=1), np.arange(36).reshape(9, 4) % 2
    metric = keras.metrics.BinaryAccuracy()  # Keras's function leaves the mean over units to its class
    for row, ours in enumerate(scratch.metrics.binary_accuracy(y, a)):  # quarters: nothing is rounded
        metric.reset_state()
        metric.update_state(y[[row]], a[[row]])
        assert float(metric.result()) == ours


def tied(dtype: str) -> Array:
    a = numbers(dtype, 12, 3)
    a[:4] = [[1, 1, 0], [0, 2, 2], [3, 3, 3], [-1, -2, -1]]
    return a


def test_categorical_accuracy_is_keras_own_ties_included(keras: Any, both_in: str) -> None:
    a, y = tied(both_in), np.eye(3, dtype=both_in)[np.arange(12) % 3]
    theirs = keras.metrics.categorical_accuracy(y, a)
    assert np.asarray(theirs).tolist() == scratch.metrics.categorical_accuracy(y, a).tolist()


@pytest.mark.parametrize("shape", [(12,), (12, 1)])
def test_sparse_categorical_accuracy_is_keras_own_ties_included(
    keras: Any, both_in: str, shape: tuple[int, ...]
) -> None:
    a, y = tied(both_in), (np.arange(12) % 3).reshape(shape)
    theirs = keras.metrics.sparse_categorical_accuracy(y, a)
    assert np.asarray(theirs).tolist() == scratch.metrics.sparse_categorical_accuracy(y, a).tolist()


@pytest.mark.parametrize("name", ["BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"])
def test_an_epoch_s_accuracy_counts_rows_not_batches(keras: Any, both_in: str, name: str) -> None:
    from keras.src.utils.naming import to_snake_case

    function = scratch.metrics.get(to_snake_case(name))
    a = numbers(both_in, 70, 3, low=0, high=1)
    y = np.arange(70) % 3 if name.startswith("Sparse") else np.eye(3)[np.arange(70) % 3]
    metric = getattr(keras.metrics, name)()
    running = scratch.metrics.RunningMean({"accuracy": lambda y, z, a: function(y, a)})
    for start in range(0, 70, 32):
        rows = slice(start, start + 32)
        metric.update_state(y[rows], a[rows])
        running.add((y[rows], a[rows], a[rows]))
    bound = Bounded.exact(function(y, a).astype(both_in)).mean().rounded(3)
    assert_same(name, metric.result(), running.result()["accuracy"], bound)


# --- layers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(5, 6), (5, 4, 6), (2, 3, 4, 6)])
@every_activation
def test_dense_is_keras_own_on_any_number_of_axes(
    keras: Any, both_in: str, activation: str, shape: tuple[int, ...]
) -> None:
    X, W, b = (numbers(both_in, *s, low=-1, high=1, seed=i) for i, s in enumerate([shape, (6, 3), (3,)]))
    layer, bounded = (scratch.layers.Dense(3, activation=activation) for _ in range(2))
    layer.build(shape[1:])
    layer.W, layer.b = W, b
    bounded.W, bounded.b = Bounded.exact(W), Bounded.exact(b)
    theirs = keras.layers.Dense(3, activation=activation)
    theirs.build(shape)
    theirs.set_weights([W, b])
    da = numbers(both_in, *shape[:-1], 3, seed=3)

    assert_same("a", theirs(X), layer.forward(X), bounded.forward(X))
    assert (*theirs.compute_output_shape(shape)[1:],) == layer.output_shape
    _, derivatives = tape(
        keras,
        lambda X, W, b: keras.ops.sum(da * getattr(keras.activations, activation)(keras.ops.matmul(X, W) + b)),
        X,
        W,
        b,
    )
    assert layer.z.shape == bounded.z.shape
    dX, bounded_dX = layer.backward(da), bounded.backward(Bounded.exact(da))
    for what, their, ours, bound in zip(
        ("dX", "dW", "db"),
        derivatives,
        (dX, layer.dW, layer.db),
        (bounded_dX, bounded.dW, bounded.db),
        strict=True,
    ):
        assert_same(what, their, ours, bound)


@pytest.mark.parametrize("shape", [(3, 4), (3, 2, 5), (3, 2, 5, 2)])
def test_flatten_is_keras_own_to_the_bit(keras: Any, both_in: str, shape: tuple[int, ...]) -> None:
    X = numbers(both_in, *shape)
    layer = scratch.layers.Flatten()
    layer.build(shape[1:])
    theirs = np.asarray(keras.layers.Flatten()(X))
    assert np.array_equal(theirs, layer.forward(X))
    assert theirs.shape[1:] == layer.output_shape
    da = numbers(both_in, *theirs.shape, seed=1)
    _, (their_dX,) = tape(keras, lambda X: keras.ops.sum(da * keras.layers.Flatten()(X)), X)
    assert np.array_equal(their_dX, layer.backward(da))


# --- gradients through a stack ----------------------------------------------------------------------------------------


class Recorder(scratch.optimizers.Optimizer):
    """Writes each gradient over the weight, so that ``get_weights`` returns gradients."""

    def update(self, w: Array, dw: Array, *memory: Array) -> None:
        w[...] = dw


@heads
@pytest.mark.parametrize("hidden", [None, *ACTIVATIONS])
def test_gradients_of_a_stack_are_the_tape_s(
    keras: Any, both_in: str, hidden: str | None, activation: str, loss: str
) -> None:
    X, y = numbers(both_in, 7, 2, 3, low=-1, high=1), targets(loss, 7, 3, both_in)
    units = [(3, activation)] if hidden is None else [(5, hidden), (3, activation)]
    widths = [6, *(n for n, _ in units)]
    weights = [
        w
        for i, o in pairwise(widths)
        for w in (numbers(both_in, i, o, low=-0.5, high=0.5, seed=o), numbers(both_in, o, low=0.5, high=1, seed=i))
    ]

    model = scratch.Sequential([scratch.layers.Flatten(), *(scratch.layers.Dense(n, activation=a) for n, a in units)])
    model.build((2, 3))
    model.set_weights(weights)
    model.compile(loss=loss, optimizer=Recorder(1.0))
    model.fit(X, y, verbose=0)

    theirs = keras.Sequential([keras.layers.Flatten(), *(keras.layers.Dense(n, activation=a) for n, a in units)])
    theirs.build((None, 2, 3))
    theirs.set_weights(weights)
    import tensorflow as tf

    with tf.GradientTape() as recorded:
        value = keras.ops.mean(keras.losses.get(loss)(y, theirs(X)))
    derivatives = recorded.gradient(value, [v.value for v in theirs.trainable_variables])

    gradients, layers = model.get_weights(), model.layers
    given = iter(weights)
    for layer in layers[1:]:
        layer.W, layer.b = Bounded.exact(next(given)), Bounded.exact(next(given))
    z, _ = forward(layers, X)
    bounds = backward(layers, bounded_loss_and_dz(activation, loss, y, z)[1])
    for i, (their, ours, bound) in enumerate(zip(derivatives, gradients, bounds, strict=True)):
        assert_same(f"{('dW', 'db')[i % 2]} of layer {i // 2}", their, ours, bound)


# --- optimizers -------------------------------------------------------------------------------------------------------

OPTIMIZERS = {
    "sgd by name": lambda keras: keras.optimizers.get("sgd"),
    "sgd": lambda keras: keras.optimizers.SGD(learning_rate=0.1),
    "momentum": lambda keras: keras.optimizers.SGD(learning_rate=0.1, momentum=0.9),
    "nesterov": lambda keras: keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    "nesterov without momentum": lambda keras: keras.optimizers.SGD(learning_rate=0.1, nesterov=True),
    "adam by name": lambda keras: keras.optimizers.get("adam"),
    "adam": lambda keras: keras.optimizers.Adam(learning_rate=0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
}
optimizers = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)


@optimizers
def test_forty_steps_of_an_optimizer_are_keras_own(keras: Any, both_in: str, optimizer: Any) -> None:
    """Each array keeps its own state; a gradient may be 0 for good, start late, change sign or size."""
    weights = [numbers(both_in, 3, 2), numbers(both_in, 2, seed=1)]
    theirs = [keras.Variable(w.copy()) for w in weights]
    their_optimizer, our_optimizer = optimizer(keras), optimizer(scratch)
    bounds = [Bounded.exact(w) for w in weights]
    bounding = bounded_optimizer(our_optimizer)
    for step in range(40):
        dW = numbers(both_in, 3, 2, seed=2 + step) * np.array([[0, 1], [step > 20, 1e-6], [1, (-1) ** step]], both_in)
        gradients = [dW, numbers(both_in, 2, low=0.5, seed=99 - step)]
        their_optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], theirs)
        our_optimizer.apply(gradients, weights)
        bounding.apply([Bounded.exact(g) for g in gradients], bounds)
        for what, their, ours, bound in zip("Wb", theirs, weights, bounds, strict=True):
            assert_same(f"{what} after step {step + 1}", their.value.numpy(), ours, bound)
