"""Does every contender do the same work?"""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

from compare.bench.contender import Array, Contender, Size, Task, find, names
from compare.bench.contenders import c_loop
from compare.bench.contenders.keras_best import KerasBest
from compare.bench.processes import Crew
from compare.bench.reference import Reference, reference

PEERS = ("torch_eager", "torch_compiled", "jax_scan", "numba", "numba_loops")


@pytest.fixture(scope="module")
def expected(task: Task, order: Array) -> Reference:
    return reference(task, order)


def made(name: str, task: Task) -> Contender:
    """Make a contender, or skip with the reason that the benchmark itself gives."""
    reason = find(name).missing()
    if reason:
        pytest.skip(f"{name} cannot be measured here: {reason}")
    settings = {"steps_per_execution": 4, "jit_compile": False} if name == "keras_best" else {}
    return find(name)(task, **settings)


@pytest.mark.parametrize("name", [name for name in names() if find(name).same_math and name not in PEERS])
def test_weights_after_one_epoch_are_those_of_scratch(name: str, task: Task, order: Array, expected: Reference) -> None:
    before = [x.copy() for x in (task.X, task.y, task.W, task.b)]
    contender = made(name, task)
    contender.train(order=order)
    agreement = expected.agreement(contender.weights())
    assert agreement.ok, agreement
    assert all((a == b).all() for a, b in zip(before, (task.X, task.y, task.W, task.b), strict=True))


@pytest.mark.parametrize("name", PEERS)
def test_a_peers_weights_are_those_of_scratch_in_a_process_of_its_own(
    name: str, task: Task, order: Array, expected: Reference, tmp_path: Path
) -> None:
    reason = find(name).missing()
    if reason:
        pytest.skip(f"{name} cannot be measured here: {reason}")
    task.save(tmp_path)
    with Crew(tmp_path) as crew:
        crew[name].ask("prepare", name, tmp_path, Size(), {})
        crew[name].ask("train", 1, order)
        agreement = expected.agreement(crew[name].ask("weights"))
    assert agreement.ok, agreement


@pytest.mark.parametrize("name", ["scratch", "c_loop", "tf_function"])
def test_without_an_order_rows_are_shuffled_and_every_epoch_moves_the_weights(name: str, task: Task) -> None:
    contender = made(name, task)
    contender.train(epochs=2)
    twice = [w.copy() for w in contender.weights()]
    contender.train()
    assert not np.array_equal(twice[0], contender.weights()[0])


@pytest.mark.parametrize("units", [1, 3])
def test_the_c_loop_trains_any_number_of_units(units: int, task: Task, order: Array) -> None:
    wide = task.resized(Size(units=units))
    contender = made("c_loop", wide)
    contender.train(order=order)
    assert reference(wide, order).agreement(contender.weights()).ok


def test_a_contender_that_trains_something_else_is_noticed(task: Task, order: Array, expected: Reference) -> None:
    """Another batch size, the rows in another order, no step at all: none of them is within rounding."""
    wrong = [task.resized(Size(batch=31)), task]
    for other, rows in zip(wrong, (order, order[::-1]), strict=True):
        contender = find("scratch")(other)
        contender.train(order=rows)
        assert not expected.agreement(contender.weights()).ok
    assert not expected.agreement([task.W, task.b]).ok
    assert not expected.agreement([task.W * np.float32("nan"), task.b]).ok


def test_scikit_learn_and_the_floor_run_and_say_that_they_do_other_work(task: Task, order: Array) -> None:
    for name in ("sklearn_sgd", "bandwidth_floor"):
        made(name, task).train(order=order)
        assert not find(name).same_math
        assert find(name).remark


def test_keras_best_searches_its_settings(task: Task, monkeypatch: pytest.MonkeyPatch, keras: object) -> None:
    seconds = {(2, False): 3.0, (2, True): 1.0, (7, False): 2.0, (7, True): 4.0}
    tried = []

    def pretended(contender: Contender) -> float:
        tried.append(contender)
        return list(seconds.values())[len(tried) - 1]

    monkeypatch.setattr("compare.bench.contenders.keras_best.STEPS_PER_EXECUTION", (2, 4096))
    monkeypatch.setattr("compare.bench.contenders.keras_best._seconds", pretended)
    assert KerasBest(task).settings == {"steps_per_execution": 2, "jit_compile": True}
    assert len(tried) == len(seconds)


def test_without_a_compiler_the_c_loop_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "no C compiler" in (find("c_loop").missing() or "")


@pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler here")
def test_a_compiler_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c_loop, "FLAGS", ("--no-such-flag",))
    with pytest.raises(RuntimeError, match="no-such-flag"):
        c_loop.compiled()


def test_nothing_compiled_is_left_behind(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made("c_loop", task)
    assert not list(tmp_path.iterdir())
