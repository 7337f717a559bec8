"""Is every result in the files, as programs, spreadsheets and people read them?"""

import csv
import json
import sys
from dataclasses import replace
from html import unescape
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
from tests.check import program_results as made


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


PROGRAMS = [made.WRONG, made.RIGHT, made.NOTEBOOK, made.NOT_UNDERSTOOD, made.UNREADABLE]


@pytest.fixture
def mixed(grades: Gradebook) -> Gradebook:
    """Programs of every verdict beside a file of functions, written."""
    for number, result in enumerate([*PROGRAMS, FileResult("part.py", missing=["mse"])]):
        grades.add(number, result)
    grades.write()
    return grades


def test_programs_have_rows_beside_functions(mixed: Gradebook) -> None:
    told = [(row["file"], row["verdict"], row["wrong_line"], row["fix"]) for row in rows(mixed)]
    assert told == [
        ("unit.py", "wrong", "line 13", "verified"),
        ("unit.py", "right", "", ""),
        ("homework.ipynb", "wrong", "cell 2, line 3", ""),
        ("gone.py", "not understood", "", ""),
        ("crash.py", "unreadable", "", ""),
        ("part.py", "incomplete", "", ""),
    ]
    assert rows(mixed)[0]["diagnosis"].startswith("line 13: grad_bias is the largest delta")
    assert rows(mixed)[1]["conventions"] == made.CONVENTION
    assert rows(mixed)[3]["missing"] == made.NOT_UNDERSTOOD.missing
    assert rows(mixed)[4]["error"] == made.UNREADABLE.problem


def test_every_file_has_the_same_contract_in_json(mixed: Gradebook) -> None:
    assert mixed.json is not None
    told = json.loads(mixed.json.read_text())["submissions"]
    contract = {"file", "verdict", "conventions", "model", "symbols", "wrong", "seconds"}
    assert [contract <= one.keys() for one in told] == [True] * 6
    assert told[0]["wrong"][0] | {"line": 13, "cell": None, "fix": made.FIX, "verified": True} == told[0]["wrong"][0]


def test_the_page_of_a_class_has_programs_beside_functions(mixed: Gradebook) -> None:
    assert mixed.html is not None
    page = unescape(mixed.html.read_text())
    assert "1 right, 1 incomplete, 2 wrong, 1 not understood, 1 unreadable" in " ".join(page.split())
    for told in ("bias from one row", "cell 2, line 3", made.CONVENTION, "delta.mean()", "not understood"):
        assert told in page


def test_one_program_alone_has_its_lines_on_the_page(grades: Gradebook) -> None:
    grades.add(0, made.WRONG)
    grades.write()
    assert grades.html is not None
    assert "Line by line" in grades.html.read_text()


def test_json_has_what_a_program_holds_as_it_is_and_a_table_has_it_harmless(grades: Gradebook) -> None:
    grades.add(0, replace(made.UNREADABLE, problem="=\x1b[31m\u202e"))
    grades.write()
    assert grades.json is not None
    assert rows(grades)[0]["error"] == "'=␛[31m\N{REPLACEMENT CHARACTER}"
    assert json.loads(grades.json.read_text())["submissions"][0]["error"] == "=\x1b[31m\u202e"


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
