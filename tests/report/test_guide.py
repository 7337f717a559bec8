"""Is every Keras line explained, by what the code really says, with a value that checks?"""

from dataclasses import replace
from pathlib import Path

import pytest

import scratch
from compare.cli import BAD_INPUT, main
from compare.core.checks import compared
from compare.core.config import Config
from compare.report import guide, guide_values, keras_lines
from compare.report.guide import ROWS, Entry, guide_of
from compare.report.keras_lines import KerasLine, read_keras_lines
from scratch.datasets import Dataset, load
from tests.report.comparisons import comparison_on_digits
from tests.scratch.test_formulas import STATED


def words_of_the_script() -> set[str]:
    return {word for line in read_keras_lines() for word in line.words}


def words_of_the_guide() -> set[str]:
    return {word for row in ROWS for word in row.words}


def test_every_word_of_the_keras_lines_has_a_row() -> None:
    assert words_of_the_script() == words_of_the_guide()


def test_a_new_keras_line_without_a_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(keras):  # type: ignore[no-untyped-def]
        model = keras.Sequential()
        model.add(keras.layers.Dropout(rate=0.5))
        return model

    monkeypatch.setattr(keras_lines, "FUNCTIONS", (*keras_lines.FUNCTIONS, build))
    assert words_of_the_script() - words_of_the_guide() == {"Dropout", "Dropout(rate=)"}


def test_the_rows_follow_the_script() -> None:
    places = [next(i for i, line in enumerate(reversed_lines()) if row.beside in line.words) for row in ROWS]
    assert places == sorted(places)


def reversed_lines() -> list[KerasLine]:
    """Return the lines as they run: a model's optimizer is made where it is compiled."""
    return [line for line in read_keras_lines() if "SGD" not in line.words]


def test_a_value_that_departs_shows_and_exits_with_1(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    known = guide_values.values_of(comparison_on_digits())
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


@pytest.fixture
def nothing_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    known = guide_values.values_of(comparison_on_digits())
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
