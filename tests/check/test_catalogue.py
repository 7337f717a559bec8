"""Is every mistake found on the right rung, with the right name, whatever the inputs?"""

import random
from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.check.catalogue import CATALOGUE, Mistake
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


def composed(one: Mistake, other: Mistake) -> TrustedFunctions | None:
    """Plant two mistakes in one program; None where they replace the same part."""
    first, second = one.forms[0], other.forms[0]
    return None if set(first) & set(second) else wrong_program({**first, **second})


PAIRS = random.Random(0).sample(list(combinations(CATALOGUE, 2)), 120)


def test_of_two_mistakes_both_are_named_or_none_is_named_wrongly(exam: Exam) -> None:
    both = 0
    for one, other in PAIRS:
        submission = composed(CATALOGUE[one], CATALOGUE[other])
        if submission is None:
            continue
        failed, diagnoses = found(submission, exam)
        named = {mistake.name for diagnosis in diagnoses.values() for mistake in diagnosis.mistakes}
        both += named == {one, other}
        # One may hide the other, as nothing is learned from a step that is not taken; nobody else may be accused.
        assert named <= {one, other}, (one, other)
        assert named or any(not diagnoses[rung].explanations for rung in failed), (one, other)
    assert both > len(PAIRS) / 2


@pytest.mark.parametrize("only", ["train_step", "fit"])
def test_from_weights_alone_what_cannot_be_told_apart_is_said_to_be_ambiguous(only: str, exam: Exam) -> None:
    program = wrong_program(CATALOGUE["factor-2-missing"].forms[0])
    failed, diagnoses = found(TrustedFunctions({only: program.trusted[only]}), exam)
    assert names(diagnoses[failed[0]]) == [{"factor-2-missing"}, {"half-mse"}]
    assert diagnoses[failed[0]].mistakes == ()
    assert "alike" in diagnoses[failed[0]].sentence


def test_two_mistakes_in_one_function_are_told_by_what_they_multiply_to(exam: Exam) -> None:
    halved_and_turned = TrustedFunctions({"mse_gradient": lambda y, a: (y - a) / a.size})
    failed, diagnoses = found(halved_and_turned, exam)
    assert {"factor-2-missing", "sign-of-the-error"} in names(diagnoses[failed[0]])
