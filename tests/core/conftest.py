"""A second library that is none: scratch once more, under the name of Keras, so that nothing has to be imported."""

from dataclasses import replace
from types import SimpleNamespace

import scratch
from compare.core.frameworks import Framework, scratch_framework


def posing_as_keras(backend: str = "tensorflow") -> Framework:
    """Return scratch as if it were Keras on this backend."""
    config = SimpleNamespace(**vars(scratch.config) | {"backend": lambda: backend})
    return replace(scratch_framework(), name="keras", keras=SimpleNamespace(**vars(scratch) | {"config": config}))
