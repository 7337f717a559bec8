"""Does every layer compute what Keras's does, both ways?"""

from typing import Any

import numpy as np
import pytest

import scratch
from scratch.layers import Dense, Flatten, Input
from tests.scratch.beside_keras import COMPUTED_ALIKE, numbers, tape
from tests.scratch.rounding import Bounded, assert_same
from tests.scratch.small_models import X, model_of, y


@pytest.mark.parametrize("shape", [(5, 6), (5, 4, 6), (2, 3, 4, 6)])
@pytest.mark.parametrize("activation", COMPUTED_ALIKE)
def test_dense_is_keras_own_on_any_number_of_axes(
    keras: Any, both_in: str, activation: str, shape: tuple[int, ...]
) -> None:
    X, W, b = (numbers(both_in, *s, low=-1, high=1, seed=i) for i, s in enumerate([shape, (6, 3), (3,)]))
    layer, bounded = (scratch.layers.Dense(3, activation=activation) for _ in range(2))
    layer.build(shape)
    layer.W, layer.b = W, b
    bounded.W, bounded.b = Bounded.exact(W), Bounded.exact(b)
    theirs = keras.layers.Dense(3, activation=activation)
    theirs.build(shape)
    theirs.set_weights([W, b])
    da = numbers(both_in, *shape[:-1], 3, seed=3)

    assert_same("a", theirs(X), layer.forward(X), bounded.forward(X))
    assert theirs.compute_output_shape(shape) == layer.compute_output_shape(shape)
    _, derivatives = tape(
        keras,
        lambda X, W, b: keras.ops.sum(da * getattr(keras.activations, activation)(keras.ops.matmul(X, W) + b)),
        X,
        W,
        b,
    )
    assert layer.z.shape == bounded.z.shape
    dX, bounded_dX = layer.backward(da), bounded.backward(Bounded.exact(da))
    for what, their, ours, bound in zip(
        ("dX", "dW", "db"),
        derivatives,
        (dX, layer.dW, layer.db),
        (bounded_dX, bounded.dW, bounded.db),
        strict=True,
    ):
        assert_same(what, their, ours, bound)


@pytest.mark.parametrize("shape", [(3, 4), (3, 2, 5), (3, 2, 5, 2)])
def test_flatten_is_keras_own_to_the_bit(keras: Any, both_in: str, shape: tuple[int, ...]) -> None:
    X = numbers(both_in, *shape)
    layer = scratch.layers.Flatten()
    layer.build(shape)
    theirs = np.asarray(keras.layers.Flatten()(X))
    assert np.array_equal(theirs, layer.forward(X))
    assert theirs.shape == layer.compute_output_shape(shape)
    da = numbers(both_in, *theirs.shape, seed=1)
    _, (their_dX,) = tape(keras, lambda X: keras.ops.sum(da * keras.layers.Flatten()(X)), X)
    assert np.array_equal(their_dX, layer.backward(da))


def test_a_base_class_computes_nothing() -> None:
    layer = scratch.layers.Layer()
    for call in (lambda: layer.forward(X), lambda: layer.backward(X)):
        with pytest.raises(NotImplementedError):
            call()


def test_layers_without_a_name_are_numbered_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch.utils, "counts", {})
    layers = [Dense(1), Flatten(), Dense(1), Dense(1, name="five"), Dense(1)]
    assert [layer.name for layer in layers] == ["dense", "flatten", "dense_1", "five", "dense_2"]


def test_a_layers_input_shape_makes_the_weights_at_once() -> None:
    model = scratch.Sequential([Flatten(input_shape=(2, 2)), Dense(3)])
    assert [w.shape for w in model.get_weights()] == [(4, 3), (3,)]


def test_a_flatten_between_layers_is_passed_both_ways() -> None:
    model = model_of(Input((2, 2)), Dense(3), Flatten(), Dense(1))
    before = model.get_weights()
    model.fit(X, y, verbose=0)
    assert all((w != v).any() for w, v in zip(model.get_weights(), before, strict=True))


def test_dropout_keeps_what_its_mask_says_and_passes_as_much_back() -> None:
    layer = scratch.layers.Dropout(0.25, seed=3)
    x = np.random.default_rng(0).uniform(-1, 1, (400, 50))
    assert layer(x) is not None
    assert np.array_equal(layer(x), x.astype(np.float32)), "at all times but in training it does nothing"
    assert np.array_equal(layer.backward(x), x)
    a = layer(x, training=True)
    # of 20,000 draws a quarter is dropped, within five standard errors
    assert abs((a == 0).mean() - 0.25) <= 5 * (0.25 * 0.75 / x.size) ** 0.5
    assert np.array_equal(a != 0, layer.mask)
    da = np.ones_like(x)
    assert np.array_equal(layer.backward(da), np.where(layer.mask, da / 0.75, 0))
    assert np.array_equal(scratch.layers.Dropout(0.25, seed=3)(x, training=True), a), "a seed repeats"
    assert not scratch.layers.Dropout(1.0)(x, training=True).any()
    assert layer.training is False


def test_a_layer_called_on_rows_builds_itself() -> None:
    layer = Dense(2, input_dim=3)
    assert layer.weights == []
    assert layer.first_shape == (None, 3)
    assert layer(np.zeros((4, 3))).shape == (4, 2)
    assert [w.shape for w in layer.get_weights()] == [(3, 2), (2,)]
    assert layer.variables[0] is layer.weights[0] is layer.trainable_variables[0]
    assert layer.count_params() == 8
    layer.set_weights([np.ones((3, 2)), np.zeros(2)])
    assert layer(np.ones((1, 3), int)).tolist() == [[3, 3]]
    assert layer.losses == [] == Flatten().losses
    with pytest.raises(ValueError, match="weighs 3 inputs, not the 5"):
        layer(Input((5,)))
    assert repr(layer).startswith("<Dense name=dense")
    assert repr(Input((5,))) == "<KerasTensor shape=(None, 5)>"
    assert Flatten()(np.zeros((2, 3, 4), np.uint8)).dtype == np.uint8
    assert layer.non_trainable_weights == []
    layer.trainable = False
    assert layer.trainable_weights == []
    assert len(layer.non_trainable_weights) == 2


def test_an_input_layer_passes_rows_both_ways() -> None:
    layer = scratch.layers.InputLayer(input_shape=(3,))
    x = np.ones((2, 3), np.float32)
    assert layer(x) is layer.a
    assert layer.backward(x) is x
    assert scratch.layers.deserialize(scratch.layers.serialize(layer)).batch_shape == (None, 3)
    assert scratch.layers.InputLayer(batch_shape=(5, 3)).output.shape == (5, 3)
    assert scratch.Input(batch_shape=(None, 3), dtype="float32", name="rows").layer.name == "rows"  # type: ignore[union-attr]


def test_an_activation_may_be_changed_afterwards() -> None:
    layer = Dense(1)
    layer.activation = "relu"  # type: ignore[assignment]
    assert layer.activation is scratch.activations.relu
    layer.activation = scratch.activations.pair_of("tanh")  # type: ignore[assignment]
    assert layer.activation is scratch.activations.tanh
    assert scratch.activations.deserialize("tanh") is scratch.activations.tanh
    assert scratch.activations.gelu(np.array([1 + 1e-20j, 9 + 1e-20j])).imag.shape == (2,)
