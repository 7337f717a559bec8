"""What came back of one call to a submission's function."""

from dataclasses import dataclass, field
from typing import Any

from scratch.arrays import Array


@dataclass(frozen=True)
class Answer:
    """The value, or why there is none, and what else the call did."""

    value: Any = None
    """Plain data: numbers, arrays of numbers, and lists, tuples and dicts of these."""
    problem: str | None = None
    """One sentence where there is no usable value."""
    ended: bool = False
    """Whether the call ended the process that it ran in."""
    written: bool = True
    """False where the function raised NotImplementedError: a stub that is not filled in yet."""
    changed: tuple[str, ...] = ()
    """The arguments that the call wrote over."""
    after: dict[str, Array] = field(default_factory=dict)
    """What those hold afterwards, so that an update in place can be judged."""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
