"""Is keras_ref the tutorial: few lines, the same for both libraries, and nothing but Keras?"""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import keras_ref
import scratch
from keras_ref import library
from keras_ref.__main__ import main
from keras_ref.library import load_keras


def test_the_same_lines_build_both_models() -> None:
    theirs, ours = (keras_ref.build(framework, shape=(4, 4)) for framework in (load_keras(), scratch))
    assert [w.shape for w in theirs.get_weights()] == [w.shape for w in ours.get_weights()]
    assert theirs.count_params() == ours.count_params() == 17
    assert [type(layer).__name__ for layer in theirs.layers] == [type(layer).__name__ for layer in ours.layers]


def test_the_tutorial_is_about_thirty_lines() -> None:
    code = [
        line
        for function in (keras_ref.build, keras_ref.is_digit, keras_ref.scale)
        for line in inspect.getsource(function).splitlines()
        if line.strip() and '"""' not in line
    ]
    assert len(code) <= 30


def test_it_runs_alone_and_without_chatter(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (64, 28, 28), np.uint8), np.arange(64, dtype=np.uint8) % 10
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    done = subprocess.run(
        [sys.executable, "-m", "keras_ref"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"FIVE_OR_NOT_DATA": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "Epoch 10/10" in done.stdout
    assert "val_accuracy" in done.stdout
    assert done.stderr == ""


def test_without_data_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIVE_OR_NOT_DATA", str(tmp_path))
    assert main() == 2
    said = capsys.readouterr().err
    assert "Set FIVE_OR_NOT_DATA to a directory that holds mnist.npz" in said
    assert said.count("\n") == 1


def test_an_old_keras_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_keras(), "__version__", "3.14.9")
    with pytest.raises(ImportError, match=r"Keras 3\.14\.9 is too old: install 3\.15 or newer"):
        load_keras.__wrapped__()


def test_what_is_held_back_is_shown_if_the_import_fails(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with library._held_back_stderr():
            os.write(2, b"why it failed\n")
            raise ImportError

    with pytest.raises(ImportError):
        fail()
    assert capfd.readouterr().err == "why it failed\n"


def test_importing_keras_ref_does_not_import_keras() -> None:
    code = "import sys, keras_ref; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
