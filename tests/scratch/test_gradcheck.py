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
    "one part in a million": lambda W: gradient(W) * (1 + 1e-6),
    "one entry a part in a million off": lambda W: (
        gradient(W) + 1e-6 * np.abs(gradient(W)).max() * (np.arange(D)[:, None] == 0)
    ),
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


@pytest.mark.parametrize("method", METHODS)
def test_a_transposed_gradient_of_as_many_inputs_as_units_is_caught(method: str) -> None:
    """Its shape gives nothing away."""
    square = RNG.standard_normal((D, D))

    def loss(W: Array) -> complex:
        return complex((sigmoid(X @ W) ** 2).mean())

    def gradient(W: Array) -> Array:
        a = sigmoid(X @ W)
        return X.T @ (2 * a * a * (1 - a) / a.size)

    assert gradcheck.check(loss, gradient, square, method).ok
    assert not gradcheck.check(loss, lambda W: gradient(W).T, square, method).ok


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_function_that_is_not_finite_passes_no_gradient(value: float, method: str) -> None:
    def f(x: Array) -> complex:
        return complex(value, value) * x[0]

    with np.errstate(invalid="ignore"):
        for stated in (np.zeros_like, np.ones_like, lambda x: np.full_like(x, value)):
            assert not gradcheck.check(f, stated, np.array([0.5]), method).ok


OF_ANY_SIZE = [1e-200, 1e-150, 1e-30, 1e30, 1e150, 1e160]


@pytest.mark.filterwarnings("ignore:overflow encountered in dot")
@pytest.mark.parametrize("size", OF_ANY_SIZE)
def test_a_wrong_gradient_of_any_size_is_caught(size: float) -> None:
    def f(x: Array) -> complex:
        return complex((size * x).sum())

    assert gradcheck.check(f, lambda x: np.full_like(x, size), np.array([1.0, 2.0])).ok
    for wrong in (1 + 1e-9, 2.0, -1.0, 0.0):
        assert not gradcheck.check(f, lambda x, wrong=wrong: np.full_like(x, size * wrong), np.array([1.0, 2.0])).ok


def test_a_list_of_whole_numbers_is_a_gradient_and_a_place() -> None:
    whole = np.array([1, 2])
    for method in METHODS:
        assert gradcheck.check(lambda x: complex((3 * x).sum()), lambda x: [3, 3], whole, method).ok


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
    assert str(check) == "gradient is 6 where 4 is due, at (1,): relative error 3.2e-01, tolerance 1.0e-12"


def test_the_message_names_the_entry_that_is_off_most_not_the_largest_one() -> None:
    check = gradcheck.check(
        lambda x: complex((x**2).sum()), lambda x: 2 * x + [[1, 0], [0, 0]], np.array([[1.0, 9.0], [7.0, 8.0]])
    )
    assert str(check).startswith("gradient is 3 where 2 is due, at (0, 0): relative error 3.6e-02")


def test_the_message_names_the_entry_that_is_not_a_number() -> None:
    assert str(gradcheck.check(loss, WRONG["NaN in one place"], W)).startswith("gradient is nan where ")
    assert ", at (1, 0): relative error inf," in str(gradcheck.check(loss, WRONG["NaN in one place"], W))


def test_the_message_names_both_shapes() -> None:
    assert str(gradcheck.check(loss, WRONG["transposed"], W)) == "gradient has shape (1, 4) where (4, 1) is due"


def test_an_unknown_method_lists_what_there_is() -> None:
    with pytest.raises(ValueError, match="unknown method 'forward': scratch has central_difference, complex_step"):
        gradcheck.check(loss, gradient, W, "forward")


@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
def test_the_central_difference_takes_small_and_large_entries(size: float) -> None:
    x = np.array([size, -2 * size])
    # a parabola has no third derivative, so that all error is rounding: of x**2 for a large x, of h**2 for a small one
    check = gradcheck.check(lambda x: complex((x**2).sum()), lambda x: 2 * x, x, "central_difference")
    assert check.ok, str(check)


def test_the_central_difference_keeps_ten_digits_of_a_curve() -> None:
    """x**3 is off by h**2, 4e-11 of it at 1: less would be luck, more a step of the wrong size."""
    df = gradcheck.central_difference(lambda x: complex(x[0] ** 3), np.array([1.0]))
    rounding = 4 * np.finfo(float).eps / gradcheck.CENTRAL_STEP
    assert abs(df[0] - 3 - gradcheck.CENTRAL_STEP**2) <= rounding


@pytest.mark.parametrize("at", [0.3, 0.7, -3.3, 1e8 + 0.1])
def test_the_central_difference_of_a_straight_line_is_exact(at: float) -> None:
    assert gradcheck.central_difference(lambda x: complex(x[0]), np.array([at])).tolist() == [1.0]


def test_a_check_cannot_be_changed_afterwards() -> None:
    check = gradcheck.check(loss, gradient, W)
    with pytest.raises(AttributeError):
        check.error = 0.0  # type: ignore[misc]
