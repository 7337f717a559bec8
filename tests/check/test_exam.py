"""Is everything asked, and is what is allowed neither too little nor too much?"""

import numpy as np

from compare.check.cases import BEYOND, REAL
from compare.check.contract import CONTRACT
from compare.check.exam import Exam
from compare.check.judge import climb
from compare.check.perceptron import wrong_program


def test_every_function_is_asked_in_both_types_on_random_extreme_and_real_inputs(exam: Exam) -> None:
    for function in CONTRACT:
        asked = {(q.dtype, q.case.kind) for q in exam.of(function)}
        kinds = {kind for _, kind in asked}
        assert {"random", REAL} <= kinds, function
        assert "extreme" in kinds or function == "fit"
        assert {dtype for dtype, _ in asked} == {"float32", "float64"}
    assert any(q.case.kind == BEYOND for q in exam.questions)


def test_scratch_answers_as_keras_and_uses_little_of_what_is_allowed(exam: Exam) -> None:
    for found in climb(wrong_program({}), exam):
        for one in found.attempts:
            assert one.wrong() is None
            for name, expected in one.question.expected.items():
                if name in one.returned:
                    difference = np.abs(expected.astype(float) - one.returned[name])
                    assert (difference <= one.tolerance(name)).all()
