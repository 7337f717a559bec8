"""Is every Keras line explained, by what the code really says, with a value that checks?"""

import inspect
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.reports import comparison_on_digits

import keras_ref
import scratch
from compare.cli import BAD_INPUT, main
from compare.core.checks import compared
from compare.core.comparison import Comparison
from compare.core.config import Config
from compare.report import guide, lines, values
from compare.report.guide import ROWS, Entry, guide_of
from compare.report.lines import keras_lines, marked, written
from compare.report.mathml import mathml
from compare.report.sources import stated
from scratch.datasets import Dataset, load
from tests.scratch.test_formulas import STATED

RECIPES = [
    Config(optimizer="adam", loss="binary_crossentropy", batch_size=7),
    Config(pixels="raw", activation="linear", dtype="float64"),
    Config(pixels="raw", momentum=0.5, nesterov=True, batch_size=5000, digit=3),
]


def words_of_the_script() -> set[str]:
    return {word for line in keras_lines() for word in line.words}


def words_of_the_guide() -> set[str]:
    return {word for row in ROWS for word in row.words}


def test_every_word_of_the_keras_lines_has_a_row() -> None:
    assert words_of_the_script() == words_of_the_guide()


def test_no_statement_that_speaks_to_keras_is_passed_over() -> None:
    """Counted in the text, not through the parser that the guide reads with."""
    source = "".join(inspect.getsource(function) for function in lines.FUNCTIONS)
    calls = re.findall(r"^[^#\n]*?\b(?:keras|model)\.(?:\w+\.)*(\w+)\(", source, re.MULTILINE)
    assert set(calls) <= words_of_the_script()
    assert len(calls) >= 8


def test_a_new_keras_line_without_a_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(keras):  # type: ignore[no-untyped-def]
        model = keras.Sequential()
        model.add(keras.layers.Dropout(rate=0.5))
        return model

    monkeypatch.setattr(lines, "FUNCTIONS", (*lines.FUNCTIONS, build))
    assert words_of_the_script() - words_of_the_guide() == {"Dropout", "Dropout(rate=)"}


def test_the_rows_follow_the_script() -> None:
    places = [next(i for i, line in enumerate(reversed_lines()) if row.beside in line.words) for row in ROWS]
    assert places == sorted(places)


def reversed_lines() -> list[lines.Line]:
    """Return the lines as they run: a model's optimizer is made where it is compiled."""
    return [line for line in keras_lines() if "SGD" not in line.words]


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return guide_of(comparison_on_digits())


def test_every_value_checks(entries: list[Entry]) -> None:
    assert len(entries) == len(ROWS)
    for entry in entries:
        assert entry.value.ok is True, str(entry.value)
        assert entry.value.keras is not None
        assert entry.value.scratch is not None
        assert abs(entry.value.keras - entry.value.scratch) <= entry.value.allowed


@pytest.mark.parametrize("config", RECIPES, ids=lambda config: f"{config.optimizer}-{config.pixels}-{config.dtype}")
def test_every_value_checks_whatever_the_recipe(config: Config, digits: Dataset) -> None:
    failed = [str(entry.value) for entry in guide_of(Comparison(config, digits)) if not entry.value.ok]
    assert not failed


def test_the_tolerances_are_tight_enough_to_see_a_mistake(entries: list[Entry]) -> None:
    """No value could be off by a thousandth of itself."""
    for entry in entries:
        value, allowed = entry.value.scratch, entry.value.allowed
        assert value is not None
        assert allowed is not None
        assert allowed < 1e-3 * max(abs(value), 1e-3), entry.quantity


def weighs_too_much(forward: Any) -> Any:
    return lambda self, X: forward(self, X * np.float32(1.001))


def turns_the_image_round(forward: Any) -> Any:
    return lambda self, X: forward(self, X[:, ::-1] if isinstance(X, np.ndarray) else X)


def halves_the_mean(result: Any) -> Any:
    return lambda self: {name: value / 2 for name, value in result(self).items()}


def steps_too_far(update: Any) -> Any:
    return lambda self, w, dw, *memory: update(self, w, 1.01 * dw, *memory)


@pytest.mark.parametrize(
    ("place", "name", "wrong", "seen"),
    [
        (scratch.layers.Dense, "forward", weighs_too_much, "output"),
        (scratch.layers.Flatten, "forward", turns_the_image_round, "flat"),
        (scratch.metrics.RunningMean, "result", halves_the_mean, "epoch loss"),
        (scratch.optimizers.SGD, "update", steps_too_far, "fitted"),
    ],
)
def test_a_planted_mistake_departs(
    place: type, name: str, wrong: Any, seen: str, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intervals come from scratch's own code, so a mistake hardly widens them: it moves scratch's value."""
    comparison = comparison_on_digits()
    assert values.values_of(comparison)[seen].ok
    monkeypatch.setattr(place, name, wrong(getattr(place, name)))
    assert values.values_of(comparison)[seen].ok is False


def test_a_value_that_departs_shows_and_exits_with_1(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    known = values.values_of(comparison_on_digits())
    known["z"] = compared("z", "z", 1.0, 1.5, 0.1)
    monkeypatch.setattr(guide, "values_of", lambda comparison: known)
    assert main(["guide", "--dataset", "digits"]) == 1
    assert "✗ departs  z: Keras 1, NumPy 1.5, difference 0.5, allowed 0.1" in capsys.readouterr().out
    assert main(["guide", "--dataset", "digits", "--html", str(tmp_path / "guide.html")]) == 1
    assert "✗ departs" in (tmp_path / "guide.html").read_text()


def test_formula_and_source_are_those_of_the_live_function(entries: list[Entry]) -> None:
    for entry in entries:
        for one in entry.math:
            room, line = one.place.split(":")
            text = (Path(scratch.__file__).parent.parent / room).read_text(encoding="utf-8")
            assert one.source.splitlines()[-1].strip() in text
            start = text.splitlines()[int(line) - 1].strip()
            assert one.source.splitlines()[0] == start
            for formula in one.formula.splitlines():
                assert any(formula in known for known in STATED.values()) or formula in ("x / peak", "y == digit")


def test_only_what_computes_nothing_has_no_formula(entries: list[Entry]) -> None:
    assert [entry.row.title for entry in entries if not any(one.formula for one in entry.math)] == ["Load the images"]


def test_a_docstring_that_changes_changes_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        scratch.activations.sigmoid, "__doc__", "Say something else.\n\n        a = z / 2\n\n    z: (N, U)."
    )
    row = next(row for row in ROWS if row.value == "a")
    (shown,) = row.math(Config())
    assert (shown.sentence, shown.formula) == ("Say something else.", "a = z / 2")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (Config(), "w = w - learning_rate * dw"),
        (Config(momentum=0.5), "v = momentum * v - learning_rate * dw\nw = w + v"),
        (Config(momentum=0.5, nesterov=True), "w = w + momentum * v - learning_rate * dw"),
        (Config(optimizer="adam"), "w = w - alpha * m / (sqrt(v) + epsilon)"),
    ],
)
def test_the_optimizer_s_formula_is_that_of_the_recipe(config: Config, expected: str) -> None:
    row = next(row for row in ROWS if "SGD" in row.words)
    assert row.math(config)[0].formula.endswith(expected)


@pytest.mark.parametrize(
    ("config", "way"),
    [
        (Config(), ["mean_squared_error_gradient", "sigmoid_gradient"]),
        (Config(activation="linear"), ["mean_squared_error_gradient", "linear_gradient"]),
        (Config(loss="binary_crossentropy"), ["binary_crossentropy_from_logits_gradient"]),
        (
            Config(loss="binary_crossentropy", activation="linear"),
            ["binary_crossentropy_gradient", "linear_gradient"],
        ),
    ],
)
def test_backpropagation_goes_the_recipe_s_way(config: Config, way: list[str]) -> None:
    row = next(row for row in ROWS if row.value == "dz")
    assert [one.name for one in row.math(config)] == way


def filled(word: str, config: Config) -> str:
    line = next(line for line in reversed(keras_lines()) if word in line.words)
    return written(line, config, (28, 28), 255)


def test_a_line_is_shown_with_the_values_of_the_run() -> None:
    assert filled("load_data", Config()) == "(x_train, y_train), (x_val, y_val) = keras.datasets.mnist.load_data()"
    assert filled("y == digit", Config(digit=3)) == "y == 3"
    assert filled("Dense", Config(activation="linear")) == 'model.add(keras.layers.Dense(1, activation="linear"))'
    adam = 'model.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate=0.001), metrics=["accuracy"])'
    assert filled("compile", Config(optimizer="adam")) == adam
    fit = filled("fit", Config(pixels="raw", epochs=3, batch_size=64))
    assert fit.startswith("model.fit(x_train, is_digit(y_train), batch_size=64, epochs=3, ")


def test_the_word_is_marked_in_its_line() -> None:
    code = filled("Dense", Config())
    assert marked("Dense", code) == ("model.add(keras.layers.", "Dense", '(1, activation="sigmoid"))')
    assert marked("Dense(activation=)", code)[1] == 'activation="sigmoid"'
    assert marked("x / peak", "x / 255") == ("", "x / 255", "")


def text_of(formula: str) -> str:
    return "".join(ElementTree.fromstring(mathml(formula)).itertext()).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("where", sorted(STATED))
def test_every_formula_of_scratch_can_be_set(where: str) -> None:
    root = ElementTree.fromstring(mathml(STATED[where]))
    assert root.get("alttext") == STATED[where]
    assert {element.tag for element in root.iter()} <= ELEMENTS
    assert "[" not in text_of(STATED[where]).replace("[:, None]", "").replace(".shape[-1]", "")


ELEMENTS = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msup", "msub", "msqrt", "munder"} | {
    "mtable",
    "mtr",
    "mtd",
}


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("z = X @ W + b", "z=XW+b"),
        ("dz = da * a * (1 - a)", "dz=da·a·(1−a)"),
        ("x = a - (b - c)", "x=a−(b−c)"),
        ("x = a - b - c", "x=a−b−c"),
        ("x = a - (b + c)", "x=a−(b+c)"),
        ("x = a + (b - c)", "x=a+b−c"),
        ("x = a * (b + c)", "x=a·(b+c)"),
        ("x = (a * b)**2", "x=(a·b)2"),
        ("x = (a / b)**2", "x=(ab)2"),
        ("x = a + -b", "x=a+(−b)"),
        ("x = -(a + b)", "x=−(a+b)"),
        ("x = a * (b > c)", "x=a·(b>c)"),
        ("x = 2 * sum(a, axis=0)", "x=2·(∑rowsa)"),
        ("x = sum(a + b)", "x=∑(a+b)"),
        ("x = mean((a > 0.5) == y, axis=-1)", "x=meanunits((a>0.5)≟y)"),
        ("W = X.T @ dz", "W=X⊤dz"),
        ("x = abs(a)", "x=|a|"),
        ("x = log1p(a)", "x=log(1+a)"),
        ("x = maximum(a, 0)", "x=max(a,0)"),
    ],
)
def test_a_formula_keeps_its_meaning(formula: str, text: str) -> None:
    assert text_of(formula) == text


def test_what_is_above_and_below_stays_there() -> None:
    fraction = ElementTree.fromstring(mathml("a = (x + 1) / (y * z)")).find(".//mfrac")
    assert fraction is not None
    assert ["".join(part.itertext()) for part in fraction] == ["x+1", "y·z"]
    power = ElementTree.fromstring(mathml("a = exp(-z)")).find(".//msup")
    assert power is not None
    assert ["".join(part.itertext()) for part in power] == ["e", "−z"]


def test_a_formula_is_escaped() -> None:
    assert "<script" not in mathml('x = "<script>alert(1)</script>"')


def test_a_source_is_shown_without_its_docstring() -> None:
    shown = stated(keras_ref.scale)
    assert shown.source == "def scale(x: Any, peak: float = 255) -> Any:\n    return x / peak"
    assert shown.sentence == "Bring the pixels from 0..peak to 0..1."


@pytest.fixture
def nothing_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    known = values.values_of(comparison_on_digits())
    monkeypatch.setattr(guide, "values_of", lambda comparison: known)


@pytest.mark.usefixtures("nothing_measured")
def test_the_terminal_shows_line_formula_source_and_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "--dataset", "digits"]) == 0
    screen = capsys.readouterr().out
    for expected in ("Weigh the pixels", "model.add(keras.layers.Flatten())", "z = X @ W + b", "da * a * (1 - a)"):
        assert expected in screen
    assert screen.count("✓ agrees") == len(ROWS)
    assert "✗" not in screen


@pytest.mark.usefixtures("nothing_measured")
def test_the_page_alone_has_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "guide.html"
    assert main(["guide", "--dataset", "digits", "--html", str(path)]) == 0
    html = path.read_text()
    assert html.count('<article class="row"') == len(ROWS)
    assert html.count("✓ agrees") == len(ROWS)
    assert html.count("<math") >= len(ROWS)
    assert "Written: " in capsys.readouterr().out


@pytest.mark.parametrize("arguments", ["--html /not/there/guide.html", "--html /tmp", "--digit 10"])
def test_bad_input_is_one_sentence_and_exit_2(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "--dataset", "digits", *arguments.split()]) == BAD_INPUT
    errors = capsys.readouterr().err
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1


def test_the_data_s_notice_is_on_the_page(tmp_path: Path) -> None:
    from compare.report.page import write_guide

    dataset = replace(load("digits"), notice="These are <not> MNIST.")
    write_guide(guide_of(comparison_on_digits()), dataset, tmp_path / "guide.html")
    assert "These are &lt;not&gt; MNIST." in (tmp_path / "guide.html").read_text()
