"""Is every step of an optimizer Keras's own?"""

from typing import Any

import numpy as np
import pytest

import scratch
from tests.scratch.beside_keras import numbers
from tests.scratch.rounding import Bounded, assert_same, bounded_optimizer

OPTIMIZERS = {
    "sgd by name": lambda keras: keras.optimizers.get("sgd"),
    "sgd": lambda keras: keras.optimizers.SGD(learning_rate=0.1),
    "momentum": lambda keras: keras.optimizers.SGD(learning_rate=0.1, momentum=0.9),
    "nesterov": lambda keras: keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    "nesterov without momentum": lambda keras: keras.optimizers.SGD(learning_rate=0.1, nesterov=True),
    "rmsprop": lambda keras: keras.optimizers.RMSprop(learning_rate=0.01, rho=0.8),
    "rmsprop with momentum": lambda keras: keras.optimizers.RMSprop(learning_rate=0.01, momentum=0.5),
    "weight decay": lambda keras: keras.optimizers.SGD(learning_rate=0.1, weight_decay=0.02),
    "clipped each": lambda keras: keras.optimizers.SGD(learning_rate=0.1, clipnorm=1.0),
    "clipped together": lambda keras: keras.optimizers.SGD(learning_rate=0.1, global_clipnorm=1.0),
    "clipped to a range": lambda keras: keras.optimizers.SGD(learning_rate=0.1, clipvalue=0.5),
    "adam by name": lambda keras: keras.optimizers.get("adam"),
    "adam": lambda keras: keras.optimizers.Adam(learning_rate=0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
}


optimizers = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)


@optimizers
def test_forty_steps_of_an_optimizer_are_keras_own(keras: Any, both_in: str, optimizer: Any) -> None:
    """Each array keeps its own state; a gradient may be 0 for good, start late, change sign or size."""
    weights = [numbers(both_in, 3, 2), numbers(both_in, 2, seed=1)]
    theirs = [keras.Variable(w.copy()) for w in weights]
    their_optimizer, our_optimizer = optimizer(keras), optimizer(scratch)
    bounds = [Bounded.exact(w) for w in weights]
    bounding = bounded_optimizer(our_optimizer)
    for step in range(40):
        dW = numbers(both_in, 3, 2, seed=2 + step) * np.array([[0, 1], [step > 20, 1e-6], [1, (-1) ** step]], both_in)
        gradients = [dW, numbers(both_in, 2, low=0.5, seed=99 - step)]
        their_optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], theirs)
        our_optimizer.apply(gradients, weights)
        bounding.apply([Bounded.exact(g) for g in gradients], bounds)
        for what, their, ours, bound in zip("Wb", theirs, weights, bounds, strict=True):
            assert_same(f"{what} after step {step + 1}", their.value.numpy(), ours, bound)


def test_a_momentum_of_1_is_the_last_one_allowed() -> None:
    assert scratch.optimizers.SGD(momentum=1).momentum == 1.0
    with pytest.raises(ValueError, match="It is -1"):
        scratch.optimizers.SGD(momentum=-1)


@optimizers
def test_an_optimizer_is_made_again_of_its_options(optimizer: Any) -> None:
    made = optimizer(scratch)
    again = scratch.optimizers.deserialize(scratch.optimizers.serialize(made))
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()
    assert not made.built


def test_a_base_class_moves_nothing() -> None:
    with pytest.raises(NotImplementedError):
        scratch.optimizers.Optimizer(0.1).update(np.ones(1), np.ones(1))


def test_an_optimizer_keeps_to_the_weights_that_it_began_with() -> None:
    optimizer, w = scratch.optimizers.SGD(momentum=0.5), np.ones(2)
    optimizer.apply([w * 0], [w])
    with pytest.raises(ValueError, match="make one for each"):
        optimizer.apply([w * 0, w * 0], [w, w.copy()])


def test_gradients_that_nothing_limits_stay_as_they_are() -> None:
    gradients = [np.array([3.0, -4.0])]
    assert scratch.optimizers.SGD().clipped(gradients) is gradients
