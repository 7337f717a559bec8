"""Rows on disk: many files are one array, what is wrong with them is told, and both sides train on them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratch.datasets import DataError, load, shards


def test_shards_are_the_array_that_they_were_cut_from(directory: Path) -> None:
    digits, found = load("digits"), load("auto", directory)
    assert (found.name, found.peak, found.x_train.shape) == ("some digits", 16, digits.x_train.shape)
    assert "3 shards read from disk" in found.source
    assert np.array_equal(found.y_train, digits.y_train)
    assert np.array_equal(found.in_memory().x_train, digits.x_train)
    assert np.array_equal(found.split[0][0], digits.x_train)
    assert digits.in_memory() is digits


def test_one_plain_file_is_enough(tmp_path: Path) -> None:
    digits = load("digits")
    for key in ("x_train", "y_train", "x_test", "y_test"):
        np.save(tmp_path / f"{key}.npy", getattr(digits, key))
    for named in (tmp_path, tmp_path / "x_train.npy"):
        assert np.array_equal(load("auto", named).in_memory().x_train, digits.x_train)


@given(start=st.integers(-5, 40), stop=st.integers(-5, 40), seed=st.integers(0, 9))
def test_slices_and_gathered_rows_are_those_of_one_array(start: int, stop: int, seed: int) -> None:
    whole = np.arange(60).reshape(30, 2)
    rows = shards.Shards([whole[:7], whole[7:7], whole[7:20], whole[20:]])[start:stop]
    assert len(rows) == len(whole[start:stop])
    if len(rows):
        wanted = np.random.default_rng(seed).integers(len(rows), size=9)
        out = np.empty((9, 2), whole.dtype)
        assert np.array_equal(rows.take(wanted, out=out), whole[start:stop][wanted])
        assert np.array_equal(rows.take(wanted), out)


def test_rows_that_are_not_there_are_refused() -> None:
    rows = shards.Shards([np.zeros((3, 2))])
    for wrong in ([3], [-1]):
        with pytest.raises(IndexError, match="not all among the 3"):
            rows.take(np.array(wrong))
    with pytest.raises(ValueError, match="neighbouring"):
        rows[::2]


def torn(directory: Path) -> None:
    path = directory / "x_train-00001.npy"
    path.write_bytes(path.read_bytes()[:-1000])


def empty_file(directory: Path) -> None:
    (directory / "x_train-00001.npy").write_bytes(b"")


def objects(directory: Path) -> None:
    np.save(directory / "x_train-00001.npy", np.array([{}]), allow_pickle=True)


def archive(directory: Path) -> None:
    with (directory / "x_train-00001.npy").open("wb") as file:
        np.savez(file, x=np.zeros(3))


def columns(directory: Path) -> None:
    np.save(directory / "x_train-00001.npy", np.asfortranarray(np.zeros((500, 8, 8), np.uint8)))


def missing_number(directory: Path) -> None:
    (directory / "x_train-00001.npy").unlink()


def missing_labels(directory: Path) -> None:
    (directory / "y_train-00001.npy").unlink()


def missing_test(directory: Path) -> None:
    (directory / "x_test.npy").unlink()


def uneven(directory: Path) -> None:
    np.save(directory / "y_train-00001.npy", np.zeros(3, np.uint8))


def other_shape(directory: Path) -> None:
    np.save(directory / "x_train-00001.npy", np.zeros((500, 9, 9), np.uint8))


def other_test_shape(directory: Path) -> None:
    np.save(directory / "x_test.npy", np.zeros((360, 9, 9), np.uint8))


def other_type(directory: Path) -> None:
    np.save(directory / "x_train-00001.npy", np.zeros((500, 8, 8), np.float32))


def not_a_number(directory: Path) -> None:
    for path in directory.glob("x_train-*.npy"):
        np.save(path, np.full((len(np.load(path)), 8, 8), np.nan, np.float32))


def both_kinds(directory: Path) -> None:
    np.save(directory / "x_train.npy", np.zeros((5, 8, 8), np.uint8))


def no_json(directory: Path) -> None:
    (directory / "dataset.json").write_text("{")


def no_object(directory: Path) -> None:
    (directory / "dataset.json").write_text("[]")


def no_peak(directory: Path) -> None:
    (directory / "dataset.json").write_text('{"peak": 0}')


def elsewhere(directory: Path) -> None:
    (directory / "dataset.json").write_text('{"sha256": {"../x.npy": "0"}}')


def changed(directory: Path) -> None:
    (directory / "dataset.json").write_text(json.dumps({"sha256": {"x_train-00001.npy": hashlib.sha256().hexdigest()}}))


def unreadable(directory: Path) -> None:
    (directory / "dataset.json").write_text(json.dumps({"sha256": {"x_train-00009.npy": "0"}}))


FAULTS = {
    torn: "x_train-00001.npy cannot be used: it is shorter than it says",
    empty_file: "x_train-00001.npy cannot be used",
    objects: "x_train-00001.npy cannot be used: it holds pickled objects",
    archive: "x_train-00001.npy must be an .npy file",
    columns: "rows lie one after the other",
    missing_number: "lacks shard 1 of x_train, but holds shard 2",
    missing_labels: "y_train-00001.npy is missing",
    missing_test: "x_test.npy is missing",
    uneven: "500 images need",
    other_shape: "they must be alike",
    other_test_shape: "not those of x_train",
    other_type: "they must be alike",
    not_a_number: "NaN or infinite",
    both_kinds: "keep one or the other",
    no_json: "no readable JSON",
    no_object: "must be an object",
    no_peak: "positive peak",
    elsewhere: "not beside it",
    changed: "it is torn or was changed",
    unreadable: "x_train-00009.npy cannot be read",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_one_clear_sentence(fault: Callable[[Path], None], directory: Path) -> None:
    fault(directory)
    with pytest.raises(DataError, match=FAULTS[fault]):
        load("auto", directory)


def test_shards_that_are_what_their_hashes_say_are_opened(directory: Path) -> None:
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.glob("*.npy")}
    (directory / "dataset.json").write_text(json.dumps({"sha256": hashes}))
    assert len(load("auto", directory).x_train) == len(load("digits").x_train)


def test_a_directory_without_shards_is_searched_as_before(tmp_path: Path, directory: Path) -> None:
    assert shards.place(tmp_path) is None
    assert shards.place(tmp_path / "nowhere") is None
    assert load("digits", directory).name == "digits"
