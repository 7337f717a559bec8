"""Is every metric Keras's own, and is an epoch's number the mean over its rows?"""

from typing import Any

import numpy as np
import pytest

import scratch
from scratch.arrays import Array
from tests.scratch.beside_keras import numbers
from tests.scratch.rounding import Bounded, assert_same

METRICS = ("binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_goes_by_its_own_name(name: str) -> None:
    found, function, better = scratch.metrics.compiled(name)
    y, a = np.array([[1.0, 0], [0, 1]]), np.array([[0.9, 0.1], [0.6, 0.7]])
    y = y.argmax(axis=-1) if name.startswith("sparse") else y
    assert (found, better) == (name, "up")
    assert np.array_equal(function(y, a), getattr(scratch.metrics, name)(y, a))
    assert scratch.metrics.compiled("acc")[1] is scratch.metrics.compiled("accuracy")[1]


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_of_more_axes_has_more_rows(name: str) -> None:
    rng = np.random.default_rng(0)
    a, classes = rng.random((4, 2, 3)), rng.integers(0, 3, (4, 2))
    targets = classes if name.startswith("sparse") else scratch.utils.to_categorical(classes, 3)
    function = getattr(scratch.metrics, name)
    flat = function(targets.reshape(8, *targets.shape[2:]), a.reshape(8, 3))
    assert 0 < flat.mean() < 1
    assert np.array_equal(function(targets, a), flat.reshape(4, 2, *flat.shape[1:]))
    if name != "binary_accuracy":
        assert np.array_equal(scratch.metrics.accuracy(targets, a), function(targets, a))


def test_binary_accuracy_is_keras_own_and_strict(keras: Any, both_in: str) -> None:
    half = np.array(0.5, both_in)
    a = np.array([half, np.nextafter(half, half + 1), 0.0, 1.0, -3.0, 3.0, np.nextafter(half, half - 1)], both_in)
    for y in (np.zeros((7, 1)), np.ones((7, 1))):
        theirs = np.asarray(keras.metrics.binary_accuracy(y, a[:, None]))
        ours = scratch.metrics.binary_accuracy(y, a[:, None])
        assert theirs.tolist() == ours.tolist()
        assert theirs.dtype == ours.dtype
    assert ours[:, 0].tolist() == [0, 1, 0, 1, 0, 1, 0]


def test_binary_accuracy_counts_each_unit(keras: Any, both_in: str) -> None:
    a, y = numbers(both_in, 9, 4, low=0, high=1), np.arange(36).reshape(9, 4) % 2
    theirs = np.asarray(keras.metrics.binary_accuracy(y, a))
    assert theirs.tolist() == scratch.metrics.binary_accuracy(y, a).tolist()
    one, target = a[:, 0], y[:, 0]  # a column that is written as a line
    assert np.asarray(keras.metrics.binary_accuracy(target, one)).tolist() == (
        scratch.metrics.binary_accuracy(target, one).tolist()
    )


def tied(dtype: str) -> Array:
    a = numbers(dtype, 12, 3)
    a[:4] = [[1, 1, 0], [0, 2, 2], [3, 3, 3], [-1, -2, -1]]
    return a


def test_categorical_accuracy_is_keras_own_ties_included(keras: Any, both_in: str) -> None:
    a, y = tied(both_in), np.eye(3, dtype=both_in)[np.arange(12) % 3]
    theirs = keras.metrics.categorical_accuracy(y, a)
    assert np.asarray(theirs).tolist() == scratch.metrics.categorical_accuracy(y, a).tolist()


@pytest.mark.parametrize("shape", [(12,), (12, 1)])
def test_sparse_categorical_accuracy_is_keras_own_ties_included(
    keras: Any, both_in: str, shape: tuple[int, ...]
) -> None:
    a, y = tied(both_in), (np.arange(12) % 3).reshape(shape)
    theirs = keras.metrics.sparse_categorical_accuracy(y, a)
    assert np.asarray(theirs).tolist() == scratch.metrics.sparse_categorical_accuracy(y, a).tolist()


@pytest.mark.parametrize("name", ["BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"])
def test_an_epoch_s_accuracy_counts_rows_not_batches(keras: Any, both_in: str, name: str) -> None:
    from keras.src.utils.naming import to_snake_case

    function = getattr(scratch.metrics, to_snake_case(name))
    a = numbers(both_in, 70, 3, low=0, high=1)
    y = np.arange(70) % 3 if name.startswith("Sparse") else np.eye(3)[np.arange(70) % 3]
    metric = getattr(keras.metrics, name)()
    running = scratch.metrics.RunningMean({"accuracy": lambda y, z, a: function(y, a)})
    for start in range(0, 70, 32):
        rows = slice(start, start + 32)
        metric.update_state(y[rows], a[rows])
        running.add((y[rows], a[rows], a[rows]))
    bound = Bounded.exact(function(y, a).astype(both_in)).mean().rounded(3)
    assert_same(name, metric.result(), running.result()["accuracy"], bound)


def test_a_base_class_gathers_nothing() -> None:
    metric = scratch.metrics.Metric("nothing")
    assert metric.variables == []
    for call in (metric.update_state, metric.result):
        with pytest.raises(NotImplementedError):
            call()


def test_a_metric_by_any_of_its_names_is_the_same() -> None:
    accuracy = scratch.metrics.BinaryAccuracy
    made = [scratch.metrics.get(name) for name in ("binary_accuracy", "BinaryAccuracy", accuracy, accuracy())]
    assert {type(metric) for metric in made} == {accuracy}
    assert scratch.metrics.get(None) is None
    assert scratch.metrics.get("MSE").name == "mean_squared_error"
    assert scratch.metrics.serialize("acc") == "acc"
