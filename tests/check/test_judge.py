"""Is every answer read as its writer meant it, and is what cannot be read said to be so?"""

from typing import Any

import numpy as np
import pytest

from compare.check.contract import LADDER
from compare.check.exam import Exam, Question
from compare.check.judge import JudgedRung, as_text, attempt, climb, look_alike
from compare.check.perceptron import Perceptron, TrustedFunctions, wrong_program
from compare.check.sandbox import Answer

RIGHT = wrong_program({}).trusted


def judged(exam: Exam, **functions: Any) -> dict[str, JudgedRung]:
    return {found.name: found for found in climb(TrustedFunctions(functions), exam)}


def first(exam: Exam, function: str, kind: str = "random") -> Question:
    return next(q for q in exam.of(function) if q.case.kind == kind and len(q.case.arguments.get("y", [0, 0])) > 1)


def test_what_is_not_there_is_absent_and_the_rest_is_climbed(exam: Exam) -> None:
    states = {rung: found.state for rung, found in judged(exam, mse=RIGHT["mse"]).items()}
    assert states.pop("mse") == "passed"
    assert set(states.values()) == {"absent"}
    assert tuple(judged(exam)) == tuple(LADDER)


def test_a_stub_is_absent(exam: Exam) -> None:
    def stub(*_: Any) -> None:
        raise NotImplementedError

    assert judged(exam, dense=stub, fit=stub)["dense"].state == "absent"


@pytest.mark.parametrize(
    ("function", "returned", "sentence"),
    [
        ("dense", None, "it returns nothing, where z is due"),
        ("dense", "five", "it returns a str, where z is due"),
        ("dense", {"z": 1}, "it returns a dict, where z is due"),
        ("dense", [[1.0], [2.0, 3.0]], "it returns a list of 2 of rows of different lengths, where z is due"),
        ("dense", np.array([1j]), "it returns an array of complex128, where z is due"),
        ("mse", np.zeros((5, 5)), "it returns an array of shape (5, 5), where one number is due"),
        ("dense_gradient", np.zeros((3, 1)), "it returns an array of shape (3, 1), where dW and db are due"),
        ("train_step", (1, 2, 3, 4), "it returns a tuple of 4, where W and b are due"),
        ("fit", None, None),
    ],
)
def test_a_wrong_return_type_is_said_in_words(function: str, returned: Any, sentence: str | None, exam: Exam) -> None:
    question = first(exam, function)
    assert attempt(question, Answer(value=returned)).problem == sentence


def test_a_wrong_shape_is_said_in_words(exam: Exam) -> None:
    found = judged(exam, dense=lambda X, W, b: (X @ W + b).T)["dense"]
    assert found.state == "failed"
    assert "z has shape (1, 4), where (4, 1) is due" in found.sentence


def test_nan_is_no_match(exam: Exam) -> None:
    found = judged(exam, sigmoid=lambda z: z * np.nan)["sigmoid"]
    assert "a is nan at [0, 0], where Keras has" in found.sentence


def test_both_values_the_difference_and_what_is_allowed_are_told(exam: Exam) -> None:
    found = judged(exam, mse=lambda y, a: 0.5)["mse"]
    assert found.sentence.startswith("loss is 0.5, and Keras has 0.5625: 0.0625 apart, ")
    assert found.sentence.endswith(" is allowed")


def test_a_loss_for_each_row_is_taken_by_its_mean_as_keras_does(exam: Exam) -> None:
    found = judged(exam, mse=lambda y, a: ((a - y) ** 2).mean(axis=1))["mse"]
    assert found.state == "passed"
    assert any("a number a row" in remark for remark in found.remarks)


def test_writing_over_an_input_fails_and_is_named(exam: Exam) -> None:
    def sigmoid(z: Any) -> Any:
        z[...] = Perceptron().sigmoid(z)
        return z

    found = judged(exam, sigmoid=sigmoid)["sigmoid"]
    assert found.sentence == "it writes over its argument z: work on a copy"


def test_an_optimizer_may_write_over_its_weights_and_is_told_so(exam: Exam) -> None:
    def sgd(param: Any, gradient: Any, learning_rate: float) -> None:
        param -= learning_rate * gradient

    found = judged(exam, sgd=sgd)["sgd"]
    assert found.state == "passed"
    assert "sgd writes over param, which it may" in found.remarks


def test_what_is_wrong_only_beyond_the_five_detector_is_a_remark(exam: Exam) -> None:
    found = judged(exam, mse_gradient=lambda y, a: 2 * (a - y) / len(y))["mse_gradient"]
    assert found.state == "passed"
    assert any("with two units" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    "dense",
    [
        lambda X, W, b: X @ W.astype(X.dtype) + b.astype(X.dtype),
        lambda X, W, b: X @ W.astype(X.dtype) + b,
        lambda X, W, b: (X @ W + b).astype(X.dtype),
    ],
)
def test_who_computes_in_the_images_type_as_the_template_says_is_told_nothing_of_bytes(dense: Any, exam: Exam) -> None:
    found = judged(exam, dense=dense)["dense"]
    assert found.state == "passed"
    assert found.remarks == []


def test_who_is_wrong_with_bytes_otherwise_is_told(exam: Exam) -> None:
    found = judged(exam, dense=lambda X, W, b: (X + X) @ W / 2 + b)["dense"]
    assert found.state == "passed"
    assert any("with uint8 pixels" in remark for remark in found.remarks)


@pytest.mark.parametrize("history", [{"loss": [1.0]}, {"losses": [1.0], "acc": [0.5]}, [1.0], {"loss": np.array([1])}])
def test_a_history_is_read_however_it_is_written(history: Any, exam: Exam) -> None:
    question = next(q for q in exam.of("fit") if q.case.arguments["epochs"] == 1)
    weights = question.case.arguments["W"], question.case.arguments["b"]
    assert attempt(question, Answer(value=(*weights, history))).returned["loss"].tolist() == [1.0]


def test_a_history_that_cannot_be_read_costs_nothing_else(exam: Exam) -> None:
    question = next(q for q in exam.of("fit") if q.case.arguments["epochs"] == 1)
    weights = question.case.arguments["W"], question.case.arguments["b"]
    read = attempt(question, Answer(value=(*weights, {"loss": "low"})))
    assert set(read.returned) == {"W", "b"}
    assert any("was not read" in remark for remark in read.remarks)


def test_whole_numbers_are_printed_as_such_and_look_like_the_same_floats() -> None:
    assert as_text(np.array([[0]])) == "[[0]]"
    assert look_alike(np.array([[0]]), np.array([[-0.0]]))
    assert look_alike(np.array([0.1234567]), np.array([0.1234568]))
    assert not look_alike(np.array([0.1234567]), np.array([0.1234568]), 9)
