"""Does training keep the laws that the math promises?"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scratch
from scratch.arrays import Array
from scratch.optimizers import SGD, Adam, Optimizer
from tests.scratch.strategies import arrays

RNG = np.random.default_rng(0)
D = 6
OPTIMIZERS: dict[str, Callable[[float], Optimizer]] = {
    "sgd": SGD,
    "momentum": lambda rate: SGD(rate, momentum=0.9),
    "nesterov": lambda rate: SGD(rate, momentum=0.9, nesterov=True),
    "adam": Adam,
}


def model_of(
    optimizer: Optimizer | str = "sgd", units: int = 1, activation: str = "sigmoid", loss: str = "mse", seed: int = 0
) -> scratch.Sequential:
    scratch.utils.set_random_seed(seed)
    model = scratch.Sequential([scratch.Input((2, D // 2)), scratch.layers.Flatten()])
    model.add(scratch.layers.Dense(units, activation=activation))
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


def gradients(model: scratch.Sequential, X: Array, y: Array) -> tuple[Array, ...]:
    model(X)
    return model.backward(y)


def rounding_of_a_sum(X: Array, y: Array) -> float:
    """Bound the rounding of a gradient of these rows: D products in z, N in dW, a dozen operations between."""
    u = np.finfo(float).eps / 2
    return 2 * (D + len(X) + 12) * u * float(np.abs(X).sum() + len(X)) * 2


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy"])
@given(st.data(), st.integers(2, 12))
def test_a_batchs_gradient_is_the_row_weighted_mean_of_its_shards(loss: str, data: st.DataObject, n: int) -> None:
    scratch.config.set_floatx("float64")
    model = model_of(loss=loss)
    X, y = data.draw(arrays(n, 2, D // 2)), data.draw(arrays(n, 1)) > 0
    cuts = sorted(data.draw(st.sets(st.integers(1, n - 1), max_size=3)))
    shards = [rows for rows in np.split(np.arange(n), cuts) if len(rows)]
    whole = gradients(model, X, y.astype(float))
    parts = [gradients(model, X[rows], y[rows].astype(float)) for rows in shards]
    for i, dw in enumerate(whole):
        mean = sum(len(rows) * part[i] for rows, part in zip(shards, parts, strict=True)) / n
        assert np.abs(dw - mean).max() <= rounding_of_a_sum(X, y)


@given(st.data(), st.integers(2, 12))
def test_the_order_of_a_batchs_rows_changes_nothing_but_rounding(data: st.DataObject, n: int) -> None:
    scratch.config.set_floatx("float64")
    model = model_of()
    X, y = data.draw(arrays(n, 2, D // 2)), data.draw(arrays(n, 1))
    order = data.draw(st.permutations(range(n)))
    for one, other in zip(gradients(model, X, y), gradients(model, X[order], y[order]), strict=True):
        assert np.abs(one - other).max() <= rounding_of_a_sum(X, y) * max(1, np.abs(y).max())


x = RNG.integers(0, 256, (50, 2, D // 2), np.uint8)
y = RNG.random(50) < 0.3


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_learning_rate_of_0_changes_nothing_at_all(name: str) -> None:
    model = model_of(OPTIMIZERS[name](0.0))
    before = model.get_weights()
    model.fit(x / 255, y, batch_size=8, epochs=3, verbose=0)
    assert all(np.array_equal(w, v) for w, v in zip(model.get_weights(), before, strict=True))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_epochs_in_several_fits_are_those_of_one(name: str) -> None:
    one, several = model_of(OPTIMIZERS[name](0.1)), model_of(OPTIMIZERS[name](0.1))
    history = one.fit(x / 255, y, batch_size=8, epochs=3, shuffle=False, verbose=0).history
    parts = [several.fit(x / 255, y, batch_size=8, shuffle=False, verbose=0).history for _ in range(3)]
    assert {name: [part[name][0] for part in parts] for name in history} == history
    assert all(np.array_equal(w, v) for w, v in zip(one.get_weights(), several.get_weights(), strict=True))


def test_bytes_train_exactly_as_the_same_numbers_in_floats_do() -> None:
    by_bytes, by_floats = model_of(SGD(1e-4)), model_of(SGD(1e-4))
    by_bytes.fit(x, y, epochs=2, shuffle=False, verbose=0)
    by_floats.fit(x.astype(np.float32), y, epochs=2, shuffle=False, verbose=0)
    assert np.array_equal(by_bytes.get_weights()[0], by_floats.get_weights()[0])


def test_fit_is_the_plain_loop_bit_for_bit() -> None:
    model = model_of(SGD(0.1))
    W, b = model.get_weights()
    X, targets, rate = (x / 255).astype(np.float32), y[:, None].astype(np.float32), np.float32(0.1)
    for _ in range(3):
        for start in range(0, 50, 8):
            X_batch, y_batch = X[start : start + 8].reshape(-1, D), targets[start : start + 8]
            z = X_batch @ W + b
            a = np.exp(z) / (1 + np.exp(z))
            dz = np.float32(2 / len(a)) * (a - y_batch) * a * (1 - a)
            dW, db = X_batch.T @ dz, dz.sum(axis=0)
            W, b = W - rate * dW, b - rate * db
    model.fit(x / 255, y, batch_size=8, epochs=3, shuffle=False, verbose=0)
    assert np.array_equal(model.get_weights()[0], W)
    assert np.array_equal(model.get_weights()[1], b)


def test_units_are_perceptrons_side_by_side() -> None:
    """The squared error is a mean over U units, so each learns U times more slowly than alone."""
    scratch.config.set_floatx("float64")
    together, alone = model_of(SGD(0.5 * 3), units=3), [model_of(SGD(0.5)) for _ in range(3)]
    W, b = together.get_weights()
    targets = np.stack([y, ~y, y], axis=1)
    together.fit(x / 255, targets, batch_size=8, epochs=2, shuffle=False, verbose=0)
    for unit, model in enumerate(alone):
        model.set_weights([W[:, [unit]], b[[unit]]])
        model.fit(x / 255, targets[:, unit], batch_size=8, epochs=2, shuffle=False, verbose=0)
        # 14 steps, each off by the rounding of numbers of order 1
        assert np.allclose(model.get_weights()[0], together.get_weights()[0][:, [unit]], rtol=0, atol=1e-14)


def test_shuffling_sees_every_row_once_an_epoch_in_a_fresh_order() -> None:
    seen: list[float] = []

    class Watch(scratch.layers.Dense):
        def forward(self, X: Array) -> Array:
            seen.extend(X[:, 0].tolist())
            return super().forward(X)

    model = scratch.Sequential([scratch.Input((1,)), Watch(1)])
    model.compile(optimizer=SGD(0.0), loss="mse")
    rows = np.arange(20.0)[:, None]
    model.fit(rows, rows, batch_size=6, epochs=2, verbose=0)
    first, second = seen[:20], seen[20:]
    assert sorted(first) == sorted(second) == rows.ravel().tolist()
    assert first != second != rows.ravel().tolist()


def test_every_layer_sees_the_float_type_of_the_model_whatever_the_rows_are() -> None:
    for floatx in ("float32", "float64"):
        scratch.config.set_floatx(floatx)
        model = model_of(SGD(1e-4))
        for dtype in (np.uint8, np.int64, np.float16, np.float32, np.float64):
            model.fit(x.astype(dtype), y, verbose=0)
            seen = model.layers[1].X, model.layers[1].a, *model.get_weights(), model.predict(x.astype(dtype))
            assert {array.dtype for array in seen} == {np.dtype(floatx)}


def test_wider_floats_are_rounded_before_they_are_trained_on() -> None:
    wide, rounded = model_of(SGD(0.1)), model_of(SGD(0.1))
    thirds = x / 765
    assert (thirds.astype(np.float32) != thirds).any()
    wide.fit(thirds, y, epochs=2, shuffle=False, verbose=0)
    rounded.fit(thirds.astype(np.float32), y, epochs=2, shuffle=False, verbose=0)
    assert np.array_equal(wide.get_weights()[0], rounded.get_weights()[0])


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy", "categorical_crossentropy"])
@pytest.mark.parametrize("activation", ["linear", "sigmoid", "relu", "softmax"])
def test_training_on_pixels_makes_no_nan(activation: str, loss: str) -> None:
    """Raw bytes, some rows all 0: whatever they do to the loss, numbers they remain."""
    model = model_of(SGD(1e-3), units=3, activation=activation, loss=loss)
    rows = x * (np.arange(50) % 5 > 0)[:, None, None].astype(np.uint8)
    targets = scratch.utils.to_categorical(np.arange(50) % 3, 3)
    # outputs without an upper end diverge at this rate on pixels of 255, as they should: theirs are scaled
    history = model.fit(rows / 255 if activation in ("linear", "relu") else rows, targets, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert all(np.isfinite(w).all() for w in [*model.get_weights(), model.predict(rows)])
