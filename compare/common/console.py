"""What every command has for the terminal: notices, a progress bar, charts, short numbers."""

import sys
from collections.abc import Callable
from typing import Any

import plotext
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

WIDEST_CHARTS = 110


def show_notice(console: Console, notice: str | None) -> None:
    """Say where nobody can miss it that this is other data than was hoped for; a quiet console is told, too."""
    if not notice:
        return
    if console.quiet:
        print(f"NOTICE: {notice}", file=sys.stderr)
    console.print(Panel(Text(notice), title="NOTICE", style="bold yellow"))


def progress_bar(console: Console) -> Progress:
    """Show how much of the training is done while it runs."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def charts(console: Console, width: int, height: int, *draw: Callable[[Any], None]) -> Text:
    """Draw charts side by side in characters: each of ``draw`` is given one of plotext's to put its lines on."""
    plotext.main()  # the last charts of this process left one of their subplots active
    plotext.clear_figure()
    plotext.limit_size(False, False)  # the console knows how wide it is
    plotext.subplots(1, len(draw))
    plotext.plotsize(width, height)
    for column, draw_one in enumerate(draw, 1):
        chart = plotext.subplot(1, column)
        chart.plotsize(width // len(draw), height)
        chart.theme("pro" if console.is_terminal and not console.no_color else "clear")
        draw_one(chart)
    picture = Text.from_ansi(plotext.build())
    plotext.clear_figure()
    return picture


def short(number: float | None) -> str:
    """Write a number in few characters: whole ones as they are, others with two digits; nothing for None."""
    if number is None:
        return ""
    return str(int(number)) if number.is_integer() and number < 1e6 else f"{number:.1e}"


def share(part: float | None) -> str:
    """Write a part of 1 in per cent; nothing for None."""
    return "" if part is None else f"{part:.1%}"
