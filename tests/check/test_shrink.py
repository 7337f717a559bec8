"""Is the smallest input that shows a failure small, and does it still show it?"""

from typing import Any

import numpy as np
import pytest

from compare.check.catalogue import CATALOGUE
from compare.check.exam import Exam, KerasAnswers
from compare.check.judge import Attempt, climb
from compare.check.perceptron import TrustedFunctions, wrong_program
from compare.check.shrink import MOST_CALLS, smallest

SMALLEST = {
    "bias-not-added": {"X": [[0.0]], "W": [[0.0]], "b": [1.0]},
    "unstable-exp": {"z": [[800.0]]},
    "at-least-a-half": {"y": [[0.0]], "a": [[0.5]]},
    "factor-2-missing": {"y": [[0.0]], "a": [[1.0]]},
    "sum-for-mean": {"y": [[0.0], [0.0]], "a": [[0.0], [1.0]]},
    "db-averaged-again": {"X": [[0.0], [0.0]], "W": [[0.0]], "dz": [[0.0], [1.0]]},
    "uphill": {"param": [0.0], "gradient": [1.0], "learning_rate": 0.1},
}


def shrunk(submission: TrustedFunctions, exam: Exam) -> tuple[Attempt, str]:
    judged = next(found for found in climb(submission, exam) if found.state == "failed")
    small = smallest(submission, judged)
    assert small is not None
    sentence = small.wrong(judged.rung.results)
    assert sentence is not None
    return small, sentence


@pytest.mark.parametrize("name", SMALLEST)
def test_the_smallest_input_is_the_one_that_a_person_would_write(name: str, exam: Exam) -> None:
    small, _ = shrunk(wrong_program(CATALOGUE[name].forms[0]), exam)
    given = {key: x.tolist() if isinstance(x, np.ndarray) else x for key, x in small.question.case.arguments.items()}
    assert given == SMALLEST[name]


@pytest.mark.parametrize("name", [name for name in CATALOGUE if CATALOGUE[name].fails[0] in ("one epoch", "epochs")])
def test_a_loop_shrinks_to_a_few_rows_and_keras_still_disagrees(
    name: str, exam: Exam, keras_answers: KerasAnswers
) -> None:
    small, _ = shrunk(wrong_program(CATALOGUE[name].forms[0]), exam)
    case = small.question.case
    assert len(case.arguments["X"]) <= 5
    assert sorted(case.arguments["order"][0]) == list(range(len(case.arguments["X"])))
    keras = keras_answers.answer(case.function, small.question.dtype, case.arguments)
    assert any((np.abs(keras[key] - small.returned[key]) > small.tolerance(key)).any() for key in ("W", "b"))


def test_only_so_many_calls_are_spent(exam: Exam) -> None:
    calls = 0

    def dense(X: Any, W: Any, b: Any) -> Any:
        nonlocal calls
        calls += 1
        return X @ W

    shrunk(TrustedFunctions({"dense": dense}), exam)
    assert calls <= MOST_CALLS + len(exam.of("dense"))
