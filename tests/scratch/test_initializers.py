"""Are the first weights drawn from Keras's distributions, and the same ones again where that is asked for?"""

from typing import Any

import numpy as np
import pytest

import scratch
from scratch import initializers

SHAPE = (60, 40)
DRAWN: dict[str, dict[str, Any]] = {
    "GlorotUniform": {},
    "GlorotNormal": {},
    "HeUniform": {},
    "HeNormal": {},
    "LecunUniform": {},
    "LecunNormal": {},
    "RandomUniform": {"minval": -1.0, "maxval": 2.0},
    "RandomNormal": {"mean": 1.0, "stddev": 2.0},
    "TruncatedNormal": {"mean": 1.0, "stddev": 2.0},
    "VarianceScaling": {"scale": 2.0, "mode": "fan_out", "distribution": "untruncated_normal"},
    "Orthogonal": {"gain": 2.0},
}


@pytest.mark.parametrize(("name", "options"), DRAWN.items(), ids=DRAWN)
def test_the_distribution_is_keras_own(keras: Any, name: str, options: dict[str, Any]) -> None:
    """2,400 numbers a side: their quartiles differ by no more than five standard errors, 1.4 / sqrt(2400) each."""
    theirs = np.asarray(getattr(keras.initializers, name)(seed=1, **options)(SHAPE))
    ours = getattr(initializers, name)(seed=1, **options)(SHAPE)
    assert (theirs.shape, theirs.dtype) == (ours.shape, ours.dtype)
    quartiles = [np.quantile(w, [0.25, 0.5, 0.75]) for w in (theirs, ours)]
    assert np.abs(quartiles[0] - quartiles[1]).max() <= 5 * 2**0.5 * 1.4 / 2400**0.5 * theirs.std()
    assert abs(theirs.std() / ours.std() - 1) <= 5 * 2**0.5 / 2400**0.5
    ends = {"Uniform": 3**0.5, "Normal": 2 / initializers.TRUNCATED_STDDEV}
    kind = name.removeprefix("Glorot").removeprefix("He").removeprefix("Lecun")
    if kind in ends:  # in standard deviations: both end there, and some of 2,400 numbers are near
        for w in (theirs, ours):
            furthest = np.abs(w).max() / w.std()
            assert 0.9 * ends[kind] < furthest < (1 + 5 / 2400**0.5) * ends[kind]


@pytest.mark.parametrize("name", initializers._CLASSES)
def test_an_initializer_is_made_again_of_its_options(name: str) -> None:
    made = initializers._CLASSES[name]()
    again = initializers.get({"class_name": name, "config": made.get_config()})
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()
    assert type(initializers.get(name)) is type(made) is type(initializers.get(type(made)))
    assert initializers.get(made) is made


def test_a_seed_repeats_and_no_seed_does_not() -> None:
    seeded, free = initializers.HeNormal(seed=3), initializers.HeNormal()
    assert np.array_equal(seeded(SHAPE), seeded(SHAPE))
    assert not np.array_equal(free(SHAPE), free(SHAPE))
    scratch.utils.set_random_seed(4)
    first = free(SHAPE)
    scratch.utils.set_random_seed(4)
    assert np.array_equal(first, free(SHAPE))


def test_what_is_not_drawn_is_what_it_says() -> None:
    assert initializers.Ones()((2,)).tolist() == [1, 1]
    assert initializers.Constant([1.0, 2.0])((3, 2)).tolist() == [[1, 2]] * 3
    assert initializers.Identity(2.0)((2, 3), "float64").tolist() == [[2, 0, 0], [0, 2, 0]]
    with pytest.raises(NotImplementedError):
        initializers.Initializer()((1,))


def test_an_array_or_a_function_starts_the_weights_too() -> None:
    W = np.arange(6.0).reshape(3, 2)
    layer = scratch.layers.Dense(
        2, kernel_initializer=W, bias_initializer=lambda shape, dtype: np.full(shape, 7, dtype)
    )
    layer.build((None, 3))
    assert np.array_equal(layer.kernel, W)
    assert layer.bias is not None
    assert layer.bias.tolist() == [7, 7]
    assert scratch.layers.Dense(1, use_bias=False).bias is None
    with pytest.raises(ValueError, match=r"Expected `shape` to be \(3, 2\)"):
        initializers.get(W)((2, 2))
    assert initializers.get(None) is None


@pytest.mark.parametrize("rows", [3, 8])
def test_orthogonal_columns_or_rows_have_the_length_of_the_gain(rows: int) -> None:
    W = initializers.Orthogonal(gain=3.0)((rows, 5), "float64")
    product = W.T @ W if rows >= 5 else W @ W.T
    # sums of up to 8 products of numbers below 3, after a decomposition as long
    assert np.abs(product - 9 * np.eye(len(product))).max() <= 100 * 9 * np.finfo(float).eps


@pytest.mark.parametrize(("shape", "fans"), [((), (1, 1)), ((4,), (4, 4)), ((3, 5), (3, 5)), ((2, 3, 5), (6, 10))])
def test_the_fans_of_a_shape_are_keras_own(keras: Any, shape: tuple[int, ...], fans: tuple[int, int]) -> None:
    from keras.src.initializers.random_initializers import compute_fans

    assert initializers.compute_fans(shape) == fans == tuple(compute_fans(shape))
