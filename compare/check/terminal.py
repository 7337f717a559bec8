"""What a check looks like in a terminal: the ladder of one file, the rows of a class, the catalogue."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
from rich import box
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from compare.check.catalogue import CATALOGUE, Mistake
from compare.check.checking import FileResult, Result, RungResult, SmallestInput
from compare.check.diagnosis import Diagnosis
from compare.check.judge import DIGITS, as_text, look_alike
from compare.check.learning_curves import EPOCHS, LearningCurves
from compare.check.program.result import ProgramResult
from compare.common.harmless import harmless, one_line

STATES = {"passed": Text("passed", "green"), "failed": Text("FAILED", "bold red"), "absent": Text("not there", "dim")}
VERDICTS = {
    "right": "green",
    "incomplete": "bold yellow",
    "wrong": "bold red",
    "not understood": "bold yellow",
    "unreadable": "bold red",
}
MOST_OUTPUT = 20


def show_result(console: Console, result: FileResult) -> None:
    """Print the ladder of one file, and what is behind the first rung that failed."""
    result = harmless(result)
    table = Table(title=Text(f"The ladder of {one_line(result.file)}"), title_justify="left", title_style="bold")
    table.add_column("rung", no_wrap=True)
    table.add_column("right", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("what is wrong, or worth knowing")
    for rung in result.rungs:
        if rung.name == "predict" and rung.state == "absent":
            continue  # only classes have it
        right = f"{rung.right} of {rung.asked}" if rung.asked else ""
        told = "\n".join([*([rung.sentence] if rung.sentence else []), *rung.remarks])
        table.add_row(rung.name, right, STATES[rung.state], Text(told))
    console.print(table)
    if result.first_failed:
        console.print(_diagnosis(result.first_failed))
        _show_later(console, result)
    for note in result.notes:
        console.print(Text(f"To know: {note}.", "dim"))
    if result.output:
        console.print(output_panel(result.output))


def _diagnosis(rung: RungResult) -> Panel:
    parts: list[Any] = []
    if rung.smallest:
        parts += [_smallest(rung.smallest), Text()]
    parts += _named(rung.diagnosis)
    return Panel(Group(*parts), title=Text(f"First failing rung: {rung.name}"), title_align="left", style="none")


def _smallest(shown: SmallestInput) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_row(Text("smallest input", "bold"), Text(f"{shown.case.function}, {shown.dtype}"))
    for name, x in shown.case.arguments.items():
        grid.add_row(Text(f"  {name}"), Text(_written(x)))
    if not shown.yours or not shown.shows:
        grid.add_row(Text("yours", "bold red"), Text(shown.sentence))
    for name, keras in shown.keras.items():
        yours = shown.yours.get(name)
        digits = next((n for n in DIGITS if yours is None or not look_alike(yours, keras, n)), DIGITS[0])
        if yours is not None:
            grid.add_row(Text(f"yours  {name}", "bold red"), Text(_written(yours, digits)))
        grid.add_row(Text(f"Keras  {name}", "bold green"), Text(_written(keras, digits)))
    return grid


def _written(x: Any, digits: int = DIGITS[0]) -> str:
    if not isinstance(x, np.ndarray):
        return f"{x}"
    return as_text(x, digits) + (f"  (shape {x.shape})" if x.size > 8 else "")


def _named(diagnosis: Diagnosis) -> list[Any]:
    if not diagnosis.explanations:
        return [Text.assemble(("Diagnosis: ", "bold"), diagnosis.sentence + ".")]
    lines: list[Any] = []
    many = len(diagnosis.explanations) > 1
    if many:
        lines.append(Text("Diagnosis: the numbers fit several mistakes alike; it is one of these.", "bold"))
    for mistakes in diagnosis.explanations:
        for mistake in mistakes:
            lines += [Text(), *_told(mistake)] if lines else _told(mistake)
    return lines


def _told(mistake: Mistake) -> list[Text]:
    return [
        Text.assemble(("Diagnosis: ", "bold"), (mistake.says, "bold yellow"), f" ({mistake.name})."),
        Text.assemble("  why    ", mistake.why),
        Text.assemble("  right  ", (mistake.right, "green")),
        *([Text.assemble("  seen   ", mistake.seen)] if mistake.seen else []),
    ]


def _show_later(console: Console, result: FileResult) -> None:
    """Tell of the rungs above the first failing one, but of no mistake twice."""
    told: list[Diagnosis] = []
    for rung in result.rungs:
        if rung.state != "failed":
            continue
        found = rung.diagnosis
        new = [m for m in found.mistakes if not any(m in known.mistakes for known in told)]
        if rung is not result.first_failed:
            if new:
                other = any(known.mistakes for known in told)
                console.print(Text(f"{'Another mistake, at' if other else 'At'} {rung.name}:", "bold"))
                for mistake in new:
                    console.print(*_told(mistake), sep="\n")
            elif not found.mistakes and found not in told:
                console.print(Text(f"At {rung.name}: {found.sentence}."))
        told.append(found)


def output_panel(output: str) -> Panel:
    """Show the first lines of what a submission printed."""
    lines = harmless(output).splitlines()
    more = f"\n… and {len(lines) - MOST_OUTPUT} lines more" if len(lines) > MOST_OUTPUT else ""
    shown = Text("\n".join(lines[:MOST_OUTPUT]) + more)
    return Panel(shown, title="It printed", title_align="left", style="dim")


def verdict_line(result: FileResult) -> Text:
    """Return the one line that a check ends in."""
    if result.problem:
        return Text.assemble(("UNREADABLE", VERDICTS["unreadable"]), one_line(f": {result.file}: {result.problem}"))
    line = f": {result.file}: {len(result.passed)} of {len(result.climbed)} rungs that could be climbed passed"
    if result.first_failed:
        line += f"; the first that failed is {result.first_failed.name}"
        line += f"{':' if result.told_best is result.first_failed else ', and'} {result.diagnosis}"
    elif result.missing:
        line += f"; missing: {', '.join(result.missing)}"
    return Text.assemble((result.verdict.upper(), VERDICTS[result.verdict]), one_line(line))


def show_class(console: Console, results: Sequence[Result]) -> None:
    """Print one row a file, and how often each mistake was made."""
    table = Table(title=f"{len(results)} submissions", title_justify="left", title_style="bold")
    table.add_column("file", overflow="fold")
    table.add_column("verdict")
    table.add_column("fails first at")
    table.add_column("diagnosis, or error")
    table.add_column("s", justify="right", no_wrap=True)
    names = Counter(PurePath(result.file).name for result in results)
    for result in harmless(list(results)):
        row = _row(result) if isinstance(result, FileResult) else _program_row(result)
        name = PurePath(result.file).name
        file = name if names[name] == 1 else result.file
        table.add_row(
            Text(one_line(file)), Text(result.verdict, VERDICTS[result.verdict]), *row, f"{result.seconds:.1f}"
        )
    console.print(table)
    counts = Counter(name for result in results for name in result.mistake_names)
    for name, n in counts.most_common():
        console.print(Text(f"{n:>4} × {in_words(name)} ({name})"))


def _row(result: FileResult) -> tuple[Text, Text]:
    """Return the first rung that failed, and what is known of it."""
    first, best = result.first_failed, result.told_best
    names = ", ".join(m.name for m in best.diagnosis.mistakes) if best else ""
    missing = f"missing: {', '.join(result.missing)}" if result.verdict == "incomplete" else ""
    told = Text(
        result.problem or names or result.diagnosis or missing, VERDICTS["unreadable"] if result.problem else ""
    )
    return Text(first.name if first else ""), told


def _program_row(result: ProgramResult) -> tuple[Text, Text]:
    """Return the same of a program: it has no rungs, but lines."""
    first = result.first_wrong
    style = "" if result.understood else VERDICTS[result.verdict]
    says = (first.name or first.says) if first else result.diagnosis
    told = result.problem or result.missing or says or "; ".join(result.conventions)
    return Text(first.where if first else ""), Text(told, style)


def in_words(name: str) -> str:
    """Say a mistake of the catalogue in its words, and one that it has not by its name."""
    return CATALOGUE[name].says if name in CATALOGUE else name.replace("-", " ")


def show_catalogue(console: Console) -> None:
    """Print every mistake: what it is, the line that it breaks, and where it shows first."""
    console.print(Text(f"{len(CATALOGUE)} known mistakes, by the rung that each fails first", "bold"))
    for rung in dict.fromkeys(mistake.fails[0] for mistake in CATALOGUE.values()):
        table = Table(title=Text(f"\n{rung}", "bold"), title_justify="left", box=None, padding=(0, 2, 0, 0))
        table.add_column("name", style="yellow", overflow="fold", ratio=2)
        table.add_column("what is wrong", ratio=3)
        table.add_column("the right line", style="green", ratio=3)
        for mistake in CATALOGUE.values():
            if mistake.fails[0] == rung:
                table.add_row(mistake.name, Text(mistake.says), Text(mistake.right))
        console.print(table)


def class_line(results: Sequence[Result], asked: int) -> Text:
    """Return the one line that a class ends in."""
    verdicts = Counter(result.verdict for result in results)
    parts = [f"{verdicts[word]} {word}" for word in VERDICTS if verdicts[word] or word != "not understood"]
    missing = f"; {asked - len(results)} not reached" if asked > len(results) else ""
    return Text(f"{len(results)} files checked: {', '.join(parts)}{missing}")


def show_learning_curves(console: Console, found: LearningCurves) -> None:
    """Print where every wrong program ends, next to the right one."""
    title = f"The right program: accuracy {found.accuracy:.4f}, loss {found.loss:.4f}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("mistake", overflow="fold")
    for column in ("accuracy", "loss"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("by the curve", no_wrap=True)
    table.add_column("by the ladder", no_wrap=True)
    for curve in found.wrong:
        caught = Text(curve.first_failed, "green" if curve.named else "red")
        by_the_curve = _images((curve.accuracy - found.accuracy) / found.one_image)
        table.add_row(curve.name, f"{curve.accuracy:.4f}", f"{curve.loss:.4f}", by_the_curve, caught)
    console.print(table)


def _images(difference: float) -> str:
    if not np.isfinite(difference):
        return "no number"
    return "looks right" if abs(difference) < 1.5 else f"{difference:+,.0f} images"


def learning_curves_line(found: LearningCurves) -> Text:
    """Return what the curves would have told, in one line."""
    counted = found.summary()
    return Text(
        f"Of {counted['mistakes']} mistakes, {counted['within_one_image']} end within one validation image of the "
        f"right accuracy ({found.accuracy:.4f} after {EPOCHS} epochs), {counted['better']} end above it, and "
        f"{counted['at_the_baseline']} at the baseline ({found.baseline:.4f}); the ladder catches "
        f"{counted['caught_by_the_ladder']}, and names {counted['named']}."
    )
