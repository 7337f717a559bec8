"""The command ``ranks`` on real MPI: four ranks are one, and a rank that dies loses nothing that was finished."""

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from compare.common.errors import BadInput
from compare.core.config import Config
from compare.core.frameworks import initial_weights
from compare.ranks import keras_workers, launch, scaling, weights
from compare.ranks.verification import one_rank, verify_workers
from tests.ranks.conftest import rows_of

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
    assert compare_ranks("--ranks=2", "--epochs", "1", "--out", str(parts)) == 0
    left = parts / "weights-epoch-0001.npz"
    assert compare_ranks("--ranks=2", "--epochs", "2", "--resume", str(left), "--out", str(parts)) == 0
    ends = [weights.read(out / "weights-epoch-0002.npz", (8, 8), "float32") for out in (whole, parts)]
    assert ends[0][1] == ends[1][1] == 2
    for one, other in zip(ends[0][0], ends[1][0], strict=True):
        assert np.array_equal(one, other)


DYING = """
import os, signal
from compare.ranks import weights

def keep_and_die(W, epoch, out, keep=weights.keep):
    path = keep(W, epoch, out)
    if epoch == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return path

weights.keep = keep_and_die
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
    assert weights.read(out / "weights-epoch-0002.npz", (8, 8), "float32")[1] == 2
    assert not (out / "ranks.json").exists()


def test_what_is_wrong_with_the_input_is_told_once(
    compare_ranks: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert compare_ranks("--ranks", "3", "--batch-size", "2", "--out", str(tmp_path)) == 2
    assert capfd.readouterr().err.count("error: 3 ranks cannot share batches of 2") == 1


def test_a_missing_mpirun_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "find_spec", lambda name: object())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(BadInput, match="apt-get install openmpi-bin"):
        launch.mpirun()


def test_a_missing_mpi4py_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"pip install '\.\[mpi\]'"):
        launch.mpirun()


def test_the_way_on_begins_with_what_this_run_has_left(tmp_path: Path) -> None:
    arguments = ["ranks", "--resume", "old.npz", "--epochs", "9"]
    weights.keep([np.zeros((64, 1)), np.zeros(1)], 7, tmp_path)
    os.utime(tmp_path / "weights-epoch-0007.npz", (50, 50))
    told = str(launch.died(4, 137, tmp_path, 100.0, arguments))
    assert "no epoch was finished" in told
    assert "compare ranks --resume old.npz --epochs 9 --ranks 4" in told
    weights.keep([np.zeros((64, 1)), np.zeros(1)], 8, tmp_path)
    told = str(launch.died(4, 137, tmp_path, 100.0, arguments))
    assert f"compare ranks --epochs 9 --resume {tmp_path / 'weights-epoch-0008.npz'} --ranks 4" in told


def test_files_that_are_no_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no")
    np.savez(tmp_path / "objects.npz", W=np.array([{}]), b=np.zeros(1), epoch=1)
    np.savez(tmp_path / "other.npz", W=np.zeros((3, 1), "float32"), b=np.zeros(1, "float32"), epoch=1)
    for name in ("text.npz", "objects.npz", "other.npz", "missing.npz"):
        with pytest.raises(BadInput, match="--resume"):
            weights.read(tmp_path / name, (8, 8), "float32")


def test_the_last_epoch_is_the_highest_and_not_the_last_by_name(tmp_path: Path) -> None:
    for epoch in (9, 9_999, 10_000):
        weights.keep([np.zeros((64, 1)), np.zeros(1)], epoch, tmp_path)
    assert weights.last(tmp_path) == tmp_path / "weights-epoch-10000.npz"


def test_keras_on_two_workers_trains_what_one_rank_of_scratch_does() -> None:
    config = Config(epochs=2, batch_size=100)
    rows = rows_of(config)
    start = initial_weights(config, rows.shape)
    one = one_rank(config, rows, start, 0)
    rungs = verify_workers(keras_workers.train(config, rows, start, 0, workers=2), one)
    assert len(rungs) == 4
    assert all(rung.ok for rung in rungs), rungs


def test_a_worker_that_breaks_down_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(epochs=1)
    rows = rows_of(config)
    broken = [np.zeros((3, 1), "float32"), np.zeros(1, "float32")]
    with pytest.raises(keras_workers.BrokenWorkersError, match="a worker ended with code 1"):
        keras_workers.train(config, rows, broken, 0, workers=1)


def test_where_ranks_pay_is_read_off_the_times() -> None:
    measured = [
        {"batch": 32, "units": 1, "step_seconds": seconds, "allreduce_seconds": 1e-6} for seconds in (1.0, 0.5, 2.0)
    ]
    size = scaling._size(measured)
    assert size["times_faster"] == {"1": 1.0, "2": 2.0, "4": 0.5}
    slow = size | {"times_faster": {"1": 1.0, "2": 0.9, "4": 0.5}}
    assert scaling.pays({"sizes": [size, slow]}) == [size]
    assert "slower than one at every size" in scaling._sentence({"sizes": [slow]})
