"""What a mistake of the catalogue is, and how a file adds one: a decorator over the wrong code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import getdoc
from typing import TypeVar

from compare.check.written import Replacement

Wrong = TypeVar("Wrong", bound=Replacement)

FAILS = {
    "dense": ("dense", "train_step", "one epoch", "epochs", "history"),
    "sigmoid": ("sigmoid", "train_step", "one epoch", "epochs", "history"),
    "mse": ("mse", "history"),
    "accuracy": ("accuracy", "history"),
    "mse_gradient": ("mse_gradient", "train_step", "one epoch", "epochs", "history"),
    "sigmoid_gradient": ("sigmoid_gradient", "train_step", "one epoch", "epochs", "history"),
    "dense_gradient": ("dense_gradient", "train_step", "one epoch", "epochs", "history"),
    "sgd": ("sgd", "train_step", "one epoch", "epochs", "history"),
    "dz": ("train_step", "one epoch", "epochs", "history"),
    "train_step": ("train_step", "one epoch", "epochs", "history"),
    "report": ("history",),
    "report_loss": ("history",),
    "report_accuracy": ("history",),
    "shown_with": ("history",),
}
"""The rungs that a mistake in a part fails where every function is there. Parts of the loop fail from one epoch on."""

LOOP = ("one epoch", "epochs", "history")


@dataclass(frozen=True)
class Mistake:
    """One wrong version of the math.

    ``forms`` are ways to make it, each a set of replaced methods; the first is the one that is shown. ``fails`` are
    the rungs that it must fail in a program that has every function; ``right`` is the line of math that it breaks.
    """

    name: str
    says: str
    right: str
    why: str
    fails: tuple[str, ...]
    seen: str = ""
    forms: list[dict[str, Replacement]] = field(default_factory=list, compare=False)

    def __hash__(self) -> int:
        """Tell mistakes apart by name."""
        return hash(self.name)


CATALOGUE: dict[str, Mistake] = {}


def mistake(
    part: str,
    *,
    right: str,
    why: str,
    seen: str = "",
    fails: tuple[str, ...] | None = None,
    also: dict[str, Replacement] | None = None,
    or_in: tuple[str, ...] = (),
) -> Callable[[Wrong], Wrong]:
    """Enter the decorated function, a wrong ``part``, in the catalogue.

    Its name is the mistake's, its docstring says it in a few words. ``also`` holds further parts that go wrong with it;
    ``or_in`` names other parts that the same code can stand in instead.
    """

    def enter(wrong: Wrong) -> Wrong:
        name = _name(wrong)
        CATALOGUE[name] = Mistake(
            name=name,
            says=(getdoc(wrong) or "").rstrip("."),
            right=right,
            why=why,
            fails=fails or FAILS.get(part, LOOP),
            seen=seen,
            forms=[_form({part: wrong}, also or {}), *(_form({other: wrong}) for other in or_in)],
        )
        return wrong

    return enter


def form_of(known: Replacement, part: str, also: dict[str, Replacement] | None = None) -> Callable[[Wrong], Wrong]:
    """Enter the decorated function as another way to make a known mistake, in ``part``."""

    def enter(wrong: Wrong) -> Wrong:
        CATALOGUE[_name(known)].forms.append(_form({part: wrong}, also or {}))
        return wrong

    return enter


def _form(*parts: Mapping[str, Replacement]) -> dict[str, Replacement]:
    return {part: wrong for some in parts for part, wrong in some.items()}


def _name(wrong: Replacement) -> str:
    return wrong.__name__.replace("_", "-")
