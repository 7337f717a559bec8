"""What the score on programs with keys looks like in a terminal."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from compare.check.program_benchmark import MEASURES, ProgramBenchmark, sentences
from compare.check.program_score import KindScore, ProgramScore
from compare.common.harmless import harmless


def show_score(console: Console, benchmark: ProgramBenchmark) -> None:
    """Print the score, the kinds of mistakes, and by name what failed."""
    found = benchmark.score
    console.print(_measures(found), _kinds(found.kinds), sep="\n")
    for sentence in sentences(benchmark.as_dict()):
        console.print(Text(harmless(sentence)))


def _measures(found: ProgramScore) -> Table:
    table = Table(title=f"{len(found.files)} programs with keys", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("")
    table.add_column("programs", justify="right", no_wrap=True)
    table.add_column("%", justify="right", no_wrap=True)
    for name, title in MEASURES.items():
        share = getattr(found, name)
        table.add_row(title, f"{share.count} of {share.of}", f"{share.percent:.0f}")
    table.add_row("median seconds a file", f"{found.seconds:.1f}", "")
    return table


def _kinds(kinds: tuple[KindScore, ...]) -> Table:
    table = Table(title="By kind of mistake", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("mistake", overflow="fold")
    for column in ("programs", "found", "line"):
        table.add_column(column, justify="right", no_wrap=True)
    for kind in kinds:
        table.add_row(Text(kind.name), str(kind.programs), str(kind.found), str(kind.line))
    return table


def score_line(benchmark: ProgramBenchmark) -> Text:
    """Return the score in one line."""
    found, done = benchmark.score, len(benchmark.results)
    left = f"; {len(benchmark.keys) - done} not reached" if done < len(benchmark.keys) else ""
    return Text(
        f"{done} programs checked: {found.understood.count} understood, {found.found.count} of {found.found.of} wrong "
        f"ones found, {found.false_alarms.count} false alarms, {found.line.count} wrong lines named, {found.fix.count} "
        f"fixed, {found.seconds:.1f} s a file{left}"
    )
