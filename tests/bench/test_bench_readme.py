"""Does the README quote the run that is kept in docs/, and nothing else?"""

import json
from pathlib import Path

from compare.bench.markdown import markdown

ROOT = Path(__file__).parent.parent.parent
KEPT = json.loads((ROOT / "docs" / "bench.json").read_text(encoding="utf-8"))


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
