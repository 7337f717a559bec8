"""What a run of the benchmark looks like in a terminal: progress, the tables, the goals."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from compare.bench.contender import find
from compare.bench.measurements import Measurements
from compare.bench.processes import THREADS
from compare.bench.result import MEANT_FOR, goals, machine
from compare.bench.scaling import AXES
from compare.bench.session import KERAS, LIMIT, OURS, Found

WORDS = {True: Text("held", "green"), False: Text("MISSED", "bold red"), None: Text("not measured", "dim")}


class Bars:
    """A bar for each part of the run, and what is being done."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("{task.fields[part]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", style="dim"),
            console=console,
            transient=True,
        )
        self._bars: dict[str, TaskID] = {}

    def tell(self, part: str, pieces: int, done: str) -> None:
        """Move the part's bar on by one piece."""
        if part not in self._bars:
            for bar in self._bars.values():
                self.progress.update(bar, total=self.progress.tasks[bar].completed, description="")
                self.progress.stop_task(bar)
            self._bars[part] = self.progress.add_task("", total=pieces, part=part)
        self.progress.update(self._bars[part], advance=1, description=done)


def show(console: Console, measurements: Measurements) -> None:
    """Print everything that was found."""
    found = measurements.found
    _show_machine(console, measurements)
    _show_epochs(console, found)
    _show_scaling(console, found)
    _show_memory(console, found)
    _show_learning_rates(console, found)
    for name, reason in found.not_measured.items():
        console.print(Text(f"Not measured: {name}: {reason}", "yellow"))
    show_goals(console, measurements)


def _show_machine(console: Console, measurements: Measurements) -> None:
    about, task, plan = machine(), measurements.task, measurements.plan
    lines = {
        "Work": f"{measurements.dataset.name}: {len(task.X):,} rows of {len(task.W)} float32 pixels, one unit, "
        f"sigmoid, mse, sgd with learning rate {task.learning_rate:g}, batch {task.batch_size}",
        "Machine": f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB; Python {about['python']}, "
        f"NumPy {about['numpy']} with {about['blas']}, Keras {about['keras']} on {about['keras_backend']}",
        "Threads": THREADS,
        "Method": f"{plan.rounds} rounds in turns after a warm-up, each contender in a process of its own; medians "
        f"with quartiles; cold start: a new process until {plan.cold_epochs} epochs are trained, at most "
        f"{plan.cold_rounds} times",
    }
    grid = Table.grid(padding=(0, 2))
    for word, sentence in lines.items():
        grid.add_row(word, Text(sentence))
    console.print(grid)


def _table(title: str, *columns: str) -> Table:
    """Make a table whose numbers stand to the right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 1))
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _show_epochs(console: Console, found: Found) -> None:
    title = "One epoch, and from a cold start to trained weights (× scratch's)"
    table = _table(title, "", "epoch ms", "quartiles", "×", "cold s", "×")
    table.columns[0].justify = "left"
    for name, timing in sorted(found.epoch.items(), key=lambda item: item[1].median):
        low, high = timing.quartiles
        cold = found.cold.get(name)
        table.add_row(
            Text(find(name).title, "bold" if name == OURS else ""),
            _ms(timing.median),
            f"{_ms(low)}–{_ms(high)}",
            _times(found.ratio(name)),
            f"{cold.median:.2f}" if cold else "",
            _times(found.cold_ratio(name)),
        )
    console.print(table)
    remarks = {name: find(name).remark for name in found.epoch if find(name).remark}
    chosen = {
        name: ", ".join(f"{key}={value}" for key, value in found.settings[name].items()) for name in found.settings
    }
    for name, remark in (chosen | remarks).items():
        console.print(Text(f"{find(name).title}: {remark}", "dim"))
    if found.agreement:
        widest = max(found.agreement, key=lambda name: found.agreement[name].max_abs_difference or 0)
        agreement = found.agreement[widest]
        console.print(
            f"Same work: after one epoch in the same order, max|ΔW| to scratch is at most "
            f"{agreement.max_abs_difference:.1e} ({find(widest).title}), where rounding explains "
            f"{agreement.tolerance:.1e}",
            highlight=False,
        )


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g}" if seconds < 1 else f"{1000 * seconds:,.0f}"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.3g}" if ratio < 100 else f"{ratio:,.0f}"


def _show_scaling(console: Console, found: Found) -> None:
    table = _table("How an epoch's cost grows", "with", "from", "to", "exponent", "off by", "C loop's", "× C loop")
    for axis in AXES:
        curve = found.scaling.get(axis)
        exponent, off = curve.power(OURS) if curve else (None, None)
        if not curve or exponent is None:
            continue
        limit = curve.power(LIMIT)[0]
        ratios = [ours / theirs for ours, theirs in zip(curve.seconds(OURS), curve.seconds(LIMIT), strict=False)]
        table.add_row(
            axis,
            f"{curve.values[0]:,}",
            f"{curve.values[-1]:,}",
            f"{exponent:.2f}",
            f"{off:.0%}",
            "" if limit is None else f"{limit:.2f}",
            f"{ratios[0]:.2g} to {ratios[-1]:.2g}" if ratios else "",
        )
        for sentence in curve.left_out:
            console.print(Text(f"Left out: {sentence}", "yellow"))
    if table.row_count:
        console.print(table)


def _show_memory(console: Console, found: Found) -> None:
    if found.memory:
        peak, images = found.memory.peak, found.memory.images
        console.print(
            f"Memory   {peak / 1e6:.1f} MB at the peak of training from {images / 1e6:.1f} MB of uint8 images: "
            f"{peak / images:.2f} times the images",
            highlight=False,
        )


def _show_learning_rates(console: Console, found: Found) -> None:
    many = found.learning_rates
    if not many:
        return
    for name, one in many.one.items():
        how = f"extrapolated from {len(one.seconds)} runs" if name == KERAS else "all run"
        console.print(
            f"Rates    {find(name).title}: {len(many.rates)} learning rates at once {many.at_once[name].median:.3g} s "
            f"an epoch, one {one.median:.3g} s ({many.ratio(name):.2f} times); one after the other "
            f"{many.separate_seconds(name):.3g} s ({how})",
            highlight=False,
        )
    worst = many.worst
    largest = "no number" if worst.max_abs_difference is None else f"{worst.max_abs_difference:.1e}"
    console.print(
        f"         each of scratch's units {'is' if worst.ok else 'IS NOT'} its rate's run alone: max|ΔW| {largest} "
        f"where rounding explains {worst.tolerance:.1e}",
        highlight=False,
    )


def show_goals(console: Console, measurements: Measurements) -> None:
    """Print what the project set itself, and what this run says to it."""
    name, rows = measurements.dataset.name, len(measurements.task.X)
    table = _table("What the project sets itself", "", "measured", "")
    table.columns[0].justify, table.columns[0].no_wrap = "left", False
    for goal in goals(measurements.found):
        table.add_row(goal.sentence, "" if goal.measured is None else f"{goal.measured:.3g}×", WORDS[goal.held])
    console.print(table)
    if (name, rows) != MEANT_FOR:
        console.print(
            Text(
                f"The goals are set for {MEANT_FOR[1]:,} rows of {MEANT_FOR[0]}; these are {rows:,} of {name}.",
                "yellow",
            )
        )
