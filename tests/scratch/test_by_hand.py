"""Does one step come out as it does on paper? Every number here is exact in binary, so equality is exact, too."""

import numpy as np
import pytest

import scratch
from scratch.arrays import Array

X = np.array([[1.0, 2.0], [3.0, -1.0]], np.float32)
y = np.array([1.0, 0.0], np.float32)
W = np.array([[0.5], [-0.25]], np.float32)
b = np.array([1.0], np.float32)


def perceptron(activation: str, loss: str, optimizer: scratch.optimizers.Optimizer) -> scratch.Sequential:
    model = scratch.Sequential([scratch.Input((2,)), scratch.layers.Dense(1, activation=activation)])
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    model.set_weights([W, b])
    return model


def stepped(optimizer: scratch.optimizers.Optimizer, steps: int = 1) -> tuple[list[float], float]:
    model = perceptron("linear", "mse", optimizer)
    for _ in range(steps):
        model.fit(X, y, batch_size=2, shuffle=False, verbose=0)
    found: tuple[Array, Array] = tuple(model.get_weights())  # type: ignore[assignment]
    return found[0].ravel().tolist(), float(found[1][0])


def test_a_linear_perceptron_with_the_squared_error() -> None:
    # z = a = X @ W + b = [0.5 - 0.5 + 1, 1.5 + 0.25 + 1] = [1, 2.75]
    # a - y = [0, 2.75]; loss = 2.75**2 / 2 = 3.78125; dz = 2 * (a - y) / 2 = [0, 2.75]
    # dW = X.T @ dz = [3 * 2.75, -2.75] = [8.25, -2.75]; db = 2.75
    # W - 0.5 * dW = [0.5 - 4.125, -0.25 + 1.375]; b - 0.5 * db = 1 - 1.375
    model = perceptron("linear", "mse", scratch.optimizers.SGD(0.5))
    assert model.predict(X).ravel().tolist() == [1.0, 2.75]
    assert model.evaluate(X, y, verbose=0) == [3.78125, 0.5]
    assert stepped(scratch.optimizers.SGD(0.5)) == ([-3.625, 1.125], -0.375)


def test_a_sigmoid_that_sits_on_the_fence() -> None:
    # W = 0, b = 0, so z = 0 and a = 1/2; dz = 2 * (a - y) / 2 * a * (1 - a) = [-1/2, 1/2] / 4 = [-1/8, 1/8]
    # dW = [-1/8 + 3/8, -2/8 - 1/8] = [1/4, -3/8]; db = 0; a step of 2 gives W = [-1/2, 3/4]
    model = perceptron("sigmoid", "mse", scratch.optimizers.SGD(2.0))
    model.set_weights([W * 0, b * 0])
    assert model.predict(X).ravel().tolist() == [0.5, 0.5]
    # one half is not above one half: both rows count as 'no', and one of them is
    assert model.evaluate(X, y, verbose=0) == [0.25, 0.5]
    assert model.evaluate(X, y * 0, verbose=0) == [0.25, 1.0]
    assert model.evaluate(X, y * 0 + 1, verbose=0) == [0.25, 0.0]
    model.fit(X, y, batch_size=2, shuffle=False, verbose=0)
    assert model.get_weights()[0].ravel().tolist() == [-0.5, 0.75]
    assert model.get_weights()[1].tolist() == [0.0]


def test_two_steps_with_momentum() -> None:
    # step 1: v = -0.25 * [8.25, -2.75, 2.75] = [-2.0625, 0.6875, -0.6875]; w = w + v = [-1.5625, 0.4375, 0.3125]
    # step 2: a = [-1.5625 + 0.875 + 0.3125, -4.6875 - 0.4375 + 0.3125] = [-0.375, -4.8125]; dz = a - y
    #   = [-1.375, -4.8125]; dw = [-1.375 - 14.4375, -2.75 + 4.8125, -6.1875] = [-15.8125, 2.0625, -6.1875]
    #   v = 0.5 * v - 0.25 * dw = [-1.03125 + 3.953125, 0.34375 - 0.515625, -0.34375 + 1.546875]
    #     = [2.921875, -0.171875, 1.203125]; w = w + v = [1.359375, 0.265625, 1.515625]
    assert stepped(scratch.optimizers.SGD(0.25, momentum=0.5), 2) == ([1.359375, 0.265625], 1.515625)


def test_one_step_with_nesterov() -> None:
    # v = [-2.0625, 0.6875, -0.6875] as above; w = w + 0.5 * v - 0.25 * dw = w + 1.5 * v
    optimizer = scratch.optimizers.SGD(0.25, momentum=0.5, nesterov=True)
    assert stepped(optimizer) == ([0.5 - 3.09375, -0.25 + 1.03125], 1 - 1.03125)


def test_two_steps_with_nesterov() -> None:
    # step 1 as above: v = [-2.0625, 0.6875, -0.6875], w = [-2.59375, 0.78125, -0.03125]
    # step 2: a = [-2.59375 + 1.5625 - 0.03125, -7.78125 - 0.78125 - 0.03125] = [-1.0625, -8.59375]
    #   dz = a - y = [-2.0625, -8.59375]; dw = [-2.0625 - 25.78125, -4.125 + 8.59375, -10.65625]
    #   = [-27.84375, 4.46875, -10.65625]; -0.25 * dw = [6.9609375, -1.1171875, 2.6640625]
    #   v = 0.5 * v - 0.25 * dw = [5.9296875, -0.7734375, 2.3203125]
    #   w = w + 0.5 * v - 0.25 * dw = [-2.59375 + 2.96484375 + 6.9609375, 0.78125 - 0.38671875 - 1.1171875,
    #   -0.03125 + 1.16015625 + 2.6640625]
    optimizer = scratch.optimizers.SGD(0.25, momentum=0.5, nesterov=True)
    assert stepped(optimizer, 2) == ([7.33203125, -0.72265625], 3.79296875)


def test_adams_powers_take_the_betas_through_float32_and_its_factors_do_not() -> None:
    scratch.config.set_floatx("float64")
    w, dw = np.array([1.0]), np.array([0.5])
    scratch.optimizers.Adam(0.25).apply([dw], [w])
    m, v = 0.5 * (1 - 0.9), 0.25 * (1 - 0.999)
    alpha = 0.25 * np.sqrt(1 - float(np.float32(0.999))) / (1 - float(np.float32(0.9)))
    # m, v and alpha are off by six roundings in all, the step by three more, and w - step by one of a number below 1
    assert abs(w[0] - (1 - alpha * m / (np.sqrt(v) + 1e-7))) <= 10 * np.finfo(float).eps
    assert abs(w[0] - (1 - 0.25 * 0.5 / (0.5 + 1e-7 / np.sqrt(0.001)))) > 1e-8  # the textbook's step is another


def test_adams_first_step_is_the_learning_rate_whatever_the_gradients_size() -> None:
    # m = (1 - beta_1) * dw, v = (1 - beta_2) * dw**2, and alpha undoes both factors: dw / |dw|, but for epsilon
    (w1, w2), b1 = stepped(scratch.optimizers.Adam(0.25))
    # float32 holds 1 - 0.999 to one part in 80,000; its root halves that
    assert [w1, w2, b1] == pytest.approx([0.5 - 0.25, -0.25 + 0.25, 1 - 0.25], abs=0.25 / 80_000)


def test_a_short_last_batch_counts_by_its_rows() -> None:
    # A rate of 0 keeps the weights: rows 0 and 1 lose 0 and 2.75**2 = 7.5625, row 2 (X = 0, y = 0) loses b**2 = 1.
    # The mean over rows is 8.5625 / 3; the mean of the batches' means, (3.78125 + 1) / 2, would be wrong.
    model = perceptron("linear", "mse", scratch.optimizers.SGD(0.0))
    rows, targets = np.vstack([X, np.zeros((1, 2), np.float32)]), np.append(y, np.float32(0))
    history = model.fit(rows, targets, batch_size=2, shuffle=False, verbose=0).history
    assert history == {"accuracy": [1 / 3], "loss": [8.5625 / 3]}


def test_the_reported_loss_is_the_one_before_each_step_and_validation_the_one_after_all() -> None:
    model = perceptron("linear", "mse", scratch.optimizers.SGD(0.5))
    history = model.fit(X, y, batch_size=2, shuffle=False, verbose=0, validation_data=(X, y)).history
    assert history["loss"] == [3.78125]
    # W = [-3.625, 1.125], b = -0.375: a = [-1.75, -12.375], a - y = [-2.75, -12.375], squares 7.5625 and 153.140625
    assert history["val_loss"] == [(7.5625 + 153.140625) / 2]
