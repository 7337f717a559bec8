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
from tests.scratch.rounding import Bounded, assert_same, wider
from tests.scratch.strategies import ACTIVATIONS, DTYPES, any_finite, arrays, of_any_size, shapes


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ACTIVATIONS)
@several
@given(st.data())
def test_an_activations_gradient(name: str, method: str, data: st.DataObject) -> None:
    pair = activations.pair_of(name)
    function = pair.function
    z = data.draw(shapes().flatmap(lambda shape: arrays(*shape)))
    z = np.where(z == 0, 1 / 64, z)  # relu has a kink at 0, where no derivative can be measured
    weight = 1.0 + np.arange(z.size).reshape(z.shape)
    check = gradcheck.check(
        lambda z: (weight * function(z)).sum(),
        lambda z: pair.backward(z, function(z), weight),
        z,
        method,
    )
    assert agrees(check, method, size=weight.sum()), str(check)


@pytest.mark.parametrize("wrong", [1 + 1e-13, 1 - 1e-13, 0.5, -1.0, 0.0])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_tolerance_sees_one_part_in_ten_million_million(name: str, wrong: float) -> None:
    pair = activations.pair_of(name)
    function = pair.function
    z, da = np.array([[0.3, -1.2, 0.9]]), np.array([[1.0, -2.0, 0.7]])
    bound = pair.backward(Bounded.exact(z), function(Bounded.exact(z)), Bounded.exact(da))
    assert_derivative(name, pair.backward(z, function(z), da), lambda z: (da * function(z)).sum(), z, bound)
    with pytest.raises(AssertionError, match="is due"):
        assert_derivative(name, pair.backward(z, function(z), da) * wrong, lambda z: (da * function(z)).sum(), z, bound)


@pytest.mark.parametrize("name", ACTIVATIONS)
@several
@given(st.data(), DTYPES)
def test_an_activations_gradient_at_every_size(name: str, data: st.DataObject, dtype: str) -> None:
    """From 1e-30 to 80, where float32's exp all but ends, entry by entry; no z is 0, where relu has its kink."""
    pair = activations.pair_of(name)
    function = pair.function
    shape = data.draw(shapes())
    z, da = data.draw(of_any_size(shape, 80, dtype)), data.draw(of_any_size(shape, 1e6, dtype))
    bound = pair.backward(Bounded.exact(z), function(Bounded.exact(z)), Bounded.exact(da))
    stated = pair.backward(z, function(z), da)
    assert stated.dtype == dtype
    assert_derivative(f"dz of {name}", stated, lambda z: (da * function(z)).sum(), z, bound)


@given(st.data(), DTYPES)
def test_sigmoid_and_softmax_take_any_finite_number(data: st.DataObject, dtype: str) -> None:
    z = data.draw(any_finite(dtype))
    with no_warning():
        for name in ("sigmoid", "softmax"):
            pair = activations.pair_of(name)
            a = pair.function(z)
            dz = pair.backward(z, a, np.ones_like(a))
            assert a.dtype == dz.dtype == dtype
            assert ((a >= 0) & (a <= 1)).all()
            assert np.isfinite(dz).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_works_along_the_last_of_more_axes(name: str) -> None:
    pair = activations.pair_of(name)
    function = pair.function
    z, da = np.random.default_rng(1).standard_normal((2, 4, 2, 3))
    a = function(z)
    assert np.array_equal(a, function(z.reshape(8, 3)).reshape(z.shape))
    flat = pair.backward(z.reshape(8, 3), a.reshape(8, 3), da.reshape(8, 3))
    assert np.array_equal(pair.backward(z, a, da), flat.reshape(z.shape))


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


def far_rows(activation: str, dtype: str) -> Array:
    """Return rows of all sizes; exp ends at 88 in float32."""
    z = extreme_rows(dtype)
    if activation == "selu":  # TensorFlow has exp(z) - 1 at 0 there, and so the slope of the other side
        z = np.where((z <= 0) & (z > -1e-3), z.dtype.type(-1e-3), z)
    return np.minimum(z, z.dtype.type(80)) if activation == "exponential" else z


def exp_minus_1(z: Any) -> Any:
    """Compute elu as TensorFlow does, which loses the digits of a z near 0."""
    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)


def softplus_in_three_parts(z: Any) -> Any:
    """Compute softplus as TensorFlow does, which leaves off what is small beside the rest, or 1 beside exp(z)."""
    far = -np.log(np.finfo(z.dtype).eps) - 2
    return np.where(z > far, z, np.where(z < -far, np.exp(np.minimum(z, 0)), np.log(1 + np.exp(np.minimum(z, far)))))


def gelu_by_float32(z: Any) -> Any:
    """Compute gelu as TensorFlow does, by a root of 2 that is rounded to float32."""
    return z * (1 + activations.erf(z / float(np.float32(np.sqrt(2))))) / 2


def silu_slope(z: Any, da: Any) -> Any:
    """Compute silu's slope as TensorFlow does, where 1 - s loses the digits of an s near 1."""
    s = activations.sigmoid(z)
    return da * (s * (1 + z * (1 - s)))


def gelu_slope(z: Any, da: Any) -> Any:
    """Compute gelu's slope by the root of 2 that TensorFlow takes."""
    root = float(np.float32(np.sqrt(2)))
    share = (1 + activations.erf(z / root)) / 2
    return da * (share + z * np.exp(-np.square(z / root)) / (np.sqrt(np.pi) * root))


SCALE, ALPHA = activations.SELU_SCALE, activations.SELU_ALPHA
TENSORFLOWS = {
    "elu": exp_minus_1,
    "selu": lambda z: SCALE * np.where(z > 0, z, ALPHA * exp_minus_1(z)),
    "softplus": softplus_in_three_parts,
    "gelu": gelu_by_float32,
}
"""The forms that TensorFlow takes where they are worse: its number is held to these, scratch's to scratch's own."""
TENSORFLOWS_SLOPES = {
    "elu": lambda z, da: da * np.where(z > 0, 1, exp_minus_1(z) + 1),
    "selu": lambda z, da: da * np.where(z > 0, SCALE, SCALE * ALPHA * (exp_minus_1(z) + 1)),
    "silu": silu_slope,
    "gelu": gelu_slope,
}


@every_activation
def test_activation_is_keras_own(keras: Any, both_in: str, activation: str) -> None:
    z = far_rows(activation, both_in)
    function = scratch.activations.get(activation)
    ours, bound = function(z), function(Bounded.exact(z))
    assert_same(activation, ours, ours, bound)
    theirs_alone = TENSORFLOWS.get(activation, function)(Bounded.exact(z))
    assert_same(activation, getattr(keras.activations, activation)(z), ours, wider(bound, theirs_alone))


@every_activation
def test_activation_slope_is_the_tape_s(keras: Any, both_in: str, activation: str) -> None:
    z, da = far_rows(activation, both_in), numbers(both_in, 25, 4, seed=2)
    pair = scratch.activations.pair_of(activation)
    _, (theirs,) = tape(keras, lambda z: keras.ops.sum(da * getattr(keras.activations, activation)(z)), z)
    exact, weight = Bounded.exact(z), Bounded.exact(da)
    ours, bound = pair.backward(z, pair.function(z), da), pair.backward(exact, pair.function(exact), weight)
    assert_same(f"dz of {activation}", ours, ours, bound)
    if activation in TENSORFLOWS_SLOPES:
        theirs_alone = TENSORFLOWS_SLOPES[activation](exact, weight)
    else:
        theirs_alone = pair.backward(exact, TENSORFLOWS.get(activation, pair.function)(exact), weight)
    assert_same(f"dz of {activation}", theirs, ours, wider(bound, theirs_alone))


@pytest.mark.parametrize(("activation", "due"), [("relu", 0.0), ("leaky_relu", 0.2), ("elu", 1.0), ("selu", SCALE)])
def test_the_slope_at_the_kink_is_keras_own(keras: Any, both_in: str, activation: str, due: float) -> None:
    z = np.array([[0.0, -0.0, np.finfo(both_in).tiny]], both_in)
    _, (theirs,) = tape(keras, lambda z: keras.ops.sum(getattr(keras.activations, activation)(z)), z)
    pair = scratch.activations.pair_of(activation)
    ours = pair.backward(z, pair.function(z), np.ones_like(z))
    assert theirs.tolist() == ours.tolist()
    assert ours[0, 0] == ours[0, 1] == np.array(np.float32(due) if activation == "leaky_relu" else due, both_in)


def test_activations_of_three_axes_work_along_the_last(keras: Any, both_in: str) -> None:
    z = numbers(both_in, 2, 3, 4)
    softmax = scratch.activations.softmax
    assert_same("softmax", keras.activations.softmax(z), softmax(z), softmax(Bounded.exact(z)))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_shares_along_another_axis_are_keras_own(keras: Any, both_in: str, axis: int) -> None:
    z = numbers(both_in, 3, 4)
    bound = activations.softmax(Bounded.exact(z if axis in (1, -1) else z.T))
    ours, theirs = (k.activations.softmax(z, axis=axis) for k in (scratch, keras))
    assert_same("softmax", np.asarray(theirs) if axis else np.asarray(theirs).T, ours if axis else ours.T, bound)


RELU: list[dict[str, float]] = [
    {"negative_slope": 0.25},
    {"max_value": 1.0},
    {"threshold": 0.5},
    {"negative_slope": 0.25, "max_value": 1.0, "threshold": 0.5},
]


@pytest.mark.parametrize("options", RELU)
def test_relu_with_options_is_keras_own_both_ways(keras: Any, both_in: str, options: dict[str, float]) -> None:
    z = np.array([[-2.0, -0.25, 0.0, 0.25], [0.75, 0.875, 1.5, 9.0]], both_in)  # quarters: nothing is rounded
    pair = activations.pair_of("relu").with_options(**options)
    ours = pair.function(z)
    their, (their_dz,) = tape(keras, lambda z: keras.activations.relu(z, **options), z)
    assert np.array_equal(their, ours)
    assert np.array_equal(their_dz, pair.backward(z, ours, np.ones_like(z)))
