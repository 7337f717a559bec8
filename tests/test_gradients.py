"""Is every hand-written derivative the derivative of the function that it stands under?"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import scratch
from scratch import activations, gradcheck, losses
from scratch.arrays import Array
from tests.rounding import Bounded, Wide, loss_and_dz
from tests.strategies import DTYPES, Stack, any_finite, arrays, of_any_size, shapes, stacks, targets_for

NAMES = sorted(activations._BY_NAME)
CROSS_ENTROPIES = ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]
LOSSES = sorted(set(losses._BY_NAME) - {"mean_squared_error"})
METHODS = ["complex_step", "central_difference"]
several = settings(max_examples=40)


@pytest.fixture(autouse=True)
def float64() -> None:
    scratch.config.set_floatx("float64")


def agrees(check: gradcheck.Check, method: str, size: float) -> bool:
    """Within the relative tolerance or, where terms of this size cancel to almost nothing, within their rounding."""
    rounding = np.finfo(float).eps * max(size, 1.0)
    if method == "central_difference":  # which divides the rounding of the function by its step
        rounding /= gradcheck.CENTRAL_STEP
    return check.ok or bool(np.linalg.norm(check.stated - check.measured) <= 8 * rounding)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", NAMES)
@several
@given(st.data())
def test_an_activations_gradient(name: str, method: str, data: st.DataObject) -> None:
    function, gradient = activations.get(name)
    z = data.draw(shapes().flatmap(lambda shape: arrays(*shape)))
    z = np.where(z == 0, 1 / 64, z)  # relu has a kink at 0, where no derivative can be measured
    weight = 1.0 + np.arange(z.size).reshape(z.shape)
    check = gradcheck.check(
        lambda z: (weight * function(z)).sum(),
        lambda z: gradient(function(z), weight),
        z,
        method,
    )
    assert agrees(check, method, size=weight.sum()), str(check)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", LOSSES)
@several
@given(st.data())
def test_a_losss_gradient_from_a(name: str, method: str, data: st.DataObject) -> None:
    pair = losses.get(name)
    shape = data.draw(shapes(least_units=2))
    # inside (0, 1), away from the clip of the cross-entropies, where the slope has a step
    a = 0.02 + 0.96 * (data.draw(arrays(*shape, size=1.0)) + 1) / 2
    y = data.draw(targets_for(name, a))
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


def from_logits(name: str) -> tuple[losses.Loss, Callable[[Array], Array]]:
    """Return a cross-entropy as a function of z, and the activation that it undoes."""
    loss = losses.get(name).after(activations.get("softmax"))
    assert loss.from_logits
    return loss, loss.from_logits


def measured(f: Callable[[Array], Any], x: Array) -> Array:
    """Differentiate f at x along the imaginary axis, as ``gradcheck`` does, in the widest float that there is.

    The step is far below the smallest size on which anything here bends, 1e-30; a power of two rounds nothing.
    """
    df = np.empty(x.shape, Wide)
    h = Wide(2) ** -300
    for index in np.ndindex(*x.shape):
        there = x.astype(np.clongdouble)
        there[index] += 1j * h
        df[index] = f(there).imag / h
    return df


def assert_derivative(what: str, stated: Array, f: Callable[[Array], Any], x: Array, bound: Bounded) -> None:
    """Hold each entry of a gradient against the measured derivative.

    ``bound`` is the gradient computed with its rounding errors; it takes 2 / a.size as given, which is one more. As
    much again is left to the measurement: it rounds 2,000 times more finely, and takes some more operations.
    """
    due = measured(f, x)
    assert stated.shape == due.shape, f"{what}: shape {stated.shape}, not {due.shape}"
    assert np.isfinite(stated).all(), f"{what} is not finite"
    assert np.isfinite(bound.error).all(), f"{what}: no rounding bound, so close to a kink"
    off = np.abs(stated - due) > 2 * bound.rounded().error
    assert not off.any(), f"{what} is {stated[off]} where {due[off]} is due"


@pytest.mark.parametrize("wrong", [1 + 1e-13, 1 - 1e-13, 0.5, -1.0, 0.0])
@pytest.mark.parametrize("name", NAMES)
def test_the_tolerance_sees_one_part_in_ten_million_million(name: str, wrong: float) -> None:
    function, gradient = activations.get(name)
    z, da = np.array([[0.3, -1.2, 0.9]]), np.array([[1.0, -2.0, 0.7]])
    bound = gradient(function(Bounded.exact(z)), Bounded.exact(da))
    assert_derivative(name, gradient(function(z), da), lambda z: (da * function(z)).sum(), z, bound)
    with pytest.raises(AssertionError, match="is due"):
        assert_derivative(name, gradient(function(z), da) * wrong, lambda z: (da * function(z)).sum(), z, bound)


@pytest.mark.parametrize("name", NAMES)
@several
@given(st.data(), DTYPES)
def test_an_activations_gradient_at_every_size(name: str, data: st.DataObject, dtype: str) -> None:
    """From 1e-30 to 80, where float32's exp all but ends, entry by entry; no z is 0, where relu has its kink."""
    function, gradient = activations.get(name)
    shape = data.draw(shapes())
    z, da = data.draw(of_any_size(shape, 80, dtype)), data.draw(of_any_size(shape, 1e6, dtype))
    bound = gradient(function(Bounded.exact(z)), Bounded.exact(da))
    stated = gradient(function(z), da)
    assert stated.dtype == dtype
    assert_derivative(f"dz of {name}", stated, lambda z: (da * function(z)).sum(), z, bound)


@pytest.mark.parametrize("name", ["mse", "categorical_crossentropy"])
@several
@given(st.data(), DTYPES)
def test_a_losss_gradient_from_a_at_every_size(name: str, data: st.DataObject, dtype: str) -> None:
    """The losses that take outputs of any size; shares need a total, so these outputs are positive."""
    pair = losses.get(name)
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
    pair = losses.get(name)
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


def backpropagated(stack: Stack) -> list[Array]:
    """Return every dW and db as ``fit`` computes them."""
    stack.model(stack.X)
    return stack.model.backward(stack.y)


@settings(max_examples=150)
@given(stacks())
def test_backpropagation_through_any_stack(stack: Stack) -> None:
    """Any activations under any loss, relu included: its kinks and those of the clips are far, by construction."""
    model = stack.model
    dense = [layer for layer in model.layers if isinstance(layer, scratch.layers.Dense)]
    weights = [(layer, name, getattr(layer, name)) for layer in dense for name in ("W", "b")]
    stated = backpropagated(stack)
    for layer, name, w in weights:
        setattr(layer, name, Bounded.exact(w))
    bounds: Any = backpropagated(stack)
    for layer, name, w in weights:
        setattr(layer, name, w)
    for dw, bound, (layer, name, w) in zip(stated, bounds, weights, strict=True):

        def loss(there: Array, layer: Any = layer, name: str = name) -> Any:
            setattr(layer, name, there)
            return model.compute_loss(*model.test_step(stack.X, stack.y)).mean()

        assert_derivative(f"d{name} of {stack.description}", dw, loss, w, bound)
        setattr(layer, name, w)


@contextmanager
def no_warning() -> Iterator[None]:
    """Underflow to 0 is right; everything else that NumPy could warn of is not."""
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield


@given(st.data(), DTYPES)
def test_sigmoid_and_softmax_take_any_finite_number(data: st.DataObject, dtype: str) -> None:
    z = data.draw(any_finite(dtype))
    with no_warning():
        for name in ("sigmoid", "softmax"):
            function, gradient = activations.get(name)
            a = function(z)
            dz = gradient(a, np.ones_like(a))
            assert a.dtype == dz.dtype == dtype
            assert ((a >= 0) & (a <= 1)).all()
            assert np.isfinite(dz).all()


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
@given(st.data(), DTYPES)
def test_a_cross_entropy_takes_any_finite_number(name: str, data: st.DataObject, dtype: str) -> None:
    """As z and, where the loss clips it, as a."""
    z = data.draw(any_finite(dtype))
    y = data.draw(targets_for(name, z))
    loss, (of_logits, activation) = losses.get(name), from_logits(name)
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
    for name in ("mean_squared_error", *CROSS_ENTROPIES)
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


@pytest.mark.parametrize("name", NAMES)
def test_an_activation_works_along_the_last_of_more_axes(name: str) -> None:
    function, gradient = activations.get(name)
    z, da = np.random.default_rng(1).standard_normal((2, 4, 2, 3))
    a = function(z)
    assert np.array_equal(a, function(z.reshape(8, 3)).reshape(z.shape))
    assert np.array_equal(gradient(a, da), gradient(a.reshape(8, 3), da.reshape(8, 3)).reshape(z.shape))


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


@given(st.floats(-700, 700))
def test_the_slope_agrees_with_the_function_far_out(z: float) -> None:
    at = np.array([[z]])
    a = activations.sigmoid(at)
    stated = activations.sigmoid_gradient(a, np.ones_like(a))[0, 0]
    exact = np.exp(-abs(z)) / (1 + np.exp(-abs(z))) ** 2
    # 1 - a is off by no more than a's own rounding, a few units in the last place of 1
    assert abs(stated - exact) <= 4 * np.finfo(float).eps
    if z < 0:
        assert stated == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize("form", ["", "_gradient", "_from_logits", "_from_logits_gradient"])
def test_one_hot_rows_are_no_class_numbers(form: str) -> None:
    """The commonest confusion of the two losses; with as many rows as classes all shapes fit."""
    function = getattr(losses, f"sparse_categorical_crossentropy{form}")
    with pytest.raises(ValueError, match="do not fit outputs of shape"):
        function(np.eye(3), np.full((3, 3), 0.3))
