"""Does the page of a program tell a learner, beside each line, what it is and whether it is right?"""

import re
from dataclasses import replace

import pytest

from compare.check.program.result import LineNote, ProgramResult, WrongLine
from compare.check.program_page import program_page
from tests.check import program_results as made

ABOUT = {"command": "python -m compare check /home/ada/unit.py"}


def page(result: ProgramResult) -> str:
    return program_page(result, ABOUT)


def lines(result: ProgramResult) -> list[str]:
    """Return the text of every line of source with what stands beside it."""
    items = re.findall(r'<li class="line.*?</li>', page(result), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", "", item).split()) for item in items]


def test_every_line_of_the_source_is_there_with_its_number() -> None:
    numbers = [int(line.split()[0]) for line in lines(made.WRONG)]
    assert numbers == list(range(1, made.SCRIPT.count("\n") + 1))


def test_beside_a_line_stands_what_it_was_recognised_as() -> None:
    line = lines(made.WRONG)[10]
    assert line.startswith("11 delta = (guess - targets) * guess * (1 - guess) ✓ right: dz is delta (100, 1)")
    assert line.endswith("dz = (a - y) * a * (1 - a) first value -0.125")


def test_a_wrong_line_says_what_is_due_there() -> None:
    line = lines(made.WRONG)[12]
    assert "✗ wrong: db is grad_bias one number" in line
    assert f"due: {made.WRONG_LINE.due}" in line


def test_a_line_that_follows_says_from_which() -> None:
    assert "Wrong only because of line 13" in lines(made.WRONG)[14]


def test_the_wrong_part_is_marked_in_the_line_and_above() -> None:
    marks = re.findall(r"<mark>(.*?)</mark>", page(made.WRONG))
    plain = [re.sub(r"<[^>]*>", "", mark) for mark in marks]
    assert plain[0] == "delta.max()"
    assert "".join(plain[1:]) == "delta.max()"


def test_a_notebooks_lines_stand_under_their_cells() -> None:
    told = page(made.NOTEBOOK)
    assert re.findall(r"<h3>(Cell \d+)</h3>", told) == ["Cell 1", "Cell 2"]
    assert lines(made.NOTEBOOK)[3].startswith("3 return w + 0.1 * X.T @ (z - y) ✗ wrong")


def test_a_form_feed_ends_no_line() -> None:
    told = replace(made.WRONG, cells=["x = 1\n\x0c\ny = 2\r\nz = 3\n"], wrong=[], lines=[])
    assert lines(told) == ["1 x = 1", "2 ␌", "3 y = 2", "4 z = 3"]


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (made.RIGHT, "Every step that was watched follows the derivative of its loss"),
        (made.WRONG, "Line 13: grad_bias is the largest delta"),
        (made.NOT_UNDERSTOOD, "No value was updated from its own former value."),
        (made.UNREADABLE, "It raised ZeroDivisionError: division by zero (line 2)."),
    ],
)
def test_the_verdict_is_the_first_thing_said(result: ProgramResult, told: str) -> None:
    assert told in page(result).split("<main")[0]


def test_every_section_of_the_contents_is_there_and_no_other() -> None:
    for result in (made.RIGHT, made.WRONG, made.NOT_UNDERSTOOD, made.UNREADABLE):
        told = page(result)
        assert re.findall(r'href="#(\w+)">', told.split("<nav")[1]) == re.findall(r'<section id="(\w+)"', told)


def test_whatever_a_program_holds_is_text_on_the_page() -> None:
    bad = "<script>alert('1')</script>\x1b\u202e"
    result = ProgramResult(
        bad, "wrong", [bad], [bad], {bad: bad}, "rows", [WrongLine(None, 1, 0, 5, bad, bad, bad, bad, bad, bad, True)],
        [bad], [bad], bad, None, [LineNote(None, 1, bad, bad, (1,), bad, bad, True, bad)], [bad], bad,
    )  # fmt: skip
    told = page(result)
    assert "<script" not in told
    assert not set(told) & {"\x1b", "\u202e"}


def test_a_page_shows_no_directories() -> None:
    told = page(replace(made.WRONG, file="/home/ada/unit.py"))
    assert "/home" not in told
