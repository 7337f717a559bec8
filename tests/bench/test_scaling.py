"""Is the cost measured along every axis, and for many learning rates at once?"""

import pytest

from compare.bench import scaling
from compare.bench.contender import find
from compare.bench.processes import Crew
from compare.bench.session import Found, Session

NEEDS_CC = pytest.mark.skipif(find("c_loop").missing() is not None, reason="there is no C compiler here")


@NEEDS_CC
def test_growth_is_measured_along_every_axis(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, values in {"BATCHES": (1, 32), "UNITS": (1, 2), "SIDES": (2, 8)}.items():
        monkeypatch.setattr(scaling, name, values)
    found = Found(epoch={"scratch": object(), "c_loop": object()})  # type: ignore[dict-item]
    with Crew(session.directory) as crew:
        scaling.measure_sizes(session, found, crew)
    quarter = round(len(session.task.X) / 4)
    assert {axis: grown.values for axis, grown in found.scaling.items()} == {
        "rows": [quarter * factor for factor in scaling.FACTORS],
        "batch": [1, 32],
        "units": [1, 2],
        "pixels": [4, 64],
    }
    for grown in found.scaling.values():
        assert {name: len(points) for name, points in grown.timings.items()} == dict.fromkeys(
            ("scratch", "c_loop"), len(grown.values)
        )


def test_what_does_not_fit_into_memory_is_left_out_and_named(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "available", lambda: 0.0)
    found = Found(epoch={"scratch": object()})  # type: ignore[dict-item]
    with Crew(session.directory) as crew:
        scaling.measure_sizes(session, found, crew)
    assert all(not grown.values and grown.left_out for grown in found.scaling.values())
    assert found.exponent("rows") is None


def test_every_unit_of_the_sweep_is_its_rate_alone(session: Session) -> None:
    found = Found(epoch={"scratch": object()}, not_measured={"keras_default": "left out by --only"})  # type: ignore[dict-item]
    with Crew(session.directory) as crew:
        scaling.measure_learning_rates(session, found, crew)
    assert found.learning_rates
    assert len(found.learning_rates.rates) == session.plan.rates
    assert found.learning_rates.worst.ok
    assert found.learning_rates.scratch_separate_seconds > 0
    assert found.not_measured["learning rates, Keras"] == "left out by --only"
