"""Reports: what a program says of its predictions is right by every convention, or the wrong place is found."""

import pytest

from compare.check.program.finding import Finding, edited
from compare.check.program.reports import wrong_reports
from compare.check.program.trace import Program
from tests.check.program.recordings import recorded, understood

UNIT = """\
import numpy as np
rng = np.random.default_rng(3)
X = rng.normal(size=(120, 3)) * 5 + 2
y = (X @ np.array([1.0, -1.0, 0.5]) + rng.normal(size=120) > 1).astype(float)[:, None]
X_train, X_test, y_train, y_test = X[:90], X[90:], y[:90], y[90:]
{prepare}
w = np.zeros((3, 1))
b = 0.0
history = []
def forward(X):
    return 1 / (1 + np.exp(-(X @ w + b)))
for epoch in range(12):
    a = forward(X_train)
    d = (a - y_train) / len(X_train)
    w = w - 0.5 * X_train.T @ d
    b = b - 0.5 * d.sum()
    {each}
{after}
"""
PREPARE = """\
m, s = X_train.mean(axis=0), X_train.std(axis=0)
X_train = (X_train - m) / s
X_test = (X_test - m) / s"""

SHARE = "np.mean((forward(X_test) > 0.5) == y_test)"

BATCHES = """\
import numpy as np
rng = np.random.default_rng(5)
X = rng.normal(size=(70, 2))
y = (X[:, :1] > 0).astype(float)
w = np.zeros((2, 1))
for epoch in range(6):
    total = 0.0
    for start in range(0, 70, 16):
        xb, yb = X[start:start + 16], y[start:start + 16]
        a = 1 / (1 + np.exp(-(xb @ w)))
        loss = np.mean((a - yb) ** 2)
        total += {add}
        w -= 0.5 * xb.T @ ((a - yb) * a * (1 - a)) / len(xb)
    print("loss", total / {divisor})
"""

CLASSES = """\
import numpy as np
rng = np.random.default_rng(7)
X = rng.normal(size=(60, 4))
t = X[:, :3].argmax(axis=1)
W = np.zeros((4, 3))
for epoch in range(10):
    e = np.exp(X @ W)
    P = e / e.sum(axis=1, keepdims=True)
    W -= 0.5 * X.T @ (P - np.eye(3)[t]) / len(X)
    {each}
{after}
"""

SCALED = """\
import numpy as np
rng = np.random.default_rng(9)
X = rng.normal(size=(50, 2))
price = X @ np.array([[30.0], [-20.0]]) + 400 + rng.normal(size=(50, 1))
low, span = price.mean(), price.std()
t = (price - low) / span
w, b = np.zeros((2, 1)), 0.0
for epoch in range(10):
    e = X @ w + b - t
    w = w - 0.1 * X.T @ e / len(X)
    b = b - 0.1 * e.mean()
guess = {guess}
print("error", np.abs(guess - price).mean())
"""


STEP = """\
import numpy as np
rng = np.random.default_rng(11)
X = rng.normal(size=(40, 2))
y = (X[:, 0] > X[:, 1]).astype(float)
w, b = np.zeros(2), 0.0
for epoch in range(8):
    d = (X @ w + b > 0.5) - y
    w = w - 0.1 * X.T @ d
    b = b - 0.1 * d.sum()
print("accuracy", np.mean((X @ w + b > 0.5) == y))
"""


def unit(after: str = "", each: str = "pass", prepare: str = PREPARE) -> str:
    """Return a program that trains one unit with cross-entropy."""
    return UNIT.format(after=after, each=each, prepare=prepare)


def classes(after: str = "", each: str = "pass") -> str:
    """Return a program that trains a softmax of three classes."""
    return CLASSES.format(after=after, each=each)


def accuracy(expression: str, prepare: str = PREPARE) -> str:
    """Return a program that prints the accuracy on its test rows."""
    return unit(f'print("test accuracy", {expression})', prepare=prepare)


def found_in(source: str) -> tuple[Program, list[Finding]]:
    """Return what a program reports wrongly."""
    trace = recorded([source])
    return trace.program, wrong_reports(trace, *understood(trace))


RIGHT = {
    "share": accuracy(SHARE),
    "percent": accuracy("100 - np.mean(np.abs(np.round(forward(X_test)) - y_test)) * 100"),
    "count": accuracy("np.sum((forward(X_test) >= 0.5) == y_test)"),
    "error rate, called so": unit('print("error rate", np.mean((forward(X_test) > 0.5) != y_test))'),
    "one minus the error rate": accuracy("1 - np.mean((forward(X_test) > 0.5) != y_test)"),
    "sums above 0": accuracy("((X_test @ w + b > 0) == y_test).mean()"),
    "another limit on purpose": accuracy("((forward(X_test) > 0.3) == y_test).mean()"),
    "two products": accuracy(
        "np.sum(y_test.T @ (forward(X_test) > 0.5) + (1 - y_test).T @ (forward(X_test) < 0.5)) / y_test.size"
    ),
    "parts of a table": unit(
        'p = forward(X_test) > 0.5\nprint("hits", np.sum(p & (y_test == 1)), np.sum(~p & (y_test == 0)))'
    ),
    "half squared error": unit(each="history.append(np.mean((a - y_train) ** 2) / 2)"),
    "mean error": unit(each='print("bias", np.mean(a - y_train))'),
    "absolute error": unit(each='print("loss", np.abs(a - y_train).mean())'),
    "log-likelihood": unit(each="history.append(np.sum(y_train * np.log(a) + (1 - y_train) * np.log(1 - a)))"),
    "cross-entropy in two parts": unit(
        each="p = y_train.T @ np.log(a); q = (1 - y_train).T @ np.log(1 - a); cost = -(p + q) / 90; print(cost)"
    ),
    "accuracy on the training rows, called so": unit(
        'print("train accuracy", np.mean((forward(X_train) > 0.5) == y_train))'
    ),
    "scaled by the numbers of all rows": accuracy(
        SHARE,
        "X_train = (X_train - X.mean(0)) / X.std(0)\nX_test = (X_test - X.mean(0)) / X.std(0)",
    ),
    "logarithms made safe": unit(
        each='print("loss", -np.mean(y_train * np.log(a + 5e-4) + (1 - y_train) * np.log(1 - a + 5e-4)))'
    ),
    "sums above a limit of the unit's own": STEP,
    "prices in whole numbers": SCALED.format(guess="np.round((X @ w + b) * span + low)"),
    "mean over batches": BATCHES.format(add="loss", divisor="5"),
    "mean over rows": BATCHES.format(add="loss * len(xb)", divisor="len(X)"),
    "categorical cross-entropy": classes(each='print("loss", -np.log(P[np.arange(60), t]).mean())'),
    "one-hot labels": classes(each='print("loss", -np.sum(np.eye(3)[t] * np.log(P)) / 60)'),
    "confidence": classes('print("mean confidence", np.log(P.max(axis=1)).mean())'),
    "share of classes": classes('print("accuracy", np.mean((X @ W).argmax(axis=1) == t))'),
    "scaled back": SCALED.format(guess="(X @ w + b) * span + low"),
}

WRONG = {
    "a column and a row": (accuracy("np.mean((forward(X_test) > 0.5) == y_test.ravel())"), "accuracy-of-every-pair"),
    "a loss of every pair": (
        unit(each="history.append(((a - y_train.ravel()) ** 2).mean())"),
        "every-answer-against-every-target",
    ),
    "a cross-entropy of every pair": (
        unit(
            each="t = y_train[:, 0]; history.append(-np.mean(t * np.log(a) + (1 - t) * np.log(1 - a)))"
        ),
        "every-answer-against-every-target",
    ),
    "each row's entries at all labels": (
        classes(each='print("loss", -np.log(P[:, t]).mean())'),
        "every-answer-against-every-target",
    ),
    "the largest of one column": (
        accuracy("np.mean(np.argmax(forward(X_test), axis=1) == y_test.ravel())"),
        "argmax-of-one-column",
    ),
    "a limit of 0 on probabilities": (accuracy("np.mean((forward(X_test) > 0) == y_test)"), "threshold-zero"),
    "a limit of 0.5 on sums": (
        accuracy("np.mean((X_test @ w + b > 0.5) == y_test)"),
        "threshold-of-another-output",
    ),
    "no limit": (accuracy("np.mean(forward(X_test) == y_test)"), "answers-not-cut"),
    "wrong rows for right ones": (
        accuracy("np.mean((forward(X_test) > 0.5) != y_test)"),
        "error-rate-for-accuracy",
    ),
    "differences for right rows": (
        accuracy("np.mean(np.abs((forward(X_test) > 0.5) - y_test))"),
        "error-rate-for-accuracy",
    ),
    "another number of rows": (
        accuracy("np.sum((forward(X_test) > 0.5) == y_test) / len(X)"),
        "accuracy-over-another-count",
    ),
    "whole-number division": (
        accuracy("np.sum((forward(X_test) > 0.5) == y_test) // len(y_test)"),
        "whole-number-division",
    ),
    "batches' means over all rows": (BATCHES.format(add="loss", divisor="len(X)"), "divided-by-rows-in-report"),
    "a mean over rows, once more": (
        unit(each="history.append(((a - y_train) ** 2).mean() / len(y_train))"),
        "loss-averaged-twice",
    ),
    "errors without their square": (unit(each='print("mse", np.mean(a - y_train))'), "square-left-out"),
    "one term of two": (
        unit(each='loss = -np.mean(y_train * np.log(a)); print("loss", loss)'),
        "cross-entropy-of-other-terms",
    ),
    "terms of the other class": (
        unit(each='print("loss", -np.mean(y_train * np.log(1 - a) + (1 - y_train) * np.log(a)))'),
        "cross-entropy-of-other-terms",
    ),
    "a minus between the terms": (
        unit(each='print("loss", -np.mean(y_train * np.log(a) - (1 - y_train) * np.log(1 - a)))'),
        "cross-entropy-of-other-terms",
    ),
    "the largest probability": (classes(each='print("loss", -np.log(P.max(axis=1)).mean())'), "log-of-the-wrong-class"),
    "the largest of all examples": (
        classes('print("accuracy", np.mean(P.argmax(axis=0) == np.eye(3)[t].argmax(axis=0)))'),
        "argmax-over-the-examples",
    ),
    "test rows as they are": (
        accuracy(SHARE, "m, s = X_train.mean(0), X_train.std(0)\nX_train = (X_train - m) / s"),
        "scaled-only-in-training",
    ),
    "test rows by their own numbers": (
        accuracy(
            SHARE,
            "X_train = (X_train - X_train.mean(0)) / X_train.std(0)\n"
            "X_test = (X_test - X_test.mean(0)) / X_test.std(0)",
        ),
        "scaled-only-in-training",
    ),
    "a mean that is not taken away": (
        accuracy(
            SHARE,
            "m, s = X_train.mean(0), X_train.std(0)\nX_train = (X_train - m) / s\nX_test = X_test / s",
        ),
        "scaled-only-in-training",
    ),
    "a mean that is not added back": (SCALED.format(guess="(X @ w + b) * span"), "mean-not-added-back"),
    "a target that is not scaled back": (SCALED.format(guess="X @ w + b"), "not-scaled-back"),
    "predictions without the bias": (
        accuracy("np.mean((X_test @ w > 0) == y_test)"),
        "bias-left-out-of-the-prediction",
    ),
    "training rows for test rows": (
        accuracy("np.mean((forward(X_train) > 0.5) == y_train)"),
        "measured-on-the-training-rows",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", RIGHT)
def test_a_convention_is_no_mistake(kind: str) -> None:
    """A report that some convention explains is not called wrong."""
    assert [finding.says for finding in found_in(RIGHT[kind])[1]] == []


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_report_has_its_name(kind: str) -> None:
    """A report that no convention explains is called by the name of its mistake."""
    source, name = WRONG[kind]
    assert [finding.name for finding in found_in(source)[1]] == [name]


@pytest.mark.parametrize("kind", [kind for kind in WRONG if kind != "the largest of all examples"])
def test_a_wrong_report_is_mended(kind: str) -> None:
    """One of the edits makes a program report what is due."""
    program, (finding,) = found_in(WRONG[kind][0])
    assert any(finding.holds(recorded(edited(program, edit))) for edit in finding.edits)


@pytest.mark.parametrize("kind", WRONG)
def test_the_program_as_it_is_does_not_hold(kind: str) -> None:
    """The check that verifies a fix fails for the program without it."""
    program, (finding,) = found_in(WRONG[kind][0])
    assert not finding.holds(recorded(program.cells))


def test_a_column_against_a_row_in_a_step() -> None:
    """An error of every pair is found where the training takes it from, too."""
    source = unit().replace("(a - y_train)", "(a - y_train[:, 0]).mean(axis=1, keepdims=True)")
    program, (finding,) = found_in(source)
    assert program.text(finding.node) == "a - y_train[:, 0]"


def test_a_shortened_training_is_reported_on() -> None:
    """What comes after a training that was broken off early is judged all the same."""
    source = WRONG["another number of rows"][0]
    whole = recorded([source])
    trace = recorded([source], {understood(whole)[0].loop: 4})
    assert [finding.name for finding in wrong_reports(trace, *understood(trace))] == ["accuracy-over-another-count"]
