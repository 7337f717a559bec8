"""Leaves out of a notebook what only a notebook understands. Both sides use it: the standard library only."""

import ast
import re
from collections.abc import Sequence

LEFT_OUT = "lines that begin with % or ! are left out"

TIME = re.compile(r"(\s*)%time (?=\s*\S)")
"""It times a statement, which becomes the body of an ``if`` that takes as much room."""
WHOLE_CELLS = re.compile(r"\s*%%(?!time\b|timeit\b|capture\b)\w+")
"""They make their cell something else than Python."""


def without_magics(cells: Sequence[str]) -> list[str]:
    """Return the cells without magics, and with every place where it was."""
    return [_without_magics(cell) for cell in cells]


def _without_magics(cell: str) -> str:
    lines = cell.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if WHOLE_CELLS.match(first):
        return "\n" * (len(lines) - 1)
    while True:
        try:
            ast.parse("\n".join(lines))
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            line = lines[at] if 0 <= at < len(lines) else ""
            if not line.strip().startswith(("%", "!", "?")) and not line.rstrip().endswith("?"):
                return "\n".join(lines)
            indent = line[: len(line) - len(line.lstrip())]
            lines[at] = TIME.sub(r"\1if 1: ", line) if TIME.match(line) else indent + "pass"
        except (ValueError, RecursionError, MemoryError):
            return "\n".join(lines)
        else:
            return "\n".join(lines)
