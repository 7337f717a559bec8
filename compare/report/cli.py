"""The command line's part of the report: ``python -m compare guide``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from compare import options
from compare.common.errors import BadInput

Html = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write a page instead of printing.", rich_help_panel=options.OUTPUT)
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(guide)


def guide(
    context: typer.Context,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    digit: options.Digit = 5,
    pixels: options.PixelScale = "unit",
    activation: options.Activation = "sigmoid",
    loss: options.Loss = "mse",
    dtype: options.FloatType = "float32",
    epochs: options.Epochs = 10,
    batch_size: options.BatchSize = 32,
    optimizer: options.Optimizer = "sgd",
    learning_rate: options.LearningRate = None,
    momentum: options.Momentum = 0.0,
    nesterov: options.Nesterov = False,
    seed: options.Seed = 0,
    html: Html = None,
) -> None:
    """Explain the tutorial's Keras lines: formula, NumPy source, and a value that both sides compute.

    Nothing is trained but a few batches. Exit code: 0, or 1 where a value does not check.
    """
    from compare.core.comparison import Comparison
    from compare.report.guide import guide_of
    from compare.report.page import write_guide
    from compare.report.terminal import show_data, show_guide
    from scratch.datasets import load

    if html and (html.is_dir() or not html.parent.is_dir()):
        raise BadInput(f"--html {html} is no file in a directory that is there; name one, such as guide.html")
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
    raise typer.Exit(0 if all(entry.value.ok for entry in entries) else 1)
