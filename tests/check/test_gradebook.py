"""Is every result in the files, as programs, spreadsheets and people read them?"""

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from compare.check.catalogue import CATALOGUE
from compare.check.checking import FileResult, RungResult
from compare.check.diagnosis import Diagnosis
from compare.check.exam import KerasAnswers
from compare.check.gradebook import COLUMNS, Gradebook
from scratch.datasets import Dataset


@pytest.fixture
def grades(tmp_path: Path) -> Gradebook:
    dataset: Any = SimpleNamespace(name="digits", source="here")
    files = (tmp_path / f"grades.{kind}" for kind in ("csv", "json", "html"))
    return Gradebook(Console(quiet=True), dataset, None, *files)  # type: ignore[arg-type]


def rows(grades: Gradebook) -> list[dict[str, str]]:
    assert grades.csv is not None
    with grades.csv.open(newline="") as opened:
        return list(csv.DictReader(opened))


def test_results_stand_in_the_order_of_the_files_and_on_disk_as_they_come(grades: Gradebook) -> None:
    grades.add(1, FileResult("second.py"))
    assert [row["file"] for row in rows(grades)] == ["second.py"]
    grades.add(0, FileResult("first.py"))
    assert [row["file"] for row in rows(grades)] == ["first.py", "second.py"]
    assert tuple(rows(grades)[0]) == COLUMNS


@pytest.mark.parametrize("name", ["=cmd.py", "+1.py", "-1.py", "@sum.py"])
def test_a_cell_that_begins_like_a_formula_is_no_formula(name: str, grades: Gradebook) -> None:
    grades.add(0, FileResult(name))
    assert rows(grades)[0]["file"] == f"'{name}"


def test_what_is_missing_is_in_every_file(grades: Gradebook) -> None:
    grades.add(0, FileResult("part.py", missing=["mse", "sgd"]))
    grades.write()
    assert grades.json is not None
    assert grades.html is not None
    assert (rows(grades)[0]["verdict"], rows(grades)[0]["missing"]) == ("incomplete", "mse, sgd")
    (told,) = json.loads(grades.json.read_text())["submissions"]
    assert (told["verdict"], told["missing"]) == ("incomplete", ["mse", "sgd"])
    assert "missing: mse, sgd" in grades.html.read_text()


def test_a_mistake_that_fails_several_rungs_is_explained_once(grades: Gradebook) -> None:
    uphill = CATALOGUE["uphill"]
    failed = [RungResult(name, "failed", 0, 1, "off", diagnosis=Diagnosis(((uphill,),))) for name in uphill.fails]
    grades.add(0, FileResult("mine.py", rungs=failed))
    grades.write()
    assert grades.html is not None
    detail = grades.html.read_text().split("Each in detail")[1]
    assert all(f"<strong>{name}</strong>" in detail for name in uphill.fails)
    assert detail.count(uphill.why) == 1


def test_what_a_file_printed_is_no_markup(grades: Gradebook) -> None:
    grades.add(0, FileResult("<b>bob.py", problem="it raised <script>"))
    grades.write()
    assert grades.html is not None
    page = grades.html.read_text()
    assert "&lt;b&gt;bob.py" in page
    assert "it raised &lt;script&gt;" in page


def test_a_page_shows_the_name_of_the_data_and_not_its_directory(
    digits: Dataset, tmp_path: Path, keras_answers: KerasAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "class.html"
    monkeypatch.setattr(sys, "argv", ["compare", "check", "work", "--data", "/home/ada/images"])
    data = replace(digits, source="/home/ada/images/mnist.npz")
    Gradebook(Console(quiet=True), data, keras_answers, html=page).write()
    assert "(mnist.npz)" in page.read_text()
    assert "check work --data images" in page.read_text()
    assert "/home" not in page.read_text()
