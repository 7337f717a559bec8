"""Does a program find its data where it runs, and only what it may need?"""

import os
from pathlib import Path

import pytest

from compare.check.sandbox.folder import Folder, modules_beside


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A course's folder with a program in it, and what may lie there."""
    folder = tmp_path / "course"
    for name in ("rows.csv", "other.py", "notes.md", "words", "data/rows.npz", "photos/one.png", ".git/HEAD"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").touch()
    (tmp_path / "scratch").mkdir()
    return folder


def folder(beside: Path, source: str) -> Folder:
    return Folder(beside / "mine.py", source, beside.parent / "scratch")


def found(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("source", "there"),
    [
        ("", {"rows.csv", "words"}),
        ("np.load('data/rows.npz')", {"rows.csv", "words", "data/rows.npz"}),
        ("open('notes.md')", {"rows.csv", "words", "notes.md"}),
    ],
)
def test_data_are_there_and_whatever_is_named(beside: Path, source: str, there: set[str]) -> None:
    assert found(folder(beside, source).made()) == there


def test_what_is_named_above_is_there(beside: Path) -> None:
    (beside.parent / "shared").mkdir()
    (beside.parent / "shared" / "rows.csv").write_text("above")
    place = folder(beside, "open('../shared/rows.csv')").made()
    assert (place / ".." / "shared" / "rows.csv").read_text() == "above"


def test_it_stays_as_long_as_nothing_changes_in_it(beside: Path) -> None:
    one = folder(beside, "")
    assert one.made() == one.made()


@pytest.mark.parametrize("name", ["rows.csv", "new.txt"])
def test_it_is_made_anew_when_something_changed(beside: Path, name: str) -> None:
    one = folder(beside, "")
    before = found(one.made())
    (one.made() / name).write_text("something else")
    assert found(one.made()) == before
    assert (one.made() / "rows.csv").read_text() == "rows.csv"


def test_more_files_than_a_program_needs_are_not_brought(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.check.sandbox.folder.MOST_FILES", 5)
    for n in range(10):
        (beside / f"{n}.csv").touch()
    assert len(os.listdir(folder(beside, "open('rows.csv')").made())) == 5
    assert "rows.csv" in found(folder(beside, "open('rows.csv')").made())


def test_modules_are_python_files_and_packages(beside: Path) -> None:
    assert modules_beside(beside / "mine.py") == ["other", "package"]
