"""The guide in a terminal: the same rows, formulas as the docstrings have them."""

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from compare.report.guide import Entry

THEME = "ansi_dark"


def show_guide(console: Console, entries: list[Entry]) -> None:
    """Print every row: Keras line, what it says, formula, source, and the value of both sides."""
    for number, entry in enumerate(entries, 1):
        console.rule(Text(f"{number}. {entry.row.title}", style="bold"), align="left")
        _code(console, entry.code)
        console.print(Padding(Text(entry.row.says), (0, 0, 1, 0)))
        for one in entry.math:
            console.print(Text(f"{one.name} ({one.place}): {one.sentence}", style="dim"))
            if one.formula:
                console.print(Padding(Text(one.formula, style="bold"), (1, 4)))
            _code(console, one.source)
        console.print(_checked(entry), soft_wrap=True)
        console.print()


def _code(console: Console, source: str) -> None:
    console.print(
        Padding(Syntax(source, "python", theme=THEME, background_color="default", word_wrap=True), (0, 0, 1, 2))
    )


def _checked(entry: Entry) -> Text:
    keras, numpy, difference, allowed = entry.numbers
    return Text.assemble(
        ("✓ agrees" if entry.value.ok else "✗ departs", "bold green" if entry.value.ok else "bold red"),
        f"  {entry.quantity}: Keras {keras}, NumPy {numpy}, difference {difference}, allowed {allowed}",
    )
