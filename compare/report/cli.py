"""What the command line does for the guide to the tutorial's lines; ``compare.run`` registers it with a script's."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from compare import options
from compare.common.errors import BadInput

Html = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write a page instead of printing.", rich_help_panel=options.OUTPUT)
]


def check_html(html: Path | None) -> None:
    """Raise BadInput where no page can be written there, before any work is done for nothing."""
    if html and (html.is_dir() or not html.parent.is_dir()):
        raise BadInput(f"--html {html} is no file in a directory that is there; name one, such as guide.html")


def guide(context: typer.Context, dataset: str, data: Path | None, html: Path | None) -> NoReturn:
    """Explain the tutorial's Keras lines; ``context`` holds the options of its model."""
    from compare.core.comparison import Comparison
    from compare.report.guide import guide_of
    from compare.report.page import write_guide
    from compare.report.terminal import show_data, show_guide
    from scratch.datasets import load

    console = Console()
    comparison = Comparison(options.config_of(context), load(dataset, data))
    show_data(console, comparison)
    with console.status("Computing each value on both sides"), comparison:
        entries = guide_of(comparison)
    if html:
        write_guide(entries, comparison.dataset, html)
        console.print(f"Written: {html}", highlight=False)
    else:
        show_guide(console, entries)
    raise typer.Exit(0 if all(entry.ok for entry in entries) else 1)
