"""Keras, written out by hand in NumPy: ``import scratch as keras`` runs the tutorial's script.

Every room has the name of the Keras word whose math it holds: ``scratch.layers`` is ``keras.layers``.
"""

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
__getattr__ = only(__name__, __all__)
