"""A class's results, and the files that hold them: CSV for a spreadsheet, JSON for a program, a page for people."""

import csv
import io
import shlex
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from compare.check.catalogue import CATALOGUE
from compare.check.checking import FileResult, Result, confirmed
from compare.check.exam import KerasAnswers
from compare.check.program.result import ProgramResult
from compare.check.program_page import program_page
from compare.common import pages
from compare.common.environment import environment, machine
from compare.common.files import write_json, write_text
from compare.common.harmless import spreadsheet_cell
from scratch.datasets import Dataset

COLUMNS = (
    "file",
    "verdict",
    "rungs_passed",
    "rungs_climbed",
    "first_failing_rung",
    "diagnosis",
    "seconds",
    "error",
    "missing",
    "wrong_line",
    "fix",
    "conventions",
)
"""A program has no rungs, and functions have no single wrong line: what a file has not, stays empty."""


@dataclass
class Gradebook:
    """The results so far, and the files that hold them."""

    console: Console
    dataset: Dataset | None = None
    keras: KerasAnswers | None = None
    """Both are there once a file needs them: a program is understood without."""
    csv: Path | None = None
    json: Path | None = None
    html: Path | None = None
    by_number: dict[int, Result] = field(default_factory=dict)

    @property
    def results(self) -> list[Result]:
        """The results in the order in which the files were named."""
        return [self.by_number[number] for number in sorted(self.by_number)]

    def add(self, number: int, result: Result) -> None:
        """Take in a result; the table is on disk at once, and so survives whatever comes next."""
        if isinstance(result, FileResult) and self.keras:
            result = confirmed(result, self.keras)
        self.by_number[number] = result
        if self.csv:
            self._write_csv(self.csv)

    def write(self) -> None:
        """Write what is written at the end."""
        if self.json:
            told = self._about() | {"submissions": [result.as_dict() for result in self.results]}
            write_json(told, self.json, "--json")
        if self.html:
            self._write_page(self.html)
        for path in (self.csv, self.json, self.html):
            if path:
                self.console.print(f"Written: {path}", highlight=False, markup=False)

    def _write_csv(self, path: Path) -> None:
        """Write a row for each file. The file is whole at any time: it is replaced, never half written."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for result in self.results:
            row = _row(result)
            writer.writerow([_cell(row.get(column)) for column in COLUMNS])
        write_text(text.getvalue(), path, "--csv")

    def _write_page(self, path: Path) -> None:
        """Write a page: what went wrong how often, a row for each file, and what is behind each failure.

        Of one program alone, its source with what each line was recognised as.
        """
        if len(self.results) == 1 and isinstance(self.results[0], ProgramResult):
            pages.write(program_page(self.results[0], self._about()), path, "--html")
            return
        counts = Counter(name for result in self.results for name in result.mistake_names)
        page = pages.render(
            "compare.check",
            "class.html",
            results=self.results,
            about=self._about(),
            counts=[self._counted(name, n) for name, n in counts.most_common()],
            verdicts=Counter(result.verdict for result in self.results),
        )
        pages.write(page, path, "--html")

    def _counted(self, name: str, n: int) -> dict[str, Any]:
        """Return a row of the mistakes; what the catalogue does not know is told as the first program's line has it."""
        if name in CATALOGUE:
            known = CATALOGUE[name]
            return {"n": n, "says": known.says, "right": known.right, "why": known.why}
        first = next(w for result in self.results for w in result.wrong if w.name == name)
        return {"n": n, "says": name.replace("-", " "), "right": "", "why": first.why or ""}

    def _about(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset.name if self.dataset else None,
            "source": self.dataset.source if self.dataset else None,
            "command": shlex.join(["python", "-m", "compare", *sys.argv[1:]]),
            "environment": environment() if self.keras else machine(),
        }


def _row(result: Result) -> dict[str, Any]:
    """Return what a table shows of a result, by column."""
    row = result.as_dict()
    if isinstance(result, ProgramResult):
        first = result.first_wrong
        row |= {"diagnosis": result.diagnosis, "wrong_line": first.where if first else None}
        row |= {"fix": ("verified" if first.verified else "not verified") if first and first.fix else None}
    return row


def _cell(value: Any) -> Any:
    """Return one cell."""
    if isinstance(value, list):
        value = ", ".join(value)
    return spreadsheet_cell(value) if isinstance(value, str) else "" if value is None else value
