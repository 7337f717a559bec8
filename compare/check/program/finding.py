"""What is said about one mistake in a program: where it is, what is wrong there, and how it may be mended."""

from collections.abc import Callable
from dataclasses import dataclass

from compare.check.program.trace import Place, Trace


@dataclass(frozen=True)
class Edit:
    """A change of the source: at each of these places, which do not overlap, stands this text instead."""

    parts: tuple[tuple[Place, str], ...]


@dataclass(frozen=True)
class Finding:
    """One mistake."""

    node: int
    """The wrong expression or statement, by its number in the syntax tree."""
    says: str
    """One or two sentences, in the program's own names, with a value of each."""
    due: str
    """What is due there."""
    name: str | None = None
    also: tuple[int, ...] = ()
    """Other nodes that may fairly be called the wrong ones."""
    edits: tuple[Edit, ...] = ()
    """What may mend it, the likeliest first; the first that verifies is the fix."""
    holds: Callable[[Trace], bool] | None = None
    """Whether the mistake is gone from a new recording, of the program with an edit."""
