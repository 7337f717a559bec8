"""Are class numbers turned into one-hot rows, and does a seed repeat everything?"""

import random
from typing import Any

import numpy as np

import scratch
from tests.scratch.small_models import added, model_of, weights_of


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
