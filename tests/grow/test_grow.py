"""More data than memory: grown images are moved by one pixel, nothing is lost, and memory stays as it is."""

import json
import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from compare.cli import main
from compare.common import files
from compare.common.errors import BadInput
from compare.grow import measuring
from compare.grow.shifting import SHIFTS, grown, shifted
from scratch.data import WINDOW
from scratch.datasets import load

ROWS = 4000


def grow(out: Path, *more: str) -> int:
    return int(main(["grow", "--dataset", "digits", "--rows", str(ROWS), "--out", str(out), *more]))


def test_a_moved_image_is_the_image_one_pixel_further() -> None:
    image = np.arange(1, 10).reshape(1, 3, 3)
    assert shifted(image, 1, 0)[0].tolist() == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]
    assert shifted(image, -1, 1)[0].tolist() == [[0, 4, 5], [0, 7, 8], [0, 0, 0]]


def test_every_row_is_an_original_or_a_copy_moved_by_one_pixel() -> None:
    digits = load("digits")
    x, y = digits.x_train[:50], digits.y_train[:50]
    images, labels = (np.concatenate(parts) for parts in zip(*grown(x, y, 170, 170, seed=0), strict=True))
    assert np.array_equal(images[:50], x)
    assert np.array_equal(labels, np.resize(y, 170))
    seen = set()
    for row in range(50, 170):
        original = x[row % 50 : row % 50 + 1]
        fits = [shift for shift in SHIFTS if np.array_equal(shifted(original, *shift)[0], images[row])]
        assert fits
        seen.update(fits)
    assert seen == set(SHIFTS)


def test_a_row_depends_on_the_seed_and_not_on_the_shards() -> None:
    digits = load("digits")
    x, y = digits.x_train[:40], digits.y_train[:40]
    made = [
        np.concatenate([images for images, _ in grown(x, y, 130, step, seed)])
        for step, seed in ((130, 0), (7, 0), (130, 1))
    ]
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert grow(tmp_path, "--shard-rows", "1500") == 0
    found, digits = load("auto", tmp_path), load("digits")
    assert (len(found.x_train), found.name, found.peak) == (ROWS, "digits grown to 4,000", 16)
    assert np.array_equal(found.x_train.take(np.arange(1437)), digits.x_train)
    assert np.array_equal(found.x_test, digits.x_test)
    assert sorted(path.name for path in tmp_path.glob("x_train*")) == [f"x_train-{n:05}.npy" for n in range(3)]


def test_a_shard_that_changes_later_is_noticed(tmp_path: Path) -> None:
    assert grow(tmp_path) == 0
    path = tmp_path / "y_train-00000.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2


def test_other_data_are_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mnist.npz").write_text("precious")
    assert grow(tmp_path) == 2
    assert "holds data already (mnist.npz)" in capsys.readouterr().err
    assert (tmp_path / "mnist.npz").read_text() == "precious"


def test_too_little_room_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**6, 0, 10**5))
    assert grow(tmp_path) == 2
    assert "0 MB free and 4,000 rows take 0 MB" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_full_half_way_leaves_no_half_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replace, done = files.os.replace, []

    def full(old: str, new: Path) -> None:
        if len(done) == 3:
            raise OSError(28, "No space left on device")
        done.append(new)
        replace(old, new)

    monkeypatch.setattr(files.os, "replace", full)
    assert grow(tmp_path, "--shard-rows", "1500") == 2
    assert "No space left on device" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in done}


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """From 4 windows to 12; a label and whether it is a five are a byte each, and an image has 64."""
    rows = 12 * WINDOW // 64
    assert main(["grow", "--dataset", "digits", "--rows", str(rows), "--out", str(tmp_path)]) == 0
    few, many = (measuring.one(tmp_path, n, epochs=1) for n in (rows // 3, rows))
    assert many["peak"] - few["peak"] <= 2 * (rows - rows // 3)


def test_a_run_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="could not be trained on"):
        measuring.one(tmp_path, 10, epochs=1)


def test_time_and_memory_are_summed_up_by_row() -> None:
    measured = [
        {"rows": 100, "seconds": [1.0, 3.0, 1.1], "peak": 1000, "image_bytes": 784},
        {"rows": 200, "seconds": [2.0, 2.4, 2.2], "peak": 1200, "image_bytes": 784},
    ]
    found = measuring.summed_up(measured)
    assert [size["epoch_seconds"] for size in found["sizes"]] == [1.0, 2.0]
    assert found["off_linear"] < 1e-9
    assert found["bytes_a_row"] == 2


def test_the_measurement_is_written_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert grow(tmp_path / "data") == 0
    assert main(["grow", "--measure", str(tmp_path / "data"), "--out", str(tmp_path / "out")]) == 0
    found = json.loads((tmp_path / "out" / "growth.json").read_text())
    assert [size["rows"] for size in found["sizes"]] == [200, 400, 1000, 2000, 4000]
    assert "µs a row" in capsys.readouterr().out
