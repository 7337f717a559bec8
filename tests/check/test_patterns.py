"""Where no known mistake fits: is that said, with what is really seen?"""

from typing import Any

import numpy as np
import pytest

from compare.check.diagnosis import diagnose
from compare.check.exam import Exam
from compare.check.judge import climb
from compare.check.perceptron import Perceptron, TrustedFunctions

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
        ({"sigmoid": lambda z: np.where(z > 500, 0.7, RIGHT.sigmoid(z))}, "with extreme inputs only"),
        (
            {"dense_gradient": lambda X, W, dz: (X.T @ dz, 5 * dz.sum(axis=0))},
            "db is 5 times Keras's; dW is right",
        ),
        (
            {"dense": lambda X, W, b: np.vstack([(X @ W + b)[:-1], b[None]]) if len(X) > 1 else X @ W + b},
            "is off in the last of",
        ),
    ],
)
def test_the_pattern_is_seen(functions: Any, seen: str, exam: Exam) -> None:
    sentence = diagnosis(exam, **functions)
    assert "known mistakes fits" in sentence
    assert seen in sentence


def test_where_there_are_no_numbers_the_error_is_the_diagnosis(exam: Exam) -> None:
    found = diagnosis(exam, dense=lambda X, W, b: 1 / 0)
    assert found == "there are no numbers to compare: raised ZeroDivisionError: division by zero"


def test_a_factor_that_follows_the_rows_is_seen(exam: Exam) -> None:
    found = diagnosis(exam, mse_gradient=lambda y, a: 7 * len(y) * RIGHT.mse_gradient(y, a))
    assert "da is 7 times N times Keras's" in found
