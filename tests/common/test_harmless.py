"""Is what others wrote harmless wherever it is shown, and untouched where it was harmless already?"""

from dataclasses import dataclass

import pytest

from compare.common import pages
from compare.common.harmless import harmless, one_line, spreadsheet_cell


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("bell\x07 back\x08 delete\x7f", "bell␇ back␈ delete␡"),
        ("if access != '\u202e⁦user\u2069': ", "if access != '��user�': "),
        ("one\u2028two\u0085three\rfour", "one�two�three␍four"),
        ("a half \ud800, and nothing to see\ufeff", "a half �, and nothing to see�"),
    ],
    ids=["escape", "controls", "backwards", "ends of lines", "no character"],
)
def test_what_acts_instead_of_being_seen_becomes_a_picture_in_its_place(text: str, shown: str) -> None:
    assert harmless(text) == shown
    assert len(shown) == len(text)


@pytest.mark.parametrize("text", ["x = σ(z)\n\ty", "重み 👩‍🔬", "naïve"])
def test_a_harmless_text_stays_the_very_same(text: str) -> None:
    assert harmless(text) is text


@dataclass(frozen=True)
class Told:
    texts: list[str]
    by_name: dict[str, tuple[str, int]]


def test_every_text_in_a_result_is_made_harmless() -> None:
    told = Told(["a\x1b", "b"], {"\x1bc": ("d\x1b", 1)})
    assert harmless(told) == Told(["a␛", "b"], {"␛c": ("d␛", 1)})


def test_a_harmless_result_stays_the_very_same() -> None:
    told = Told(["a"], {"b": ("c", 1)})
    assert harmless(told) is told


def test_a_text_can_be_had_on_one_line() -> None:
    assert one_line("a\n  b\x1b") == "a b␛"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r\n@sum"])
def test_a_spreadsheet_is_given_no_formula(text: str) -> None:
    assert spreadsheet_cell(text) == "'" + text.strip()


def test_code_in_colour_is_harmless() -> None:
    assert "\x1b" not in pages.highlighted("x = '\x1b'")
    assert "\u202e" not in "".join(pages.highlighted_lines("x = '\u202e'"))
