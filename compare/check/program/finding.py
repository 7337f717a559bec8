"""A mistake that was found in a program: where it stands, what is due there, and edits that may mend it."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from compare.check.program.trace import Program, Trace

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


def edited(program: Program, edit: Edit) -> list[str]:
    """Return a program's cells with nodes replaced by new source."""
    cells = [cell.splitlines(keepends=True) for cell in program.cells]
    for node, new in sorted(edit, key=lambda one: _ends(program, one[0]), reverse=True):
        cell, (line, column), (last, end) = _ends(program, node)
        lines = cells[cell]
        before = lines[line - 1].encode()[:column].decode()
        after = lines[last - 1].encode()[end:].decode()
        lines[line - 1 : last] = [before + new + after]
    return ["".join(lines) for lines in cells]


def _ends(program: Program, node: int) -> tuple[int, tuple[int, int], tuple[int, int]]:
    """Return the cell of a node, and its first and last line and column, columns in bytes."""
    found = program.nodes[node]
    assert isinstance(found, ast.expr | ast.stmt)
    assert found.end_lineno is not None
    assert found.end_col_offset is not None
    return program.cell_of[node], (found.lineno, found.col_offset), (found.end_lineno, found.end_col_offset)
