"""Is every key of the training programs true? Automatic differentiation decides, without the checker."""

import re
from collections.abc import Callable
from copy import deepcopy
from difflib import unified_diff
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from tests.check.program_keys import PROGRAMS, Program, mended, patched, place_of, read_programs
from tests.check.program_proofs import ACTIVATIONS, LOSSES, RULES, findings, findings_of, same_effect, steps_are_right
from tests.check.program_runs import Watched, watch

ALL = read_programs()
WRONG = [program for program in ALL if not program.right]
DOUBLE = [program for program in WRONG if len(program.key["wrong"]) > 1]


def by_name(programs: list[Program]) -> Callable[[Any], Any]:
    """Parametrise a test by these programs; those that need pandas say so where it is not installed."""
    no_pandas = pytest.mark.skipif(not find_spec("pandas"), reason="the program reads its data with pandas")
    return pytest.mark.parametrize(
        "program",
        [
            pytest.param(p, id=p.path.name, marks=no_pandas if "import pandas" in p.path.read_text() else ())
            for p in programs
        ],
    )


def test_there_are_eighty_programs_and_a_third_is_right() -> None:
    assert len(ALL) >= 84
    assert sum(program.right for program in ALL) >= len(ALL) / 3
    assert len(DOUBLE) >= 20


def test_every_program_has_a_key() -> None:
    programs = {path.name for path in PROGRAMS.iterdir() if path.suffix in (".py", ".ipynb")}
    assert programs == {program.path.name for program in ALL}


@by_name(ALL)
def test_a_key_is_well_formed(program: Program) -> None:
    key, proof = program.key, program.key["proof"]
    assert set(key) <= {"verdict", "style", "conventions", "call", "wrong", "fix", "proof"}
    assert key["verdict"] == ("wrong" if key.get("wrong") else "right")
    assert key["style"]
    assert all(isinstance(convention, str) for convention in key["conventions"])
    notebook = program.path.suffix == ".ipynb"
    for mistake in key.get("wrong", []):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|uphill", mistake["name"])
        assert ("cell" in mistake) == notebook
        for cell, line in [(mistake.get("cell"), mistake["line"]), *map(place_of, mistake["alternatives"])]:
            assert program.source[cell][line - 1].strip()
    assert {edit["mends"] for edit in key.get("fix", [])} == set(range(len(key.get("wrong", []))))
    for entry in (proof["begin"], proof["end"]):
        assert isinstance(entry, list) == notebook
    assert proof["loss"] in LOSSES
    assert all(layer["activation"] in ACTIVATIONS for layer in proof["layers"])
    assert proof.get("optimizer", {"name": "sgd"})["name"] in RULES
    assert set(proof.get("shown_by", [])) <= {"steps", "observation"}
    assert bool(proof.get("shown_by")) != program.right
    assert all(observation["says"] for observation in proof.get("observe", []))


@cache
def due(name: str) -> Watched:
    """Run a right program, or a wrong one with its fix."""
    program = next(program for program in ALL if program.path.name == name)
    return watch(program, mended(program))


@by_name(ALL)
def test_a_right_program_and_a_mended_one_follow_the_gradient(program: Program) -> None:
    assert findings_of(due(program.path.name), program).right


@by_name(WRONG)
def test_a_wrong_program_fails_where_its_key_says(program: Program) -> None:
    found, shown_by = findings(program), program.key["proof"]["shown_by"]
    assert found.steps == ("steps" not in shown_by)
    assert all(found.observations) == ("observation" not in shown_by)


@by_name(DOUBLE)
def test_each_of_two_mistakes_is_one(program: Program) -> None:
    mistakes = set(range(len(program.key["wrong"])))
    for mistake in mistakes:
        assert not findings(program, mended(program, mistakes - {mistake})).right


@by_name(ALL)
def test_a_millionth_too_much_in_one_weight_is_no_rounding(program: Program) -> None:
    steps = deepcopy(due(program.path.name).steps)
    moves = [abs(step.after[-1][0] - step.before[-1][0]) for step in steps]
    step, moved = max(zip(steps, moves, strict=True), key=lambda pair: pair[1].max())
    weight = np.unravel_index(moved.argmax(), moved.shape)
    step.after[-1][0][weight] += (1e-1 if step.unit > 1e-10 else 1e-6) * moved.max()  # a tenth in float32
    assert not steps_are_right(steps, program.key["proof"])


def diff_of(program: Program) -> list[tuple[int | None, str]]:
    """Return the true fix as unified diffs, one for each cell that it changes."""
    new = mended(program)
    return [
        (cell, "\n".join(unified_diff(lines, new[cell], lineterm="", n=1)))
        for cell, lines in program.source.items()
        if lines != new[cell]
    ]


@by_name(WRONG[::4])
def test_the_true_fix_as_a_diff_has_the_effect_of_the_true_fix(program: Program) -> None:
    assert same_effect(program, diff_of(program))


@by_name(DOUBLE[::4])
def test_a_fix_of_one_of_two_mistakes_has_not(program: Program) -> None:
    half = {cell: lines for cell, lines in mended(program, {0}).items() if lines != program.source[cell]}
    fixes = [(cell, "\n".join(unified_diff(program.source[cell], lines, lineterm=""))) for cell, lines in half.items()]
    assert not same_effect(program, fixes)


def test_a_diff_of_other_lines_has_no_effect() -> None:
    assert not same_effect(WRONG[0], [(None, "@@ -1 +1 @@\n-no such line\n+nor this\n")])


def test_a_diff_is_applied_where_its_lines_stand() -> None:
    old = ["a", "b", "c", "d", "b", "c", "e"]
    new = ["a", "b", "c", "d", "b", "x", "y", "e"]
    assert patched(old, "\n".join(unified_diff(old, new, lineterm="", n=1))) == new
