"""Does a model of scratch train, report and predict as the same model of Keras does?

Each run is made by both libraries from the same weights, in the same order. The tolerance of every number comes from
a third run, whose weights carry rounding bounds from step to step (see ``rounding``).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rounding import Bounded, Watched, assert_same

import scratch
from scratch.arrays import Array

Build = Callable[[Any], Any]


class Watching:
    """scratch under its own names, where ``Sequential`` carries bounds along."""

    Sequential = Watched

    def __getattr__(self, name: str) -> Any:
        return getattr(scratch, name)


def sgd(rate: float = 0.1, **options: Any) -> Build:
    return lambda k: k.optimizers.SGD(learning_rate=rate, **options)


def model_of(
    *layers: tuple[int, str], optimizer: Any = "sgd", loss: str = "mse", metrics: Any = ("accuracy",)
) -> Build:
    """Return what builds a model of Dense layers in either library."""

    def build(k: Any) -> Any:
        model = k.Sequential([k.layers.Dense(units, activation=activation) for units, activation in layers])
        model.compile(
            optimizer=optimizer if isinstance(optimizer, str) else optimizer(k), loss=loss, metrics=list(metrics)
        )
        return model

    return build


def weights_like(model: Any, seed: int = 0) -> list[Array]:
    """Return weights small enough to learn from, the same for both libraries; no bias is 0."""
    draw = np.random.default_rng(seed).uniform
    return [draw(-0.3, 0.3, w.shape).astype(w.dtype) for w in model.get_weights()]


def pair(keras: Any, build: Build, x: Any) -> tuple[Any, Watched]:
    """Build the model in both libraries, and give both the same weights."""
    theirs, ours = build(keras), build(Watching())
    if not ours.get_weights():
        theirs.build((None, *np.shape(x)[1:]))
        ours.build(np.shape(x)[1:])
    weights = weights_like(ours)
    theirs.set_weights(weights)
    ours.set_weights(weights)
    return theirs, ours


def assert_same_run(keras: Any, build: Build, x: Any, y: Any, fits: int = 1, **options: Any) -> tuple[Any, Watched]:
    """Fit both, and compare the history, every weight, ``evaluate`` and ``predict``."""
    theirs, ours = pair(keras, build, x)
    for _ in range(fits):
        history = theirs.fit(x, y, shuffle=False, verbose=0, **options).history
        mine = ours.fit(x, y, shuffle=False, verbose=0, **options).history
        assert list(history) == list(mine)
        for name, values in history.items():
            for epoch, (their, our) in enumerate(zip(values, mine[name], strict=True)):
                assert type(our) is float
                assert_same(f"{name} of epoch {epoch}", their, our, ours.bounds[name][epoch])
    for i, (their, our, bound) in enumerate(
        zip(theirs.get_weights(), ours.get_weights(), ours.bounded_weights, strict=True)
    ):
        assert their.dtype == our.dtype
        assert_same(f"{'Wb'[i % 2]} of layer {i // 2}", their, our, bound)
    return theirs, ours


def images(rows: int, seed: int = 0) -> tuple[Array, Array]:
    """Return pixels from 0 to 1, six to a row, and one of three classes, which they tell."""
    draw = np.random.default_rng(seed)
    x = draw.random((rows, 6))
    return x, (x @ np.arange(6) / 3).astype(int) % 3


TRAIN, HELD = images(70), images(41, seed=1)  # 32 + 32 + 6 rows; 32 + 9
SHORT_LAST = {"epochs": 4, "batch_size": 32}

OPTIMIZERS = {
    "sgd": sgd(),
    "momentum": sgd(momentum=0.9),
    "nesterov": sgd(momentum=0.9, nesterov=True),
    "adam": lambda k: k.optimizers.Adam(learning_rate=0.01),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_perceptron_trains_alike_with_short_last_batches(keras: Any, both_in: str, optimizer: Build) -> None:
    build = model_of((1, "sigmoid"), optimizer=optimizer)
    held = HELD[0], HELD[1] == 0
    assert_same_run(keras, build, TRAIN[0], TRAIN[1] == 0, validation_data=held, **SHORT_LAST)


HEADS = {
    "linear mse": (1, "linear", "mean_squared_error"),
    "relu mse": (1, "relu", "mse"),
    "linear binary": (1, "linear", "binary_crossentropy"),
    "sigmoid binary": (1, "sigmoid", "binary_crossentropy"),
    "three sigmoids binary": (3, "sigmoid", "binary_crossentropy"),
    "softmax mse": (3, "softmax", "mse"),
    "softmax categorical": (3, "softmax", "categorical_crossentropy"),
    "softmax sparse": (3, "softmax", "sparse_categorical_crossentropy"),
}


@pytest.mark.parametrize(("units", "activation", "loss"), HEADS.values(), ids=HEADS)
def test_every_kind_of_output_trains_alike(keras: Any, units: int, activation: str, loss: str) -> None:
    y = TRAIN[1] if loss.startswith("sparse") else np.eye(3)[TRAIN[1]] if units == 3 else TRAIN[1] == 0
    build = model_of((units, activation), optimizer=sgd(), loss=loss)
    assert_same_run(keras, build, TRAIN[0], y, epochs=2)
