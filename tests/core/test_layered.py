"""Does the ladder of several layers pass what is right, and hold every quantity of every layer?"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from compare.core.checks import Batch
from compare.core.frameworks import keras_framework, scratch_framework
from compare.core.layered import check_layers
from compare.core.recipe import LayerPart, Part, Recipe, Unsupported

SIZES = (6, 5, 4, 3)


def dense(units: int, activation: str | None = None) -> LayerPart:
    return LayerPart("layers", "Dense", {"units": units} | ({"activation": activation} if activation else {}), 2)


def recipe(hidden: str, last: str, loss: str, optimizer: Part, dtype: str = "float32") -> Recipe:
    layers = (dense(SIZES[1], hidden), dense(SIZES[2], hidden), dense(SIZES[3], last))
    return Recipe(layers, (SIZES[0],), dtype, loss, optimizer)


def batch(loss: str, dtype: str = "float32") -> Batch:
    rng = np.random.default_rng(0)
    weights = [w for i, o in pairwise(SIZES) for w in (rng.normal(size=(i, o)), np.zeros(o))]
    X, classes = rng.random((7, SIZES[0])), rng.integers(0, SIZES[3], 7)
    y = classes if loss.startswith("sparse") else np.eye(SIZES[3])[classes]
    return Batch(X.astype(dtype), y, [w.astype(dtype) for w in weights])


SGD, ADAM = Part("optimizers", "SGD", {"learning_rate": 0.1}), Part("optimizers", "Adam", {"learning_rate": 0.01})


@pytest.mark.parametrize(
    ("hidden", "last", "loss", "optimizer", "dtype"),
    [
        ("relu", "softmax", "sparse_categorical_crossentropy", SGD, "float32"),
        ("relu", "softmax", "categorical_crossentropy", ADAM, "float32"),
        ("sigmoid", "sigmoid", "binary_crossentropy", SGD, "float32"),
        ("relu", "linear", "mse", SGD, "float64"),
    ],
)
def test_three_layers_of_both_sides_agree_in_every_quantity(
    keras: Any, hidden: str, last: str, loss: str, optimizer: Part, dtype: str
) -> None:
    made = recipe(hidden, last, loss, optimizer, dtype)
    checks = check_layers(keras_framework(), scratch_framework(), made, batch(loss, dtype))
    assert [str(check) for check in checks if not check.ok] == []
    layers = {f"{symbol}{n}" for symbol in ("z", "a", "dz", "dW", "db") for n in (1, 2, 3)}
    assert {check.quantity for check in checks} >= layers
    assert max(check.share or 0 for check in checks) > 1e-4  # tolerances that say something


def test_the_ladder_goes_up_from_the_first_layer_and_back_from_the_last(keras: Any) -> None:
    made = recipe("relu", "softmax", "categorical_crossentropy", SGD)
    checks = check_layers(keras_framework(), scratch_framework(), made, batch("categorical"))
    rungs = list(dict.fromkeys(check.rung for check in checks))
    up, back = [f"layer {n}" for n in (1, 2, 3)], [f"layer {n}, backward" for n in (3, 2, 1)]
    assert rungs == ["initial weights", *up, "loss", *back, "weights after one step"]
    assert all(check.of_one_step for check in checks)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (LayerPart("layers", "Conv2D", {"filters": 3}), r"scratch has no layers\.Conv2D, a convolution layer"),
        (LayerPart("layers", "Dense", {"units": 3, "kernel_constraint": "max_norm"}), "Dense has no kernel_constraint"),
        (LayerPart("layers", "Dense", {"units": 3, "activation": "hard_shrink"}), "unknown activation 'hard_shrink'"),
    ],
)
def test_what_scratch_does_not_have_is_named(part: LayerPart, said: str) -> None:
    with pytest.raises(Unsupported, match=said):
        Recipe((part,), (4,)).supported()
