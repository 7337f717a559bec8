"""A class's results as files: CSV for a spreadsheet, JSON for a program, a page for people."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compare.check.catalogue import CATALOGUE
from compare.check.examine import Checked
from compare.common.files import write_json, write_text

COLUMNS = ("file", "verdict", "rungs_passed", "rungs_climbed", "first_failing_rung", "diagnosis", "seconds", "error")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(results: Sequence[Checked], path: Path) -> None:
    """Write a row for each file. The file is whole at any time: it is replaced, never half written."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for checked in results:
        row = checked.as_dict()
        writer.writerow([_cell(row[column]) for column in COLUMNS])
    write_text(text.getvalue(), path, "--csv")


def _cell(value: Any) -> Any:
    """Return one cell. A spreadsheet runs what begins like a formula, so a text that does gets an apostrophe."""
    if isinstance(value, str):
        value = " ".join(value.split())
        return f"'{value}" if value.startswith(FORMULA) else value
    return "" if value is None else value


def write_all(results: Sequence[Checked], path: Path, about: dict[str, Any]) -> None:
    """Write everything about every file as JSON."""
    write_json(about | {"submissions": [checked.as_dict() for checked in results]}, path, "--json")


def write_page(results: Sequence[Checked], path: Path, about: dict[str, Any]) -> None:
    """Write a page: what went wrong how often, a row for each file, and what is behind each failure."""
    from compare.common import pages

    counts = Counter(m.name for checked in results for m in checked.mistakes)
    page = pages.render(
        "compare.check",
        "class.html",
        results=results,
        about=about,
        counts=[(CATALOGUE[name], n) for name, n in counts.most_common()],
        verdicts=Counter(checked.verdict for checked in results),
    )
    pages.write(page, path, "--html")
