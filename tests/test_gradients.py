"""Is every hand-written derivative the derivative of the function that it stands under?"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scratch
from scratch import activations, gradcheck, losses
from scratch.arrays import Array
from tests.strategies import DTYPES, Stack, any_finite, arrays, shapes, stacks, targets_for

NAMES = sorted(activations._BY_NAME)
LOSSES = sorted(set(losses._BY_NAME) - {"mean_squared_error"})
METHODS = ["complex_step", "central_difference"]


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
@given(st.data())
def test_a_losss_gradient_from_a(name: str, method: str, data: st.DataObject) -> None:
    pair = losses.get(name).of_a
    shape = data.draw(shapes(least_units=2))
    # inside (0, 1), away from the clip of the cross-entropies, where the slope has a step
    a = 0.02 + 0.96 * (data.draw(arrays(*shape, size=1.0)) + 1) / 2
    y = data.draw(targets_for(name, a))
    check = gradcheck.check(lambda a: pair.function(y, a).mean(), lambda a: pair.gradient(y, a), a, method)
    assert agrees(check, method, size=float(np.abs(pair.function(y, a)).max())), str(check)


@pytest.mark.parametrize("name", [name for name in LOSSES if losses.get(name).of_z])
@given(st.data())
def test_a_cross_entropys_gradient_from_z(name: str, data: st.DataObject) -> None:
    loss = losses.get(name)
    assert loss.of_z is not None
    assert loss.partner is not None
    pair, partner = loss.of_z, loss.partner
    z = data.draw(shapes(least_units=2).flatmap(lambda shape: arrays(*shape)))
    y = data.draw(targets_for(name, z))
    check = gradcheck.check(lambda z: pair.function(y, z).mean(), lambda z: pair.gradient(y, partner(z)), z)
    assert agrees(check, "complex_step", size=1.0), str(check)


def gradients_as_fit_computes_them(stack: Stack) -> list[Array]:
    _, a = stack.model._forward(stack.X)
    stack.model._backward(stack.model._head.dz(stack.y, a))
    return stack.model._gradients


def loss_with(stack: Stack, layer: scratch.layers.Dense, name: str) -> Callable[[Array], complex]:
    """Return the loss as a function of one array of weights, which may be complex."""

    def loss(weights: Array) -> complex:
        before = getattr(layer, name)
        setattr(layer, name, weights)
        z, a = stack.model._forward(stack.X)
        setattr(layer, name, before)
        rows: Array = stack.model._head.rows(stack.y, z, a)
        return complex(rows.mean())

    return loss


@settings(max_examples=60)
@given(stacks())
def test_backpropagation_through_a_whole_stack(stack: Stack) -> None:
    dense = [layer for layer in stack.model.layers if isinstance(layer, scratch.layers.Dense)]
    stated = iter(gradients_as_fit_computes_them(stack))
    for layer in dense:
        for name in ("W", "b"):
            dw = next(stated)
            measured = gradcheck.complex_step(loss_with(stack, layer, name), getattr(layer, name))
            assert dw.shape == measured.shape
            # relative by norm, or within the rounding of a loss of this size where the gradient all but vanishes
            error = np.linalg.norm(dw - measured)
            assert error <= max(1e-12 * np.linalg.norm(measured), 1e-14), f"d{name}: {stack.description}"


@pytest.mark.parametrize("loss", LOSSES)
def test_relu_in_the_middle_of_a_stack(loss: str) -> None:
    rng = np.random.default_rng(3)
    model = scratch.Sequential([scratch.Input((4,))])
    model.add(scratch.layers.Dense(6, activation="relu"))
    model.add(scratch.layers.Dense(3, activation="softmax"))
    model.compile(optimizer="sgd", loss=loss)
    X, y = rng.standard_normal((5, 4)), rng.integers(0, 3, 5)
    targets = y if loss.startswith("sparse") else scratch.utils.to_categorical(y, 3)
    stack = Stack(model, X, targets, loss, loss)
    stated = gradients_as_fit_computes_them(stack)
    layer = model.layers[0]
    assert isinstance(layer, scratch.layers.Dense)
    assert 0 < (layer.a > 0).mean() < 1  # some units on, some off
    measured = gradcheck.complex_step(loss_with(stack, layer, "W"), layer.W)
    assert np.linalg.norm(stated[0] - measured) <= 1e-12 * np.linalg.norm(measured)


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


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"])
@given(st.data(), DTYPES)
def test_a_cross_entropy_takes_any_finite_number(name: str, data: st.DataObject, dtype: str) -> None:
    z = data.draw(any_finite(dtype))
    y = data.draw(targets_for(name, z))
    loss = losses.get(name)
    assert loss.of_z is not None
    assert loss.partner is not None
    with no_warning():
        a = loss.partner(z)
        assert not np.isnan(loss.of_a.function(y, z)).any()
        assert np.isfinite(loss.of_a.function(y, a)).all()
        assert np.isfinite(loss.of_a.gradient(y, a)).all()
        assert np.isfinite(loss.of_z.gradient(y, a)).all()
    with no_warning(), np.errstate(over="ignore"):  # the sum of several losses of the largest size is inf, not NaN
        assert not np.isnan(loss.of_z.function(y, z)).any()


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
