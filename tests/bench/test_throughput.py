"""Are epochs, cold starts and peak memory measured as they say, and is whoever fails left out with the reason?"""

import sys
from dataclasses import replace

import numpy as np
import pytest

from compare.bench import throughput
from compare.bench.contender import find
from compare.bench.processes import Crew
from compare.bench.reference import Reference, reference
from compare.bench.session import Found, Session
from scratch.datasets import Dataset

NEEDS_CC = pytest.mark.skipif(find("c_loop").missing() is not None, reason="there is no C compiler here")


@NEEDS_CC
def test_steady_state_times_and_checks_everyone(session: Session) -> None:
    found = Found()
    with Crew(session.directory) as crew:
        throughput.measure_epochs(session, reference(session.task, session.order), found, crew)
    assert set(found.epoch) == set(found.agreement) == {"scratch", "c_loop"}
    assert found.agreement["scratch"].max_abs_difference == 0
    assert all(agreement.ok for agreement in found.agreement.values())
    assert found.not_measured == {}


def test_whoever_trains_other_weights_is_left_out_with_the_reason(session: Session) -> None:
    right = reference(session.task, session.order)
    other = Reference([w + np.float32(0.01) for w in right.weights], right.tolerance)
    found = Found()
    with Crew(session.directory) as crew:
        throughput.measure_epochs(replace(session, contenders=("scratch",)), other, found, crew)
    assert found.epoch == {}
    assert found.not_measured["scratch"].startswith("it trains other weights: ")


def test_one_that_breaks_down_while_it_is_timed_takes_nobody_with_it(session: Session) -> None:
    found = Found()
    with Crew(session.directory) as crew:
        ask = crew["scratch"].ask
        crew["scratch"].ask = lambda *question: ask(*question) if question != ("train",) else ask("no_such_method")  # type: ignore[method-assign]
        session = replace(session, contenders=("scratch", "bandwidth_floor"))
        throughput.measure_epochs(session, reference(session.task, session.order), found, crew)
    assert set(found.epoch) == {"bandwidth_floor"}
    assert "no_such_method" in found.not_measured["scratch"]


def test_cold_starts_train_in_a_process_of_their_own(session: Session) -> None:
    found = Found(epoch={"scratch": object(), "sklearn_sgd": object(), "bandwidth_floor": object()})  # type: ignore[dict-item]
    throughput.measure_cold_starts(session, found)
    assert set(found.cold) == {"scratch", "sklearn_sgd"}, "the floor trains nothing"


def test_a_cold_start_that_fails_is_named(session: Session) -> None:
    found = Found(epoch={"scratch": object()}, settings={"scratch": {"no_such_option": 1}})  # type: ignore[dict-item]
    throughput.measure_cold_starts(session, found)
    assert found.cold == {}
    assert "no_such_option" in found.not_measured["scratch, cold start"]


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc, which only Linux has")
def test_peak_memory_counts_what_training_holds(session: Session, digits: Dataset) -> None:
    """Twenty times the digits, as uint8 and as float64: the peak must grow at least by what the images grow."""
    images = np.tile(digits.x_train, (40, 1, 1))
    labels = np.tile(digits.y_train == 5, 40)
    peaks = []
    for x in (images, images.astype(np.float64)):
        found = Found()
        throughput.measure_memory(session, x, labels, found)
        assert found.memory
        assert found.memory.images == x.nbytes
        peaks.append(found.memory.peak)
    assert peaks[0] > images.nbytes
    assert peaks[1] - peaks[0] > 7 * images.nbytes
