"""Is a fix believed only where the mended program is proved to be right?"""

import json
from difflib import unified_diff
from pathlib import Path

import pytest

from compare.check.program_benchmark import scored
from tests.check.program_keys import mended, read_programs
from tests.check.same_effect import Proof, main

NAMES = ("eleven_lines.py", "momentum_moons.py", "notebook_sonar.ipynb")
"""A right program, a wrong script, and a notebook with two mistakes."""
PROGRAMS = [program for program in read_programs() if program.path.name in NAMES]
WRONG = [program for program in PROGRAMS if not program.right]


def result_of(program: object, good: bool) -> dict[str, object]:
    """Return what a checker would say that knows the true fix, or one that changes nothing of the math."""
    new = mended(program)  # type: ignore[arg-type]
    entries = []
    for cell, lines in program.source.items():  # type: ignore[attr-defined]
        changed = new[cell] if good else [*lines, "# another comment"]
        if changed != lines:
            diff = "\n".join(unified_diff(lines, changed, lineterm=""))
            entries.append({"cell": cell, "line": 1, "fix": diff, "verified": True})
    return {"file": program.path.name, "verdict": "wrong", "wrong": entries, "seconds": 1.0}  # type: ignore[attr-defined]


@pytest.mark.parametrize("program", WRONG, ids=repr)
@pytest.mark.parametrize("good", [True, False])
def test_only_a_fix_with_the_true_ones_effect_counts(program: object, good: bool) -> None:
    entries = result_of(program, good)["wrong"]
    assert Proof(PROGRAMS)(program.path.name, entries) == good  # type: ignore[attr-defined, arg-type]


def test_a_kept_result_is_scored_again_in_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "programs.json"
    keys = {program.path.name: program.key for program in read_programs()}
    told = scored([result_of(WRONG[0], good=False)], keys)
    about = {"command": "python -m compare mistakes --programs DIR", "environment": {"cores": 2}}
    path.write_text(json.dumps(about | told))
    assert told["score"]["fix"]["count"] == 1
    main(path)
    assert json.loads(path.read_text())["score"]["fix"]["count"] == 0
    assert "proved by automatic differentiation" in capsys.readouterr().out
