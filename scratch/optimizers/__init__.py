"""How the weights move once the gradient is known (``keras.optimizers``)."""

from typing import Any

from scratch.names import lookup
from scratch.optimizers import schedules
from scratch.optimizers.adam import Adam
from scratch.optimizers.optimizer import Optimizer
from scratch.optimizers.rmsprop import RMSprop
from scratch.optimizers.sgd import SGD
from scratch.serialization import deserialized, serialized

_CLASSES: dict[str, type[SGD] | type[Adam] | type[RMSprop]] = {"SGD": SGD, "Adam": Adam, "RMSprop": RMSprop}
_BY_NAME = {name.lower(): kind for name, kind in _CLASSES.items()}


def get(optimizer: Any) -> Any:
    """Return a new optimizer of that name, in any case, with Keras's defaults, or the optimizer itself.

    A dict from ``serialize`` is made an optimizer again. Raises ValueError that lists the names for anything else.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    if isinstance(optimizer, dict):
        return deserialized("optimizer", optimizer, _CLASSES)
    return lookup("optimizer", optimizer.lower() if isinstance(optimizer, str) else optimizer, _BY_NAME)()


def serialize(optimizer: Optimizer) -> Any:
    """Return what a saved model holds of an optimizer: the class and its options."""
    return serialized(optimizer)


deserialize = get

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop", "deserialize", "get", "schedules", "serialize"]
