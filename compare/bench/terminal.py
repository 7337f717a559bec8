"""What a run of the benchmark looks like in a terminal: progress, the tables, the goals."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from compare.bench.contender import find
from compare.bench.goals import MEANT_FOR, goals
from compare.bench.machine import machine
from compare.bench.measurements import Measurements
from compare.bench.processes import THREADS
from compare.bench.result import AXES, separate_seconds, sweep_time_ratio
from compare.bench.session import LIMIT, OURS, Found, power
from compare.bench.sweep import KERAS

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
    _show_growth(console, found)
    _show_memory(console, found)
    _show_sweep(console, found)
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


def _show_epochs(console: Console, found: Found) -> None:
    table = Table(
        title="One epoch, and from a cold start to trained weights (× scratch's)",
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 1),
    )
    table.add_column("", no_wrap=True)
    for title in ("epoch ms", "quartiles", "×", "cold s", "×"):
        table.add_column(title, justify="right", no_wrap=True)
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


def _show_growth(console: Console, found: Found) -> None:
    table = Table(title="How an epoch's cost grows", title_justify="left", title_style="bold", box=None, padding=(0, 1))
    for title in ("with", "from", "to", "exponent", "off by", "C loop's", "× C loop"):
        table.add_column(title, justify="right", no_wrap=True)
    for axis in AXES:
        grown = found.growth.get(axis)
        exponent = found.exponent(axis)
        if not grown or exponent is None:
            continue
        ours = [timing.median for timing in grown.seconds[OURS]]
        limit = [timing.median for timing in grown.seconds.get(LIMIT, [])]
        off = power(grown.values, ours)[1]
        ratios = [a / b for a, b in zip(ours, limit, strict=False)]
        table.add_row(
            axis,
            f"{grown.values[0]:,}",
            f"{grown.values[-1]:,}",
            f"{exponent:.2f}",
            "" if off is None else f"{off:.0%}",
            "" if not limit else f"{found.exponent(axis, LIMIT):.2f}",
            f"{ratios[0]:.2g} to {ratios[-1]:.2g}" if ratios else "",
        )
        for sentence in grown.left_out:
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


def _show_sweep(console: Console, found: Found) -> None:
    if not found.sweep:
        return
    rates, worst = len(found.sweep.rates), found.sweep.worst
    for name in found.sweep.one:
        separate, ratio = separate_seconds(found, name), sweep_time_ratio(found, name)
        how = f"extrapolated from {len(found.sweep.one[name].seconds)} runs" if name == KERAS else "all run"
        console.print(
            f"Rates    {find(name).title}: {rates} learning rates at once {found.sweep.at_once[name].median:.3g} s "
            f"an epoch, one {found.sweep.one[name].median:.3g} s ({ratio:.2f} times); one after the other "
            f"{separate:.3g} s ({how})",
            highlight=False,
        )
    largest = "no number" if worst.max_abs_difference is None else f"{worst.max_abs_difference:.1e}"
    console.print(
        f"         each of scratch's units {'is' if worst.ok else 'IS NOT'} its rate's run alone: max|ΔW| {largest} "
        f"where rounding explains {worst.tolerance:.1e}",
        highlight=False,
    )


def show_goals(console: Console, measurements: Measurements) -> None:
    """Print what the project set itself, and what this run says to it."""
    name, rows = measurements.dataset.name, len(measurements.task.X)
    table = Table(title="What the project sets itself", title_justify="left", title_style="bold", box=None)
    table.add_column("")
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
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
