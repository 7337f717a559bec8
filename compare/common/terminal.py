"""What a comparison looks like in a terminal: notices, a row an epoch, the curves, the ladder, the verdict."""

import sys
from collections.abc import Sequence

import plotext
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from compare.core.checks import Check, apart
from compare.core.comparison import Comparison
from compare.core.training import Side
from compare.core.verdict import Verdict

NAMES = {"keras": "Keras", "scratch": "scratch", "float64": "float64 reference"}
COLUMNS = {"accuracy": "accuracy", "loss": "loss", "val_accuracy": "val acc.", "val_loss": "val loss"}
STYLES = {"matched": "bold green", "rounding-limited": "bold yellow", "mismatched": "bold red"}


def show_notice(console: Console, notice: str | None) -> None:
    """Say where nobody can miss it that this is other data than was hoped for; a quiet console is told, too."""
    if not notice:
        return
    if console.quiet:
        print(f"NOTICE: {notice}", file=sys.stderr)
    console.print(Panel(Text(notice), title="NOTICE", style="bold yellow"))


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


def train_with_progress(console: Console, comparison: Comparison) -> None:
    """Train with a live bar, and print a row as soon as every side has finished an epoch."""
    _print_row(console, None)
    with progress_bar(console) as progress:
        total = comparison.config.epochs * len(comparison.sides)
        bar = progress.add_task("Training", total=total)
        for epoch, side in comparison.train():
            progress.update(bar, advance=1, description=f"Epoch {epoch + 1}: {NAMES.get(side.name, side.name)}")
            if side is list(comparison.sides.values())[-1]:
                _print_row(console, _epoch_cells(comparison, epoch))
    reference = comparison.sides.get("float64")
    if reference:
        distances = [
            f"{NAMES[name]} by {apart(comparison.sides[name].weights[-1], reference.weights[-1]):.2g}"
            for name in ("keras", "scratch")
        ]
        console.print(f"Both are off the same run in float64: {' and '.join(distances)} (max|ΔW|).", highlight=False)


def _epoch_cells(comparison: Comparison, epoch: int) -> list[str]:
    keras, scratch = comparison.sides["keras"], comparison.sides["scratch"]
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
    epochs = list(range(1, comparison.epochs + 1))
    width = min(console.width, 110)
    plotext.main()  # the last comparison of this process left one of its subplots active
    plotext.clear_figure()
    plotext.limit_size(False, False)  # the console knows how wide it is
    plotext.subplots(1, 2)
    plotext.plotsize(width, 18)
    shown = [comparison.sides["keras"], comparison.sides["scratch"]]
    for column, (part, name) in enumerate({"train": "accuracy", "validation": "val_accuracy"}.items(), 1):
        baseline = comparison.rows.baseline[part]
        plot = plotext.subplot(1, column)
        plot.plotsize(width // 2, 18)
        _draw(plot, shown, name, epochs, baseline)
        plot.title(f"{part} accuracy by epoch")
        plot.theme("pro" if console.is_terminal and not console.no_color else "clear")
        values = [baseline, *(value for side in shown for value in side.history[name])]
        margin = max(values) - min(values) or 0.01
        plot.ylim(min(values) - margin / 10, max(values) + margin / 3)  # room for the legend
        plot.xticks(epochs[:: -(-len(epochs) // 10)])
    console.print(Text.from_ansi(plotext.build()))
    plotext.clear_figure()


def _draw(plot: object, sides: list[Side], name: str, epochs: list[int], baseline: float) -> None:
    keras, scratch = (side.history[name] for side in sides)
    plot.hline(baseline, color="orange")  # type: ignore[attr-defined]
    plot.plot(epochs, [baseline] * len(epochs), label=f"baseline {baseline:.4f}", color="orange", marker="-")  # type: ignore[attr-defined]
    plot.plot(epochs, keras, label="Keras (line)", color="blue", marker="braille")  # type: ignore[attr-defined]
    plot.scatter(epochs, scratch, label="scratch (o)", color="green", marker="o")  # type: ignore[attr-defined]


def climb_with_table(console: Console, comparison: Comparison) -> None:
    """Climb the ladder and print it."""
    with console.status("Climbing the verification ladder"):
        rungs = list(comparison.climb())
    console.print(ladder_table(rungs, with_reference=console.width >= 120 and "float64" in comparison.sides))


def ladder_table(rungs: Sequence[Check], with_reference: bool) -> Table:
    """Draw the ladder; ``with_reference`` adds how far either side is from float64."""
    table = Table(title="Verification ladder", title_justify="left", title_style="bold")
    for title in ("rung", "quantity", "shape"):
        table.add_column(title)
    reference = ("Keras − f64", "scratch − f64") if with_reference else ()
    for title in ("max|Δ|", "tolerance", "share", *reference):
        table.add_column(title, justify="right")
    table.add_column("verdict")
    before = ""
    for rung in rungs:
        errors = [_short(rung.keras_error), _short(rung.scratch_error)] if with_reference else []
        share = "" if rung.share is None else f"{rung.share:.1%}"
        shape = "×".join(str(n) for n in rung.shape) or "1"
        cells = [rung.quantity, shape, _short(rung.max_abs_difference), _short(rung.tolerance), share, *errors]
        table.add_row(rung.rung if rung.rung != before else "", *cells, _word(rung))
        before = rung.rung
    return table


def _short(number: float | None) -> str:
    if number is None:
        return ""
    return str(int(number)) if number.is_integer() and number < 1e6 else f"{number:.1e}"


def _word(rung: Check) -> Text:
    if rung.ok is None:
        return Text("not reached", style="dim")
    if not rung.ok:
        return Text("FAILS", style="bold red")
    return Text("same NaN" if rung.keras is None else "ok", style="green")


def show_verdict(console: Console, verdict: Verdict) -> None:
    """Print the one line that everything ends in."""
    line = Text.assemble((verdict.word.upper(), STYLES[verdict.word]), f": {verdict.sentence}.")
    console.print(line, soft_wrap=True)
