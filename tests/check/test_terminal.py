"""Does a reader see what is wrong, once, and the best that is known of it?"""

from typing import Any

import numpy as np
import pytest
from rich.console import Console

from compare.check.checking import FileResult, RungResult, SmallestInput, confirmed
from compare.check.diagnosis import diagnose
from compare.check.exam import Exam, KerasAnswers
from compare.check.judge import climb
from compare.check.perceptron import TrustedFunctions
from compare.check.shrink import smallest
from compare.check.terminal import show_class, show_result, verdict_line
from tests.check import program_results as made


def shown(exam: Exam, keras: KerasAnswers, **functions: Any) -> list[str]:
    """Return the lines that a check of these functions prints."""
    submission = TrustedFunctions(functions)
    ladder = list(climb(submission, exam))
    diagnoses = diagnose(ladder)
    result = FileResult("mine.py")
    for judged in ladder:
        rung = RungResult(judged.name, judged.state, judged.right, judged.asked, judged.sentence)
        if judged.failed:
            rung.diagnosis = diagnoses[judged.name]
            rung.first = SmallestInput.of(judged.failed, judged)
            rung.smallest = SmallestInput.of(smallest(submission, judged) or judged.failed, judged)
        result.rungs.append(rung)
    console = Console(width=120, record=True, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115
    show_result(console, confirmed(result, keras))
    return console.export_text().splitlines()


@pytest.mark.parametrize(
    "functions",
    [
        {"sgd": lambda p, g, r: np.round(p - r * g, 6)},
        {"sgd": lambda p, g, r: p - 0.1000001 * (r / 0.1) * g},
        {"sigmoid": lambda z: np.clip(1 / (1 + np.exp(-z)), 1e-7, 1 - 1e-7)},
        {"mse": lambda y, a: np.mean((a - y) ** 2) + 1e-12},
        {"mse_gradient": lambda y, a: 2 * (a - y) / a.size + (a < 1e-20) * 1e-44},
    ],
    ids=["rounded", "a rate that is a little off", "clipped", "a little added", "less than float32 holds"],
)
def test_the_smallest_input_shows_the_mistake(functions: Any, exam: Exam, keras_answers: KerasAnswers) -> None:
    lines = shown(exam, keras_answers, **functions)
    yours, keras = (next(line.split()[3:-1] for line in lines if side in line) for side in ("yours  ", "Keras  "))
    assert yours != keras


def test_what_a_submission_holds_does_nothing_to_the_terminal() -> None:
    bad = "\x1b]0;owned\x07\u202e"
    rungs = [RungResult("dense", "failed", 0, 1, bad, [bad]), RungResult("sigmoid", "passed", 1, 1, "", [bad])]
    result = FileResult(bad, missing=[bad], rungs=rungs, output=bad, notes=[bad])
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    show_result(console, result)
    show_class(console, [result, FileResult(bad, problem=bad)])
    said = console.export_text() + verdict_line(result).plain
    assert "owned" in said
    assert not set(said) & {"\x1b", "\x07", "\u202e"}


def test_a_class_has_programs_beside_functions() -> None:
    results = [made.WRONG, made.RIGHT, made.NOTEBOOK, made.NOT_UNDERSTOOD, made.UNREADABLE, FileResult("part/mine.py")]
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    show_class(console, results)
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in console.export_text().splitlines()]
    told = {tuple(row[:3]) for row in rows if row}
    assert {
        ("unit.py", "wrong", "line 13"),
        ("unit.py", "right", ""),
        ("homework.ipynb", "wrong", "cell 2, line 3"),
        ("gone.py", "not understood", ""),
        ("crash.py", "unreadable", ""),
        ("mine.py", "right", ""),
    } <= told
