"""Does `python -m compare` do for a user what the README says?"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compare.cli import BAD_INPUT, INTERRUPTED, MATCHED, NOT_MATCHED, main
from compare.common.files import write_json
from compare.core.config import Config

Files = dict[str, np.ndarray[Any, Any]]


def as_a_user(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "compare", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "100"},
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    out = tmp_path_factory.mktemp("run") / "not" / "there" / "yet"
    done = as_a_user("--dataset", "digits", "--epochs", "3", "--out", str(out))
    return done, json.loads((out / "result.json").read_text())


def test_a_matching_run_exits_with_0_and_says_so_last(run: Any) -> None:
    done, _ = run
    assert done.returncode == MATCHED, done.stderr
    assert done.stdout.rstrip().splitlines()[-1].startswith("MATCHED: after 3 epochs max|ΔW| is ")


def test_nothing_but_our_own_words_reaches_the_user(run: Any) -> None:
    done, _ = run
    assert done.stderr == ""
    assert "tensorflow" not in done.stdout.lower()


def test_the_screen_shows_data_epochs_curves_baseline_and_ladder(run: Any) -> None:
    screen = run[0].stdout
    assert "digits: 1,437 training and 360 validation images of 8×8" in screen
    assert re.search(r"nothing\s+learned", screen)
    assert len(re.findall(r"^ +\d +Keras .*\n +scratch .*\n +difference ", screen, re.MULTILINE)) == 3
    assert "baseline 0.9111" in screen
    for rung in ("initial weights", "z", "a", "loss", "dz", "dW, db", "weights after one step", "history"):
        assert re.search(rf"│ {re.escape(rung)} +│", screen), rung
    assert screen.index("max|ΔW|") < screen.index("validation accuracy by epoch") < screen.index("Verification ladder")


def test_the_result_keeps_its_contract(run: Any) -> None:
    _, result = run
    assert result["dataset"]["name"] == "digits"
    assert (result["dataset"]["train"], result["dataset"]["validation"]) == (1437, 360)
    assert "load_digits" in result["dataset"]["source"]
    assert result["recipe"] == Config(epochs=3).as_dict()
    for side in ("keras", "scratch"):
        assert set(result["history"][side]) == {"loss", "accuracy", "val_loss", "val_accuracy"}
        assert {len(values) for values in result["history"][side].values()} == {3}
        assert len(result["seconds"][side]) == 3
    assert result["baseline_accuracy"] == {"train": pytest.approx(1287 / 1437), "validation": pytest.approx(328 / 360)}
    assert len(result["max_weight_difference"]) == 3
    assert result["label_disagreements"] == {"train": 0, "validation": 0}
    assert result["verdict"] == "matched"
    assert {"python", "numpy", "keras", "tensorflow", "processor"} <= set(result["environment"])
    for rung in result["ladder"]:
        assert {"rung", "quantity", "shape", "max_abs_difference", "tolerance", "ok"} <= set(rung)
        assert rung["ok"] is True
        assert rung["max_abs_difference"] <= rung["tolerance"]


def test_a_run_that_is_not_matched_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = "--dataset digits --pixels raw --momentum 0.5 --seed 5 --epochs 4 --quiet"
    assert main([*config.split(), "--out", str(tmp_path)]) == NOT_MATCHED
    assert json.loads((tmp_path / "result.json").read_text())["verdict"] == "rounding-limited"
    screen = capsys.readouterr().out
    assert screen.startswith("ROUNDING-LIMITED: from step ")
    assert screen.count("\n") == 1


def test_numbers_that_are_none_are_written_for_any_json_parser(tmp_path: Path) -> None:
    config = "--dataset digits --pixels raw --activation linear --epochs 1 --quiet"
    assert main([*config.split(), "--out", str(tmp_path)]) == MATCHED

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    result = json.loads((tmp_path / "result.json").read_text(), parse_constant=refuse)
    assert result["history"]["scratch"]["loss"] == ["NaN"]


def test_other_data_than_mnist_is_announced_where_nobody_can_miss_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = {"FIVE_OR_NOT_DATA": "", "KERAS_HOME": str(tmp_path / "k"), "FIVE_OR_NOT_CACHE": str(tmp_path / "c")}
    proxy = {"https_proxy": "http://127.0.0.1:9"}  # nothing listens there, so no download
    for name, value in (nowhere | proxy).items():
        monkeypatch.setenv(name, value)
    assert main(["--epochs", "1", "--quiet", "--out", str(tmp_path)]) == MATCHED
    assert "NOTICE: These are NOT the MNIST images" in capsys.readouterr().err
    result = json.loads((tmp_path / "result.json").read_text())
    assert "NOT the MNIST images" in result["dataset"]["notice"]


def test_ctrl_c_keeps_what_is_finished_and_exits_with_130(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "compare", "--dataset", "digits", "--epochs", "10000", "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    while "difference" not in process.stdout.readline():  # the first epoch's row is on the screen
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert "interrupted" in errors
    assert "Traceback" not in errors
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["verdict"] is None
    finished = len(result["max_weight_difference"])
    assert finished >= 1
    assert len(result["history"]["keras"]["loss"]) == len(result["history"]["scratch"]["loss"]) == finished


def npz(path: Path, **changes: Any) -> Path:
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {
        "x_train": rng.integers(0, 256, (40, 4, 4), np.uint8),
        "y_train": np.arange(40, dtype=np.uint8) % 10,
        "x_test": rng.integers(0, 256, (10, 4, 4), np.uint8),
        "y_test": np.arange(10, dtype=np.uint8),
    }
    np.savez(path / "mnist.npz", **(arrays | changes))
    return path


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--dataset nope", "is not one of 'auto', 'mnist', 'fashion_mnist', 'digits'"),
        ("--optimizer nope", "is not one of 'sgd', 'adam'"),
        ("--nope 1", "No such option: --nope"),
        ("nope", "No such command 'nope'"),
        ("--dataset digits --digit 10", "--digit must be one of the classes 0 to 9 of digits, not 10"),
        ("--dataset digits --digit -1", "--digit must be one of the classes 0 to 9"),
        ("--epochs 0", "--epochs must be at least 1, not 0"),
        ("--epochs two", "--epochs"),
        ("--batch-size -3", "--batch-size must be at least 1, not -3"),
        ("--train-size 0", "--train-size must be at least 1, not 0"),
        ("--dataset digits --train-size 2000", "--train-size 2000 is more than the 1437 training rows of digits"),
        ("--learning-rate 0", "--learning-rate must be a positive number, not 0.0"),
        ("--learning-rate -1", "--learning-rate must be a positive number"),
        ("--learning-rate nan", "--learning-rate must be a positive number"),
        ("--learning-rate 1e39", "--learning-rate 1e+39 is inf as a float32"),
        ("--learning-rate 1e-50", "--learning-rate 1e-50 is 0.0 as a float32"),
        ("--momentum 1", "--momentum must be at least 0 and below 1"),
        ("--optimizer adam --momentum 0.5", "belong to --optimizer sgd"),
        ("--nesterov", "--nesterov needs a --momentum above 0"),
        ("--seed -1", "--seed must be at least 0"),
        ("--data /not/there", "/not/there is not a directory"),
        ("--dataset digits --out /dev/null/out", "cannot write to --out /dev/null/out"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    arguments: str, sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments.split()) == BAD_INPUT
    streams = capsys.readouterr()
    assert sentence in streams.err
    assert streams.err.startswith("error: ")
    assert streams.err.count("\n") == 1
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"x_train": np.full((40, 4, 4), np.nan)}, "NaN or infinite pixels"),
        ({"y_train": np.zeros(39, np.uint8)}, "40 images need the shape (40,)"),
        ({"x_test": np.zeros((0, 4, 4)), "y_test": np.zeros(0)}, "x_test is empty"),
        ({"y_test": np.array([None] * 10)}, "holds pickled objects"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_data_is_one_sentence_and_exit_2(
    changes: Files, sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = npz(tmp_path, **changes)
    assert main(["--data", str(data), "--out", str(tmp_path / "out")]) == BAD_INPUT
    streams = capsys.readouterr()
    assert sentence in streams.err
    assert streams.err.count("\n") == 1


def test_a_batch_larger_than_the_set_is_one_batch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data", str(npz(tmp_path)), "--batch-size", "1000", "--epochs", "2", "--out", str(tmp_path)]
    assert main([*arguments, "--quiet"]) == MATCHED
    assert "is not the published mnist" in capsys.readouterr().err


def test_a_result_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_json({"old": True}, path)
    with pytest.raises(TypeError):
        write_json({"new": object()}, path)
    assert json.loads(path.read_text()) == {"old": True}
    assert [file.name for file in tmp_path.iterdir()] == ["result.json"]


def test_help_lists_every_option_with_its_default_and_starts_no_keras() -> None:
    code = "import sys; from compare.cli import main; main(['--help']); sys.exit('keras' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | {"COLUMNS": "140"}
    )
    assert done.returncode == 0
    for option in Config().as_dict():
        assert f"--{option.replace('_', '-')} " in done.stdout
    assert done.stdout.count("[default: ") == 17
