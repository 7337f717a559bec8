"""What a check of a program looks like in a terminal: the model, the wrong line with its carets, the fix as a diff."""

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from compare.check.legend import meaning
from compare.check.program.result import ProgramResult, WrongLine, named
from compare.check.terminal import VERDICTS, output_panel
from compare.common.harmless import harmless, one_line

TAB = 4


def show_program(console: Console, result: ProgramResult) -> None:
    """Print what was recognised of a program, and what is wrong with it."""
    result = harmless(result)
    for title, part in _parts(result, console.width):
        if title:
            console.print(Text(title, "bold"))
        console.print(part)


def _parts(result: ProgramResult, width: int) -> Iterator[tuple[str, RenderableType]]:
    """Yield the parts of what is printed, each with its title or none."""
    if result.model:
        yield f"{one_line(result.file)} is, in Keras:", _indented([Text(line, "cyan") for line in result.model])
    if result.symbols:
        yield "Its names:", _symbols(result)
    if result.conventions:
        yield "Other than Keras, and no mistake:", _bullets(result.conventions)
    if result.readings:
        yield "It can be read in more than one way:", _bullets(result.readings)
    for number, wrong in enumerate(result.wrong):
        yield "", _wrong(result, wrong, number, width)
    if result.verdict == "wrong" and not result.wrong:
        yield "", Padding(Text("No single line was found that would mend it.", "yellow"), (0, 0, 1, 0))
    if result.missing:
        yield "Not understood:", _bullets([result.missing])
        yield "What may help:", _bullets(HELP, "")
    if result.notes:
        yield "To know:", _bullets(result.notes, "dim")
    if result.output:
        yield "", output_panel(result.output)


HELP = (
    'a module that does not train by itself needs to be told how: --call "Net().train(X, y)"',
    "functions can be checked one by one: python -m compare new mine.py writes a file to fill in",
)


def _indented(lines: Sequence[Text]) -> RenderableType:
    return Padding(Group(*lines), (0, 0, 1, 2))


def _bullets(texts: Sequence[str], style: str = "") -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    for text in texts:
        grid.add_row(Text("•", style), Text(text, style))
    return Padding(grid, (0, 0, 1, 2))


def _symbols(result: ProgramResult) -> RenderableType:
    grid = Table.grid(padding=(0, 3, 0, 0))
    for column in range(2):
        grid.add_column(no_wrap=True, overflow="ellipsis", max_width=(12, 36)[column])
    for symbol, name in result.symbols.items():
        grid.add_row(Text(symbol, "bold"), Text(name), Text(meaning(symbol), "dim"))
    if result.layout:
        grid.add_row(Text(), Text(), Text(f"examples stand in {result.layout}", "dim"))
    return Padding(grid, (0, 0, 1, 2))


def _wrong(result: ProgramResult, wrong: WrongLine, number: int, width: int) -> Panel:
    """Show a wrong line, what is due, and what mends it."""
    inside = width - 4
    gutter = f"{wrong.line} │ "
    rows = marked(wrong.source, wrong.column, wrong.end_column, inside - len(gutter))
    blank = " " * (len(gutter) - 2) + "│ "
    parts: list[RenderableType] = [
        Text.assemble((gutter if n == 0 else blank, "dim"), row) for n, row in enumerate(rows)
    ]
    parts += [Text(), Text(wrong.says)]
    told = Table.grid(padding=(0, 2, 0, 0))
    told.add_column(no_wrap=True)
    told.add_row(Text("due", "bold green"), Text(wrong.due, "green"))
    if wrong.name:
        told.add_row(Text("known as", "bold"), Text(wrong.name, "bold yellow"))
    if wrong.why:
        told.add_row(Text("why", "bold"), Text(wrong.why))
    parts += [Text(), told]
    if wrong.fix:
        said = Text.assemble(("Fix, ", "bold"), (wrong.trust, "green" if wrong.verified else "yellow"))
        parts += [Text(), said, *diff_lines(wrong.fix, inside)]
    else:
        parts += [Text(), Text("No fix was found that a second run would confirm.", "dim")]
    if wrong.follows:
        parts += [Text(), Text(f"Wrong only because of it (follows from {wrong.where}):", "dim")]
        for place in wrong.follows:
            source = result.source_of(place).strip()
            lines = _rows(_with_spaces(f"{named(place)}: {source}")[0], inside - 2)
            parts += [Text("  " + line, "dim") for line in lines]
    first = "The first wrong line" if len(result.wrong) > 1 else "The wrong line"
    title = f"{first if number == 0 else 'Another wrong line'}: {wrong.where}"
    return Panel(Group(*parts), title=Text(title, "bold red"), title_align="left", style="none")


def marked(source: str, column: int, end_column: int, width: int) -> list[Text]:
    """Return a line of source in rows of a width, with carets under the columns that are meant.

    Tabs become spaces, a character that takes two places gets two carets, and a long line is broken between its parts.
    """
    first = harmless(source).split("\n")[0].rstrip()
    shown, places = _with_spaces(first)
    begin = min(column, max(len(first) - 1, 0))
    end = min(end_column, len(first)) if end_column > begin else len(first)
    start, stop = places[begin], places[end]
    rows, at = [], 0
    for row in _rows(shown, max(width, 20)):
        meant = range(max(start, at), min(stop, at + len(row)))
        text = Text(row)
        if meant:
            text.stylize("bold red", meant.start - at, meant.stop - at)
        rows.append(text)
        if meant:
            before = cell_len(row[: meant.start - at])
            rows.append(Text(" " * before + "^" * cell_len(row[meant.start - at : meant.stop - at]), "bold red"))
        at += len(row)
    return rows


def _with_spaces(line: str) -> tuple[str, list[int]]:
    """Return a line with spaces for its tabs, and where each of its characters (and its end) went."""
    shown, places = "", []
    for character in line:
        places.append(len(shown))
        shown += " " * (TAB - cell_len(shown) % TAB) if character == "\t" else character
    return shown, [*places, len(shown)]


def _rows(line: str, width: int) -> list[str]:
    """Break a line into rows that fit, between words and signs; only a word that is wider than a row is broken."""
    rows, row = [], ""
    for part in re.findall(r"[\w.]+|\s+|[^\w\s.]", line):
        while cell_len(row) + cell_len(part) > width:
            if row.strip():
                rows.append(row)
                row = ""
            else:
                fits = next(n for n in range(len(part), 0, -1) if cell_len(row + part[:n]) <= width or n == 1)
                rows.append(row + part[:fits])
                row, part = "", part[fits:]
        row += part
    return [*rows, row] if row or not rows else rows


def diff_lines(diff: str, width: int) -> list[Text]:
    """Return a unified diff in colour, each line in rows that fit."""
    lines = []
    for line in diff.splitlines():
        header = line.startswith(("---", "+++", "@@"))
        style = "dim" if header else {"+": "green", "-": "red"}.get(line[:1], "")
        first, *others = _rows(_with_spaces(line)[0], width)
        lines += [
            Text(first, style),
            *(Text("    " + other, style) for rest in others for other in _rows(rest, width - 4)),
        ]
    return lines


def program_verdict(result: ProgramResult) -> Text:
    """Return the one line that a check of a program ends in."""
    word = (result.verdict.upper(), VERDICTS[result.verdict])
    told = {
        "right": "; ".join(["every step follows the gradient", *result.conventions]),
        "wrong": result.diagnosis + ("; a fix is verified" if any(w.verified for w in result.wrong) else ""),
        "not understood": result.missing or "",
        "unreadable": result.problem or "",
    }
    return Text.assemble(word, one_line(f": {result.file}: {told[result.verdict]}"))
