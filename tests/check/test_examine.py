"""Does a whole file, in its sandbox, get the result that it deserves?"""

from pathlib import Path

import pytest

from compare.check.exam import Exam
from compare.check.examine import Checked, confirmed, examine
from compare.check.keras_answers import KerasAnswers
from compare.check.sandbox import Limits
from tests.check.submissions import CORRECT, HOSTILE, PLAIN, UNREADABLE, WRONG, changed

LIMITS = Limits(seconds=30, call_seconds=1.0, memory_mb=1024)


def check(text: str, tmp_path: Path, exam: Exam, limits: Limits = LIMITS) -> Checked:
    path = tmp_path / "mine.py"
    path.write_text(text)
    return examine(path, exam, limits)


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


def test_partly_written_files_are_checked_as_far_as_they_go(tmp_path: Path, exam: Exam) -> None:
    stubbed = "def mse(y, a):\n    raise NotImplementedError\n" + PLAIN.split("def mse")[0]
    checked = check(stubbed, tmp_path, exam)
    assert [rung.name for rung in checked.climbed] == ["dense", "sigmoid"]
    assert checked.verdict == "right"


def test_everything_can_be_written_as_json(tmp_path: Path, exam: Exam) -> None:
    found = check("print('<script>')\n" + WRONG["unstable-exp"][1], tmp_path, exam).as_dict()
    assert found["verdict"] == "wrong"
    assert found["first_failing_rung"] == "sigmoid"
    assert found["mistakes"] == ["unstable-exp"]
    assert found["output"] == "<script>\n"
    (failed,) = [rung for rung in found["rungs"] if rung["state"] == "failed"]
    assert failed["smallest"]["input"] == {"z": [[800.0]]}
