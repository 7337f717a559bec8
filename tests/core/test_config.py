"""Is the float64 reference the same config?"""

from dataclasses import replace

import numpy as np

from compare.core.config import Config


def test_the_reference_is_the_same_recipe_with_the_rate_as_float32_has_it() -> None:
    config = Config()
    assert config.reference() == replace(config, dtype="float64", learning_rate=float(np.float32(0.1)))
