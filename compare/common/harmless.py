"""Texts of others, made harmless for whatever shows them: the one place that does it.

A terminal obeys escape sequences, a page and a spreadsheet show text in the order that bidirectional marks ask for, and
a line that says one thing may be made to look like another. Whoever prints, or writes a table or a page, lets what
comes from a submission through here first. One character stays one character, so that columns still fit.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from itertools import chain
from typing import Any, TypeVar

Value = TypeVar("Value")

UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Controls, invisible formatting such as text that runs backwards, halves of characters, and separators of lines."""
KEPT = "\n\t\u200c\u200d"
"""Lines, tabs, and the joiners that scripts and emoji need."""
DOUBTFUL = re.compile(r"[^\n\t -~]")
"""Whatever is not plainly harmless, and so is looked at."""
PICTURES, DELETE, UNKNOWN = 0x2400, 0x7F, "\N{REPLACEMENT CHARACTER}"
FORMULA = ("=", "+", "-", "@")


def harmless(value: Value) -> Value:
    """Return a text with a picture in the place of each character that acts instead of being seen.

    Of lists, tuples, dicts and dataclasses, all texts in them; of anything else, itself.
    """
    made: Any = value
    if isinstance(value, str):
        made = DOUBTFUL.sub(_seen, value)
        return value if made == value else made
    if isinstance(value, list | tuple):
        parts = [harmless(entry) for entry in value]
        made = value if _all_the_same(parts, value) else type(value)(parts)
    elif isinstance(value, dict):
        parts = [harmless(entry) for pair in value.items() for entry in pair]
        made = value if _all_the_same(parts, chain(*value.items())) else dict(zip(parts[::2], parts[1::2], strict=True))
    elif is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        new = {name: harmless(entry) for name, entry in old.items()}
        changed = {name: entry for name, entry in new.items() if entry is not old[name]}
        made = replace(value, **changed) if changed else value
    return made


def _all_the_same(new: Iterable[Any], old: Iterable[Any]) -> bool:
    """Whether nothing was changed, so that a thing stays the very same."""
    return all(a is b for a, b in zip(new, old, strict=True))


def _seen(found: re.Match[str]) -> str:
    character = found[0]
    if character in KEPT or unicodedata.category(character) not in UNSEEN:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(PICTURES + code)
    return chr(0x2421) if code == DELETE else UNKNOWN


def one_line(text: str) -> str:
    """Return a harmless text on one line."""
    return harmless(" ".join(text.split()))


def spreadsheet_cell(text: str) -> str:
    """Return a text as one cell of a table.

    A spreadsheet runs what begins like a formula, so a text that does gets an apostrophe before it.
    """
    text = one_line(text)
    return f"'{text}" if text.startswith(FORMULA) else text
