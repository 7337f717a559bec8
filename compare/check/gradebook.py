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
from compare.check.checking import FileResult, confirmed
from compare.check.exam import KerasAnswers
from compare.common import pages
from compare.common.environment import environment
from compare.common.files import write_json, write_text
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
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Gradebook:
    """The results so far, and the files that hold them."""

    console: Console
    dataset: Dataset
    keras: KerasAnswers
    csv: Path | None = None
    json: Path | None = None
    html: Path | None = None
    by_number: dict[int, FileResult] = field(default_factory=dict)

    @property
    def results(self) -> list[FileResult]:
        """The results in the order in which the files were named."""
        return [self.by_number[number] for number in sorted(self.by_number)]

    def add(self, number: int, result: FileResult) -> None:
        """Take in a result; the table is on disk at once, and so survives whatever comes next."""
        self.by_number[number] = confirmed(result, self.keras)
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
            row = result.as_dict()
            writer.writerow([_cell(row[column]) for column in COLUMNS])
        write_text(text.getvalue(), path, "--csv")

    def _write_page(self, path: Path) -> None:
        """Write a page: what went wrong how often, a row for each file, and what is behind each failure."""
        counts = Counter(m.name for result in self.results for m in result.mistakes)
        page = pages.render(
            "compare.check",
            "class.html",
            results=self.results,
            about=self._about(),
            counts=[(CATALOGUE[name], n) for name, n in counts.most_common()],
            verdicts=Counter(result.verdict for result in self.results),
        )
        pages.write(page, path, "--html")

    def _about(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset.name,
            "source": self.dataset.source,
            "command": shlex.join(["python", "-m", "compare", *sys.argv[1:]]),
            "environment": environment(),
        }


def _cell(value: Any) -> Any:
    """Return one cell. A spreadsheet runs what begins like a formula, so a text that does gets an apostrophe."""
    if isinstance(value, list):
        value = ", ".join(value)
    if isinstance(value, str):
        value = " ".join(value.split())
        return f"'{value}" if value.startswith(FORMULA) else value
    return "" if value is None else value
