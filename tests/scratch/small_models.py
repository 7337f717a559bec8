"""Models small enough to train in a test, and six rows for them."""

from collections.abc import Callable
from typing import Any

import numpy as np

import scratch
from scratch.layers import Dense, Flatten, Input

X = np.arange(24.0).reshape(6, 2, 2) / 24
y = np.array([0, 1, 0, 1, 0, 1])


def model_of(*layers: Any) -> scratch.Sequential:
    model = scratch.Sequential(layers or [Input((2, 2)), Flatten(), Dense(1, activation="sigmoid")])
    model.compile(optimizer="sgd", loss="mse", metrics=["accuracy"])
    return model


def weights_of(build: Callable[[], scratch.Sequential]) -> list[Any]:
    scratch.utils.set_random_seed(3)
    model = build()
    model.compile(optimizer="sgd", loss="mse")
    model.fit(X, y, verbose=0)
    return [w.tolist() for w in model.get_weights()]


def added() -> scratch.Sequential:
    model = scratch.Sequential()
    model.add(Input((2, 2)))
    model.add(Flatten())
    model.add(Dense(3, activation="relu"))
    model.add(Dense(1))
    return model
