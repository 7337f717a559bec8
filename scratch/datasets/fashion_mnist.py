"""Fashion-MNIST: 70,000 garments of ten kinds, 28×28 pixels."""

from scratch.arrays import Array
from scratch.datasets.sources import find


def load_data() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return ``(x_train, y_train), (x_test, y_test)``: uint8 images (N, 28, 28) of 0..255, labels (N,).

    Keras: ``keras.datasets.fashion_mnist.load_data()``. Raises DataError that says where it was looked for.
    """
    return find("fashion_mnist").split
