"""Small helpers that a Keras script calls by name (``keras.utils``)."""

import random

import numpy as np
from numpy.typing import ArrayLike

from scratch.arrays import Array

_generator = np.random.default_rng()

counts: dict[str, int] = {}
"""How many layers and models there are of each kind."""


def numbered(name: str) -> str:
    """Return a name of its own for an object of this kind: ``dense``, then ``dense_1``, as Keras does."""
    number = counts.get(name, 0)
    counts[name] = number + 1
    return f"{name}_{number}" if number else name


def generator() -> np.random.Generator:
    """Return the one random stream behind initial weights and shuffling."""
    return _generator


def set_random_seed(seed: int) -> None:
    """Make every random number from now on repeatable: initial weights, shuffling, Python's and NumPy's own.

    Keras: ``keras.utils.set_random_seed``. The numbers themselves differ from one Keras backend to the next, and
    from these.
    """
    global _generator
    random.seed(seed)
    np.random.seed(seed)
    _generator = np.random.default_rng(seed)


def to_categorical(x: ArrayLike, num_classes: int | None = None) -> Array:
    """Turn class numbers into one-hot rows: 1 at the class, 0 elsewhere.

        rows = x[:, None] == arange(num_classes)

    x: (N,) or (N, 1), 0 to num_classes - 1; rows: (N, num_classes). Keras: ``to_categorical(y, 10)``. Raises
    ValueError for a class outside the range.
    """
    classes = np.asarray(x).astype(np.int64)
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    width = int(classes.max()) + 1 if num_classes is None else num_classes
    if classes.size and not 0 <= classes.min() <= classes.max() < width:
        raise ValueError(
            f"class numbers {classes.min()} to {classes.max()} do not fit {width} classes, 0 to {width - 1}"
        )
    return (classes[..., None] == np.arange(width)).astype(float)


def normalize(x: ArrayLike, axis: int = -1, order: int = 2) -> Array:
    """Divide what lies along an axis by its length, so that it has length 1.

        normed = x / sum(x**2, axis=axis, keepdims=True) ** 0.5

    x, normed: one shape. Keras: ``keras.utils.normalize(x_train, axis=1)``. Where all is 0, it stays; ``order`` 1 is
    another length, the sum of sizes.
    """
    array = np.asarray(x)
    length = np.linalg.norm(array, order, axis, keepdims=True)
    return array / np.where(length == 0, 1, length)


def clear_session(free_memory: bool = True) -> None:
    """Number layers and models from the first again. Keras: ``keras.utils.clear_session()``."""
    counts.clear()


__all__ = ["clear_session", "normalize", "set_random_seed", "to_categorical"]
