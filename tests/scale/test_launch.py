"""Is what is missing told, and how to go on after a rank has died?"""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from compare.common.errors import BadInput
from compare.scale import checkpoint, launch


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
    checkpoint.save([np.zeros((64, 1)), np.zeros(1)], 7, tmp_path)
    os.utime(tmp_path / "weights-epoch-0007.npz", (50, 50))
    told = str(launch.died(4, 137, tmp_path, 100.0, arguments))
    assert "no epoch was finished" in told
    assert "compare ranks --resume old.npz --epochs 9 --ranks 4" in told
    checkpoint.save([np.zeros((64, 1)), np.zeros(1)], 8, tmp_path)
    told = str(launch.died(4, 137, tmp_path, 100.0, arguments))
    assert f"compare ranks --epochs 9 --resume {tmp_path / 'weights-epoch-0008.npz'} --ranks 4" in told
