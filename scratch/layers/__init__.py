"""The layers: what each computes, and right under it how the derivative passes back (``keras.layers``)."""

from collections.abc import Mapping
from typing import Any

from scratch.layers.activation import ELU, Activation, LeakyReLU, ReLU, Softmax
from scratch.layers.dense import Dense
from scratch.layers.dropout import Dropout
from scratch.layers.flatten import Flatten
from scratch.layers.input import Input, InputLayer
from scratch.layers.layer import KerasTensor, Layer
from scratch.serialization import deserialized, serialized

_CLASSES: dict[str, type[Layer]] = {
    kind.__name__: kind for kind in (Activation, Dense, Dropout, ELU, Flatten, InputLayer, LeakyReLU, ReLU, Softmax)
}

OUTSIDE = {
    "a convolution layer": ("Conv1D", "Conv2D", "Conv3D", "SeparableConv2D", "DepthwiseConv2D", "Conv2DTranspose"),
    "a pooling layer, which goes with convolutions": (
        "MaxPooling1D",
        "MaxPooling2D",
        "MaxPool2D",
        "AveragePooling2D",
        "AvgPool2D",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
    ),
    "an embedding layer": ("Embedding",),
    "a recurrent layer": ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "TimeDistributed", "ConvLSTM2D"),
    "a layer that normalises": ("BatchNormalization", "LayerNormalization", "Normalization"),
    "an attention layer": ("Attention", "MultiHeadAttention"),
}
"""What is not part of scratch, by its kind."""


def kind_outside(name: str) -> str | None:
    """Return what kind of layer it is that scratch leaves out, or None for a name that it does not know."""
    return next((kind for kind, names in OUTSIDE.items() if name in names), None)


def serialize(layer: Layer) -> Any:
    """Return what a saved model holds of a layer: the class and its options."""
    return serialized(layer)


def deserialize(config: Mapping[str, Any]) -> Any:
    """Make the layer that ``serialize`` wrote; raises ValueError that lists the classes for one that is not there."""
    return deserialized("layer", config, _CLASSES)


__all__ = [
    "ELU",
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "KerasTensor",
    "Layer",
    "LeakyReLU",
    "ReLU",
    "Softmax",
    "deserialize",
    "serialize",
]
