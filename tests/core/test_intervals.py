"""Do the rounding bounds hold every correct program, and hold out every wrong one?"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from compare.core.intervals import Interval
from scratch import Input, Sequential, activations, losses, optimizers
from scratch.arrays import Array
from scratch.layers import Dense

DTYPES = st.sampled_from(["float32", "float64"])


def arrays(dtype: str, shape: tuple[int, ...], size: float = 10.0) -> st.SearchStrategy[Array]:
    return hnp.arrays(dtype, shape, elements=st.floats(-size, size, width=32))


def holds(bound: Interval, computed: Array) -> bool:
    return bool(((bound.low <= computed) & (computed <= bound.high)).all())


@given(st.data(), DTYPES, st.integers(1, 200))
def test_a_dot_product_in_any_order_is_inside(data: st.DataObject, dtype: str, n: int) -> None:
    x, w = data.draw(arrays(dtype, (1, n))), data.draw(arrays(dtype, (n, 1)))
    bound = Interval.exact(x) @ Interval.exact(w)
    forwards = backwards = np.zeros(1, dtype)
    for i in range(n):
        forwards = forwards + x[0, i] * w[i]
        backwards = backwards + x[0, -1 - i] * w[-1 - i]
    assert holds(bound, forwards)
    assert holds(bound, backwards)
    assert holds(bound, x @ w)


@given(st.data(), DTYPES)
def test_every_way_to_write_the_sigmoid_is_inside(data: st.DataObject, dtype: str) -> None:
    z = data.draw(arrays(dtype, (5, 1), size=80))
    bound = activations.sigmoid(Interval.exact(z))
    with np.errstate(over="ignore"):
        ways = {
            "plain": 1 / (1 + np.exp(-z)),
            "with exp(z)": np.where(z > 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z))),
            "ours": activations.sigmoid(z),
        }
    for name, a in ways.items():
        assert a.dtype == dtype
        # the plain form flushes what lies below 1 / (largest float) to 0; no more than `smallest` is lost
        assert holds(bound, a), name


def perceptron(loss: Callable[[Array, Array], Array]) -> tuple[Sequential, Dense]:
    layer = Dense(1, activation="sigmoid")
    model = Sequential([Input((6,)), layer])
    model.compile(optimizer="sgd", loss=loss)
    return model, layer


@given(st.data(), DTYPES, st.sampled_from([losses.mean_squared_error, losses.binary_crossentropy]))
def test_scratch_itself_is_inside(data: st.DataObject, dtype: str, loss: Callable[[Array, Array], Array]) -> None:
    X, W = data.draw(arrays(dtype, (4, 6), 1.0)), data.draw(arrays(dtype, (6, 1), 1.0))
    y = np.array([[0], [1], [0], [1]], dtype)
    model, layer = perceptron(loss)

    def everything(X: Array, W: Array) -> list[Array]:
        layer.W, layer.b = W, np.zeros(1, dtype)
        layer.forward(X)
        model.backward(y)
        return [layer.z, layer.a, layer.dz, layer.dW, model.compute_loss(y, layer.z, layer.a)]

    bounds = everything(Interval.exact(X), Interval.exact(W))  # type: ignore[arg-type]
    for bound, computed in zip(bounds, everything(X, W), strict=True):
        assert holds(bound, computed)  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_tolerance_is_small_against_the_number(dtype: str) -> None:
    z = np.linspace(-10, 10, 21, dtype=dtype)[:, None]
    bound = activations.sigmoid(Interval.exact(z))
    assert (bound.tolerance <= 60 * np.finfo(dtype).eps * bound.high).all()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("factor 2 missing", lambda X, y, a: X.T @ ((a - y) * a * (1 - a) / len(y))),
        ("slope missing", lambda X, y, a: X.T @ (2 * (a - y) / len(y))),
        ("sum for mean", lambda X, y, a: X.T @ (2 * (a - y) * a * (1 - a))),
        ("wrong sign", lambda X, y, a: X.T @ (2 * (y - a) * a * (1 - a) / len(y))),
        ("one part in 10,000", lambda X, y, a: X.T @ (2.0002 * (a - y) * a * (1 - a) / len(y))),
    ],
)
def test_a_wrong_gradient_is_outside(name: str, wrong: Callable[[Array, Array, Array], Array]) -> None:
    rng = np.random.default_rng(0)
    X, W = rng.random((32, 8), np.float32), rng.standard_normal((8, 1), np.float32)
    y = (rng.random((32, 1)) < 0.1).astype(np.float32)
    model, layer = perceptron(losses.mean_squared_error)

    def dW(X: Array, W: Array) -> Array:
        layer.W, layer.b = W, np.zeros(1, np.float32)
        model(X)
        return model.backward(y)[0]

    bound, right = dW(Interval.exact(X), Interval.exact(W)), dW(X, W)  # type: ignore[arg-type]
    assert holds(bound, right)  # type: ignore[arg-type]
    assert not holds(bound, wrong(X, y, activations.sigmoid(X @ W))), name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.SGD(0.1),
        optimizers.SGD(0.1, momentum=0.9),
        optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        optimizers.Adam(),
    ],
)
def test_an_update_runs_on_intervals_and_holds_the_computed_one(optimizer: optimizers.Optimizer) -> None:
    rng = np.random.default_rng(1)
    w, dw = rng.standard_normal((2, 20)).astype(np.float32)
    bound, computed = Interval.exact(w), w.copy()
    optimizer.apply([Interval.exact(dw)], [bound])  # type: ignore[list-item]
    again = type(optimizer)(**{k: v for k, v in optimizer.get_config().items() if k in ARGUMENTS})
    again.apply([dw], [computed])
    assert holds(bound, computed)
    assert np.isfinite(bound.tolerance).all()


ARGUMENTS = ("learning_rate", "momentum", "nesterov", "beta_1", "beta_2", "epsilon")


def test_a_comparison_that_rounding_could_turn_is_left_open() -> None:
    a = Interval(np.array([0.1, 0.4, 0.9]), np.array([0.2, 0.6, 0.95]), np.dtype("float32"))
    answer = (a >= 0.5) & (a <= 1.0)
    assert answer.low.tolist() == [0, 0, 1]
    assert answer.high.tolist() == [0, 1, 1]


def test_dividing_by_what_may_be_zero_is_no_bound_at_all() -> None:
    divisor = Interval(np.array([-1e-9]), np.array([1e-9]), np.dtype("float32"))
    assert (1.0 / divisor).tolerance == np.inf


def test_an_operation_without_a_rule_is_refused() -> None:
    with pytest.raises(TypeError):
        np.sin(Interval.exact(np.zeros(2)))
    with pytest.raises(TypeError):
        np.concatenate([Interval.exact(np.zeros(2))] * 2)


def test_a_choice_is_one_or_the_other_where_it_is_sure_and_both_in_between() -> None:
    z = Interval(np.array([-2.0, -1e-9, 3.0]), np.array([-1.0, 1e-9, 4.0]), np.dtype("float32"))
    chosen = np.where(z > 0, z, 0.0 * z - 5)
    assert chosen.high[0] < -4
    assert chosen.low[1] < -4
    assert chosen.high[1] > -1e-3
    assert chosen.low[2] >= 3


def test_a_size_and_the_largest_of_a_row_round_nothing() -> None:
    z = Interval(np.array([[-2.0, -1.0]]), np.array([[-1.5, 3.0]]), np.dtype("float32"))
    size, largest = np.abs(z), z.max(axis=-1)
    assert (size.low.tolist(), size.high.tolist()) == ([[1.5, 0.0]], [[2.0, 3.0]])
    assert (largest.low.tolist(), largest.high.tolist()) == ([-1.0], [3.0])
