"""A script's run in a terminal: what it prints, the rows of each epoch, curves and ladder of each fit, the verdict."""

from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from compare.common.console import WIDEST_CHARTS, charts, share, short, show_notice
from compare.core.table import ladder_table
from compare.report.terminal import STYLES
from compare.run.findings import Began, Call, Epoch, Finding, Labels, Loaded, Noted, Said
from compare.run.keras_models import described
from compare.run.source import Source

TITLES = {"accuracy": "accuracy", "loss": "loss", "val_accuracy": "val acc.", "val_loss": "val loss"}
MOST_COLUMNS = 6
AS_MANY_CLASSES = 12
"""A confusion of more classes is in the report alone."""


class Show:
    """Shows findings as they come."""

    def __init__(self, console: Console, source: Source) -> None:
        self.console, self.source = console, source
        self.line = ""
        self.shown: set[int | None] = set()
        self.columns: list[str] = []

    def __call__(self, finding: Finding) -> None:
        """Show one."""
        if isinstance(finding, Said):
            self._said(finding.text)
            return
        self._end_line()
        match finding:
            case Noted():
                self._noted(finding)
            case Loaded():
                self._loaded(finding)
            case Began():
                self._began(finding)
            case Epoch():
                self._epoch(finding)
            case Call():
                self._call(finding)

    def notices(self, finding: Finding) -> None:
        """Show only what is otherwise than the script says."""
        if isinstance(finding, Noted | Loaded):
            self(finding)

    def _said(self, text: str) -> None:
        """Show what the script prints, a whole line at a time, set off from what is said here."""
        *whole, self.line = (self.line + text).split("\n")
        for line in whole:
            self.console.print(Text.assemble(("│ ", "cyan"), Text.from_ansi(line)), soft_wrap=True)

    def _end_line(self) -> None:
        if self.line:
            self._said("\n")

    def _noted(self, noted: Noted) -> None:
        place = f"{self.source.place(noted.line)}: " if noted.line else ""
        self.console.print(Text(f"Note   {place}{noted.text}"), soft_wrap=True)

    def _loaded(self, loaded: Loaded) -> None:
        show_notice(self.console, loaded.notice)
        self.console.print(
            Text(
                f"Data   {loaded.name}: {loaded.train:,} training and {loaded.test:,} test images, from {loaded.source}"
            ),
            soft_wrap=True,
        )

    def _began(self, began: Began) -> None:
        validated = f", validated on {began.validation:,}" if began.validation else ""
        self.console.print(
            Text(f"Fit    {self.source.place(began.line)}: {began.model} on {began.train:,} rows{validated}"),
            highlight=False,
        )
        self.columns = []

    def _epoch(self, epoch: Epoch) -> None:
        if not self.columns:
            known = [name for name in TITLES if name in epoch.reported]
            self.columns = (known + [name for name in epoch.reported if name not in TITLES])[:MOST_COLUMNS]
            self._row(None)
        cells = [str(epoch.epoch), "Keras\nscratch\ndifference"]
        for name in self.columns:
            theirs, ours = epoch.reported[name]
            cells.append(f"{theirs:.6f}\n{ours:.6f}\n{abs(theirs - ours):.1e}")
        cells += [f"\n\n{epoch.apart:.1e}", "{:.3f}\n{:.3f}".format(*epoch.seconds)]
        self._row(cells)

    def _row(self, cells: list[str] | None) -> None:
        """Print one row, or the header, of a table whose rows come one by one: each is a table of the same widths."""
        table = Table(show_header=cells is None, box=None, padding=(0, 1, 1, 0) if cells else (0, 1, 0, 0))
        table.add_column("epoch", width=5, justify="right")
        table.add_column("", width=10)
        for name in self.columns:
            table.add_column(TITLES.get(name, name), width=9, justify="right", no_wrap=True)
        table.add_column("max|ΔW|", width=8, justify="right")
        table.add_column("seconds", width=7, justify="right")
        if cells:
            table.add_row(*cells)
        self.console.print(table)

    def _call(self, call: Call) -> None:
        place = self.source.place(call.line)
        if call.verdict is None:
            self.console.print(
                Text.assemble(("Not compared ", "bold yellow"), f"{place}, {call.method}: {call.reason}"),
                soft_wrap=True,
            )
            return
        for note in call.notes:
            self.console.print(Text(f"Note   {place}: {note}"), soft_wrap=True)
        again = call.line in self.shown
        self.shown.add(call.line)
        if call.method == "fit" and call.recipe and not again:
            self.console.print(Text(f"Model  {described(call.recipe.layers)}"), soft_wrap=True)
            if len(call.apart) > 1:
                self._curves(call)
            self.console.print(ladder_table(call.checks, self.console.width >= 120 and bool(call.from_float64)))
            if call.labels and len(call.labels.names) <= AS_MANY_CLASSES:
                self.console.print(confusion_table(call.labels))
        else:
            for check in call.checks:
                self.console.print(
                    Text(
                        f"{call.method.capitalize():<9}{place}: {check.quantity}, {check.rung}: max|Δ| "
                        f"{short(check.max_abs_difference)}, allowed {short(check.tolerance)}"
                        f"{f' ({share(check.share)} used)' if check.share is not None else ''}: "
                        f"{'agrees' if check.ok else 'departs' if check.ok is False else 'not reached'}"
                    ),
                    soft_wrap=True,
                )

    def _curves(self, call: Call) -> None:
        names = [name for name in ("accuracy", "val_accuracy", "loss", "val_loss") if name in call.history["scratch"]]
        drawn = [partial(_curve, call, name) for name in names[:2] or list(call.history["scratch"])[:2]]
        self.console.print(charts(self.console, min(self.console.width, WIDEST_CHARTS), 16, *drawn))


def _curve(call: Call, name: str, chart: Any) -> None:
    keras, scratch = (call.history[side][name] for side in ("keras", "scratch"))
    epochs = list(range(1, len(scratch) + 1))
    chart.plot(epochs, keras, label="Keras (line)", color="blue", marker="braille")
    chart.scatter(epochs, scratch, label="scratch (o)", color="green", marker="o")
    chart.title(f"{name} by epoch")
    values = [*keras, *scratch]
    margin = max(values) - min(values) or 0.01
    chart.ylim(min(values) - margin / 10, max(values) + margin / 3)  # room for the legend
    chart.xticks(epochs[:: -(-len(epochs) // 10)])


def confusion_table(labels: Labels) -> Table:
    """Draw right classes against answered ones: Keras's count, and scratch's beside it where it is another."""
    table = Table(title=f"Answers ({labels.rows} rows): a row for each right class", title_justify="left")
    table.add_column("")
    for name in labels.names:
        table.add_column(name, justify="right")
    for name, theirs, ours in zip(labels.names, labels.keras, labels.scratch, strict=True):
        table.add_row(name, *(str(a) if a == b else f"{a} | {b}" for a, b in zip(theirs, ours, strict=True)))
    return table


def show_verdict(console: Console, word: str, sentence: str) -> None:
    """Print the line that everything ends in."""
    console.print(Text.assemble((word.upper(), STYLES[word]), f": {sentence}."), soft_wrap=True)
