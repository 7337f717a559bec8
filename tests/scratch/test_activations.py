"""Is every activation Keras's own, and its gradient the derivative, for numbers of any size?"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scratch
from scratch import activations, gradcheck
from scratch.arrays import Array
from tests.scratch.beside_keras import every_activation, numbers, tape
from tests.scratch.derivatives import METHODS, agrees, assert_derivative, no_warning, several
from tests.scratch.rounding import Bounded, assert_same
from tests.scratch.strategies import ACTIVATIONS, DTYPES, any_finite, arrays, of_any_size, shapes


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ACTIVATIONS)
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


@pytest.mark.parametrize("wrong", [1 + 1e-13, 1 - 1e-13, 0.5, -1.0, 0.0])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_tolerance_sees_one_part_in_ten_million_million(name: str, wrong: float) -> None:
    function, gradient = activations.get(name)
    z, da = np.array([[0.3, -1.2, 0.9]]), np.array([[1.0, -2.0, 0.7]])
    bound = gradient(function(Bounded.exact(z)), Bounded.exact(da))
    assert_derivative(name, gradient(function(z), da), lambda z: (da * function(z)).sum(), z, bound)
    with pytest.raises(AssertionError, match="is due"):
        assert_derivative(name, gradient(function(z), da) * wrong, lambda z: (da * function(z)).sum(), z, bound)


@pytest.mark.parametrize("name", ACTIVATIONS)
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


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_works_along_the_last_of_more_axes(name: str) -> None:
    function, gradient = activations.get(name)
    z, da = np.random.default_rng(1).standard_normal((2, 4, 2, 3))
    a = function(z)
    assert np.array_equal(a, function(z.reshape(8, 3)).reshape(z.shape))
    assert np.array_equal(gradient(a, da), gradient(a.reshape(8, 3), da.reshape(8, 3)).reshape(z.shape))


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
