"""Do the commands do what they say, with the exit code that they document?"""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compare.check import cli as check_cli
from compare.check.catalogue import CATALOGUE
from compare.check.exam import Exam, KerasAnswers
from compare.check.gradebook import Gradebook
from compare.cli import main
from tests.check.submissions import CORRECT, HOSTILE, PLAIN, UNREADABLE, WRONG, changed

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    keras_answers: KerasAnswers, exam: Exam, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command with the exam that is set already, and return the exit code and what was printed."""
    monkeypatch.setattr(check_cli, "_exam", lambda *_: (keras_answers, exam))
    monkeypatch.setenv("COLUMNS", "140")

    def run(*arguments: str | Path) -> tuple[int, str]:
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def written(tmp_path: Path, text: str, name: str = "mine.py") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_new_file_can_be_checked_at_once_and_says_that_nothing_is_there(run: Run, tmp_path: Path) -> None:
    code, said = run("new", tmp_path / "mine.py")
    assert code == 0
    assert "python -m compare check" in said
    code, said = run("check", tmp_path / "mine.py", "--dataset", "digits")
    assert code == 2
    assert "nothing is filled in yet" in said


def test_new_never_writes_over_a_file(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "my work")
    code, said = run("new", path)
    assert code == 2
    assert "stays as it is" in said
    assert path.read_text() == "my work"


def test_new_says_where_it_cannot_write(run: Run, tmp_path: Path) -> None:
    code, said = run("new", tmp_path / "missing" / "mine.py")
    assert code == 2
    assert "cannot write" in said


def test_new_says_how_to_check_this_very_file(run: Run, tmp_path: Path) -> None:
    run("new", tmp_path / "my file.py")
    assert "python -m compare check 'my file.py'" in (tmp_path / "my file.py").read_text(encoding="utf-8")


def test_a_right_file_exits_with_0(run: Run, tmp_path: Path) -> None:
    code, said = run("check", written(tmp_path, PLAIN), "--dataset", "digits")
    assert code == 0
    assert said.splitlines()[-1].startswith("RIGHT: ")


def test_a_wrong_file_exits_with_1_and_names_rung_values_and_mistake(run: Run, tmp_path: Path) -> None:
    code, said = run("check", written(tmp_path, WRONG["factor-2-missing"][1]), "--dataset", "digits")
    assert code == 1
    assert "First failing rung: mse_gradient" in said
    assert "yours  da       [[1.]]" in said
    assert "Keras  da       [[2.]]" in said
    assert CATALOGUE["factor-2-missing"].why.split()[0] in said
    assert "factor-2-missing" in said.splitlines()[-1]


def test_an_incomplete_file_exits_with_1_and_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN.split("def mse")[0])
    code, said = run("check", path, "--dataset", "digits")
    assert code == 1
    assert said.splitlines()[-1].startswith("INCOMPLETE: ")
    assert "missing: mse, accuracy, " in said.splitlines()[-1]
    code, said = run("check", path, "--dataset", "digits", "--require", "dense, sigmoid")
    assert code == 0
    assert said.splitlines()[-1].startswith("RIGHT: ")


def test_quiet_prints_the_verdict_only(run: Run, tmp_path: Path) -> None:
    _, said = run("check", written(tmp_path, PLAIN), "--dataset", "digits", "--quiet")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("name", ["syntax error", "error when loaded", "nothing in it"])
def test_an_unreadable_file_exits_with_2_and_one_sentence(name: str, run: Run, tmp_path: Path) -> None:
    text, said = UNREADABLE[name]
    code, printed = run("check", written(tmp_path, text), "--dataset", "digits")
    assert code == 2
    assert said in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.py"], "there is no file nowhere.py"),
        (["EMPTY"], "is a directory without Python files"),
        (["MINE", "--csv", "/dev/null/grades.csv"], "cannot write to --csv /dev/null"),
        (["MINE", "--csv", "EMPTY"], "is a directory; name a file"),
        (["MINE", "--train-size", "100000"], "--train-size 100000 is more than"),
        (["MINE", "--memory-limit", "1"], "256"),
        (["MINE", "--require", "dense,dance"], "--require 'dance' is no function that is checked"),
        (["MINE", "--cluster", "tcp://127.0.0.1:1"], "no Dask scheduler answers at tcp://127.0.0.1:1"),
    ],
)
def test_bad_input_is_one_sentence_and_exits_with_2(arguments: list[str], said: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    named = {"EMPTY": tmp_path / "empty", "MINE": written(tmp_path, PLAIN)}
    code, printed = run("check", *(named.get(a, a) for a in arguments), "--dataset", "digits")
    assert code == 2
    assert said in printed


CLASS = {
    "ada.py": PLAIN,
    "=cmd.py": WRONG["uphill"][1],
    "<b>bob.py": changed("(1 - a)", "(1 + a)"),
    "dora.py": HOSTILE["endless loop"][0],
    "eve.py": "print('<script>alert(1)</script>'); 1 / 0",
    "fay.py": CORRECT["class"],
    "gus.py": PLAIN.split("def mse")[0],
}


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    directory = tmp_path / "submissions"
    directory.mkdir()
    for name, text in CLASS.items():
        written(directory, text, name)
    return directory


def test_a_class_gets_a_row_each_in_every_file(run: Run, submissions: Path, tmp_path: Path) -> None:
    files = {kind: tmp_path / f"grades.{kind}" for kind in ("csv", "json", "html")}
    options = [part for kind, path in files.items() for part in (f"--{kind}", path)]
    code, said = run("check", submissions, "--dataset", "digits", "--workers", "2", "--time-limit", "4", *options)
    assert code == 1
    assert "7 files checked: 2 right, 1 incomplete, 3 wrong, 1 unreadable" in said
    with files["csv"].open(newline="") as opened:
        rows = {Path(row["file"]).name: row for row in csv.DictReader(opened)}
    assert sorted(rows) == sorted(CLASS)
    assert rows["ada.py"]["verdict"] == "right"
    assert rows["=cmd.py"]["diagnosis"].endswith("(uphill)")
    assert rows["<b>bob.py"]["first_failing_rung"] == "sigmoid_gradient"
    assert "took longer than" in rows["dora.py"]["diagnosis"]
    assert "ZeroDivisionError" in rows["eve.py"]["error"]
    assert rows["gus.py"]["verdict"] == "incomplete"
    assert rows["gus.py"]["missing"].startswith("mse, accuracy, ")
    told = json.loads(files["json"].read_text())
    assert [Path(one["file"]).name for one in told["submissions"]] == sorted(CLASS)
    page = files["html"].read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;bob.py" in page


def test_the_rows_are_written_as_they_come(
    run: Run, submissions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    add = Gradebook.add

    def interrupted(self: Any, number: int, result: Any) -> None:
        add(self, number, result)
        seen.append(len((tmp_path / "grades.csv").read_text().splitlines()))
        if len(seen) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Gradebook, "add", interrupted)
    code, said = run("check", submissions, "--dataset", "digits", "--workers", "1", "--csv", tmp_path / "grades.csv")
    assert code == 130
    assert seen == [2, 3, 4]
    assert "4 not reached" in said
    assert len((tmp_path / "grades.csv").read_text().splitlines()) == 4


def test_the_catalogue_is_listed(run: Run) -> None:
    code, said = run("mistakes")
    assert code == 0
    assert all(name in said for name in CATALOGUE)


def test_training_every_mistake_counts_what_a_curve_would_not_have_shown(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mistakes.json"
    code, said = run("mistakes", "--run", "--dataset", "digits", "--train-size", "300", "--json", path)
    assert code == 0
    told = json.loads(path.read_text())
    assert told["summary"]["mistakes"] == told["summary"]["caught_by_the_ladder"] == len(CATALOGUE)
    assert 0 < told["summary"]["within_one_image"] < len(CATALOGUE)
    assert f"{told['summary']['within_one_image']} end within one validation image" in said
