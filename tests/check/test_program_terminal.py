"""Does a reader see what is wrong in which line, what is due, and the fix; whatever a program holds?"""

import io
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from rich.cells import cell_len
from rich.console import Console

from compare.check.program.result import ProgramResult, WrongLine
from compare.check.program_terminal import marked, program_verdict, show_program
from tests.check import program_results as made


def printed(result: ProgramResult, width: int = 80) -> str:
    file = io.StringIO()
    show_program(Console(width=width, file=file), result)
    return file.getvalue()


def carets(source: str, column: int, end_column: int, width: int = 72) -> list[tuple[str, str]]:
    """Return each row of source with its carets, or with nothing where it has none."""
    rows = [row.plain for row in marked(source, column, end_column, width)]
    pairs = []
    for row in rows:
        if row.strip() and not row.strip("^ "):
            pairs[-1] = (pairs[-1][0], row)
        else:
            pairs.append((row, ""))
    return pairs


def under(row: str, carets: str) -> str:
    """Return the characters of a row that stand over carets, by the places that they take."""
    over, at = "", 0
    for character in row:
        over += character if carets[at : at + cell_len(character)].strip() else ""
        at += cell_len(character)
    return over


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("    grad_bias = delta.max()", "delta.max()"),
        ("\tif x:\treturn w + dw", "w + dw"),
        ("    ошибка = 重み * 学習率 - Σx", "学習率 - Σx"),
        ("x\x1b[31m = a + b", "a + b"),
        ("w", "w"),
    ],
    ids=["plain", "tabs", "wide", "escape", "all of it"],
)
def test_the_carets_stand_under_what_is_meant(source: str, meant: str) -> None:
    column = source.index(meant)
    ((row, below),) = carets(source, column, column + len(meant))
    assert under(row, below) == meant


def test_a_long_line_is_broken_between_its_words_and_marked_in_each_row() -> None:
    meant = "np.dot(self.activations['input'].T, self.delta_hidden * self.derivative(self.z_hidden))"
    source = f"        self.weights['hidden'] -= self.learning_rate * {meant} / batch_size_of_this_step"
    column = source.index(meant)
    rows = carets(source, column, column + len(meant), width=50)
    assert "".join(row for row, _ in rows) == source
    assert "".join(under(row, below) for row, below in rows if below) == meant
    assert all(cell_len(row) <= 50 for row, _ in rows)
    assert not any(re.search(r"\w$", a) and re.search(r"^\w", b) for (a, _), (b, _) in pairwise(rows))


@pytest.mark.parametrize(("column", "end_column"), [(4, 4), (4, 2), (4, 99)])
def test_columns_that_end_on_another_line_mark_the_rest_of_this_one(column: int, end_column: int) -> None:
    ((row, below),) = carets("x = (a +", column, end_column)
    assert under(row, below) == "(a +"


def test_columns_beyond_the_line_mark_its_end() -> None:
    assert carets("x = 1", 40, 50) == [("x = 1", "    ^")]


def test_what_was_recognised_is_told_in_keras_and_in_the_programs_names() -> None:
    said = printed(made.RIGHT)
    assert all(line in said for line in made.MODEL)
    assert re.search(r"dz +delta +derivative of the loss by z", said)
    assert "examples stand in rows" in said
    assert made.CONVENTION in said


def test_a_wrong_line_is_told_with_what_is_due_why_and_how_to_mend_it() -> None:
    said = printed(made.WRONG, width=200)
    line = made.WRONG_LINE
    assert "The wrong line: line 13" in said
    for told in (line.says, line.due, line.name, line.why, "verified: applied to a copy and run again"):
        assert told is not None
        assert told in said
    assert "-    grad_bias = delta.max()" in said
    assert "+    grad_bias = delta.mean()" in said


def test_the_fix_is_a_coloured_diff() -> None:
    file = io.StringIO()
    show_program(Console(width=80, file=file, force_terminal=True, color_system="standard"), made.WRONG)
    assert "\x1b[32m+    grad_bias = delta.mean()" in file.getvalue()
    assert "\x1b[31m-    grad_bias = delta.max()" in file.getvalue()


def test_a_fix_that_was_not_verified_is_not_said_to_be() -> None:
    said = printed(replace(made.WRONG, wrong=[replace(made.WRONG_LINE, verified=False)]))
    assert "not verified: try it" in said


def test_what_follows_from_a_wrong_line_is_told_apart() -> None:
    assert re.search(r"follows from line 13\).*\n.*line 15: bias -= 0.5 \* grad_bias", printed(made.WRONG))


def test_a_place_in_a_notebook_is_a_cell_and_a_line() -> None:
    assert "The wrong line: cell 2, line 3" in printed(made.NOTEBOOK)
    assert "cell 2, line 3" in program_verdict(made.NOTEBOOK).plain


def test_both_readings_are_told() -> None:
    said = printed(made.TWO_READINGS)
    assert all(reading in said for reading in made.TWO_READINGS.readings)


def test_what_was_made_harmless_is_said() -> None:
    assert "plt.show() was made harmless" in printed(made.RIGHT)


def test_what_was_not_understood_is_said_with_what_may_help() -> None:
    said = printed(made.NOT_UNDERSTOOD)
    assert "no value was updated from its own former value" in said
    assert "--call" in said


LONG = replace(
    made.WRONG_LINE,
    source="    " + " + ".join(f"a_name_of_{n} * another_name_of_{n}" for n in range(9)),
    column=4,
    end_column=160,
    fix=made.FIX.replace("delta.max()", " + ".join(f"delta_{n}.max()" for n in range(12))),
)


@pytest.mark.parametrize(
    "result",
    [made.WRONG, made.NOTEBOOK, made.NOT_UNDERSTOOD, made.TWO_READINGS, replace(made.WRONG, wrong=[LONG])],
    ids=["wrong", "notebook", "not understood", "readings", "long"],
)
def test_at_80_columns_no_word_is_broken(result: ProgramResult) -> None:
    words = {word for line in printed(result).splitlines() for word in re.findall(r"[\w.]+", line)}
    whole = {word for line in printed(result, width=2000).splitlines() for word in re.findall(r"[\w.]+", line)}
    assert words == whole
    assert max(cell_len(line) for line in printed(result).splitlines()) <= 80


def test_what_a_program_holds_does_nothing_to_the_terminal() -> None:
    bad = "\x1b]0;owned\x07\u202e"
    line = WrongLine(None, 1, 0, 1, bad, bad, bad, bad, bad, f"+{bad}", True, ((None, 1),))
    result = ProgramResult(
        bad, "wrong", [bad], [bad], {bad: bad}, "rows", [line], [bad], [bad], bad, None, [], [bad], output=bad
    )
    said = printed(result) + program_verdict(result).plain
    assert not set(said) & {"\x1b", "\x07", "\u202e"}
    assert "owned" in said


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (made.RIGHT, f"RIGHT: unit.py: every step follows the gradient; {made.CONVENTION}"),
        (made.WRONG, f"WRONG: unit.py: line 13: {made.WRONG_LINE.says} (bias-from-one-row); a fix is verified"),
        (replace(made.WRONG, wrong=[]), "WRONG: unit.py: no single line was found that would mend it"),
        (made.NOT_UNDERSTOOD, "NOT UNDERSTOOD: gone.py: no value was updated from its own former value"),
        (made.UNREADABLE, "UNREADABLE: crash.py: it raised ZeroDivisionError: division by zero (line 2)"),
    ],
)
def test_the_verdict_is_one_line(result: ProgramResult, line: str) -> None:
    assert program_verdict(result).plain == line
