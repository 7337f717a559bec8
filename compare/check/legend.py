"""What the letters of the project's legend stand for, for readers who have never seen them."""

import re

LEGEND = {
    "X": "inputs, an example a row",
    "y": "targets",
    "W": "weights",
    "b": "bias",
    "z": "weighted sum, X @ W + b",
    "a": "activation, the answer",
    "da": "derivative of the loss by a",
    "dz": "derivative of the loss by z",
    "dW": "derivative of the loss by W",
    "db": "derivative of the loss by b",
    "dX": "derivative of the loss by X",
    "loss": "what training makes small",
    "learning_rate": "size of a step",
}


def meaning(symbol: str) -> str:
    """Say what a letter stands for; ``W1`` is that of a layer. Nothing for a letter that the legend has not."""
    letter, layer = re.fullmatch(r"(.*?)[_\[]?(\d*)\]?", symbol, re.DOTALL).groups()  # type: ignore[union-attr]
    known = LEGEND.get(letter, "")
    return f"{known}, layer {layer}" if known and layer else known
