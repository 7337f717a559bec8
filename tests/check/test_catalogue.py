"""Is every mistake found on the right rung, with the right name, whatever the inputs?"""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.check.catalogue import CATALOGUE
from compare.check.contract import LADDER
from compare.check.diagnosis import Diagnosis, diagnose
from compare.check.exam import Exam
from compare.check.judge import climb
from compare.check.perceptron import Perceptron, TrustedFunctions, wrong_program

FORMS = [(name, number) for name, mistake in CATALOGUE.items() for number in range(len(mistake.forms))]


def found(submission: TrustedFunctions, exam: Exam) -> tuple[list[str], dict[str, Diagnosis]]:
    """Return the rungs that fail, and their diagnoses."""
    ladder = list(climb(submission, exam))
    return [judged.name for judged in ladder if judged.state == "failed"], diagnose(ladder)


def names(diagnosis: Diagnosis) -> list[set[str]]:
    return [{mistake.name for mistake in mistakes} for mistakes in diagnosis.explanations]


def test_there_are_many_and_each_says_what_it_must() -> None:
    assert len(CATALOGUE) >= 40
    for mistake in CATALOGUE.values():
        assert mistake.says, mistake.name
        assert mistake.right, mistake.name
        assert mistake.why.endswith((".", "?")), mistake.name
        assert set(mistake.fails) <= set(LADDER), mistake.name
        parts = {part for form in mistake.forms for part in form}
        assert all(hasattr(Perceptron, part) for part in parts), mistake.name


def test_the_right_program_passes_every_rung(exam: Exam) -> None:
    failed, _ = found(wrong_program({}), exam)
    assert failed == []


@pytest.mark.parametrize(("name", "number"), FORMS, ids=[f"{name}-{number}" for name, number in FORMS])
def test_every_form_of_every_mistake_is_named_on_its_rung(name: str, number: int, exam: Exam) -> None:
    mistake = CATALOGUE[name]
    failed, diagnoses = found(wrong_program(mistake.forms[number]), exam)
    assert names(diagnoses[failed[0]]) == [{name}]
    assert all(names(diagnoses[rung]) == [{name}] for rung in failed)
    if number == 0:
        assert tuple(failed) == mistake.fails


@settings(max_examples=40)
@given(seed=st.integers(1, 8), name=st.sampled_from(sorted(CATALOGUE)))
def test_every_mistake_is_named_on_any_inputs(name: str, seed: int, quick_exam: Callable[[int], Exam]) -> None:
    failed, diagnoses = found(wrong_program(CATALOGUE[name].forms[0]), quick_exam(seed))
    assert tuple(failed) == CATALOGUE[name].fails
    assert names(diagnoses[failed[0]]) == [{name}]


@settings(max_examples=4)
@given(seed=st.integers(1, 2**32 - 1))
def test_the_right_program_passes_on_any_inputs(seed: int, quick_exam: Callable[[int], Exam]) -> None:
    assert found(wrong_program({}), quick_exam(seed))[0] == []
