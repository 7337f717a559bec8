"""What is a contender given, and how is it found?"""

import numpy as np
import pytest

from compare.bench.contender import Size, Task, find, names

LISTED = {
    "scratch", "keras_default", "keras_best", "torch_eager", "torch_compiled", "jax_scan", "tf_function", "sklearn_sgd",
    "numba", "c_loop", "bandwidth_floor",
}  # fmt: skip


def test_every_file_in_the_folder_is_a_contender_with_a_title_of_its_own() -> None:
    assert set(names()) >= LISTED
    assert len({find(name).title for name in names()}) == len(names())


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find("torch_eager"), "needs", ("no_such_package",))
    assert find("torch_eager").missing() == "no_such_package not installed"


def test_a_resized_task_has_the_size_asked_for_and_equal_units(task: Task) -> None:
    larger = task.resized(Size(rows=3 * len(task.X) + 1, batch=7, units=5, pixels=100))
    assert larger.size == Size(rows=3 * len(task.X) + 1, batch=7, units=5, pixels=100)
    assert (larger.X.shape, larger.y.shape) == ((len(larger.X), 100), (len(larger.X), 5))
    assert (larger.W.shape, larger.b.shape) == ((100, 5), (5,))
    assert {x.dtype for x in (larger.X, larger.y, larger.W, larger.b)} == {np.dtype(np.float32)}
    assert np.ptp(larger.W, axis=1).max() == 0
    assert np.ptp(larger.y, axis=1).max() == 0
    assert np.array_equal(larger.y[: len(task.y), 0], task.y[:, 0])


def test_more_rows_are_the_same_rows_again(task: Task) -> None:
    twice = task.resized(Size(rows=2 * len(task.X)))
    assert np.array_equal(twice.X, np.concatenate([task.X, task.X]))
    assert np.array_equal(twice.y, np.concatenate([task.y, task.y]))
