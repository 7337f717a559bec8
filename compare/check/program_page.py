"""The page of one program: its source, and beside each line what it was recognised as."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from compare.check.legend import meaning
from compare.check.program.result import ProgramResult, lines_of
from compare.common import pages
from compare.common.harmless import one_line


def program_page(result: ProgramResult, about: Mapping[str, Any]) -> str:
    """Return the page."""
    sections = {
        "problem": ("What stands in the way", result.problem or result.missing),
        "wrong": ("What to mend", result.wrong),
        "model": ("What it trains", result.model or result.symbols),
        "lines": ("Line by line", True),
        "notes": ("To know", result.notes or result.output),
    }
    return pages.render(
        "compare.check",
        "program.html",
        result=result,
        about=about,
        name=one_line(PurePath(result.file).name),
        summary=_summary(result),
        sections=[(identity, title) for identity, (title, there) in sections.items() if there],
        model=pages.highlighted("\n".join(result.model)),
        letters=[(symbol, name, meaning(symbol)) for symbol, name in result.symbols.items()],
        cells=_cells(result),
    )


def _summary(result: ProgramResult) -> str:
    """Say the verdict in a sentence."""
    if result.verdict == "right":
        return "Every step that was watched follows the derivative of its loss, to rounding."
    said = f"{result.problem or result.missing or result.diagnosis}".rstrip(".") + "."
    return said[:1].upper() + said[1:]


def _cells(result: ProgramResult) -> list[dict[str, Any]]:
    """Return the lines of every cell with code, in colour, each with what is to be said of it."""
    notebook = result.file.endswith(".ipynb")
    wrong = {one.place: one for one in reversed(result.wrong)}
    follows = {place: one.where for one in reversed(result.wrong) for place in one.follows}
    cells = []
    for number, source in enumerate(result.cells):
        cell = number if notebook else None
        marks = {line: (one.column, one.end_column) for (of, line), one in wrong.items() if of == cell}
        lines = [
            {
                "number": line,
                "code": code,
                "notes": [note for note in result.lines if note.place == (cell, line)],
                "wrong": wrong.get((cell, line)),
                "follows": follows.get((cell, line)),
            }
            for line, code in enumerate(
                pages.highlighted_lines("\n".join(lines_of(source)).rstrip("\n"), marks), start=1
            )
        ]
        if source.strip():
            cells.append({"title": f"Cell {number}" if notebook else "", "lines": lines})
    return cells
