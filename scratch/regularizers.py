"""What large weights cost: an amount added to the loss, and its gradient, added to dW (``keras.regularizers``)."""

from typing import Any, ClassVar

import numpy as np

from scratch.arrays import Array
from scratch.config import through_float32
from scratch.names import lookup
from scratch.serialization import Configured, deserialized


class Regularizer(Configured):
    """What weights cost, and how fast that grows with each. Keras: ``Dense(10, kernel_regularizer="l2")``."""

    room = "keras.regularizers"

    def __call__(self, w: Array) -> Any:
        """Return what the weights cost."""
        raise NotImplementedError

    def gradient(self, w: Array) -> Array:
        """Return the derivative of the cost with respect to each weight."""
        raise NotImplementedError


class L1L2(Regularizer):
    """Charge for each weight's size, and for its square.

        cost = l1 * sum(abs(w)) + l2 * sum(w**2)

    w: any shape. Keras: ``regularizers.L1L2(l1=0.01, l2=0.01)``. TensorFlow casts both through float32, in float64 too;
    so it is here. Raises ValueError for a factor that is not a finite
    number of at least 0.
    """

    options: ClassVar[tuple[str, ...]] = ("l1", "l2")

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1, self.l2 = (_factor(name, value) for name, value in (("l1", l1), ("l2", l2)))

    def __call__(self, w: Array) -> Any:
        """Return what the weights cost."""
        l1, l2 = through_float32(self.l1), through_float32(self.l2)
        cost = l2 * np.square(w).sum()
        return cost + l1 * np.maximum(w, -w).sum() if l1 else cost

    def gradient(self, w: Array) -> Array:
        """Pull each weight towards 0: by l1 however large it is, by l2 in proportion to its size.

            dw = l1 * ((w > 0) * 1.0 - (w < 0)) + 2 * l2 * w

        w, dw: one shape. At 0, l1 pulls no way, as in Keras.
        """
        l1, l2 = through_float32(self.l1), through_float32(self.l2)
        dw = 2 * l2 * w
        return dw + l1 * ((w > 0).astype(w.dtype) - (w < 0)) if l1 else dw


class L1(L1L2):
    """Charge for each weight's size alone, which makes small ones 0. Keras: ``regularizers.L1(0.01)``."""

    options = ("l1",)

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)


class L2(L1L2):
    """Charge for each weight's square alone, which makes large ones small. Keras: ``regularizers.L2(0.01)``."""

    options = ("l2",)

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)


def _factor(name: str, value: float | None) -> float:
    value = 0.0 if value is None else value
    if not isinstance(value, int | float | np.number) or not 0 <= value < np.inf:
        raise ValueError(f"Invalid value for argument `{name}`: a factor of at least 0 is due, not {value!r}")
    return float(value)


l1, l2, l1_l2 = L1, L2, L1L2

_CLASSES: dict[str, type[L1L2]] = {"L1": L1, "L2": L2, "L1L2": L1L2}


def get(regularizer: Any) -> Any:
    """Return the regularizer of that name, with Keras's factors; None, or a regularizer, as it is.

    Raises ValueError that lists the names for anything else.
    """
    if regularizer is None or isinstance(regularizer, Regularizer):
        return regularizer
    if isinstance(regularizer, dict):
        return deserialized("regularizer", regularizer, _CLASSES)
    if isinstance(regularizer, type) and issubclass(regularizer, Regularizer):
        return regularizer()
    return lookup("regularizer", regularizer, _CLASSES | {"l1": L1, "l2": L2, "l1l2": L1L2})()


deserialize = get

__all__ = ["L1", "L1L2", "L2", "Regularizer", "deserialize", "get", "l1", "l1_l2", "l2"]
