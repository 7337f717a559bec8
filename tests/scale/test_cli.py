"""The command ``ranks`` on real MPI: four ranks are one, and a rank that dies loses nothing that was finished."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from compare.cli import main
from compare.scale import checkpoint, launch

Run = Callable[..., int]


def test_four_ranks_are_one(compare_ranks: Run, tmp_path: Path) -> None:
    assert compare_ranks("--ranks", "4", "--out", str(tmp_path)) == 0
    found = json.loads((tmp_path / "ranks.json").read_text())
    assert found["verdict"] == "matched"
    assert found["ranks"] == "4 ranks"
    assert found["same_weights_on_every_rank"]
    assert {rung["rung"] for rung in found["ladder"]} == {"weights after 1 epoch", "history", "predicted labels"}
    assert (tmp_path / "weights-epoch-0001.npz").exists()


def test_a_run_goes_on_from_its_weights_on_disk_to_the_same_end(compare_ranks: Run, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert compare_ranks("--ranks=2", "--epochs", "2", "--out", str(whole)) == 0
    left = whole / "weights-epoch-0001.npz"  # as a run leaves it that ends after its first epoch
    assert compare_ranks("--ranks=2", "--epochs", "2", "--resume", str(left), "--out", str(parts)) == 0
    ends = [checkpoint.load(out / "weights-epoch-0002.npz", (8, 8), "float32") for out in (whole, parts)]
    assert ends[0][1] == ends[1][1] == 2
    for one, other in zip(ends[0][0], ends[1][0], strict=True):
        assert np.array_equal(one, other)


DYING = """
import os, signal
from compare.scale import checkpoint

def save_and_die(W, epoch, out, save=checkpoint.save):
    path = save(W, epoch, out)
    if epoch == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return path

checkpoint.save = save_and_die
from compare.cli import main
main()
"""


def test_a_rank_that_dies_ends_the_run_and_the_last_epoch_is_on_disk(
    compare_ranks: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dying.py").write_text(DYING)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}")
    monkeypatch.setattr(launch, "start", partial(launch.start, module="dying"))
    out = tmp_path / "out"
    assert compare_ranks("--ranks", "2", "--epochs", "5", "--out", str(out)) == 2
    told = capfd.readouterr().err
    assert "a rank died" in told
    assert f"--resume {out / 'weights-epoch-0002.npz'}" in told
    assert checkpoint.load(out / "weights-epoch-0002.npz", (8, 8), "float32")[1] == 2
    assert not (out / "ranks.json").exists()


def test_what_is_wrong_with_the_input_is_told_once(
    compare_ranks: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert compare_ranks("--ranks", "3", "--batch-size", "2", "--out", str(tmp_path)) == 2
    assert capfd.readouterr().err.count("error: 3 ranks cannot share batches of 2") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("grow --out there --measure here", "bench --rows-on-disk here"), ("ranks --measure", "bench --ranks")],
)
def test_the_benchmark_that_was_here_is_shown_to_where_it_is(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(old.split()) == 2
    assert capsys.readouterr().err.rstrip().endswith(f"use python -m compare {new}")
    assert not list(tmp_path.iterdir())
