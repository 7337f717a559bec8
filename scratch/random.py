"""The one random stream behind initial weights and shuffling; ``utils.set_random_seed`` restarts it."""

import numpy as np

_generator = np.random.default_rng()


def generator() -> np.random.Generator:
    """Return the stream that the next random number comes from."""
    return _generator


def restart(seed: int) -> None:
    """Start the stream again from ``seed``."""
    global _generator
    _generator = np.random.default_rng(seed)
