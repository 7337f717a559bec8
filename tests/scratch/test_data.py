"""Do all rows come once, in whole batches, from memory and from disk, as one plain loop has them?"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scratch
from scratch import data
from scratch.activations import sigmoid, sigmoid_gradient
from scratch.arrays import Array, Stored
from scratch.losses import mean_squared_error_gradient

ROWS, PIXELS = 203, 12


@pytest.fixture
def small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a few batches a stretch, a few rows a block and a few blocks a window, so that small data has many."""
    monkeypatch.setattr(data, "STRETCH", 400)
    monkeypatch.setattr(data, "BLOCK", 100)
    monkeypatch.setattr(data, "WINDOW", 400)


def pixels_and_labels(dtype: str) -> tuple[Array, Array]:
    stream = np.random.default_rng(1)
    x = stream.integers(0, 256, (ROWS, PIXELS)).astype("uint8")
    return (x if dtype == "uint8" else (x / 255).astype(dtype)), stream.random(ROWS) < 0.5


def perceptron() -> Any:
    scratch.utils.set_random_seed(3)
    model = scratch.Sequential([scratch.Input((PIXELS,)), scratch.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=scratch.optimizers.SGD(learning_rate=0.1), loss="mse", metrics=["accuracy"])
    return model


@pytest.mark.usefixtures("small_stretches")
@pytest.mark.parametrize("batch_size", [1, 8, 50, 300])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_fit_is_the_plain_loop_bit_for_bit(dtype: str, batch_size: int) -> None:
    x, y = pixels_and_labels(dtype)
    model = perceptron()
    W, b = model.get_weights()
    scratch.utils.set_random_seed(4)
    model.fit(x, y, batch_size=batch_size, epochs=2, verbose=0)

    scratch.utils.set_random_seed(4)
    rate = float(np.float32(0.1))
    for _ in range(2):
        rows = scratch.utils.generator().permutation(ROWS)
        for start in range(0, ROWS, batch_size):
            batch = rows[start : start + batch_size]
            X, targets = x[batch].astype("float32"), y[batch, None].astype("float32")
            a = sigmoid(X @ W + b)
            dz = sigmoid_gradient(a, mean_squared_error_gradient(targets, a))
            W, b = W - rate * (X.T @ dz), b - rate * dz.sum(axis=0)
    for ours, plain in zip(model.get_weights(), (W, b), strict=True):
        assert ours.tobytes() == plain.tobytes()


@pytest.mark.usefixtures("small_stretches")
def test_rows_that_come_back_unchanged_are_not_overwritten_by_later_ones() -> None:
    x, _ = pixels_and_labels("float32")
    assert np.array_equal(scratch.Sequential([scratch.layers.Flatten()]).predict(x, batch_size=8), x)


@pytest.mark.usefixtures("small_stretches")
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_a_memory_mapped_file_trains_as_the_array_does(tmp_path: Path, dtype: str) -> None:
    x, y = pixels_and_labels(dtype)
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r", allow_pickle=False)
    ours, theirs = perceptron(), perceptron()
    for model, rows in ((ours, x), (theirs, mapped)):
        model.fit(rows, y, batch_size=8, shuffle=False, validation_split=0.2, verbose=0)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert one.tobytes() == other.tobytes()
    assert ours.evaluate(x, y, verbose=0) == ours.evaluate(mapped, y, verbose=0)
    assert np.array_equal(ours.predict(x), ours.predict(mapped))


class Counted(Stored):
    """Rows on no disk at all, which remember what was asked for."""

    def __init__(self, array: Array) -> None:
        self.array, self.shape, self.dtype = array, array.shape, array.dtype
        self.asked: list[Array] = []

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, rows: slice) -> Stored:
        return Counted(self.array[rows])

    def take(self, indices: Array, axis: int = 0, out: Array | None = None, mode: Any = "raise") -> Array:
        self.asked.append(indices)
        return self.array.take(indices, axis=axis, out=out, mode=mode)


@given(rows=st.integers(1, 300), batch_size=st.integers(1, 40), seed=st.integers(0, 99))
def test_stored_rows_come_once_each_in_whole_batches(rows: int, batch_size: int, seed: int) -> None:
    x = Counted(np.zeros((rows, 2**15), "uint8"))  # 8 rows a block where the batch is no larger
    stretches = list(data.shuffled(x, batch_size, np.random.default_rng(seed)))
    assert np.array_equal(np.sort(np.concatenate(stretches)), np.arange(rows))
    assert all(len(stretch) % batch_size == 0 for stretch in stretches[:-1])


@pytest.mark.usefixtures("small_stretches")
def test_stored_rows_are_mixed_and_yet_read_by_the_block() -> None:
    x = Counted(np.zeros((1000, 10), "uint8"))  # 10 rows a block, 4 blocks a window
    epochs = [list(data.shuffled(x, 5, np.random.default_rng(seed))) for seed in range(2)]
    for stretches in epochs:
        assert len(stretches) == 25
        for window in stretches:
            runs = 1 + int((np.diff(np.sort(window)) > 1).sum())
            assert runs <= 6  # four blocks, one of which may reach round the end, and the ends' own block
            assert not np.array_equal(window, np.sort(window))
    assert not np.array_equal(*(np.concatenate(stretches) for stretches in epochs))
    first, second = ({frozenset(s.tolist()) for s in stretches} for stretches in epochs)
    assert not first & second  # the blocks themselves are cut elsewhere


@pytest.mark.usefixtures("small_stretches")
def test_fit_asks_stored_rows_for_a_window_at_a_time() -> None:
    x, y = pixels_and_labels("uint8")
    stored = Counted(x)
    perceptron().fit(stored, y, batch_size=8, verbose=0)
    assert np.array_equal(np.sort(np.concatenate(stored.asked)), np.arange(ROWS))
    assert max(len(rows) for rows in stored.asked) <= 2 * data.WINDOW / PIXELS


class Broken(Counted):
    """A disk that fails on the second reading."""

    def take(self, indices: Array, axis: int = 0, out: Array | None = None, mode: Any = "raise") -> Array:
        if self.asked:
            raise OSError("the disk is gone")
        return super().take(indices, axis, out, mode)


@pytest.mark.usefixtures("small_stretches")
def test_what_goes_wrong_while_gathering_ahead_reaches_the_caller() -> None:
    x, y = pixels_and_labels("uint8")
    with pytest.raises(OSError, match="the disk is gone"):
        perceptron().fit(Broken(x), y, batch_size=8, verbose=0)


def test_a_file_that_lies_column_by_column_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.asfortranarray(np.zeros((4, 3), "uint8")))
    with pytest.raises(ValueError, match="column by column"):
        data.rows_of(np.load(tmp_path / "x.npy", mmap_mode="r"), "float32")


def test_single_numbers_in_a_file_are_rows_of_one(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(4.0))
    rows = data.rows_of(np.load(tmp_path / "x.npy", mmap_mode="r"), "float32")
    assert rows.shape == (4, 1)
    assert isinstance(rows, np.memmap)


@pytest.mark.parametrize("kept", [1, 3], ids=["none left at the end", "some left at the end"])
@pytest.mark.usefixtures("small_stretches")
def test_the_mean_over_many_batches_is_that_over_all_rows(monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    x, y = pixels_and_labels("float32")
    model = perceptron()
    whole = model.evaluate(x, y, batch_size=ROWS, verbose=0)
    monkeypatch.setattr(scratch.metrics.RunningMean, "KEPT", kept)
    loss, accuracy = model.evaluate(x, y, batch_size=8, verbose=0)
    assert accuracy == whole[1]
    assert abs(loss - whole[0]) <= np.finfo("float32").eps * whole[0] * PIXELS


@pytest.mark.parametrize(
    ("given", "floatx", "kept"),
    [
        ("uint8", "float32", "uint8"),
        ("int64", "float64", "int64"),
        ("float16", "float32", "float16"),
        ("float32", "float64", "float32"),
        ("float64", "float32", "float32"),
        ("float64", "float64", "float64"),
    ],
)
def test_only_wider_floats_are_cast_before_their_batch(given: str, floatx: str, kept: str) -> None:
    rows = np.zeros((2, 3), given)
    found = scratch.data.rows_of(rows, floatx)
    assert found.dtype == kept
    assert (found is rows) == (given == kept)
