"""What a comparison looks like in a terminal: a row an epoch, the curves, the ladder, the verdict; and the guide."""

from functools import partial
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from compare.common.console import WIDEST_CHARTS, charts, progress_bar, show_notice
from compare.core.comparison import Comparison
from compare.core.table import ladder_table
from compare.core.training import apart
from compare.core.verdict import Verdict
from compare.report.guide import Entry

NAMES = {"keras": "Keras", "scratch": "scratch", "float64": "float64 reference"}
COLUMNS = {"accuracy": "accuracy", "loss": "loss", "val_accuracy": "val acc.", "val_loss": "val loss"}
STYLES = {"matched": "bold green", "rounding-limited": "bold yellow", "mismatched": "bold red"}
THEME = "ansi_dark"


def show_data(console: Console, comparison: Comparison) -> None:
    """Say which data this is, where it came from, and what is trained on it."""
    dataset, rows, config = comparison.dataset, comparison.rows, comparison.config
    show_notice(console, dataset.notice)
    height, width = rows.shape
    console.print(
        Text(f"Data   {dataset.name}: {len(rows.x_train):,} training and {len(rows.x_val):,} validation images of "),
        Text(f"{height}×{width}, from {dataset.source}"),
        sep="",
    )
    momentum = f", momentum {config.momentum}{' (Nesterov)' * config.nesterov}" if config.momentum else ""
    console.print(
        Text(
            f'Model  Flatten → Dense(1, activation="{config.activation}"), {config.loss}, {config.optimizer} with '
            f"learning rate {config.learning_rate:g}{momentum}, batch {config.batch_size}, {config.epochs} epochs, "
            f"{config.pixels} pixels, {config.dtype}, seed {config.seed}"
        )
    )
    console.print(
        Text(
            f"Task   is it class {config.digit} or not? Always giving the commoner answer, with nothing learned, is "
            f"right for {rows.baseline['train']:.4f} of the training and {rows.baseline['validation']:.4f} of the "
            f"validation images: the baseline."
        ),
        highlight=False,
    )


def train_with_progress(console: Console, comparison: Comparison) -> None:
    """Train with a live bar, and print a row as soon as every run has finished an epoch."""
    _print_row(console, None)
    with progress_bar(console) as progress:
        total = comparison.config.epochs * len(comparison.runs)
        bar = progress.add_task("Training", total=total)
        for epoch, run in comparison.train():
            progress.update(bar, advance=1, description=f"Epoch {epoch + 1}: {NAMES.get(run.name, run.name)}")
            if run is list(comparison.runs.values())[-1]:
                _print_row(console, _epoch_cells(comparison, epoch))
    reference = comparison.runs.get("float64")
    if reference:
        distances = [
            f"{NAMES[name]} by {apart(comparison.runs[name].weights[-1], reference.weights[-1]):.2g}"
            for name in ("keras", "scratch")
        ]
        console.print(f"Both are off the same run in float64: {' and '.join(distances)} (max|ΔW|).", highlight=False)


def _epoch_cells(comparison: Comparison, epoch: int) -> list[str]:
    keras, scratch = comparison.runs["keras"], comparison.runs["scratch"]
    cells = [str(epoch + 1), "Keras\nscratch\ndifference"]
    for name in COLUMNS:
        theirs, ours = keras.history[name][epoch], scratch.history[name][epoch]
        cells.append(f"{theirs:.6f}\n{ours:.6f}\n{abs(theirs - ours):.1e}")
    cells.append(f"\n\n{apart(keras.weights[epoch + 1], scratch.weights[epoch + 1]):.1e}")
    cells.append(f"{keras.seconds[epoch]:.3f}\n{scratch.seconds[epoch]:.3f}")
    return cells


def _print_row(console: Console, cells: list[str] | None) -> None:
    """Print one row, or the header, of a table whose rows come minutes apart: each is a table of the same widths."""
    table = Table(show_header=cells is None, box=None, padding=(0, 1, 1, 0) if cells else (0, 1, 0, 0))
    table.add_column("epoch", width=5, justify="right")
    table.add_column("", width=10)
    for title in COLUMNS.values():
        table.add_column(title, width=9, justify="right")
    table.add_column("max|ΔW|", width=8, justify="right")
    table.add_column("seconds", width=7, justify="right")
    if cells:
        table.add_row(*cells)
    console.print(table)


def show_curves(console: Console, comparison: Comparison) -> None:
    """Draw both accuracy curves, training and validation, over the baseline."""

    def accuracy(part: str, name: str, chart: Any) -> None:
        epochs, level = list(range(1, comparison.epochs + 1)), comparison.rows.baseline[part]
        keras, scratch = (comparison.runs[side].history[name] for side in ("keras", "scratch"))
        chart.hline(level, color="orange")
        chart.plot(epochs, [level] * len(epochs), label=f"baseline {level:.4f}", color="orange", marker="-")
        chart.plot(epochs, keras, label="Keras (line)", color="blue", marker="braille")
        chart.scatter(epochs, scratch, label="scratch (o)", color="green", marker="o")
        chart.title(f"{part} accuracy by epoch")
        values = [level, *keras, *scratch]
        margin = max(values) - min(values) or 0.01
        chart.ylim(min(values) - margin / 10, max(values) + margin / 3)  # room for the legend
        chart.xticks(epochs[:: -(-len(epochs) // 10)])

    parts = {"train": "accuracy", "validation": "val_accuracy"}
    drawn = [partial(accuracy, part, name) for part, name in parts.items()]
    console.print(charts(console, min(console.width, WIDEST_CHARTS), 18, *drawn))


def check_with_table(console: Console, comparison: Comparison) -> None:
    """Climb the ladder and print it."""
    with console.status("Climbing the verification ladder"):
        rungs = list(comparison.check())
    console.print(ladder_table(rungs, with_reference=console.width >= 120 and "float64" in comparison.runs))


def show_verdict(console: Console, verdict: Verdict) -> None:
    """Print the one line that everything ends in."""
    line = Text.assemble((verdict.word.upper(), STYLES[verdict.word]), f": {verdict.sentence}.")
    console.print(line, soft_wrap=True)


def show_guide(console: Console, entries: list[Entry], places: bool = False) -> None:
    """Print every row: Keras line, what it says, formula, source, and the value of both sides.

    ``places`` tells of each where its line stands.
    """
    for number, entry in enumerate(entries, 1):
        place = f" ({entry.line.place})" if places else ""
        console.rule(Text(f"{number}. {entry.row.title}{place}", style="bold"), align="left")
        _code(console, entry.code)
        console.print(Padding(Text(entry.row.says), (0, 0, 1, 0)))
        for one in entry.math:
            console.print(Text(f"{one.name} ({one.place}): {one.sentence}", style="dim"))
            if one.formula:
                console.print(Padding(Text(one.formula, style="bold"), (1, 4)))
            _code(console, one.source)
        if entry.value is not None:
            console.print(_checked(entry), soft_wrap=True)
        console.print()


def _code(console: Console, source: str) -> None:
    code = Syntax(source, "python", theme=THEME, background_color="default", word_wrap=True)
    console.print(Padding(code, (0, 0, 1, 2)))


def _checked(entry: Entry) -> Text:
    keras, numpy, difference, allowed = entry.numbers
    return Text.assemble(
        ("✓ agrees" if entry.ok else "✗ departs", "bold green" if entry.ok else "bold red"),
        f"  {entry.quantity}: Keras {keras}, NumPy {numpy}, difference {difference}, allowed {allowed}",
    )
