"""Are class numbers turned into one-hot rows, and does a seed repeat everything?"""

import random
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


def test_class_numbers_in_a_column_are_class_numbers() -> None:
    column = scratch.utils.to_categorical([[2], [0]])
    assert column.tolist() == [[0, 0, 1], [1, 0, 0]]


def test_class_numbers_of_two_axes_make_rows_of_two_axes() -> None:
    assert scratch.utils.to_categorical([[2], [0]]).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert scratch.utils.to_categorical([[0, 1], [1, 0]], 2).tolist() == [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
    assert scratch.utils.to_categorical([], 3).shape == (0, 3)


def test_a_seed_makes_weights_and_order_repeatable() -> None:
    assert weights_of(added) == weights_of(added)


def test_a_seed_repeats_pythons_and_numpys_numbers_too() -> None:
    def draws(seed: int) -> list[float]:
        scratch.utils.set_random_seed(seed)
        return [random.random(), float(np.random.random()), float(scratch.utils.generator().random())]

    assert draws(1) == draws(1)
    assert all(one != other for one, other in zip(draws(1), draws(2), strict=True))


def test_another_seed_makes_other_weights_and_another_order() -> None:
    def drawn(seed: int) -> tuple[list[Any], list[int]]:
        scratch.utils.set_random_seed(seed)
        return model_of().get_weights()[0].tolist(), scratch.utils.generator().permutation(50).tolist()

    (weights, order), (other_weights, other_order) = drawn(1), drawn(2)
    assert weights != other_weights
    assert order != other_order
