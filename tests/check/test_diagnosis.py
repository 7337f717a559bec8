"""Is everything behind a failed rung named that can be, and nothing else?"""

import zlib
from itertools import combinations

import pytest

from compare.check.catalogue import CATALOGUE, Mistake
from compare.check.exam import Exam
from compare.check.perceptron import TrustedFunctions, wrong_program
from tests.check.test_catalogue import found, names


def composed(one: Mistake, other: Mistake) -> TrustedFunctions | None:
    """Plant two mistakes in one program; None where they replace the same part."""
    first, second = one.forms[0], other.forms[0]
    return None if set(first) & set(second) else wrong_program({**first, **second})


# One pair in a hundred, chosen by its names: a mistake that comes to the catalogue changes none of the others' pairs.
PAIRS = [pair for pair in combinations(CATALOGUE, 2) if zlib.crc32(" ".join(pair).encode()) % 100 == 0]


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
    weights = TrustedFunctions({only: lambda *given: program.trusted[only](*given)[:2]})
    failed, diagnoses = found(weights, exam)
    assert names(diagnoses[failed[0]]) == [{"factor-2-missing"}, {"half-mse"}]
    assert diagnoses[failed[0]].mistakes == ()
    assert "alike" in diagnoses[failed[0]].sentence


@pytest.mark.parametrize("name", ["factor-2-missing", "half-mse"])
def test_what_is_alike_on_one_rung_is_settled_by_another(name: str, exam: Exam) -> None:
    program = wrong_program(CATALOGUE[name].forms[0])
    failed, diagnoses = found(TrustedFunctions({"fit": program.trusted["fit"]}), exam)
    assert failed == ["one epoch", "epochs", "history"]
    assert all(names(diagnoses[rung]) == [{name}] for rung in failed)


def test_two_mistakes_in_one_function_are_told_by_what_they_multiply_to(exam: Exam) -> None:
    halved_and_turned = TrustedFunctions({"mse_gradient": lambda y, a: (y - a) / a.size})
    failed, diagnoses = found(halved_and_turned, exam)
    assert {"factor-2-missing", "sign-of-the-error"} in names(diagnoses[failed[0]])
