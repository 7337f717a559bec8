"""Where no known mistake fits: is that said, with what is really seen?"""

from typing import Any

import numpy as np
import pytest

from compare.check.contract import LADDER
from compare.check.diagnosis import diagnose
from compare.check.exam import Exam
from compare.check.judge import JudgedRung, attempt, climb
from compare.check.patterns import pattern
from compare.check.perceptron import Perceptron, TrustedFunctions
from compare.check.sandbox import Answer

RIGHT = Perceptron()


def diagnosis(exam: Exam, **functions: Any) -> str:
    (found,) = diagnose(list(climb(TrustedFunctions(functions), exam))).values()
    return found.sentence


@pytest.mark.parametrize(
    ("functions", "seen"),
    [
        ({"mse_gradient": lambda y, a: 3 * RIGHT.mse_gradient(y, a)}, "da is 3 times Keras's"),
        ({"mse_gradient": lambda y, a: 0.123 * RIGHT.mse_gradient(y, a)}, "da is 0.123 times Keras's"),
        ({"sigmoid": lambda z: -RIGHT.sigmoid(z)}, "a is the negative of Keras's"),
        ({"dense": lambda X, W, b: RIGHT.dense(X, W, b) + 0.5}, "z is off by 0.5 everywhere"),
        ({"dense": lambda X, W, b: RIGHT.dense(X, W, b).T}, "z has shape (1, 4) for (4, 1), and is Keras’s turned"),
        ({"mse": lambda y, a: len(y) ** 2 * RIGHT.mse(y, a)}, "loss is off by no common factor"),
        ({"sgd": lambda p, g, r: p - 3 * r * g}, "the step of param is 3 times Keras's"),
        ({"sgd": lambda p, g, r: p - g / np.sqrt((g**2).sum() + 1e-30)}, "the step always has the same length"),
        (
            {"sgd": lambda p, g, r: p - r * g / np.sqrt((g**2).sum() + 1e-30)},
            "the step always has the same length, times the learning rate",
        ),
        ({"sigmoid": lambda z: RIGHT.sigmoid(np.clip(z, -5, 5))}, "a stops at 0.006693 and at 0.9933"),
        ({"sigmoid": lambda z: 0.5 + np.arctan(z) / np.pi}, "a equals 1/2 + arctan(z)/π"),
        (
            {"dense_gradient": lambda X, W, dz: (X.reshape(X.shape[::-1]) @ dz, dz.sum(axis=0))},
            "dW equals X.reshape(D, N) @ dz; db is right",
        ),
        ({"accuracy": lambda y, a: ((a > 0.5) & (y > 0.5)).sum() / max(1, (y > 0.5).sum())}, "accuracy equals recall"),
        ({"sigmoid": lambda z: np.where(z > 500, 0.7, RIGHT.sigmoid(z))}, "with extreme inputs only"),
        (
            {"dense_gradient": lambda X, W, dz: (X.T @ dz, 5 * dz.sum(axis=0))},
            "db is 5 times Keras's; dW is right",
        ),
        (
            {"dense": lambda X, W, b: np.vstack([(X @ W + b)[:-1], b[None]]) if len(X) > 1 else X @ W + b},
            "z is off in the last row only",
        ),
    ],
)
def test_the_pattern_is_seen(functions: Any, seen: str, exam: Exam) -> None:
    sentence = diagnosis(exam, **functions)
    assert "known mistakes fits" in sentence
    assert seen in sentence


@pytest.mark.parametrize(
    ("functions", "misleading"),
    [
        # A factor of one number, a size that smaller inputs share, and pixels that are called rows.
        ({"dense_gradient": lambda X, W, dz: (X.T @ dz, (dz**3).sum(axis=0))}, "times Keras's"),
        ({"dense": lambda X, W, b: X @ W + b + (len(X) == 3) * X[:, :1] ** 2}, "rows of"),
        (
            {"dense_gradient": lambda X, W, dz: (X.T @ dz * (1 + (np.arange(len(W)) == 1))[:, None], dz.sum(axis=0))},
            "rows",
        ),
    ],
    ids=["one number", "a size", "pixels"],
)
def test_nothing_misleading_is_said(functions: Any, misleading: str, exam: Exam) -> None:
    assert misleading not in diagnosis(exam, **functions)


def test_a_single_number_has_no_factor(exam: Exam) -> None:
    question = next(q for q in exam.of("mse") if q.case.kind == "random")
    judged = JudgedRung(LADDER["mse"], "failed", attempts=[attempt(question, Answer(value=0.123))])
    assert "times" not in pattern(judged, judged.attempts)


def test_where_there_are_no_numbers_the_error_is_the_diagnosis(exam: Exam) -> None:
    found = diagnosis(exam, dense=lambda X, W, b: 1 / 0)
    assert found == "there are no numbers to compare: raised ZeroDivisionError: division by zero"


def test_a_factor_that_follows_the_rows_is_seen(exam: Exam) -> None:
    found = diagnosis(exam, mse_gradient=lambda y, a: 7 * len(y) * RIGHT.mse_gradient(y, a))
    assert "da is 7 times N times Keras's" in found
