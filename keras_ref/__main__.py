"""Run the tutorial: ``python -m keras_ref``."""

import os
import sys
from pathlib import Path
from typing import Any

from keras_ref import build, is_digit, scale
from keras_ref.library import load_keras


def load_data(keras: Any) -> Any:
    """Return Keras's MNIST, or ``mnist.npz`` from the directory that FIVE_OR_NOT_DATA names."""
    directory = os.environ.get("FIVE_OR_NOT_DATA")
    if directory is None:
        return keras.datasets.mnist.load_data()
    import numpy as np

    with np.load(Path(directory) / "mnist.npz", allow_pickle=False) as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])


def main() -> int:
    """Load, label, build, train."""
    keras = load_keras()
    try:
        (x_train, y_train), (x_val, y_val) = load_data(keras)
    except Exception as error:  # Keras raises a plain Exception where the download fails
        print(f"error: no MNIST: {error}. Set FIVE_OR_NOT_DATA to a directory that holds mnist.npz.", file=sys.stderr)
        return 2
    model = build(keras, keras.optimizers.SGD(learning_rate=0.1))
    model.fit(
        scale(x_train),
        is_digit(y_train),
        batch_size=32,
        epochs=10,
        validation_data=(scale(x_val), is_digit(y_val)),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
