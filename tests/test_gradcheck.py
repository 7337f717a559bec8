"""Does the gradient checker catch what is wrong? A check that cannot fail is a defect."""

from collections.abc import Callable

import numpy as np
import pytest

from scratch import gradcheck
from scratch.activations import sigmoid, softmax, softmax_gradient
from scratch.arrays import Array

N, D = 6, 4
RNG = np.random.default_rng(0)
X = RNG.standard_normal((N, D))
y = (np.arange(N)[:, None] % 2).astype(float)
W = RNG.standard_normal((D, 1))
b = np.array([0.3])

METHODS = ["complex_step", "central_difference"]


def loss(W: Array) -> complex:
    a = sigmoid(X @ W + b)
    return complex(((a - y) ** 2).mean())


def gradient(W: Array) -> Array:
    a = sigmoid(X @ W + b)
    return X.T @ (2 * (a - y) * a * (1 - a) / N)


def of_dz(change: Callable[[Array, Array], Array]) -> Callable[[Array], Array]:
    """Return a gradient whose dz is computed by ``change(a, z)``."""
    return lambda W: X.T @ change(sigmoid(X @ W + b), X @ W + b)


WRONG: dict[str, Callable[[Array], Array]] = {
    "factor 2 missing": lambda W: gradient(W) / 2,
    "factor 2 doubled": lambda W: gradient(W) * 2,
    "slope missing": of_dz(lambda a, z: 2 * (a - y) / N),
    "a(1 - a) given z": of_dz(lambda a, z: 2 * (a - y) * z * (1 - z) / N),
    "σ(a)(1 - σ(a))": of_dz(lambda a, z: 2 * (a - y) * sigmoid(a) * (1 - sigmoid(a)) / N),
    "sum for mean": lambda W: gradient(W) * N,
    "mean of the mean": lambda W: gradient(W) / N,
    "wrong sign": lambda W: -gradient(W),
    "(N,) against (N, 1)": of_dz(lambda a, z: (2 * (a - y[:, 0]) * a * (1 - a) / N).mean(axis=1, keepdims=True)),
    "one row missing": lambda W: X[1:].T @ (2 * (sigmoid(X @ W + b) - y) / N)[1:],
    "cross-entropy's gradient": of_dz(lambda a, z: (a - y) / N),
    "transposed": lambda W: gradient(W).T,
    "all zero": np.zeros_like,
    "NaN in one place": lambda W: np.where(np.arange(D)[:, None] == 1, np.nan, gradient(W)),
    "infinite": lambda W: np.full_like(W, np.inf),
    "one part in 100,000": lambda W: gradient(W) * (1 + 1e-5),
}


@pytest.mark.parametrize("method", METHODS)
def test_the_right_gradient_passes(method: str) -> None:
    assert gradcheck.check(loss, gradient, W, method).ok


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_gradient_is_caught(name: str, method: str) -> None:
    assert not gradcheck.check(loss, WRONG[name], W, method).ok


def test_the_complex_step_sees_one_part_in_a_hundred_billion() -> None:
    assert not gradcheck.check(loss, lambda W: gradient(W) * (1 + 1e-11), W).ok


def test_db_averaged_again_is_caught() -> None:
    def loss_of_b(b: Array) -> complex:
        return complex(((sigmoid(X @ W + b) - y) ** 2).mean())

    def dz(b: Array) -> Array:
        a = sigmoid(X @ W + b)
        return 2 * (a - y) * a * (1 - a) / N

    assert gradcheck.check(loss_of_b, lambda b: dz(b).sum(axis=0), b).ok
    assert not gradcheck.check(loss_of_b, lambda b: dz(b).mean(axis=0), b).ok


def test_softmax_taken_element_by_element_is_caught() -> None:
    z, weight = RNG.standard_normal((3, 4)), RNG.standard_normal((3, 4))

    def f(z: Array) -> complex:
        return complex((weight * softmax(z)).sum())

    assert gradcheck.check(f, lambda z: softmax_gradient(softmax(z), weight), z).ok
    assert not gradcheck.check(f, lambda z: weight * softmax(z) * (1 - softmax(z)), z).ok


def test_a_slope_of_zero_everywhere_is_right_where_the_function_is_flat() -> None:
    assert gradcheck.check(lambda x: 3.0, np.zeros_like, W, "central_difference").ok


def test_the_message_names_the_place_both_values_and_the_error() -> None:
    check = gradcheck.check(lambda x: complex((x**2).sum()), lambda x: x * np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    assert str(check) == ("gradient is 6 where 4 is due, at (1,): relative error 3.2e-01, tolerance 1.0e-12")


def test_the_message_names_both_shapes() -> None:
    assert str(gradcheck.check(loss, WRONG["transposed"], W)) == "gradient has shape (1, 4) where (4, 1) is due"


def test_an_unknown_method_lists_what_there_is() -> None:
    with pytest.raises(ValueError, match="central_difference, complex_step"):
        gradcheck.check(loss, gradient, W, "forward")


@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
def test_the_central_difference_takes_small_and_large_entries(size: float) -> None:
    x = np.array([size, -2 * size])
    # x**3 has the largest truncation error of the formulas here: h**2, relative to x**2 where x is 1 or more
    check = gradcheck.check(lambda x: complex((x**2).sum()), lambda x: 2 * x, x, "central_difference")
    assert check.ok, str(check)
