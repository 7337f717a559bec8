"""Does a whole file, in its sandbox, get the result that it deserves; and a whole class, here and on a cluster?"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from compare.check import checking
from compare.check.checking import FileResult, check_file, check_files, confirmed
from compare.check.exam import Exam, KerasAnswers
from compare.check.program.result import ProgramResult
from compare.check.sandbox import Limits
from tests.check.submissions import COMPLETE, CORRECT, HOSTILE, PLAIN, UNREADABLE, WRONG, changed

LIMITS = Limits(seconds=30, call_seconds=1.0, memory_mb=1024)


def check(text: str, tmp_path: Path, exam: Exam, limits: Limits = LIMITS) -> FileResult:
    path = tmp_path / "mine.py"
    path.write_text(text)
    return check_file(path, exam, limits)


@pytest.mark.parametrize("name", CORRECT)
def test_a_right_program_passes_however_it_is_written(name: str, tmp_path: Path, exam: Exam) -> None:
    checked = check(CORRECT[name], tmp_path, exam, Limits())
    assert checked.problem is None
    assert [(rung.name, rung.sentence) for rung in checked.rungs if rung.state == "failed"] == []
    assert len(checked.passed) >= 2


def test_there_are_at_least_ten_ways_to_be_right() -> None:
    assert len(CORRECT) >= 10


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_named_however_it_is_written(name: str, tmp_path: Path, exam: Exam) -> None:
    rung, text = WRONG[name]
    checked = check(text, tmp_path, exam)
    assert checked.first_failed is not None
    assert checked.first_failed.name == rung
    assert [m.name for m in checked.mistakes] == [name]


@pytest.mark.parametrize("name", [name for name, (_, said) in HOSTILE.items() if name != "patches NumPy"])
def test_a_hostile_function_costs_its_own_rung_only(name: str, tmp_path: Path, exam: Exam) -> None:
    text, said = HOSTILE[name]
    checked = check(text, tmp_path, exam)
    states = {rung.name: rung.state for rung in checked.rungs}
    assert (states["dense"], states["sigmoid"]) == ("failed", "passed")
    assert checked.first_failed is not None
    assert said in checked.first_failed.sentence


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_checked_says_why(name: str, tmp_path: Path, exam: Exam) -> None:
    text, said = UNREADABLE[name]
    checked = check(text, tmp_path, exam, Limits(seconds=5, call_seconds=1.0))
    assert checked.verdict == "unreadable"
    assert said in (checked.problem or "")


def test_the_smallest_input_holds_kerass_own_answer(tmp_path: Path, exam: Exam, keras_answers: KerasAnswers) -> None:
    checked = confirmed(check(WRONG["factor-2-missing"][1], tmp_path, exam), keras_answers)
    assert checked.first_failed is not None
    shown = checked.first_failed.smallest
    assert shown is not None
    assert {name: x.tolist() for name, x in shown.case.arguments.items()} == {"y": [[0.0]], "a": [[1.0]]}
    assert (shown.yours["da"].tolist(), shown.keras["da"].tolist()) == ([[1.0]], [[2.0]])


def test_a_second_mistake_is_named_on_its_own_rung(tmp_path: Path, exam: Exam) -> None:
    text = changed("param - learning_rate", "param + learning_rate", WRONG["bias-not-added"][1])
    assert [m.name for m in check(text, tmp_path, exam).mistakes] == ["bias-not-added", "uphill"]


def test_a_train_step_that_does_not_use_the_wrong_function_is_not_blamed_for_it(tmp_path: Path, exam: Exam) -> None:
    text = changed("np.mean((y - a) ** 2)", "np.sum((y - a) ** 2)").split("def fit")[0]
    checked = check(text, tmp_path, exam)
    assert [rung.name for rung in checked.rungs if rung.state == "failed"] == ["mse"]


@pytest.mark.parametrize("name", CORRECT)
def test_only_a_whole_file_is_right(name: str, tmp_path: Path, exam: Exam) -> None:
    checked = check(CORRECT[name], tmp_path, exam, Limits())
    assert checked.verdict == ("right" if name in COMPLETE else "incomplete")
    assert (checked.missing == []) == (name in COMPLETE)


def test_partly_written_files_are_checked_as_far_as_they_go_and_are_incomplete(tmp_path: Path, exam: Exam) -> None:
    stubbed = "def mse(y, a):\n    raise NotImplementedError\n" + PLAIN.split("def mse")[0]
    checked = check(stubbed, tmp_path, exam)
    assert [rung.name for rung in checked.climbed] == ["dense", "sigmoid"]
    assert checked.verdict == "incomplete"
    assert checked.missing[:2] == ["mse", "accuracy"]
    assert checked.as_dict()["missing"] == checked.missing


def test_who_says_what_must_be_there_is_asked_no_more(tmp_path: Path, exam: Exam) -> None:
    path = tmp_path / "mine.py"
    path.write_text(PLAIN.split("def mse")[0])
    assert check_file(path, exam, LIMITS, ["dense", "sigmoid"]).verdict == "right"
    more = check_file(path, exam, LIMITS, ["dense", "sgd"])
    assert (more.verdict, more.missing) == ("incomplete", ["sgd"])


def test_a_wrong_file_is_wrong_whatever_is_missing(tmp_path: Path, exam: Exam) -> None:
    checked = check(changed("X @ W + b", "X @ W").split("def mse")[0], tmp_path, exam)
    assert checked.verdict == "wrong"
    assert checked.missing


DROPPED_AND_ODD = changed(
    "range(0, len(X), b",
    "range(0, len(X) - len(X) % batch_size, b",
    changed("W, b = train_step(", "W, b = W + 1e-3 * (epochs == 1), b; W, b = train_step("),
)


def test_the_best_diagnosis_of_all_rungs_is_told(tmp_path: Path, exam: Exam) -> None:
    checked = check(DROPPED_AND_ODD, tmp_path, exam)
    assert checked.first_failed is not None
    assert checked.first_failed.name == "one epoch"
    assert checked.first_failed.diagnosis.explanations == ()
    assert checked.diagnosis.startswith("epochs shows: ")
    assert "short-batch-dropped" in checked.diagnosis


def test_everything_can_be_written_as_json(tmp_path: Path, exam: Exam) -> None:
    found = check("print('<script>')\n" + WRONG["unstable-exp"][1], tmp_path, exam).as_dict()
    assert found["verdict"] == "wrong"
    assert found["first_failing_rung"] == "sigmoid"
    assert found["mistakes"] == ["unstable-exp"]
    assert found["output"] == "<script>\n"
    (failed,) = [rung for rung in found["rungs"] if rung["state"] == "failed"]
    assert failed["smallest"]["input"] == {"z": [[800.0]]}


CLASS_LIMITS = Limits(seconds=4, call_seconds=1.0, memory_mb=1024)


def a_class_of(size: int, tmp_path: Path) -> dict[Path, str]:
    """Write submissions, every third of them hostile, and return what each should be."""
    hostile, wrong, right = list(HOSTILE.values()), list(WRONG), list(CORRECT)
    expected = {}
    for number in range(size):
        path = tmp_path / f"{number:03}.py"
        if number % 3 == 0:
            text, verdict = hostile[number // 3 % len(hostile)][0], "wrong"
        elif number % 2:
            name = wrong[number // 2 % len(wrong)]
            text, verdict = WRONG[name][1], name
        else:
            name = right[number // 2 % len(right)]
            text, verdict = CORRECT[name], "right" if name in COMPLETE else "incomplete"
        path.write_text(text)
        expected[path] = verdict
    return expected


def all_of(results: Any) -> list[FileResult]:
    found = dict(results)
    return [found[number] for number in sorted(found)]


def test_sixty_submissions_with_twenty_hostile_ones_give_sixty_rows(tmp_path: Path, exam: Exam) -> None:
    expected = a_class_of(60, tmp_path)
    results = all_of(check_files(list(expected), exam, CLASS_LIMITS, workers=2))
    assert [checked.file for checked in results] == [str(path) for path in expected]
    for checked, verdict in zip(results, expected.values(), strict=True):
        if verdict in ("right", "incomplete", "wrong"):
            assert checked.verdict == verdict, checked.file
        else:
            assert [m.name for m in checked.mistakes] == [verdict], checked.file
    assert Counter(checked.problem for checked in results) == {None: 60}


def test_a_fault_of_our_own_costs_one_file_its_row_and_no_other(tmp_path: Path, exam: Exam) -> None:
    expected = a_class_of(3, tmp_path)
    broken = Exam(exam.dataset, exam.rows, exam.seed, questions=[None])  # type: ignore[list-item]
    results = all_of(check_files(list(expected), broken, CLASS_LIMITS, workers=1))
    assert len(results) == 3
    assert all((checked.problem or "").startswith("the check itself failed: ") for checked in results)


@pytest.fixture
def cluster() -> Any:
    """A real Dask cluster of two processes on this machine, on the loopback address."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install '.[cluster]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


def test_a_cluster_gives_the_same_rows(tmp_path: Path, exam: Exam, cluster: Any) -> None:
    expected = a_class_of(12, tmp_path)
    here = all_of(check_files(list(expected), exam, CLASS_LIMITS, workers=2))
    there = all_of(check_files(list(expected), exam, CLASS_LIMITS, cluster=cluster.scheduler_address))
    untimed = ({**checked.as_dict(), "seconds": 0.0} for checked in here)
    assert [{**checked.as_dict(), "seconds": 0.0} for checked in there] == list(untimed)


def test_each_wrong_function_has_the_line_where_it_begins(tmp_path: Path, exam: Exam) -> None:
    text = WRONG["factor-2-missing"][1]
    (first, *_) = check(text, tmp_path, exam).wrong
    assert first.source == text.splitlines()[first.line - 1]
    assert (first.expression, first.name) == ("mse_gradient", "factor-2-missing")


def only_programs(path: Path, source: bytes, *_: Any) -> ProgramResult:
    return ProgramResult("?", "not understood", missing=f"{len(source)} bytes")


def no_exam() -> Exam:
    raise AssertionError("Keras was started")


def test_keras_starts_for_no_file_that_trains_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "examine", only_programs)
    paths = [tmp_path / name for name in ("train.py", "homework.ipynb", "syntax.py", "gone.py")]
    for path, text in zip(paths, ("for i in range(9):\n    w = w - 1", "{}", "def"), strict=False):
        path.write_text(text)
    results = dict(check_files(paths, no_exam, CLASS_LIMITS, workers=1))
    assert [results[n].verdict for n in range(4)] == ["not understood", "not understood", "unreadable", "unreadable"]
    assert [results[n].file for n in range(4)] == [str(path) for path in paths]
    assert isinstance(results[3], FileResult)
    assert "No such file" in (results[3].problem or "")


def test_without_an_exam_every_file_is_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "examine", only_programs)
    path = tmp_path / "mine.py"
    path.write_text(PLAIN)
    ((_, result),) = check_files([path], None, CLASS_LIMITS, workers=1)
    assert isinstance(result, ProgramResult)


def test_an_examination_that_fails_costs_one_program_its_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> ProgramResult:
        raise KeyError("ours")

    monkeypatch.setattr(checking, "examine", broken)
    path = tmp_path / "train.py"
    path.write_text("x = 1")
    ((_, result),) = check_files([path], None, CLASS_LIMITS, workers=1)
    assert (result.verdict, result.problem) == ("unreadable", "the check itself failed: KeyError: 'ours'")


def test_a_notebook_may_hold_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "examine", only_programs)
    path = tmp_path / "homework.ipynb"
    path.write_bytes(b" " * 2**21)
    ((_, result),) = check_files([path], None, CLASS_LIMITS, workers=1)
    assert isinstance(result, ProgramResult)
    assert result.missing == f"{2**21} bytes"
