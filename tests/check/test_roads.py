"""Is every file understood in the way that it was written for?"""

from pathlib import Path

import pytest

from compare.check.contract import starting_file
from compare.check.roads import Road, road_of
from tests.check.program_keys import PROGRAMS
from tests.check.submissions import CORRECT, HOSTILE, LOOPS, PLAIN, UNREADABLE, WRONG

LADDER, PROGRAM = Road(program=False, ladder=True), Road(program=True, ladder=False)
EITHER = Road(program=True, ladder=True)
NOT_ASKED = Road(program=False, ladder=True, needs_keras=False)

HELPERS = "def sigmoid(z): return 1 / (1 + np.exp(-z))\ndef mse(y, a): return np.mean((y - a) ** 2)\n"
TRAINS = "for step in range(100):\n    W -= 0.1 * X.T @ (X @ W - y)\n"
INSIDE = "def train(X, y):\n    for step in range(100):\n        W = W - X.T @ (X @ W - y)\n"
CLASS = "class Net:\n    def __init__(self, X):\n        while self.loss > 1:\n            self.W -= X\n"


def road(text: str, name: str = "mine.py", call: str | None = None) -> Road:
    return road_of(Path(name), text.encode(), call)


@pytest.mark.parametrize("text", [*CORRECT.values(), *(text for _, text in WRONG.values()), starting_file(), LOOPS])
def test_functions_of_the_templates_names_climb_the_ladder(text: str) -> None:
    assert road(text) == LADDER


@pytest.mark.parametrize("text", [text for text, _ in HOSTILE.values()])
def test_whatever_else_they_do(text: str) -> None:
    assert road(text) == LADDER


@pytest.mark.parametrize("path", sorted(PROGRAMS.glob("*.py")), ids=lambda path: path.name)
def test_a_program_is_run_as_it_is(path: Path) -> None:
    assert road_of(path, path.read_bytes()) == PROGRAM


@pytest.mark.parametrize(
    ("text", "due"),
    [
        (HELPERS, LADDER),
        (HELPERS + TRAINS, EITHER),
        (HELPERS + INSIDE, LADDER),
        (HELPERS + INSIDE + "train(X, y)", EITHER),
        (HELPERS + CLASS + "if __name__ == '__main__':\n    Net(X)", EITHER),
        (HELPERS + "print(sigmoid(0.0))", LADDER),
        ("def sigmoid(z): return z\n" + TRAINS, PROGRAM),
        ("def fit(X, y, n_hidden): return X\n", PROGRAM),
        ("def sigmoid(z, derivative): return z\n", PROGRAM),
        (PLAIN + "W, b, history = fit(X, y, W, b, 0.1, 32, 5, order)", LADDER),
        ("from solution import *", LADDER),
        ("from scipy.special import expit as sigmoid", LADDER),
        ("sigmoid = lambda z: z", LADDER),
        (CLASS, PROGRAM),
    ],
)
def test_training_of_its_own_makes_a_program(text: str, due: Road) -> None:
    assert road(text) == due


def test_who_says_how_the_training_starts_means_a_program() -> None:
    assert road(PLAIN, call="fit(*data)") == PROGRAM


def test_a_notebook_is_a_program() -> None:
    assert road("{}", "homework.ipynb") == PROGRAM


@pytest.mark.parametrize("text", [UNREADABLE["syntax error"][0], UNREADABLE["no text"][0], "", "(" * 5000])
def test_what_is_no_python_needs_no_keras(text: str) -> None:
    assert road(text) == NOT_ASKED


def test_an_endless_sum_is_no_reason_to_stop() -> None:
    assert road("x = " + "+".join("1" * 2000) + "\n" + TRAINS) in (PROGRAM, NOT_ASKED)
