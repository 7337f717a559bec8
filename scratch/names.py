"""Clear errors for a name that scratch does not have: each lists what there is."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NoReturn, TypeVar

T = TypeVar("T")


def snake_case(name: str) -> str:
    """Write a class's name as Keras names its objects: ``InputLayer`` is ``input_layer``, ``ReLU`` is ``re_lu``."""
    return re.sub(r"(?<=[a-z])([A-Z])|(?<!^)([A-Z])(?=[a-z])", r"_\1\2", name).lower()


def listed(names: Collection[str]) -> str:
    """Write names as a sentence lists them: ``a, b, c``."""
    return ", ".join(sorted(names))


def lookup(kind: str, name: object, table: Mapping[str, T]) -> T:
    """Return ``table[name]``; raise ValueError that lists the names where it has none."""
    if isinstance(name, str) and name in table:
        return table[name]
    raise ValueError(f"unknown {kind} {name!r}: scratch has {listed(table)}")


def only(module: str, names: Collection[str], outside: Callable[[str], str | None]) -> Callable[[str], NoReturn]:
    """Return a module's ``__getattr__`` that says which names the module has.

    ``outside`` says of a name what kind of layer it is that scratch leaves out. A public name raises ImportError, not
    AttributeError: Python drops an AttributeError's text in ``from scratch.layers import Conv2D``, which is the line
    where a Keras script meets a missing name.
    """

    def missing(name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        kind = outside(name)
        why = f", {kind}: scratch is networks of Dense layers" if kind else ""
        raise ImportError(f"{module} has no {name!r}{why}: it has {listed(names)}", name=name)

    return missing
