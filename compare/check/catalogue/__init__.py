"""The catalogue: wrong versions of the math, each in one small function, in the order of the ladder.

A new mistake is one decorated function in the file of the line that it breaks; no other code changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from inspect import getdoc
from typing import TypeVar

from compare.check.contract import formulas
from compare.check.perceptron import Replacement, failing_rungs

Wrong = TypeVar("Wrong", bound=Replacement)


@dataclass(frozen=True)
class Mistake:
    """One wrong version of the math.

    ``forms`` are ways to make it, each a set of replaced methods; the first is the one that is shown. ``right`` is the
    line of math that it breaks. ``only_fails`` are the rungs that it fails in a program that has every function, where
    it does not fail all those that its parts show on.
    """

    name: str
    says: str
    right: str
    why: str
    seen: str = ""
    only_fails: tuple[str, ...] = ()
    forms: list[dict[str, Replacement]] = field(default_factory=list, compare=False)

    def __hash__(self) -> int:
        """Tell mistakes apart by name."""
        return hash(self.name)

    def __reduce__(self) -> tuple[Callable[[str], "Mistake"], tuple[str]]:
        """Travel from one process to another by name: code cannot."""
        return known_as, (self.name,)

    @property
    def fails(self) -> tuple[str, ...]:
        """The rungs that it must fail as it is shown."""
        return self.fails_in(self.forms[0])

    def fails_in(self, form: Mapping[str, Replacement]) -> tuple[str, ...]:
        """Return the rungs that it must fail in one of its forms, the lowest first."""
        return self.only_fails or failing_rungs(next(iter(form)))


CATALOGUE: dict[str, Mistake] = {}


def known_as(name: str) -> Mistake:
    """Return the mistake of this name."""
    return CATALOGUE[name]


def mistake(
    part: str,
    *,
    why: str,
    right: str | None = None,
    given: str = "",
    seen: str = "",
    fails: tuple[str, ...] = (),
    also: dict[str, Replacement] | None = None,
    or_in: tuple[str, ...] = (),
) -> Callable[[Wrong], Wrong]:
    """Enter the decorated function, a wrong ``part``, in the catalogue.

    Its name is the mistake's, its docstring says it in a few words. ``right`` is the line that it breaks: a result of
    the part stands for its formula, nothing for all of the part's; ``given`` is what that takes for granted. ``also``
    holds further parts that go wrong with it; ``or_in`` names other parts that the same code can stand in instead.
    """

    def enter(wrong: Wrong) -> Wrong:
        known = formulas().get(part, {})
        broken = ", ".join(known.values()) if right is None else known.get(right, right)
        CATALOGUE[_name(wrong)] = Mistake(
            name=_name(wrong),
            says=(getdoc(wrong) or "").rstrip("."),
            right=f"{broken}, {given}" if given else broken,
            why=why,
            seen=seen,
            only_fails=fails,
            forms=[_form(part, wrong, also), *(_form(other, wrong) for other in or_in)],
        )
        return wrong

    return enter


def form_of(known: Replacement, part: str, *wrongs: Replacement, also: dict[str, Replacement] | None = None) -> None:
    """Enter other ways to make a known mistake, each some wrong code in ``part``."""
    CATALOGUE[_name(known)].forms.extend(_form(part, wrong, also) for wrong in wrongs)


def _form(part: str, wrong: Replacement, also: dict[str, Replacement] | None = None) -> dict[str, Replacement]:
    return {part: wrong} | (also or {})


def _name(wrong: Replacement) -> str:
    return wrong.__name__.replace("_", "-")


for _file in ("forward", "backward", "training"):
    import_module(f"{__name__}.{_file}")
