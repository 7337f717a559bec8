"""Is every loss Keras's own, from activations and from logits, and its gradient the derivative?"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import scratch
from scratch import activations, gradcheck, losses
from scratch.arrays import Array
from tests.scratch.beside_keras import every_activation_and_loss, numbers, tape, targets
from tests.scratch.derivatives import CROSS_ENTROPIES, METHODS, agrees, assert_derivative, no_warning, several
from tests.scratch.rounding import Bounded, assert_same, bounded_loss_and_dz, loss_and_dz
from tests.scratch.strategies import DTYPES, LOSSES, any_finite, arrays, loss_of, of_any_size, shapes, targets_for


def from_logits(name: str) -> tuple[losses.LossFunction, Callable[[Array], Array]]:
    """Return a cross-entropy as a function of z, and the activation that it undoes."""
    loss = loss_of(name).after(activations.softmax)
    assert loss.from_logits
    return loss, loss.from_logits


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", LOSSES)
@several
@given(st.data())
def test_a_losss_gradient_from_a(name: str, method: str, data: st.DataObject) -> None:
    pair = loss_of(name)
    shape = data.draw(shapes(least_units=2))
    # inside (0, 1), away from the clip of the cross-entropies, where the slope has a step
    a = 0.02 + 0.96 * (data.draw(arrays(*shape, size=1.0)) + 1) / 2
    y = data.draw(targets_for(name, a))
    if name == "mean_absolute_error":  # whose slope has a step where the answer is right
        y = np.where(np.abs(y - a) < 1 / 128, y + 1 / 32, y)
    check = gradcheck.check(lambda a: pair.function(y, a).mean(), lambda a: pair.gradient(y, a), a, method)
    assert agrees(check, method, size=float(np.abs(pair.function(y, a)).max())), str(check)


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
@several
@given(st.data())
def test_a_cross_entropys_gradient_from_logits(name: str, data: st.DataObject) -> None:
    pair, partner = from_logits(name)
    z = data.draw(shapes(least_units=2).flatmap(lambda shape: arrays(*shape)))
    y = data.draw(targets_for(name, z))
    check = gradcheck.check(lambda z: pair.function(y, z).mean(), lambda z: pair.gradient(y, partner(z)), z)
    assert agrees(check, "complex_step", size=1.0), str(check)


@pytest.mark.parametrize("name", ["mse", "categorical_crossentropy"])
@several
@given(st.data(), DTYPES)
def test_a_losss_gradient_from_a_at_every_size(name: str, data: st.DataObject, dtype: str) -> None:
    """The losses that take outputs of any size; shares need a total, so these outputs are positive."""
    pair = loss_of(name)
    a = data.draw(of_any_size(data.draw(shapes(least_units=2)), 1e6, dtype))
    if name == "categorical_crossentropy":
        a = np.abs(a)
        p = a / a.sum(axis=-1, keepdims=True)  # no share at the clip's two kinks, nor on another side in float32
        a = np.where((p < 2e-7).any(axis=-1, keepdims=True), 1, a)
    y = data.draw(targets_for(name, a)).astype(dtype)
    assert_derivative(
        f"da of {name}",
        pair.gradient(y, a),
        lambda a: pair.function(y, a).mean(),
        a,
        pair.gradient(y, Bounded.exact(a)),
    )


@pytest.mark.parametrize("name", ["binary_crossentropy", "sparse_categorical_crossentropy"])
@several
@given(st.data(), DTYPES)
def test_a_clipped_losss_gradient_inside_and_outside_of_the_clip(name: str, data: st.DataObject, dtype: str) -> None:
    """Every output is a part in ten or more away from the clip's kinks, on either side of them."""
    pair = loss_of(name)
    places = [-3.0, 0.0, 0.9e-7, 1.1e-7, 1e-4, 0.3, 0.5, 0.9, 1 - 1e-6, 1.0, 7.0]
    a = data.draw(hnp.arrays(dtype, data.draw(shapes()), elements=st.sampled_from(places)))
    y = data.draw(targets_for(name, a))
    stated = pair.gradient(y, a)
    assert not stated[(a < losses.EPSILON) | (a > 1 - losses.EPSILON)].any()
    bound = pair.gradient(y, Bounded.exact(a))
    assert_derivative(f"da of {name}", stated, lambda a: pair.function(y, a).mean(), a, bound)


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
@several
@given(st.data(), DTYPES)
def test_a_cross_entropys_gradient_from_logits_at_every_size(name: str, data: st.DataObject, dtype: str) -> None:
    pair, partner = from_logits(name)
    z = data.draw(of_any_size(data.draw(shapes()), 1e4, dtype))
    y = data.draw(targets_for(name, z))
    bound = pair.gradient(y, partner(Bounded.exact(z)))
    stated = pair.gradient(y, partner(z))
    assert_derivative(f"dz of {name}", stated, lambda z: pair.function(y, z).mean(), z, bound)


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
@given(st.data(), DTYPES)
def test_a_cross_entropy_takes_any_finite_number(name: str, data: st.DataObject, dtype: str) -> None:
    """As z and, where the loss clips it, as a."""
    z = data.draw(any_finite(dtype))
    y = data.draw(targets_for(name, z))
    loss, (of_logits, activation) = loss_of(name), from_logits(name)
    with no_warning():
        a = activation(z)
        for outputs in (z, a):
            assert np.isfinite(loss.function(y, outputs)).all()
        assert np.isfinite(loss.gradient(y, a)).all()
        assert np.isfinite(of_logits.gradient(y, a)).all()
        if name != "categorical_crossentropy":  # whose gradient is as large as a is small
            assert np.isfinite(loss.gradient(y, z)).all()


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
@given(st.data(), DTYPES)
def test_a_cross_entropy_from_logits_is_finite_up_to_the_largest_number(
    name: str, data: st.DataObject, dtype: str
) -> None:
    z = data.draw(any_finite(dtype))
    if name == "binary_crossentropy":
        z = z / z.dtype.type(z.shape[1] + 1)  # a mean adds up first: U losses of the largest size are beyond the type
    loss, _ = from_logits(name)
    y = data.draw(targets_for(name, z)).astype(dtype)
    with no_warning():
        rows = loss.function(y, z)
    assert rows.dtype == dtype
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
def test_a_model_loses_nothing_that_z_knows_to_its_activation(name: str) -> None:
    """A confident wrong answer costs |z|, where a loss of a clipped activation could not exceed 16.2."""
    loss, activation = from_logits(name)
    z = np.array([[-700.0, 100.0]])
    y = np.array([[1.0, 0.0]]) if not loss.sparse else np.array([0])
    (row,), _ = loss_and_dz(activation, name, y, z)
    assert row == (800.0 if activation is activations.softmax else (700.0 + 100.0) / 2)


@pytest.mark.parametrize(
    ("a", "dtype"), [([1, -1, 1e-310], "float64"), ([1, -1, 1e-40], "float32"), ([3e38, -3e38, 0.1], "float32")]
)
def test_shares_of_outputs_that_all_but_cancel_make_no_nan(a: list[float], dtype: str) -> None:
    y = np.array([[1, 0, 0]], dtype)
    with np.errstate(all="ignore"):
        assert not np.isnan(losses.categorical_crossentropy_gradient(y, np.array([a], dtype))).any()


FUNCTIONS = [
    pytest.param(getattr(losses, f"{name}{form}"), name, id=f"{name}{form}")
    for name in LOSSES
    for form in ("", "_gradient", "_from_logits", "_from_logits_gradient")
    if name in CROSS_ENTROPIES or "logits" not in form
]


@pytest.mark.parametrize(("function", "name"), FUNCTIONS)
def test_more_axes_are_more_rows(function: Callable[[Array, Array], Array], name: str) -> None:
    rng = np.random.default_rng(0)
    a, classes = rng.uniform(0.1, 0.9, (4, 2, 3)), rng.integers(0, 3, (4, 2))
    y = classes if name.startswith("sparse") else scratch.utils.to_categorical(classes, 3)
    flat = function(y.reshape(8, *y.shape[2:]), a.reshape(8, 3))
    assert np.array_equal(function(y, a), flat.reshape(4, 2, *flat.shape[1:]))


@pytest.mark.parametrize(("function", "name"), FUNCTIONS)
def test_targets_of_any_type_leave_float32_what_it_is(function: Callable[[Array, Array], Array], name: str) -> None:
    """Uint8 targets must not wrap round to 255, and no loss may turn into float64 on the way."""
    a = np.array([[0.2, 0.8], [0.3, 0.6]], np.float32)
    y = np.array([0, 1]) if name.startswith("sparse") else np.array([[1, 0], [0, 1]])
    due = function(y.astype(np.float32), a)
    for dtype in ("uint8", "int64", "float64"):
        found = function(y.astype(dtype), a)
        assert found.dtype == np.float32
        assert np.array_equal(found, due)


@pytest.mark.parametrize(("function", "name"), [param for param in FUNCTIONS if not param.marks])
def test_targets_of_one_axis_are_lined_up_with_one_output(function: Callable[[Array, Array], Array], name: str) -> None:
    y, a = np.array([1, 0, 1]), np.array([[0.2], [0.7], [1]])
    if name.startswith("sparse"):
        y = y * 0  # the only class
    assert np.array_equal(function(y, a), function(y[:, None], a))


@pytest.mark.parametrize(("function", "name"), [param for param in FUNCTIONS if "sparse" not in param.id])
def test_targets_of_another_shape_are_refused(function: Callable[[Array, Array], Array], name: str) -> None:
    """NumPy would take (3,) against (3, 3) for rows that are all alike."""
    with pytest.raises(ValueError, match=r"targets of shape \(3,\) do not fit outputs of shape \(3, 3\)"):
        function(np.array([1, 0, 0]), np.full((3, 3), 0.3))


@pytest.mark.parametrize("form", ["", "_gradient", "_from_logits", "_from_logits_gradient"])
def test_one_hot_rows_are_no_class_numbers(form: str) -> None:
    """The commonest confusion of the two losses; with as many rows as classes all shapes fit."""
    function = getattr(losses, f"sparse_categorical_crossentropy{form}")
    with pytest.raises(ValueError, match="do not fit outputs of shape"):
        function(np.eye(3), np.full((3, 3), 0.3))


PARTNERS = {"sigmoid": CROSS_ENTROPIES[:1], "softmax": CROSS_ENTROPIES[1:]}


def logits(activation: str, dtype: str) -> Array:
    """Weighted sums whose activations are right, wrong and in between, and where they can, outside of 0..1.

    A sum of activations near 0 is no total to divide by: the categorical loss gets rows that have one.
    """
    low = {"linear": -0.5, "relu": -0.5}.get(activation, -4.0)
    z = numbers(dtype, 12, 3, low=low, high=1.5 if low > -1 else 4.0, seed=1)
    if low > -1:
        z[:, 1] += 1.5
    return z


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


@every_activation_and_loss
def test_a_loss_and_its_dz_are_keras_own(keras: Any, both_in: str, activation: str, loss: str) -> None:
    assert_same_loss(keras, activation, loss, logits(activation, both_in), targets(loss, 12, 3, both_in))


@pytest.mark.parametrize(
    ("activation", "right", "loss"),
    [
        ("softmax", "sigmoid", "binary_crossentropy"),
        ("sigmoid", "softmax", "categorical_crossentropy"),
        ("sigmoid", "softmax", "sparse_categorical_crossentropy"),
    ],
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


@pytest.mark.parametrize(
    ("loss", "its_class"), [("mse", "MeanSquaredError"), ("binary_crossentropy", "BinaryCrossentropy")]
)
def test_keras_lines_targets_of_one_axis_up_as_well(keras: Any, both_in: str, loss: str, its_class: str) -> None:
    a, y = numbers(both_in, 6, 1, low=0.1, high=0.9), np.array([0, 1, 1, 0, 1, 0], both_in)
    ours = scratch.losses.get(loss)
    theirs = getattr(keras.losses, its_class)()(y, a)
    assert_same(loss, theirs, ours(y, a).mean(), ours(y, Bounded.exact(a)).mean())


def test_a_row_without_shares_is_nan_in_keras_only(keras: Any) -> None:
    y, a = np.array([[0.0, 1.0]]), np.zeros((1, 2))
    assert np.isnan(keras.losses.categorical_crossentropy(y, a)).all()
    assert scratch.losses.categorical_crossentropy(y, a).tolist() == [-np.log(scratch.losses.EPSILON)]


OBJECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "squared": ("MeanSquaredError", {}),
    "absolute": ("MeanAbsoluteError", {}),
    "binary": ("BinaryCrossentropy", {"label_smoothing": 0.2}),
    "binary logits": ("BinaryCrossentropy", {"from_logits": True}),
    "classes": ("CategoricalCrossentropy", {}),
    "logits of classes": ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    "class numbers": ("SparseCategoricalCrossentropy", {}),
    "logits of class numbers": ("SparseCategoricalCrossentropy", {"from_logits": True}),
}
REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "options"), OBJECTS.values(), ids=OBJECTS)
def test_a_loss_as_an_object_reduces_as_keras_does(
    keras: Any, name: str, options: dict[str, Any], reduction: str | None
) -> None:
    a = numbers("float32", 12, 3, low=0.1, high=0.9)
    y = np.arange(12) % 3 if name.startswith("Sparse") else np.eye(3)[np.arange(12) % 3]
    theirs, ours = (getattr(k.losses, name)(reduction=reduction, **options) for k in (keras, scratch))
    for weight in (None, 2.0, np.arange(12.0), np.arange(12.0)[:, None], np.zeros(12)):
        their, our = np.asarray(theirs(y, a, sample_weight=weight)), np.asarray(ours(y, a, sample_weight=weight))
        assert their.shape == our.shape
        # three dozen terms of sizes up to 11 times 2.4, with a dozen roundings each, added up on either side
        assert np.abs(their - our).max() <= 2 * 50 * np.finfo(np.float32).eps * max(1, np.abs(their).max())
    assert (ours.name, ours.reduction) == (theirs.name, theirs.reduction)
    again = losses.deserialize(losses.serialize(ours))
    assert again.get_config() == ours.get_config()
    assert type(losses.get(name)) is type(losses.get(type(ours))) is type(ours)


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
def test_a_function_takes_logits_as_keras_function_does(keras: Any, both_in: str, name: str) -> None:
    z = numbers(both_in, 12, 3)
    y = targets(name, 12, 3, both_in)
    function, (of_logits, _) = getattr(losses, name), from_logits(name)
    theirs = getattr(keras.losses, name)(y, z, from_logits=True)
    assert_same(name, theirs, function(y, z, from_logits=True), of_logits.function(y, Bounded.exact(z)))


def test_a_loss_of_ones_own_computes_its_rows_alone() -> None:
    class Cubes(losses.Loss):
        def call(self, y_true: Array, y_pred: Array) -> Array:
            return (y_pred - y_true) ** 3

    assert Cubes()([1.0, 0.0], [2.0, 2.0]) == 4.5
    assert Cubes().name == "cubes"
    with pytest.raises(NotImplementedError):
        losses.Loss()(np.ones(1), np.ones(1))


def test_a_loss_by_any_of_its_names_is_the_same() -> None:
    assert losses.get("MSE") is losses.get("mean_squared_error") is losses.mean_squared_error
    assert losses.get(losses.mean_squared_error) is losses.mean_squared_error
    assert losses.get(None) is None
    assert losses.serialize(losses.mean_squared_error) == "mean_squared_error"
