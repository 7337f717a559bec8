"""How an object is written down in a saved model, and made again: its class, and its options by name."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from scratch.names import lookup


class Configured:
    """An object that its options make again. Keras: ``get_config()``, ``from_config(config)``."""

    room: ClassVar[str]
    """Keras's module for it, such as ``keras.losses``."""
    options: ClassVar[tuple[str, ...]] = ()
    """The names of its options, which are its attributes too."""
    unused: ClassVar[tuple[str, ...]] = ()
    """Options of Keras's that scratch does not have, which a saved model writes as None where they are not used."""

    def get_config(self) -> dict[str, Any]:
        """Return the options by name."""
        return {name: getattr(self, name) for name in self.options}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make the object of its options; raises ValueError for one of Keras's that scratch does not have."""
        for name in cls.unused:
            if config.get(name) is not None:
                raise ValueError(f"scratch's {cls.__name__} has no {name}")
        return cls(**{name: value for name, value in config.items() if name not in cls.unused})


def serialized(thing: Configured | None) -> dict[str, Any] | None:
    """Return what Keras writes for an object: its class and its options; None for None."""
    if thing is None:
        return None
    return {
        "module": thing.room,
        "class_name": type(thing).__name__,
        "config": thing.get_config(),
        "registered_name": None,
    }


def deserialized(kind: str, written: Mapping[str, Any], classes: Mapping[str, Any]) -> Any:
    """Make the object that was written; raises ValueError that lists the classes for one that is not there."""
    return lookup(kind, written["class_name"], classes).from_config(written["config"])
