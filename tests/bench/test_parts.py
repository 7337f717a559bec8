"""Does each part measure what it says, and say what it could not measure?"""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compare.bench import cold, growth, memory, steady, sweep
from compare.bench.contender import find, names
from compare.bench.processes import BrokenContenderError, Crew, Process, environment
from compare.bench.reference import Reference, reference
from compare.bench.session import Found, Session
from compare.bench.task import Size
from scratch.datasets import Dataset

NEEDS_CC = pytest.mark.skipif(find("c_loop").missing() is not None, reason="there is no C compiler here")


@NEEDS_CC
def test_steady_state_times_and_checks_everyone(session: Session) -> None:
    found = Found()
    with Crew(session.directory) as crew:
        steady.measure(session, reference(session.task, session.order), found, crew)
    assert set(found.epoch) == set(found.agreement) == {"scratch", "c_loop"}
    assert found.agreement["scratch"].max_abs_difference == 0
    assert all(agreement.ok for agreement in found.agreement.values())
    assert found.not_measured == {}


def test_whoever_trains_other_weights_is_left_out_with_the_reason(session: Session) -> None:
    right = reference(session.task, session.order)
    other = Reference([w + np.float32(0.01) for w in right.weights], right.tolerance)
    found = Found()
    with Crew(session.directory) as crew:
        steady.measure(replace(session, contenders=("scratch",)), other, found, crew)
    assert found.epoch == {}
    assert found.not_measured["scratch"].startswith("it trains other weights: ")


def test_a_contender_that_fails_or_dies_is_left_out_with_the_reason(session: Session) -> None:
    process = Process(session.directory)
    with pytest.raises(BrokenContenderError, match=r"ModuleNotFoundError: .*no_such"):
        process.ask("prepare", "no_such", session.directory, Size(), {})
    process._process.kill()
    with pytest.raises(BrokenContenderError, match="its process ended with -9"):
        process.ask("train")
    process.end()


def test_one_that_breaks_down_while_it_is_timed_takes_nobody_with_it(session: Session) -> None:
    found = Found()
    with Crew(session.directory) as crew:
        ask = crew["scratch"].ask
        crew["scratch"].ask = lambda *question: ask(*question) if question != ("train",) else ask("no_such_method")  # type: ignore[method-assign]
        session = replace(session, contenders=("scratch", "bandwidth_floor"))
        steady.measure(session, reference(session.task, session.order), found, crew)
    assert set(found.epoch) == {"bandwidth_floor"}
    assert "no_such_method" in found.not_measured["scratch"]


def test_cold_starts_train_in_a_process_of_their_own(session: Session) -> None:
    found = Found(epoch={"scratch": object(), "sklearn_sgd": object(), "bandwidth_floor": object()})  # type: ignore[dict-item]
    cold.measure(session, found)
    assert set(found.cold) == {"scratch", "sklearn_sgd"}, "the floor trains nothing"


def test_a_cold_start_that_fails_is_named(session: Session) -> None:
    found = Found(epoch={"scratch": object()}, settings={"scratch": {"no_such_option": 1}})  # type: ignore[dict-item]
    cold.measure(session, found)
    assert found.cold == {}
    assert "no_such_option" in found.not_measured["scratch, cold start"]


@pytest.mark.parametrize("name", [name for name in names() if name not in ("scratch", "keras_default", "keras_best")])
def test_only_scratch_pays_for_importing_scratch(name: str) -> None:
    """A cold start must not hold one contender's imports against another."""
    code = (
        "import sys, compare.bench.cold_process, compare.bench.contender as c;"
        f"c.find({name!r}); bad = {{'scratch', 'keras', 'tensorflow', 'torch', 'jax', 'sklearn', 'rich', 'typer'}};"
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@NEEDS_CC
def test_growth_is_measured_along_every_axis(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, values in {"BATCHES": (1, 32), "UNITS": (1, 2), "SIDES": (2, 8)}.items():
        monkeypatch.setattr(growth, name, values)
    found = Found(epoch={"scratch": object(), "c_loop": object()})  # type: ignore[dict-item]
    with Crew(session.directory) as crew:
        growth.measure(session, found, crew)
    quarter = round(len(session.task.X) / 4)
    assert {axis: grown.values for axis, grown in found.growth.items()} == {
        "rows": [quarter * factor for factor in growth.FACTORS],
        "batch": [1, 32],
        "units": [1, 2],
        "pixels": [4, 64],
    }
    for grown in found.growth.values():
        assert {name: len(points) for name, points in grown.seconds.items()} == dict.fromkeys(
            ("scratch", "c_loop"), len(grown.values)
        )


def test_what_does_not_fit_into_memory_is_left_out_and_named(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "available", lambda: 0.0)
    found = Found(epoch={"scratch": object()})  # type: ignore[dict-item]
    with Crew(session.directory) as crew:
        growth.measure(session, found, crew)
    assert all(not grown.values and grown.left_out for grown in found.growth.values())
    assert found.exponent("rows") is None


def test_every_unit_of_the_sweep_is_its_rate_alone(session: Session) -> None:
    found = Found(epoch={"scratch": object()}, not_measured={"keras_default": "left out by --only"})  # type: ignore[dict-item]
    with Crew(session.directory) as crew:
        sweep.measure(session, found, crew)
    assert found.sweep
    assert len(found.sweep.rates) == session.plan.rates
    assert found.sweep.worst.ok
    assert found.sweep.separate_seconds > 0
    assert found.not_measured["learning rates, Keras"] == "left out by --only"


@pytest.mark.parametrize("name", ["scratch", "keras_default"])
def test_a_rate_a_unit_trains_each_unit_by_its_own(name: str, session: Session) -> None:
    rates = np.array([0.1, 0.5], np.float32)
    wide = session.task.resized(Size(units=2))
    expected = reference(wide, session.order, rates)
    with Crew(session.directory) as crew:
        crew[name].ask("prepare_rates", name, session.directory, rates)
        crew[name].ask("train", 1, session.order)
        weights = crew[name].ask("weights")
    assert expected.agreement(weights).ok
    swapped = [w[..., ::-1] for w in weights]
    assert not expected.agreement(swapped).ok


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc, which only Linux has")
def test_peak_memory_counts_what_training_holds(session: Session, digits: Dataset) -> None:
    """Twenty times the digits, as uint8 and as float64: the peak must grow at least by what the images grow."""
    images = np.tile(digits.x_train, (40, 1, 1))
    labels = np.tile(digits.y_train == 5, 40)
    peaks = []
    for x in (images, images.astype(np.float64)):
        found = Found()
        memory.measure(session, x, labels, found)
        assert found.memory
        assert found.memory.images == x.nbytes
        peaks.append(found.memory.peak)
    assert peaks[0] > images.nbytes
    assert peaks[1] - peaks[0] > 7 * images.nbytes


def test_processes_use_one_thread_and_no_graphics_card(tmp_path: Path) -> None:
    variables = environment(tmp_path)
    assert {variables[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")} == {"1"}
    assert variables["CUDA_VISIBLE_DEVICES"] == "-1"
