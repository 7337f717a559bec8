"""More data than memory: augmented images are moved by one pixel, and nothing is lost on the way to the disk."""

import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from compare.cli import main
from compare.common import files
from compare.scale.augmentation import SHIFTS, augmented, shifted_images
from scratch.datasets import load

ROWS = 4000


def grow(out: Path, *more: str) -> int:
    return int(main(["grow", "--dataset", "digits", "--rows", str(ROWS), "--out", str(out), *more]))


def test_a_moved_image_is_the_image_one_pixel_further() -> None:
    image = np.arange(1, 10).reshape(1, 3, 3)
    assert shifted_images(image, 1, 0)[0].tolist() == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]
    assert shifted_images(image, -1, 1)[0].tolist() == [[0, 4, 5], [0, 7, 8], [0, 0, 0]]


def test_every_row_is_an_original_or_a_copy_moved_by_one_pixel() -> None:
    digits = load("digits")
    x, y = digits.x_train[:50], digits.y_train[:50]
    images, labels = (np.concatenate(parts) for parts in zip(*augmented(x, y, 170, 170, seed=0), strict=True))
    assert np.array_equal(images[:50], x)
    assert np.array_equal(labels, np.resize(y, 170))
    seen = set()
    for row in range(50, 170):
        original = x[row % 50 : row % 50 + 1]
        fits = [shift for shift in SHIFTS if np.array_equal(shifted_images(original, *shift)[0], images[row])]
        assert fits
        seen.update(fits)
    assert seen == set(SHIFTS)


def test_a_row_depends_on_the_seed_and_not_on_the_shards() -> None:
    digits = load("digits")
    x, y = digits.x_train[:40], digits.y_train[:40]
    made = [
        np.concatenate([images for images, _ in augmented(x, y, 130, step, seed)])
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
