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
    regularizers,
    saving,
    utils,
)
from scratch.callbacks import Callback
from scratch.initializers import Initializer
from scratch.layers import Input, Layer
from scratch.layers import kind_outside as kind_of_layer
from scratch.losses import Loss
from scratch.metrics import Metric
from scratch.models import Model, Sequential
from scratch.names import only
from scratch.optimizers import Optimizer
from scratch.regularizers import Regularizer

__version__ = "0.1.0"

__all__ = [
    "Callback",
    "Initializer",
    "Input",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
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
    "regularizers",
    "saving",
    "utils",
]

_rooms = [f"{__name__}.{name}" for name in __all__ if name.islower()]
for _room in (__name__, *_rooms, f"{__name__}.optimizers.schedules"):
    _module = sys.modules[_room]
    vars(_module)["__getattr__"] = only(_room, _module.__all__, kind_of_layer)
