import contextlib
import io

import numpy as np
import pytest

from compare.check.program.activations import FIXED, Activation, recognised
from compare.check.program.describe import Description, describe
from compare.check.program.diagnose import Diagnosis, diagnose
from tests.check.program.recordings import recorded

ROWS = """
rng = np.random.default_rng(0)
inputs, targets = rng.normal(size=(12, 3)), rng.integers(0, 2, (12, 1)) * 1.0
V, c = rng.normal(size=(3, 4)), np.zeros(4)
U, d = rng.normal(size=(4, 1)), np.zeros(1)
rate = 0.3
for turn in range(8):
    hidden = np.tanh(inputs @ V + c)
    guess = 1 / (1 + np.exp(-(hidden @ U + d)))
    gap = guess - targets
    back = gap @ U.T * (1 - hidden**2)
    U -= rate * hidden.T @ gap / 12
    d -= rate * gap.mean(axis=0)
    V -= rate * inputs.T @ back / 12
    c -= rate * back.mean(axis=0)
"""
COLUMNS = """
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(3, 9)), rng.normal(size=(2, 9))
W, b = rng.normal(size=(2, 3)), np.zeros((2, 1))
for turn in range(8):
    Z = W @ X + b
    E = Z - Y
    W -= 0.02 * E @ X.T
    b -= 0.02 * E.sum(axis=1, keepdims=True)
"""
NUMBERS = """
import math
rows = [([0.3, 0.9], 1), ([0.8, 0.1], 0), ([0.5, 0.4], 1)]
w, bias = [0.1, -0.2], 0.05
for turn in range(4):
    for x, t in rows:
        z = sum(wi * xi for wi, xi in zip(w, x)) + bias
        a = 1 / (1 + math.exp(-z))
        delta = (a - t) * a * (1 - a)
        for i in range(2):
            w[i] -= 0.7 * delta * x[i]
        bias -= 0.7 * delta
"""
ONES = """
rng = np.random.default_rng(0)
X = np.hstack([rng.normal(size=(10, 2)), np.ones((10, 1))])
y = rng.normal(size=10)
w = np.zeros(3)
for turn in range(8):
    w -= 0.05 * 2 / 10 * X.T @ (X @ w - y)
"""


def unit(step: str, before: str = "", label: str = "rng.integers(0, 2, 20) * 1.0") -> str:
    """Return a program that trains one sigmoid unit by the given lines."""
    lines = "\n    ".join(step.strip().splitlines())
    return f"""
rng = np.random.default_rng(1)
X, y = rng.normal(size=(20, 3)), {label}
w, b = rng.normal(size=3), 0.1
{before}
for turn in range(8):
    a = 1 / (1 + np.exp(-(X @ w + b)))
    {lines}
"""


def description_of(source: str, loss: str | None = None) -> tuple[Description, Diagnosis]:
    """Return what is understood of a program, by the reading that fits it, or by one of a loss."""
    with contextlib.redirect_stdout(io.StringIO()):
        found = diagnose(recorded(["import numpy as np" + source]))
    assert found is not None
    reading = found.right
    if reading is None or loss is not None:
        reading = next(one for one in found.dues if one.loss.name == loss)
    wrong = frozenset() if found.right is reading else found.wrong[reading]
    dues, rule = found.dues[reading], found.rules[reading]
    return describe(found.trace, found.training, reading, dues, rule, wrong), found


def said(source: str, words: str, loss: str | None = None) -> bool:
    return any(words in sentence for sentence in description_of(source, loss)[0].conventions)


def test_two_layers_become_keras_lines() -> None:
    assert description_of(ROWS)[0].model == [
        "model = keras.Sequential([",
        "    keras.Input((3,)),",
        '    keras.layers.Dense(4, activation="tanh"),',
        '    keras.layers.Dense(1, activation="sigmoid"),',
        "])",
        'model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.3), loss="binary_crossentropy")',
        "model.fit(inputs, targets, batch_size=12)",
    ]


@pytest.mark.parametrize(
    ("letter", "name"),
    [("X", "inputs"), ("y", "targets"), ("W1", "V"), ("b1", "c"), ("W2", "U"), ("b2", "d"), ("a1", "hidden"),
     ("a2", "guess"), ("dz2", "gap"), ("dz1", "back")],
)  # fmt: skip
def test_a_letter_is_known_by_the_programs_own_name(letter: str, name: str) -> None:
    assert description_of(ROWS)[0].symbols[letter] == name


def test_a_step_like_keras_has_no_conventions() -> None:
    assert description_of(ROWS)[0].conventions == []


def test_examples_in_columns_are_said() -> None:
    found, _ = description_of(COLUMNS)
    assert found.layout == "columns"
    assert "    keras.layers.Dense(2)," in found.model


def test_rows_and_outputs_that_are_summed_are_in_the_learning_rate() -> None:
    assert said(COLUMNS, "learning rate × N × outputs/2 (N = 9): you sum where Keras averages")


def test_single_numbers_are_a_neuron() -> None:
    found, _ = description_of(NUMBERS)
    assert [(layer.features, layer.units, layer.rows) for layer in found.layers] == [(2, 1, 1)]


def test_one_row_a_step_is_said() -> None:
    assert said(NUMBERS, "one row a step: batch_size=1")


def test_a_column_of_ones_is_the_bias() -> None:
    found, _ = description_of(ONES)
    assert "the bias is a column of ones in X" in found.conventions
    assert "    keras.Input((2,))," in found.model


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("g = (a - y) * a * (1 - a)\nw -= 0.5 * X.T @ g / 20\nb -= 0.5 * g.mean()", "× 1/2: you leave out the 2"),
        ("g = a - y\nw -= 0.01 * X.T @ g\nb -= 0.01 * g.sum()", "× N (N = 20): you sum where Keras averages"),
        ("g = (a - y) / 20\nw -= 0.5 * (X.T @ g + 0.3 * w)\nb -= 0.5 * g.sum()", "L2: kernel_regularizer=L2(0.15)"),
    ],
)
def test_what_differs_from_keras_is_said(step: str, words: str) -> None:
    assert said(unit(step), words)


def test_momentum_without_the_rate_is_said() -> None:
    step = "g = (a - y) / 20\nv = 0.9 * v + X.T @ g\nu = 0.9 * u + g.sum()\nw = w - 0.4 * v\nb = b - 0.4 * u"
    assert said(unit(step, "v, u = np.zeros(3), 0.0"), "momentum in PyTorch's form")


def test_a_loss_that_is_printed_and_not_descended_is_said() -> None:
    step = "g = (a - y) / 20\nprint(np.mean((a - y) ** 2))\nw -= 0.5 * X.T @ g\nb -= 0.5 * g.sum()"
    assert said(unit(step), "descends cross-entropy, and the loss that you print is the squared error")


def test_the_loss_that_is_descended_is_no_remark() -> None:
    loss = "-np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))"
    step = f"g = (a - y) / 20\nprint({loss})\nw -= 0.5 * X.T @ g\nb -= 0.5 * g.sum()"
    assert not said(unit(step), "the loss that you print")


def test_an_activation_that_nobody_knows_is_strange() -> None:
    source = ROWS.replace("np.tanh(inputs @ V + c)", "np.sin(inputs @ V + c)").replace(
        "1 - hidden**2", "np.cos(inputs @ V + c)"
    )
    found, diagnosis = description_of(source)
    assert found.strange is not None
    assert diagnosis.trace.program.text(found.strange.node) == "np.sin(inputs @ V + c)"


def test_a_sigmoid_upside_down_is_named() -> None:
    source = ROWS.replace("np.exp(-(hidden @ U + d))", "np.exp(hidden @ U + d)")
    found, _ = description_of(source, "binary_crossentropy")
    assert found.strange is not None
    assert found.strange.says == "it is sigmoid of the negative sum"


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("back = gap @ U.T * (1 - hidden**2)", "back = gap @ U.T * (1 - hidden)", 11),
        ("back = gap @ U.T * (1 - hidden**2)", "back = gap @ U.T", 11),
        ("d -= rate * gap.mean(axis=0)", "d -= rate * gap.sum(axis=0)", 13),
        ("V -= rate * inputs.T @ back / 12", "V += rate * inputs.T @ back / 12", 14),
    ],
)
def test_the_first_line_that_leads_astray_is_found(right: str, wrong: str, line: int) -> None:
    found, diagnosis = description_of(ROWS.replace(right, wrong), "binary_crossentropy")
    assert found.first_wrong is not None
    assert diagnosis.trace.program.place(found.first_wrong.node).line == line


def test_what_is_wrong_only_because_of_it_follows() -> None:
    source = ROWS.replace("(1 - hidden**2)", "(1 - hidden)")
    found, diagnosis = description_of(source, "binary_crossentropy")
    assert found.first_wrong is not None
    assert [diagnosis.trace.program.place(node).line for node in found.first_wrong.follows] == [14, 15]


def test_a_line_has_its_formula_and_is_right() -> None:
    notes = {note.line: note for note in description_of(ROWS)[0].lines}
    assert (notes[11].symbol, notes[11].ok) == ("dz1", True)
    assert notes[11].formula == "dz1 = (dz2 @ W2.T) * (1 - a1 ** 2)"


def test_a_line_that_leads_astray_is_marked() -> None:
    source = ROWS.replace("(1 - hidden**2)", "(1 - hidden)")
    notes = {note.line: note for note in description_of(source, "binary_crossentropy")[0].lines}
    assert notes[11].ok is False


@pytest.mark.parametrize("activation", FIXED, ids=lambda one: one.name)
def test_an_activation_is_known_by_its_values(activation: Activation) -> None:
    z = np.linspace(-7, 7, 41).reshape(-1, 1)
    found = recognised(z, activation.function(z))
    assert found is not None
    assert found.name == activation.name


def test_softmax_is_known_along_its_axis() -> None:
    z = np.random.default_rng(0).normal(size=(5, 4))
    found = recognised(z, np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))
    assert found is not None
    assert found.name == "softmax"


def test_a_leak_has_its_slope() -> None:
    z = np.linspace(-2, 2, 9).reshape(-1, 1)
    found = recognised(z, np.where(z > 0, z, 0.2 * z))
    assert found is not None
    assert found.keras == "activation=keras.layers.LeakyReLU(negative_slope=0.2)"


def test_nothing_is_said_of_a_training_without_steps() -> None:
    trace = recorded(["x = 1.5\n"])
    assert describe(trace, None, None, [], None) == Description()  # type: ignore[arg-type]
