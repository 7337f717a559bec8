"""Is it read off the times where ranks pay, and does docs/scale.md quote the run that is kept?"""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from compare.bench import rank_scaling

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_where_ranks_pay_is_read_off_the_times() -> None:
    measured = [
        {"batch": 32, "units": 1, "step_seconds": seconds, "allreduce_seconds": 1e-6} for seconds in (1.0, 0.5, 2.0)
    ]
    size = rank_scaling.summed_up(measured)
    assert size["times_faster"] == {"1": 1.0, "2": 2.0, "4": 0.5}
    slow = size | {"times_faster": {"1": 1.0, "2": 0.9, "4": 0.5}}
    assert rank_scaling.pays({"sizes": [size, slow]}) == [size]
    assert "slower than one at every size" in rank_scaling._sentence({"sizes": [slow]})


def test_the_page_quotes_the_kept_run() -> None:
    kept = json.loads((DOCS / "scaling.json").read_text(encoding="utf-8"))
    assert rank_scaling.markdown(kept) in (DOCS / "scale.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rank", [0, 1])
def test_a_rank_times_its_steps_and_its_messages(rank: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight rows in batches of 4 are two steps, trained three times; each adds up one message, and ten are timed."""
    added: list[int] = []
    monkeypatch.setattr(rank_scaling, "adder", lambda world: lambda array: added.append(array.size))
    for name, number in {"ROWS": 8, "PIXELS": 5, "REPEATS": 2, "MESSAGES": 10}.items():
        monkeypatch.setattr(rank_scaling, name, number)
    world = SimpleNamespace(Get_rank=lambda: rank, Get_size=lambda: 2, Barrier=lambda: None)
    found = rank_scaling._timed(world, 4, 3)
    assert (found["batch"], found["units"]) == (4, 3)
    assert min(found["step_seconds"], found["allreduce_seconds"]) > 0
    assert added == [(5 + 1) * 3] * ((1 + 2) * 2 + 10)
