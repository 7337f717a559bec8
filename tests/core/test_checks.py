"""Does the ladder pass what is right, and name the first rung that a planted mistake departs on?"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from compare import compare
from compare.core.checks import Check, compared, names_of
from compare.core.comparison import Comparison
from compare.core.config import Config
from scratch import activations, data, layers, losses, metrics, optimizers, trainer
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
    assert compared("rung", "quantity", keras, scratch, tolerance).ok is ok


def test_a_message_names_the_quantity_the_shape_both_values_and_what_is_allowed() -> None:
    rung = compared("z", "z", [[1.0], [2.5]], [[1.0], [2.0]], 0.125)
    assert str(rung) == (
        "z: z (2, 1) departs: Keras 2.5, scratch 2 at (1, 0), a difference of 0.5 where 0.125 is allowed"
    )
    assert rung.share == 4.0


def test_what_is_not_reached_says_so() -> None:
    assert str(Check("z", "z", (2,))) == "z: z was not reached"


def test_weights_have_the_legend_s_names_and_those_of_several_layers_are_numbered() -> None:
    W, b = np.zeros((2, 1)), np.zeros(1)
    assert names_of([W, b]) == ["W", "b"]
    assert names_of([W, b] * 2) == ["W1", "b1", "W2", "b2"]


@pytest.fixture(params=["float32", "float64"])
def matching(request: pytest.FixtureRequest, digits: Dataset) -> Comparison:
    return compare(Config(epochs=2, dtype=request.param), digits)


def test_every_rung_passes_where_nothing_is_wrong(matching: Comparison) -> None:
    assert [rung for rung in matching.checks if not rung.ok] == []
    assert matching.verdict is not None
    assert matching.verdict.word == "matched"


def wrong(function: Callable[..., Any]) -> Any:
    """Replace the gradient of the mean squared error."""
    return (losses._FUNCTIONS, "mean_squared_error", losses.LossFunction(losses.mean_squared_error, function))


def forward_without_bias(self: layers.Dense, X: Array) -> Array:
    self.X = X
    self.z = X @ self.W
    self.a = self.activation(self.z)
    return self.a


def backward_averaging_the_bias(self: layers.Dense, da: Array, from_logits: bool = False) -> None:
    self.dz = da if from_logits else self.pair.backward(self.z, self.a, da)
    self.dW = self.X.T @ self.dz
    self.db = self.dz.mean(axis=0)
    self.gradients = self.dW, self.db


def without_the_short_batch(x: Array, y: Array, order: Iterator[Array], size: int, dtype: str, w: Any = None) -> Any:
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
    "last batch dropped": ("weights after 1 epoch", (trainer, "batches", without_the_short_batch)),
    "accuracy with threshold 0": (
        "history",
        (metrics, "accuracy", lambda y, a: ((a > 0) == y.reshape(a.shape)).mean(axis=-1)),
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
    comparison = compare(Config(epochs=2, batch_size=100), digits)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "mismatched"
    failed = [rung.rung for rung in comparison.checks if rung.ok is False]
    assert set(failed) == {expected}
    assert expected in comparison.verdict.sentence
    above = comparison.checks[comparison.checks.index(next(r for r in comparison.checks if r.ok is False)) :]
    assert all(rung.ok is None for rung in above if rung.rung != expected)
