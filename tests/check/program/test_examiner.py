"""The examiner, from a file to its verdict: programs as people write them, run in the sandbox."""

import json
from pathlib import Path

import pytest

from compare.check.program import examine
from compare.check.program.result import ProgramResult
from compare.check.sandbox import Limits

NET = """\
import numpy as np

rng = np.random.RandomState(0)
X = rng.randn(40, 3)
y = (X[:, :1] * X[:, 1:2] > 0).astype(float)
W1, b1 = rng.randn(3, 5), np.zeros((1, 5))
W2, b2 = rng.randn(5, 1), np.zeros((1, 1))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for epoch in range(30):
    a1 = np.tanh(X @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    loss = np.mean((a2 - y) ** 2)
    d2 = 2 * (a2 - y) * a2 * (1 - a2) / len(X)
    d1 = d2 @ W2.T * (1 - a1 ** 2)
    W2 -= 0.5 * a1.T @ d2
    b2 -= 0.5 * d2.sum(axis=0, keepdims=True)
    W1 -= 0.5 * X.T @ d1
    b1 -= 0.5 * d1.sum(axis=0, keepdims=True)
print(loss)
"""

PURE = """\
import math

data = [([0.0, 1.0], 1), ([1.0, 1.0], 0), ([0.0, 0.0], 0), ([1.0, 0.0], 1)]
w = [0.3, -0.2]
b = 0.1
for epoch in range(20):
    for x, t in data:
        z = sum(wi * xi for wi, xi in zip(w, x)) + b
        a = 1 / (1 + math.exp(-z))
        error = a - t
        for i in range(2):
            w[i] -= 0.4 * error * x[i]
        b -= 0.4 * error
"""


def examined(folder: Path, source: str, name: str = "train.py", call: str | None = None) -> ProgramResult:
    """Examine a program of this source."""
    path = folder / name
    path.write_text(source, encoding="utf-8")
    return examine(path, source.encode(), call, Limits())


def replaced(source: str, old: str, new: str) -> str:
    """Return a program with a mistake."""
    assert source.count(old) == 1
    return source.replace(old, new)


@pytest.mark.parametrize("source", [NET, PURE], ids=["arrays", "lists of floats"])
def test_a_right_program_is_called_right(tmp_path: Path, source: str) -> None:
    """Two ways to write a right program: nothing is wrong."""
    result = examined(tmp_path, source)
    assert (result.verdict, result.wrong) == ("right", [])


def test_what_was_recognised_is_told_as_keras_lines(tmp_path: Path) -> None:
    """The model of a right program has its layers and their activations."""
    model = "\n".join(examined(tmp_path, NET).model)
    assert '"tanh"' in model
    assert '"sigmoid"' in model


MISTAKES = {
    "a slope of the wrong activation": ("(1 - a1 ** 2)", "a1 * (1 - a1)"),
    "a slope left out": ("d2 @ W2.T * (1 - a1 ** 2)", "d2 @ W2.T"),
    "a sign": ("b1 -= 0.5", "b1 += 0.5"),
    "a mean for a sum": ("d1.sum(axis=0, keepdims=True)", "d1.mean(axis=0, keepdims=True)"),
    "a factor": ("W1 -= 0.5 * X.T", "W1 -= 0.5 * 0.5 * X.T"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_found_on_its_line(tmp_path: Path, mistake: tuple[str, str]) -> None:
    """The first line that is named is the line with the mistake."""
    source = replaced(NET, *mistake)
    line = next(n for n, text in enumerate(source.splitlines(), 1) if text not in NET.splitlines())
    result = examined(tmp_path, source)
    assert (result.verdict, result.wrong[0].line) == ("wrong", line)


def test_a_fix_is_verified_and_makes_the_program_right(tmp_path: Path) -> None:
    """The diff, applied by hand, gives a program that is called right."""
    source = replaced(NET, "d2 @ W2.T * (1 - a1 ** 2)", "d2 @ W2.T * (1 - a1)")
    first = examined(tmp_path, source).wrong[0]
    assert first.verified
    assert first.fix is not None
    changed = [line for line in first.fix.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    old, new = (line[1:] for line in changed)
    assert examined(tmp_path, replaced(source, old, new)).verdict == "right"


def test_an_update_that_is_still_read_moves(tmp_path: Path) -> None:
    """W2 is updated before W1's derivative is taken: the update is named, and moves."""
    update = "    W2 -= 0.5 * a1.T @ d2\n"
    source = replaced(replaced(NET, update, ""), "    d1 = d2", update + "    d1 = d2")
    first = examined(tmp_path, source).wrong[0]
    assert first.name == "updated-while-still-read"
    assert first.verified


def test_a_place_in_a_notebook_is_a_cell_and_a_line(tmp_path: Path) -> None:
    """Cells count from 0 over all cells, those of text among them."""
    head, loop = replaced(NET, "b1 -= 0.5", "b1 += 0.5").split("\n\n\nfor ")
    cells = [("markdown", "# A net"), ("code", head), ("markdown", "Training"), ("code", "for " + loop)]
    notebook = {"cells": [{"cell_type": kind, "source": text} for kind, text in cells]}
    first = examined(tmp_path, json.dumps(notebook), "net.ipynb").wrong[0]
    assert (first.cell, first.line) == (3, 10)


UNREADABLE = {
    "a syntax error": ("for x in range(3)\n", "syntax error"),
    "a crash before any training": ("x = 1 / 0\n", "ZeroDivisionError"),
    "data that is not there": ("import numpy as np\nX = np.load('rows.npy')\n", "rows.npy"),
}


@pytest.mark.parametrize(("source", "said"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_run_is_said_in_a_sentence(tmp_path: Path, source: str, said: str) -> None:
    """The verdict is that it cannot be read, and why."""
    result = examined(tmp_path, source)
    assert result.verdict == "unreadable"
    assert said in (result.problem or "")


def test_a_program_that_trains_nothing_is_not_understood(tmp_path: Path) -> None:
    """No guess where no value is replaced step by step."""
    result = examined(tmp_path, "import numpy as np\nprint(np.arange(6).reshape(2, 3) @ np.ones((3, 1)))\n")
    assert result.verdict == "not understood"
    assert "--call" in (result.missing or "")


def test_a_module_trains_by_the_expression_that_is_named(tmp_path: Path) -> None:
    """A function that nobody calls is called as asked for."""
    body = "\n".join("    " + line if line else line for line in PURE.splitlines()[2:])
    source = f"import math\n\n\ndef train():\n{body}\n"
    assert examined(tmp_path, source, call="train()").verdict == "right"


COLUMN = """\
import numpy as np

rng = np.random.RandomState(1)
X, y = rng.randn(30, 4, 1), rng.rand(30, 3, 1)
w, b = rng.randn(3, 4), rng.randn(3, 1)
for epoch in range(4):
    for x, t in zip(X, y):
        a = np.tanh(w @ x + b)
        d = (a - t) * (1 - a ** 2)
        w = w - 0.1 * d @ x.T
        b = b - 0.1 * d
"""


def test_units_in_a_column_are_no_rows(tmp_path: Path) -> None:
    """One example a step, as a column: a bias for each unit is right."""
    assert examined(tmp_path, COLUMN).verdict == "right"


def test_a_bias_that_grows_to_one_for_each_row_is_found(tmp_path: Path) -> None:
    """Without its sum the bias takes the shape of the weighted sums."""
    source = replaced(NET, "b2 -= 0.5 * d2.sum(axis=0, keepdims=True)", "b2 = b2 - 0.5 * d2")
    assert examined(tmp_path, source).wrong[0].name == "bias-not-summed"


def test_a_short_batch_divided_as_a_whole_one_is_found(tmp_path: Path) -> None:
    """The last of three batches has 4 rows and is divided by 16."""
    source = replaced(
        NET,
        "    a1 = np.tanh(X @ W1",
        "  for s in range(0, 36, 16):\n    x, t = X[s:s + 16][:36 - s], y[s:s + 16][:36 - s]\n    a1 = np.tanh(x @ W1",
    )
    source = source.replace("- y)", "- t)").replace("/ len(X)", "/ 16").replace("X.T @ d1", "x.T @ d1")
    first = examined(tmp_path, source).wrong[0]
    assert first.name == "nominal-batch-size-on-a-short-batch"
    assert first.verified
