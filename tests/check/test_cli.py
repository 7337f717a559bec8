"""Do the commands do what they say, with the exit code that they document?"""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compare.check import checking
from compare.check import cli as check_cli
from compare.check.catalogue import CATALOGUE
from compare.check.exam import Exam, KerasAnswers
from compare.check.gradebook import Gradebook
from compare.check.program.result import ProgramResult
from compare.cli import main
from tests.check import program_results as made
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


@pytest.mark.parametrize("name", ["syntax error", "no text", "all stubs"])
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


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> dict[str, ProgramResult]:
    """Hand-made results by file name, in the place of the examination of programs, as long as all is one process."""
    results: dict[str, ProgramResult] = {}

    def examine(path: Path, source: bytes, call: str | None, *_: Any) -> ProgramResult:
        found = results[path.name]
        return replace(found, conventions=[*found.conventions, f"called with {call}"] if call else found.conventions)

    monkeypatch.setattr(checking, "examine", examine)
    return results


@pytest.fixture
def no_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the exam is set."""

    def exam(*_: Any) -> None:
        raise AssertionError("Keras was started")

    monkeypatch.setattr(check_cli, "_rows", exam)


TRAINS = "for step in range(100):\n    w = w - 0.1 * gradient\n"


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize(
    ("result", "code", "line"),
    [
        (made.RIGHT, 0, "RIGHT: "),
        (made.WRONG, 1, "WRONG: "),
        (made.NOT_UNDERSTOOD, 2, "NOT UNDERSTOOD: "),
        (made.UNREADABLE, 2, "UNREADABLE: "),
    ],
)
def test_any_program_is_checked_without_keras(
    result: ProgramResult, code: int, line: str, run: Run, examined: dict[str, ProgramResult], tmp_path: Path
) -> None:
    examined["train.py"] = result
    found, said = run("check", written(tmp_path, TRAINS, "train.py"))
    assert found == code
    assert said.splitlines()[-1].startswith(line)


@pytest.mark.usefixtures("no_keras")
def test_a_notebook_can_be_checked(run: Run, examined: dict[str, ProgramResult], tmp_path: Path) -> None:
    examined["homework.ipynb"] = made.NOTEBOOK
    code, said = run("check", written(tmp_path, "{}", "homework.ipynb"))
    assert code == 1
    assert "cell 2, line 3" in said


@pytest.mark.usefixtures("no_keras")
def test_who_says_what_to_call_has_it_called(run: Run, examined: dict[str, ProgramResult], tmp_path: Path) -> None:
    examined["mine.py"] = made.RIGHT
    _, said = run("check", written(tmp_path, PLAIN), "--call", "fit(*data)")
    assert "called with fit(*data)" in said


@pytest.mark.usefixtures("no_keras")
def test_a_programs_page_and_json_are_written(run: Run, examined: dict[str, ProgramResult], tmp_path: Path) -> None:
    examined["train.py"] = made.WRONG
    html, told = tmp_path / "page.html", tmp_path / "told.json"
    run("check", written(tmp_path, TRAINS, "train.py"), "--html", html, "--json", told)
    assert "Line by line" in html.read_text()
    (one,) = json.loads(told.read_text())["submissions"]
    assert one["file"] == str(tmp_path / "train.py")
    assert one["wrong"][0]["line"] == 13


def test_a_directory_is_searched_for_scripts_and_notebooks(
    run: Run, examined: dict[str, ProgramResult], tmp_path: Path
) -> None:
    examined |= {"a.py": made.RIGHT, "b.ipynb": made.NOTEBOOK, "d.py": made.NOT_UNDERSTOOD}
    for name, text in {"a.py": TRAINS, "b.ipynb": "{}", "c.py": PLAIN, "d.py": TRAINS, "e.txt": "none"}.items():
        written(tmp_path, text, name)
    code, said = run("check", tmp_path, "--workers", "1", "--dataset", "digits")
    assert code == 1
    assert said.splitlines()[-1] == ("4 files checked: 2 right, 0 incomplete, 1 wrong, 1 not understood, 0 unreadable")


def test_where_training_is_not_understood_known_functions_are_asked(
    run: Run, examined: dict[str, ProgramResult], tmp_path: Path
) -> None:
    examined["mine.py"] = made.NOT_UNDERSTOOD
    text = PLAIN.split("def train_step")[0] + "X = y = np.zeros((4, 1))\nw = gradient = np.ones(1)\n" + TRAINS
    code, said = run("check", written(tmp_path, text), "--dataset", "digits")
    assert code == 1
    assert said.splitlines()[-1].startswith("INCOMPLETE: ")
    assert "own training was not understood" in " ".join(said.split())


@pytest.mark.usefixtures("no_keras")
def test_interrupted_a_class_keeps_the_rows_that_it_has(
    run: Run, examined: dict[str, ProgramResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examined |= {"a.py": made.RIGHT}
    for name in ("a.py", "b.py"):
        written(tmp_path, TRAINS, name)

    def interrupted(path: Path, *_: Any) -> ProgramResult:
        if path.name == "b.py":
            raise KeyboardInterrupt
        return made.RIGHT

    monkeypatch.setattr(checking, "examine", interrupted)
    files = {kind: tmp_path / f"grades.{kind}" for kind in ("csv", "json", "html")}
    options = [part for kind, path in files.items() for part in (f"--{kind}", path)]
    code, said = run("check", tmp_path / "a.py", tmp_path / "b.py", "--workers", "1", *options)
    assert code == 130
    assert "1 not reached" in said
    assert len(json.loads(files["json"].read_text())["submissions"]) == 1


def test_programs_with_keys_are_scored_and_the_rest_can_be_done_later(
    run: Run, examined: dict[str, ProgramResult], tmp_path: Path
) -> None:
    for name in ("unit", "gone"):
        written(tmp_path, TRAINS, f"{name}.py")
        written(tmp_path, 'verdict = "right"\n', f"{name}.key.toml")
    examined["gone.py"] = made.NOT_UNDERSTOOD  # and of unit.py, the examination itself fails
    path = tmp_path / "score.json"
    code, said = run("mistakes", "--programs", tmp_path, "--json", path, "--workers", "1")
    assert code == 0
    assert said.splitlines()[-1].startswith("2 programs checked: 0 understood")
    files = {one["file"]: one for one in json.loads(path.read_text())["files"]}
    assert files["gone.py"]["missing"] == made.NOT_UNDERSTOOD.missing
    code, said = run("mistakes", "--programs", tmp_path, "--json", path, "--workers", "1", "--resume")
    assert (code, said.splitlines()[-1][:32]) == (0, "2 programs checked: 0 understood")


def test_an_interrupted_score_keeps_what_is_finished(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        written(tmp_path, TRAINS, f"{name}.py")
        written(tmp_path, 'verdict = "right"\n', f"{name}.key.toml")

    def interrupted(path: Path, *_: Any) -> ProgramResult:
        if path.name == "b.py":
            raise KeyboardInterrupt
        return made.RIGHT

    monkeypatch.setattr(checking, "examine", interrupted)
    path = tmp_path / "score.json"
    code, said = run("mistakes", "--programs", tmp_path, "--json", path, "--workers", "1")
    assert code == 130
    assert said.splitlines()[-1].endswith("1 not reached")
    assert [one["file"] for one in json.loads(path.read_text())["files"]] == ["a.py"]


def test_to_resume_there_must_be_a_file(run: Run, tmp_path: Path) -> None:
    code, said = run("mistakes", "--programs", tmp_path, "--resume")
    assert code == 2
    assert "--resume needs --json" in said


CLASS = {
    "ada.py": PLAIN,
    "=cmd.py": WRONG["uphill"][1],
    "<b>bob.py": changed("(1 - a)", "(1 + a)"),
    "dora.py": HOSTILE["endless loop"][0],
    "eve.py": "1 / 0",
    "fay.py": CORRECT["class"],
    "gus.py": "print('<script>alert(1)</script>')" + PLAIN.split("def mse")[0],
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
