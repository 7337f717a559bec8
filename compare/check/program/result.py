"""What is found in a training program: plain data that travels between processes, with nothing yet of how it is shown.

A place is a cell (None in a script; from 0 over all cells of a notebook) and a line (from 1). Columns count characters
from 0, so that ``source[column:end_column]`` is the expression that is meant. Texts are as the program has them, with
whatever a program may hold: whoever shows them makes them harmless.
"""

import re
from dataclasses import dataclass, field
from typing import Any

RIGHT, WRONG, NOT_UNDERSTOOD, UNREADABLE = "right", "wrong", "not understood", "unreadable"
VERDICTS = (RIGHT, WRONG, NOT_UNDERSTOOD, UNREADABLE)

VERIFIED = "verified: applied to a copy and run again, what was wrong here is now as it is due"
NOT_VERIFIED = "not verified: try it, and check again"

Place = tuple[int | None, int]


def named(place: Place) -> str:
    """Say where a line is: ``line 31``, or ``cell 3, line 5``."""
    cell, line = place
    return f"line {line}" if cell is None else f"cell {cell}, line {line}"


def lines_of(text: str) -> list[str]:
    """Return the lines of a source text as Python counts them, for which a form feed ends none."""
    return re.split(r"\r\n|\r|\n", text)


@dataclass(frozen=True)
class WrongLine:
    """A line whose mathematics is wrong, and what would mend it."""

    cell: int | None
    line: int
    column: int
    end_column: int
    source: str
    """The line as it stands in the file."""
    says: str
    """What it computes and what is due, in the program's own names, with a value of each."""
    due: str
    name: str | None = None
    """The catalogue's name of the mistake, where it has one."""
    why: str | None = None
    """Why people make it."""
    fix: str | None = None
    """A unified diff of the cell, or of the script."""
    verified: bool = False
    """Whether the fix was applied to a copy, which then equalled the reference."""
    follows: tuple[Place, ...] = ()
    """The lines that are wrong only because of this one."""

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.cell, self.line

    @property
    def where(self) -> str:
        """Say where it is."""
        return named(self.place)

    @property
    def wheres(self) -> list[str]:
        """Say where the lines are that follow from it."""
        return [named(place) for place in self.follows]

    @property
    def trust(self) -> str:
        """Say how far the fix can be trusted."""
        return VERIFIED if self.verified else NOT_VERIFIED

    @property
    def expression(self) -> str:
        """The part of the line that is wrong."""
        return self.source[self.column : self.end_column]

    def as_dict(self) -> dict[str, Any]:
        """Return the entry for JSON."""
        return {
            "cell": self.cell,
            "line": self.line,
            "column": self.column,
            "end_column": self.end_column,
            "source": self.source,
            "says": self.says,
            "name": self.name,
            "due": self.due,
            "fix": self.fix,
            "verified": self.verified,
            "why": self.why,
            "follows": [{"cell": cell, "line": line} for cell, line in self.follows],
        }


@dataclass(frozen=True)
class LineNote:
    """What a line was recognised as."""

    cell: int | None
    line: int
    symbol: str
    """The legend's letter: z, a, dz, dW."""
    name: str
    """The program's own name for it."""
    shape: tuple[int, ...] | None = None
    formula: str = ""
    value: str = ""
    """The first value, as text."""
    ok: bool | None = None
    """Whether it is what is due; None where that was not decided."""
    says: str = ""

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.cell, self.line


@dataclass
class ProgramResult:
    """Everything about one program."""

    file: str
    verdict: str
    conventions: list[str] = field(default_factory=list)
    """What differs from Keras without being a mistake."""
    model: list[str] = field(default_factory=list)
    """The model, as Keras lines."""
    symbols: dict[str, str] = field(default_factory=dict)
    """The program's own name for each letter of the legend."""
    layout: str | None = None
    """Whether examples are ``rows`` or ``columns``."""
    wrong: list[WrongLine] = field(default_factory=list)
    """The wrong lines, the one to mend first at the beginning."""
    readings: list[str] = field(default_factory=list)
    """Where it can be read in two ways: both, each with its fix."""
    notes: list[str] = field(default_factory=list)
    """What was made harmless, and what was cut short."""
    missing: str | None = None
    """What was not understood."""
    problem: str | None = None
    """Why it could not be examined at all."""
    lines: list[LineNote] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    """The text of every cell, empty for one without code; a script is one cell."""
    output: str = ""
    """What it printed, the first part."""
    seconds: float = 0.0

    @property
    def first_wrong(self) -> WrongLine | None:
        """The line to mend first."""
        return self.wrong[0] if self.wrong else None

    @property
    def understood(self) -> bool:
        """Whether there is a verdict on its mathematics."""
        return self.verdict in (RIGHT, WRONG)

    @property
    def diagnosis(self) -> str:
        """What is wrong first, in one sentence; nothing where nothing is."""
        first = self.first_wrong
        if first is None:
            return "no single line was found that would mend it" if self.verdict == WRONG else ""
        return f"{first.where}: {first.says.rstrip('.')}{f' ({first.name})' if first.name else ''}"

    @property
    def mistake_names(self) -> list[str]:
        """The mistakes that have a name, each once."""
        return list(dict.fromkeys(wrong.name for wrong in self.wrong if wrong.name))

    def source_of(self, place: Place) -> str:
        """Return the text of a line; nothing for one that is not there."""
        cell, line = place
        text = next(iter(self.cells[cell or 0 :]), "")
        return next(iter(lines_of(text)[line - 1 :]), "")

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {
            "file": self.file,
            "verdict": self.verdict,
            "conventions": self.conventions,
            "model": self.model,
            "symbols": self.symbols,
            "layout": self.layout,
            "wrong": [wrong.as_dict() for wrong in self.wrong],
            "seconds": round(self.seconds, 3),
            "readings": self.readings,
            "notes": self.notes,
            "missing": self.missing,
            "error": self.problem,
            "output": self.output,
        }
