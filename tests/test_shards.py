"""Rows on disk: many files are one array, what is wrong with them is told, and both sides train on them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare import compare
from compare.core.config import Config
from compare.core.data import Prepared, fed_to, prepare
from compare.core.frameworks import batch_order
from scratch.datasets import DataError, Dataset, load, shards

SIZES = (700, 500, 237)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The digits in three shards."""
    digits = load("digits")
    place = tmp_path / "shards"
    place.mkdir()
    ends = np.cumsum(SIZES)
    for number, end in enumerate(ends):
        rows = slice(end - SIZES[number], end)
        np.save(place / f"x_train-{number:05}.npy", digits.x_train[rows])
        np.save(place / f"y_train-{number:05}.npy", digits.y_train[rows])
    np.save(place / "x_test.npy", digits.x_test)
    np.save(place / "y_test.npy", digits.y_test)
    (place / "dataset.json").write_text(json.dumps({"name": "some digits", "of": "digits", "peak": 16}))
    return place


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
    for number, rows in enumerate(SIZES):
        np.save(directory / f"x_train-{number:05}.npy", np.full((rows, 8, 8), np.nan, np.float32))


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


def test_a_directory_without_shards_is_searched_as_before(tmp_path: Path, directory: Path) -> None:
    assert shards.place(tmp_path) is None
    assert shards.place(tmp_path / "nowhere") is None
    assert load("digits", directory).name == "digits"


def test_both_sides_match_on_rows_that_stay_on_disk(directory: Path) -> None:
    comparison = compare(Config(epochs=2), load("auto", directory))
    assert isinstance(comparison.rows.x_train, Prepared)
    assert comparison.verdict is not None
    assert comparison.verdict.word == "matched", comparison.verdict.sentence
    assert {rung.quantity for rung in comparison.checks if rung.rung == "predicted labels"} == {"train", "validation"}


@pytest.mark.parametrize("pixels", ["unit", "raw"])
def test_rows_on_disk_are_prepared_as_those_in_memory(directory: Path, pixels: str) -> None:
    config = Config(pixels=pixels, train_size=1000)  # type: ignore[arg-type]
    dataset = load("auto", directory)
    stored, held = prepare(dataset, config), prepare(dataset.in_memory(), config)
    order = next(batch_order(config, stored.to_order))
    assert sorted(order) == list(range(1000))
    ours, theirs = (rows.batch(order[:50]) for rows in (stored, held))
    assert np.array_equal(ours[0], theirs[0])
    assert np.array_equal(ours[1], theirs[1])
    assert np.array_equal(stored.x_train.ordered(order)[10:20].take(np.arange(10)), held.x_train[order[10:20]])


def test_keras_is_fed_every_row_once_in_order(directory: Path) -> None:
    dataset: Dataset = load("auto", directory)
    rows = prepare(dataset, Config(train_size=101))
    batches = fed_to(object(), rows.x_train, 10, rows.y_train)["x"]
    X, y = (np.concatenate(parts) for parts in zip(*(batches[i] for i in range(len(batches))), strict=True))
    assert np.array_equal(X, rows.x_train.take(np.arange(101)))
    assert np.array_equal(y, rows.y_train)
