"""Does the ladder pass what is right, and name the first rung that a planted mistake departs on?"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compare.comparison import Comparison, compare
from compare.ladder import Rung, held
from compare.recipe import Recipe
from scratch import activations, data, layers, losses, metrics, models, optimizers
from scratch.arrays import Array
from scratch.datasets import Dataset

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("keras", "scratch", "tolerance", "ok"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0.0, True),
        ([1.0, 2.0], [1.0, 2.1], 0.2, True),
        ([1.0, 2.0], [1.0, 2.1], 0.05, False),
        ([1.0, 2.0], [1.0, 2.1], [0.2, 0.05], False),
        ([NAN, 2.0], [NAN, 2.0], 0.0, True),
        ([INF, 2.0], [NAN, 2.0], 0.0, True),
        ([NAN, 2.0], [1.0, 2.0], 1e9, False),
        ([1.0, 2.0], [1.0, NAN], INF, False),
        ([1.0, 2.0], [1.0, 2.0], NAN, False),
        ([1.0, 2.0], [1.0, 2.0], INF, False),
        ([NAN, NAN], [NAN, NAN], NAN, True),
        ([NAN, NAN], [0.0, 0.0], NAN, False),
        ([1.0, 2.0], [1.0], 1.0, False),
    ],
)
def test_nan_infinity_and_endless_tolerances_never_pass_by_accident(
    keras: list[float], scratch: list[float], tolerance: Any, ok: bool
) -> None:
    assert held("rung", "quantity", keras, scratch, tolerance).ok is ok


def test_a_message_names_the_quantity_the_shape_both_values_and_what_is_allowed() -> None:
    rung = held("z", "z", [[1.0], [2.5]], [[1.0], [2.0]], 0.125)
    assert str(rung) == (
        "z: z (2, 1) departs: Keras 2.5, scratch 2 at (1, 0), a difference of 0.5 where 0.125 is allowed"
    )
    assert rung.share == 4.0


def test_what_is_not_reached_says_so() -> None:
    assert str(Rung("z", "z", (2,))) == "z: z was not reached"


@pytest.fixture(params=["float32", "float64"])
def matching(request: pytest.FixtureRequest, digits: Dataset) -> Comparison:
    return compare(Recipe(epochs=2, dtype=request.param), digits)


def test_every_rung_passes_where_nothing_is_wrong(matching: Comparison) -> None:
    assert [rung for rung in matching.ladder if not rung.ok] == []
    assert matching.verdict is not None
    assert matching.verdict.word == "matched"


def wrong(function: Callable[..., Any]) -> Any:
    """Replace the gradient of the mean squared error."""
    return (losses._BY_NAME, "mse", losses.Loss(losses.mean_squared_error, function))


def forward_without_bias(self: layers.Dense, X: Array) -> Array:
    self.X = X
    self.z = X @ self.W
    self.a = self.activation.function(self.z)
    return self.a


def backward_averaging_the_bias(self: layers.Dense, da: Array, from_logits: bool = False) -> None:
    self.dz = da if from_logits else self.activation.gradient(self.a, da)
    self.dW = self.X.T @ self.dz
    self.db = self.dz.mean(axis=0)
    self.gradients = self.dW, self.db


def without_the_short_batch(x: Array, y: Array, order: Iterator[Array], size: int, dtype: str) -> Any:
    training = y.size and len(x) > size  # predict has no targets
    return (batch for batch in data.batches(x, y, order, size, dtype) if len(batch[0]) == size or not training)


def uphill(self: optimizers.SGD, w: Array, dw: Array, *memory: Array) -> None:
    w += self.learning_rate * dw


PLANTED = {
    "bias left out": ("z", (layers.Dense, "forward", forward_without_bias)),
    "exp(z) for exp(-z)": (
        "a",
        (activations._BY_NAME, "sigmoid", activations.Activation(lambda z: 1 / (1 + np.exp(z)), lambda a, da: da)),
    ),
    "factor 2 missing": ("dz", wrong(lambda y, a: (a - losses.lined_up(y, a)) / a.size)),
    "slope of a taken as of z": (
        "dz",
        (
            activations._BY_NAME,
            "sigmoid",
            activations.Activation(
                activations.sigmoid,
                lambda a, da: da * activations.sigmoid(a) * (1 - activations.sigmoid(a)),
            ),
        ),
    ),
    "db averaged again": ("dW, db", (layers.Dense, "backward", backward_averaging_the_bias)),
    "uphill": ("weights after one step", (optimizers.SGD, "update", uphill)),
    "last batch dropped": ("weights after 1 epoch", (models, "batches", without_the_short_batch)),
    "accuracy with threshold 0": (
        "history",
        (metrics._BY_NAME, "accuracy", lambda y, a: ((a > 0) == y.reshape(a.shape)).mean(axis=-1)),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_fails_on_its_rung_and_no_lower(
    name: str, monkeypatch: pytest.MonkeyPatch, digits: Dataset
) -> None:
    expected, (where, key, replacement) = PLANTED[name]
    if isinstance(where, dict):
        monkeypatch.setitem(where, key, replacement)
    else:
        monkeypatch.setattr(where, key, replacement)
    # 1,437 rows in batches of 100 leave a short last one
    comparison = compare(Recipe(epochs=2, batch_size=100), digits)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "mismatched"
    failed = [rung.rung for rung in comparison.ladder if rung.ok is False]
    assert set(failed) == {expected}
    assert expected in comparison.verdict.sentence
    above = comparison.ladder[comparison.ladder.index(next(r for r in comparison.ladder if r.ok is False)) :]
    assert all(rung.ok is None for rung in above if rung.rung != expected)


def test_a_run_that_departs_names_the_step(monkeypatch: pytest.MonkeyPatch, digits: Dataset) -> None:
    monkeypatch.setattr(models, "batches", without_the_short_batch)
    comparison = compare(Recipe(epochs=2, batch_size=100), digits)
    assert comparison.verdict is not None
    # the first epoch has 15 steps, and the last of them is the one that scratch leaves out
    assert comparison.verdict.step == 15


def test_rounding_that_grows_is_neither_a_match_nor_a_mistake(digits: Dataset) -> None:
    comparison = compare(Recipe(pixels="raw", momentum=0.5, seed=5, epochs=4), digits)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "rounding-limited"
    assert comparison.verdict.step is not None
    assert all(rung.ok for rung in comparison.ladder if rung.of_one_step)


def test_both_sides_overflowing_together_is_a_match_said_in_words(digits: Dataset) -> None:
    comparison = compare(Recipe(pixels="raw", activation="linear", epochs=2), digits)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "matched"
    assert "overflow in epoch 1" in comparison.verdict.sentence


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(epochs=2, optimizer="adam"),
        Recipe(epochs=2, momentum=0.9, nesterov=True),
        Recipe(epochs=2, loss="binary_crossentropy"),
        Recipe(epochs=2, activation="linear", learning_rate=0.01),
        Recipe(epochs=2, activation="linear", loss="binary_crossentropy", learning_rate=0.01),
        Recipe(epochs=2, optimizer="adam", dtype="float64"),
        Recipe(epochs=2, batch_size=5000),
        Recipe(epochs=2, train_size=1),
    ],
    ids=lambda recipe: " ".join(f"{k}={v}" for k, v in recipe.as_dict().items() if v != Recipe(epochs=2).as_dict()[k]),
)
def test_every_part_of_a_recipe_matches(recipe: Recipe, digits: Dataset) -> None:
    comparison = compare(recipe, digits)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "matched", comparison.verdict.sentence


def test_the_witness_is_the_same_recipe_with_the_rate_as_float32_has_it() -> None:
    recipe = Recipe()
    assert recipe.witness() == replace(recipe, dtype="float64", learning_rate=float(np.float32(0.1)))
