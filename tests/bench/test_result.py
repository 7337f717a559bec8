"""Are the goals judged by the numbers, and does the README quote the run that is kept in docs/, and nothing else?"""

import json
from pathlib import Path

import pytest

from compare.bench.result import goals, markdown
from compare.bench.session import Found, Memory
from tests.bench.conftest import timings

ROOT = Path(__file__).parent.parent.parent

KEPT = json.loads((ROOT / "docs" / "bench.json").read_text(encoding="utf-8"))


def test_goals_are_held_missed_or_not_measured() -> None:
    found = Found(
        epoch=timings(scratch=0.03, keras_default=1.2, keras_best=0.2, c_loop=0.02),
        cold=timings(scratch=1.0, keras_default=20.0, jax_scan=0.9, c_loop=0.1),
        memory=Memory(peak=90, images=50),
    )
    by_word = {goal.sentence.partition(" takes")[0].partition(" at most")[0]: goal for goal in goals(found)}
    assert by_word["an epoch of Keras fit, defaults"].held is True
    assert by_word["an epoch of Keras fit, at its best"].held is False
    assert by_word["an epoch of PyTorch, eager"].held is None
    assert by_word["scratch's epoch"].measured == pytest.approx(1.5)
    assert by_word["scratch's epoch"].held is True
    (cold,) = (goal for goal in goals(found) if "cold start" in goal.sentence)
    assert (cold.measured, cold.held) == (pytest.approx(0.9), False), "the C loop is a limit, no peer; JAX is ahead"
    assert by_word["peak memory is"].measured == pytest.approx(1.8)


def test_the_readme_quotes_the_kept_run_word_for_word() -> None:
    assert markdown(KEPT) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_kept_run_is_a_full_one_on_mnist_and_names_no_place_on_a_machine() -> None:
    assert KEPT["dataset"]["name"] == "mnist"
    assert KEPT["dataset"]["rows"] == 60_000
    assert not KEPT["interrupted"]
    assert "--quick" not in KEPT["command"]
    assert "/tmp" not in json.dumps(KEPT)


def test_every_missed_goal_is_told() -> None:
    missed = [goal for goal in KEPT["goals"] if goal["held"] is False]
    for goal in missed:
        assert f"Missed: {goal['sentence']}" in markdown(KEPT)
    invented = KEPT | {"goals": [goal | {"held": False, "measured": 0.5} for goal in KEPT["goals"]]}
    assert markdown(invented).count("Missed: ") == len(KEPT["goals"])
