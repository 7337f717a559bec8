"""A mistake that was found in a program: where it stands, what is due there, and edits that may mend it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from compare.check.program.trace import Trace

Edit = tuple[tuple[int, str], ...]
"""Replacements that belong together: nodes, and the source that each of them becomes."""


@dataclass
class Finding:
    """One mistake."""

    node: int
    """The node that is wrong."""
    says: str
    """What is computed and what is due, in the program's own names, with one value of each."""
    name: str
    """The catalogue's name for the mistake, or a short new one."""
    due: str
    also: list[int] = field(default_factory=list)
    """Other nodes that may fairly be named."""
    edits: list[Edit] = field(default_factory=list)
    """What may mend it, the likeliest first. The first that ``holds`` in a second run is the fix."""
    value: float | None = None
    """What the report's first value should have been."""
    proof: Callable[[Any], bool] | None = None
    """What else must be so in a second run, whose ``Scene`` this is given."""
    holds: Callable[[Trace], bool] = lambda _: False
    """Whether an edited program's recording is without this mistake."""
