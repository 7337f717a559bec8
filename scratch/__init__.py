"""Keras, written out by hand in NumPy: ``import scratch as keras`` runs the tutorial's script.

Every room has the name of the Keras word whose math it holds: ``scratch.layers`` is ``keras.layers``.
"""

import sys

from scratch import (
    activations,
    callbacks,
    config,
    datasets,
    gradcheck,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    utils,
)
from scratch.layers import Input
from scratch.models import Sequential
from scratch.names import only

__version__ = "0.1.0"

__all__ = [
    "Input",
    "Sequential",
    "activations",
    "callbacks",
    "config",
    "datasets",
    "gradcheck",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "utils",
]

for _room in (sys.modules[__name__], *(sys.modules[f"{__name__}.{name}"] for name in __all__ if name.islower())):
    vars(_room)["__getattr__"] = only(_room.__name__, _room.__all__)
