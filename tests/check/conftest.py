"""Exams and a way to run a submission's text in this process."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from compare.check.contract import Case
from compare.check.exam import Exam, KerasAnswers, set_exam
from compare.check.perceptron import right_answer
from compare.core.config import Config
from compare.core.data import prepare
from scratch.arrays import Array
from scratch.datasets import Dataset


class ScratchAnswers:
    """Answers as scratch does: an exam in an instant, for tests that draw many."""

    def answer(self, function: str, dtype: str, arguments: dict[str, Any]) -> dict[str, Array]:
        return right_answer(Case(function, arguments, "", ""), dtype)


@pytest.fixture(scope="session")
def keras_answers(keras: Any) -> KerasAnswers:
    return KerasAnswers()


@pytest.fixture(scope="session")
def exam(digits: Dataset, keras_answers: KerasAnswers) -> Exam:
    """The exam as the command line sets it, on digits."""
    return set_exam(prepare(digits, Config(train_size=200)), "digits", keras_answers)


@pytest.fixture(scope="session")
def quick_exam(digits: Dataset) -> Callable[[int], Exam]:
    """Sets an exam of any seed, with few real images."""
    rows = prepare(digits, Config(train_size=50))
    return cache(lambda seed: set_exam(rows, "digits", ScratchAnswers(), seed))
