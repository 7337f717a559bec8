"""Does the command run a script in a process of its own, write both files, and end in the right code?"""

import json
from pathlib import Path

import pytest

from compare.cli import main

LINES = """
import numpy as np, keras
rng = np.random.default_rng(0)
x = rng.random((40, 2))
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="relu"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
print("before the training")
model.fit(x, x.sum(axis=1), epochs=2)
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "lines.py"
    path.write_text(text)
    return str(path)


def test_a_matching_script_ends_in_0_with_a_result_and_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", written(tmp_path, LINES), "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert "│ before the training" in shown
    assert "MATCHED" in shown
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert result["verdict"] == "matched"
    assert [call["place"] for call in result["calls"]] == ["line 8"]
    report = (tmp_path / "out" / "report.html").read_text()
    assert "Weigh the inputs, layer 2" in report
    assert str(tmp_path) not in report


def test_a_guide_of_a_script_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "guide.html"
    assert main(["guide", written(tmp_path, LINES), "--html", str(page)]) == 0
    assert "Backpropagation, layer 1" in page.read_text()


def test_a_script_that_takes_too_long_is_ended_and_told_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", written(tmp_path, "while True: pass"), "--time-limit", "1", "--out", str(tmp_path)]) == 2
    assert "it was ended after 1 seconds; give it more with --time-limit" in capsys.readouterr().err


def test_an_option_of_the_tutorial_s_model_is_refused_with_a_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["guide", written(tmp_path, LINES), "--digit", "3"]) == 2
    assert "--digit is for the tutorial's model" in capsys.readouterr().err
