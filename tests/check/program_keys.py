"""Training programs as data, and their keys: reading both, applying a fix, and following a line through an edit.

A place is a pair (cell, line): cell is None in a script, and counts from 0 over all cells in a notebook; lines count
from 1.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).parent / "programs"

Place = tuple[int | None, int]
Source = dict[int | None, list[str]]


@dataclass(frozen=True)
class Program:
    """A program beside its key: ``source`` holds the lines of each code cell, or of the script under None."""

    path: Path
    source: Source
    key: dict[str, Any]

    @property
    def right(self) -> bool:
        """Whether the key calls the program right."""
        return bool(self.key["verdict"] == "right")

    def __repr__(self) -> str:
        """Show the file's name only."""
        return self.path.name


def read_source(path: Path) -> Source:
    """Return the lines of every code cell, or of the script."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return {None: text.splitlines()}
    cells = json.loads(text)["cells"]
    return {n: "".join(cell["source"]).splitlines() for n, cell in enumerate(cells) if cell["cell_type"] == "code"}


def read_programs() -> list[Program]:
    """Return every program that has a key, by name."""
    programs = []
    for key in sorted(PROGRAMS.glob("*.key.toml")):
        stem = key.name.removesuffix(".key.toml")
        path = next(p for p in (PROGRAMS / f"{stem}.py", PROGRAMS / f"{stem}.ipynb") if p.exists())
        programs.append(Program(path, read_source(path), tomllib.loads(key.read_text(encoding="utf-8"))))
    return programs


def place_of(entry: int | list[int]) -> Place:
    """Return a key's line, or its [cell, line], as a place."""
    return (None, entry) if isinstance(entry, int) else (entry[0], entry[1])


def mended(program: Program, mistakes: set[int] | None = None) -> Source:
    """Return the source with the fixes applied, or with those of the mistakes of these numbers only."""
    source = {cell: list(lines) for cell, lines in program.source.items()}
    for edit in sorted(program.key.get("fix", []), key=lambda edit: -edit["line"]):
        if mistakes is not None and edit["mends"] not in mistakes:
            continue
        lines, first = source[edit.get("cell")], edit["line"] - 1
        old, new = edit["old"].splitlines(), edit["new"].splitlines()
        found = lines[first : first + len(old)]
        if found != old:
            raise ValueError(f"{program}: line {edit['line']} reads {found}, and the fix expects {old}")
        lines[first : first + len(old)] = new
    return source


def followed(place: Place, old: Source, new: Source, *, last: bool = False) -> Place:
    """Return where a line of the old source is in the new one.

    A replaced line becomes the first line of its replacement, or with ``last`` the last one.
    """
    cell, line = place
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old[cell], new[cell], autojunk=False).get_opcodes():
        if i1 <= line - 1 < i2:
            if tag == "equal":
                return cell, j1 + line - i1
            return cell, (max(j2, 1) if last else j1 + 1)
    raise ValueError(f"the source has no line {line}")


def patched(lines: list[str], diff: str) -> list[str]:
    """Return the lines with a unified diff applied, each hunk where its old lines stand nearest to its number."""
    result, moved = list(lines), 0
    for hunk in re.split(r"^(?=@@ )", diff, flags=re.M)[1:]:
        head, *body = hunk.splitlines()
        start = int(re.match(r"@@ -(\d+)", head)[1]) - 1  # type: ignore[index]
        body = [line or " " for line in body if not line.startswith("\\")]
        old = [line[1:] for line in body if line[0] in " -"]
        new = [line[1:] for line in body if line[0] in " +"]
        starts = [n for n in range(len(result) - len(old) + 1) if result[n : n + len(old)] == old]
        if not starts:
            raise ValueError(f"the lines of the hunk {head} are not there")
        at = min(starts, key=lambda n: abs(n - start - moved))
        result[at : at + len(old)] = new
        moved += len(new) - len(old)
    return result
