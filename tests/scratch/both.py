"""The same lines for Keras and for scratch, from the same weights, in float64; and how far apart they may end."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import scratch
from scratch.arrays import Array

RNG = np.random.default_rng(3)
N, D, U = 41, 6, 3  # a last batch of 9 rows
X = RNG.uniform(-1, 1, (N, D))
CLASSES = RNG.integers(0, U, N)
ONE_HOT = np.eye(U)[CLASSES]
FIVES = (CLASSES == 0).astype(float)


def close(theirs: ArrayLike, ours: ArrayLike, steps: int = 1) -> bool:
    """Whether two float64 runs of small layers differ by no more than their rounding.

    A step sums D products, U units and 32 rows, there and back through two layers, and takes two dozen operations
    beside: 150 roundings of numbers of order 1, on either side; errors of weights pass on through slopes of order 1.
    """
    one, other = np.asarray(theirs, float), np.asarray(ours, float)
    size = max(1.0, float(np.abs(one).max(initial=0)))
    return one.shape == other.shape and bool(
        np.abs(one - other).max(initial=0) <= 300 * steps * np.finfo(float).eps * size
    )


def like(model: Any, seed: int = 0) -> list[Array]:
    """Return small weights of a model's shapes; no bias is 0."""
    draw = np.random.default_rng(seed).uniform
    return [draw(-0.3, 0.3, w.shape) for w in model.get_weights()]


def built(keras: Any, build: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Build the model with both libraries, and give both the same weights."""
    theirs, ours = build(keras), build(scratch)
    weights = like(ours)
    for model in (theirs, ours):
        model.set_weights(weights)
    return theirs, ours


def assert_same_fit(keras: Any, build: Callable[[Any], Any], y: Array, **options: Any) -> tuple[Any, Any]:
    """Fit both, in the rows' order, and hold histories and weights against each other."""
    theirs, ours = built(keras, build)
    callbacks = options.pop("callbacks", lambda k: [])
    histories = [
        model.fit(X, y, shuffle=False, verbose=0, callbacks=callbacks(k), **options).history
        for k, model in ((keras, theirs), (scratch, ours))
    ]
    assert list(histories[0]) == list(histories[1]), f"{list(histories[0])} and {list(histories[1])}"
    steps = 2 * options.get("epochs", 1)
    for name, values in histories[0].items():
        assert close(values, histories[1][name], steps), f"{name}: {values} and {histories[1][name]}"
    for their, our in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        assert close(their, our, steps), f"{their}\nand\n{our}"
    return theirs, ours
