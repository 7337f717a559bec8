"""Does the score count what a checker found in programs whose keys are known?"""

from pathlib import Path
from typing import Any

import pytest

from compare.check.program_score import Share, read_keys, score
from compare.common.errors import BadInput
from tests.check.program_keys import PROGRAMS

KEYS: dict[str, dict[str, Any]] = {
    "right.py": {"verdict": "right"},
    "one.py": {"verdict": "wrong", "wrong": [{"line": 7, "name": "uphill", "alternatives": [9]}]},
    "two.ipynb": {
        "verdict": "wrong",
        "wrong": [
            {"cell": 1, "line": 3, "name": "uphill", "alternatives": [[2, 1]]},
            {"cell": 4, "line": 2, "name": "wrong-axis", "alternatives": []},
        ],
    },
}


def wrong(file: str, *places: tuple[int | None, int], fix: str | None = None) -> dict[str, Any]:
    entries = [{"cell": cell, "line": line, "fix": fix, "verified": fix is not None} for cell, line in places]
    return {"file": f"some/folder/{file}", "verdict": "wrong", "wrong": entries, "seconds": 2.0}


RIGHT = {"file": "right.py", "verdict": "right", "wrong": [], "seconds": 1.0}


def test_all_found_is_everything() -> None:
    told = score([RIGHT, wrong("one.py", (None, 7), fix="@@"), wrong("two.ipynb", (1, 3), (4, 2), fix="@@")], KEYS)
    assert told.understood == Share(3, 3)
    assert told.false_alarms == Share(0, 1)
    assert told.found == told.line == told.fix == Share(2, 2)
    assert told.seconds == 2.0
    assert [(k.name, k.programs, k.found, k.line) for k in told.kinds] == [("uphill", 2, 2, 2), ("wrong-axis", 1, 1, 1)]


def test_a_right_program_called_wrong_is_a_false_alarm() -> None:
    assert score([wrong("right.py", (None, 1))], KEYS).false_alarms == Share(1, 1)


def test_a_file_without_a_result_is_not_understood() -> None:
    assert score([RIGHT], KEYS).understood == Share(1, 3)


@pytest.mark.parametrize(("places", "counts"), [([(None, 9)], 1), ([(None, 8)], 0), ([(None, 8), (None, 7)], 0)])
def test_the_first_line_named_must_be_a_wrong_one(places: list[tuple[int | None, int]], counts: int) -> None:
    assert score([wrong("one.py", *places)], KEYS).line.count == counts


@pytest.mark.parametrize(("place", "counts"), [((2, 1), 1), ((1, 2), 0), ((None, 3), 0)])
def test_a_line_of_a_notebook_is_one_of_its_cell(place: tuple[int | None, int], counts: int) -> None:
    assert score([wrong("two.ipynb", place)], KEYS).line.count == counts


def test_a_second_mistake_counts_for_its_kind_only() -> None:
    told = score([wrong("two.ipynb", (3, 3), (4, 2))], KEYS)
    assert told.line.count == 0
    assert {k.name: (k.found, k.line) for k in told.kinds} == {"uphill": (1, 0), "wrong-axis": (1, 1)}


def test_a_fix_counts_if_its_effect_is_that_of_the_true_one() -> None:
    results = [wrong("one.py", (None, 7), fix="@@"), wrong("two.ipynb", (1, 3), fix="@@")]
    assert score(results, KEYS).fix.count == 2
    assert score(results, KEYS, lambda file, fixes: file == "one.py" and len(fixes) == 1).fix.count == 1


def test_a_fix_that_is_not_verified_does_not_count() -> None:
    result = wrong("one.py", (None, 7), fix="@@")
    result["wrong"][0]["verified"] = False
    assert score([result], KEYS).fix.count == 0


def test_no_files_are_no_division_by_zero() -> None:
    assert score([], {}).found.percent == score([], {}).seconds == 0


def test_the_keys_of_the_programs_are_read_by_file_name() -> None:
    keys = read_keys(PROGRAMS)
    assert keys["eleven_lines.py"]["verdict"] == "right"
    assert keys["notebook_logistic.ipynb"]["wrong"][0]["cell"] == 6


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "no keys"),
        ({"a.key.toml": "verdict = 'right'"}, "no program of this name"),
        ({"a.py": "", "a.key.toml": "verdict ="}, "cannot be read as TOML"),
    ],
)
def test_a_folder_that_cannot_be_used_gets_one_sentence(files: dict[str, str], says: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(BadInput, match=says):
        read_keys(tmp_path)
