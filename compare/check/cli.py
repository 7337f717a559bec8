"""The commands ``new``, ``check`` and ``mistakes``."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from compare import options
from compare.common.errors import BadInput
from compare.core.config import Config

if TYPE_CHECKING:
    from compare.check.exam import Exam
    from compare.check.examine import Checked
    from compare.check.keras_answers import KerasAnswers
    from compare.check.sandbox import Limits
    from compare.core.data import Rows
    from scratch.datasets import Dataset

RIGHT, WRONG, UNREADABLE, INTERRUPTED = 0, 1, 2, 130

REAL_ROWS = 1000
"""Real images that a submission trains on, where nothing else is said: enough for every batch and epoch to count, and
few enough for loops in pure Python."""

LIMITS, FILES = "Limits for each file", "Files to write"

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Python files, or directories of them.")]
Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Processes side by side.", show_default="one a core")
]
Cluster = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler's address, to check on its machines.")
]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="A row for each file.", rich_help_panel=FILES)]
Json = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Everything found, for programs.", rich_help_panel=FILES)
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="A page for the teacher.", rich_help_panel=FILES)
]
Seconds = Annotated[float, typer.Option("--time-limit", metavar="S", min=1, help="Seconds.", rich_help_panel=LIMITS)]
Memory = Annotated[
    int, typer.Option("--memory-limit", metavar="MB", min=256, help="Megabytes.", rich_help_panel=LIMITS)
]
Rows_ = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Real images to train on.", show_default=f"{REAL_ROWS:,}", rich_help_panel=options.DATA
    ),
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Where the small random inputs come from.")]
Run = Annotated[bool, typer.Option("--run", help="Train every one of them, and say what its curve would have told.")]
NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not be there yet.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(new)
    app.command()(check)
    app.command()(mistakes)


def new(file: NewFile) -> None:
    """Write a file to fill in: every function that can be checked, with its formula, shapes and Keras line."""
    from compare.check.starting_file import write_starting_file

    write_starting_file(file)
    typer.echo(f"Written: {file}. Fill in what you like, then: python -m compare check {shlex.quote(str(file))}")


def check(
    files: Files,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    train_size: Rows_ = None,
    seed: Seed = 0,
    workers: Workers = None,
    cluster: Cluster = None,
    csv: Csv = None,
    json: Json = None,
    html: Html = None,
    time_limit: Seconds = 60.0,
    memory_limit: Memory = 2048,
    quiet: options.Quiet = False,
) -> None:
    """Check your own NumPy: which line of the math departs from Keras, and what is the mistake called?

    Each file runs in a process of its own, with limits. Exit code: 0 every rung that could be climbed passed, 1 a
    rung failed (of several files: not all are right), 2 no file could be checked at all, 130 interrupted.
    """
    from compare.check.sandbox import Limits

    paths = _files(files)
    for path, option in ((csv, "--csv"), (json, "--json"), (html, "--html")):
        _must_be_writable(path, option)
    console = Console(quiet=quiet)
    rows, loaded = _rows(console, dataset, data, train_size)
    with console.status("Starting Keras and asking it every question"):
        keras, exam = _exam(rows, loaded, seed)
    limits = Limits(seconds=time_limit, call_seconds=time_limit / 3, memory_mb=memory_limit)
    class_ = _Class(console, csv, json, html, loaded, keras)
    if len(paths) == 1 and cluster is None:
        code = _check_one(class_, paths[0], exam, limits)
    else:
        code = _check_class(class_, paths, exam, limits, workers, cluster)
    raise typer.Exit(code)


def _files(files: Sequence[Path]) -> list[Path]:
    """Return the files to check: of a directory, the Python files in it."""
    found: list[Path] = []
    for file in files:
        if file.is_dir():
            inside = sorted(file.glob("*.py"))
            if not inside:
                raise BadInput(f"{file} is a directory without Python files; name files, or another directory")
            found += inside
        else:
            found.append(file)
    if len(found) == 1 and not found[0].exists():
        raise BadInput(f"there is no file {found[0]}; python -m compare new {found[0]} writes one to start from")
    return found


def _must_be_writable(path: Path | None, option: str) -> None:
    """Try the place of a file that is to be written, before any work is done for nothing."""
    from compare.common.files import output_directory

    if path is not None:
        if path.is_dir():
            raise BadInput(f"{option} {path} is a directory; name a file to write")
        output_directory(path.parent, option)


def _rows(console: Console, dataset: str, data: Path | None, train_size: int | None) -> "tuple[Rows, Dataset]":
    from compare.common.console import show_notice
    from compare.core.data import prepare
    from scratch.datasets import load

    loaded = load(dataset, data).in_memory()
    show_notice(console, loaded.notice)
    size = min(REAL_ROWS, len(loaded.x_train)) if train_size is None else train_size
    return prepare(loaded, Config(train_size=size)), loaded


def _exam(rows: "Rows", loaded: "Dataset", seed: int) -> "tuple[KerasAnswers, Exam]":
    from compare.check.exam import set_exam
    from compare.check.keras_answers import KerasAnswers

    keras = KerasAnswers()
    return keras, set_exam(rows, loaded.name, keras, seed)


class _Class:
    """The results so far, and the files that hold them."""

    def __init__(
        self,
        console: Console,
        csv: Path | None,
        json: Path | None,
        html: Path | None,
        dataset: "Dataset",
        keras: "KerasAnswers",
    ) -> None:
        self.console = console
        self.csv, self.json, self.html = csv, json, html
        self.dataset = dataset
        self.keras = keras
        self.results: dict[int, Checked] = {}

    @property
    def in_order(self) -> "list[Checked]":
        """The results in the order in which the files were named."""
        return [self.results[number] for number in sorted(self.results)]

    def add(self, number: int, checked: "Checked") -> None:
        """Take in a result; the table is on disk at once, and so survives whatever comes next."""
        from compare.check.examine import confirmed
        from compare.check.grades import write_csv

        self.results[number] = confirmed(checked, self.keras)
        if self.csv:
            write_csv(self.in_order, self.csv)

    def write(self) -> None:
        """Write what is written at the end."""
        from compare.check.grades import write_all, write_page

        if self.json:
            write_all(self.in_order, self.json, self._about())
        if self.html:
            write_page(self.in_order, self.html, self._about())
        for path in (self.csv, self.json, self.html):
            if path:
                self.console.print(f"Written: {path}", highlight=False, markup=False)

    def _about(self) -> dict[str, Any]:
        from compare.core.result import environment

        return {
            "dataset": self.dataset.name,
            "source": self.dataset.source,
            "command": shlex.join(["python", "-m", "compare", *sys.argv[1:]]),
            "environment": environment(),
        }


def _check_one(class_: _Class, path: Path, exam: "Exam", limits: "Limits") -> int:
    from compare.check.examine import examine
    from compare.check.terminal import show_checked, verdict_line

    with class_.console.status("Climbing the ladder"):
        class_.add(0, examine(path, exam, limits))
    (checked,) = class_.in_order
    if not checked.problem:
        show_checked(class_.console, checked)
    class_.write()
    Console().print(verdict_line(checked), soft_wrap=True)
    return UNREADABLE if checked.problem else WRONG if checked.first_failed else RIGHT


def _check_class(
    class_: _Class, paths: Sequence[Path], exam: "Exam", limits: "Limits", workers: int | None, cluster: str | None
) -> int:
    from compare.check.many import check_many
    from compare.check.terminal import class_line, show_class
    from compare.common.console import progress_bar

    interrupted = False
    try:
        with progress_bar(class_.console) as progress:
            bar = progress.add_task("Checking", total=len(paths))
            for number, checked in check_many(paths, exam, limits, workers, cluster):
                class_.add(number, checked)
                progress.update(bar, advance=1, description=f"Checked {paths[number].name}")
    except KeyboardInterrupt:
        interrupted = True
    results = class_.in_order
    show_class(class_.console, results)
    class_.write()
    Console().print(class_line(results, len(paths)), soft_wrap=True)
    if interrupted:
        return INTERRUPTED
    verdicts = {checked.verdict for checked in results}
    if verdicts == {"unreadable"}:
        return UNREADABLE
    return RIGHT if verdicts == {"right"} else WRONG


def mistakes(
    run: Run = False,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    train_size: options.TrainSize = None,
    workers: Workers = None,
    json: Json = None,
    quiet: options.Quiet = False,
) -> None:
    """List the mistakes that check knows. With --run, train each, and count how many a curve would not have shown."""
    from compare.check.terminal import show_catalogue

    if not run:
        show_catalogue(Console())
        return
    _must_be_writable(json, "--json")
    _run_mistakes(Console(quiet=quiet), dataset, data, train_size, workers, json)


def _run_mistakes(
    console: Console, dataset: str, data: Path | None, train_size: int | None, workers: int | None, json: Path | None
) -> None:
    from compare.check import trained
    from compare.check.catalogue import CATALOGUE
    from compare.check.terminal import show_trained, trained_line
    from compare.common.console import progress_bar
    from compare.common.files import write_json
    from compare.core.data import prepare
    from compare.core.result import environment

    small, loaded = _rows(console, dataset, data, None)
    with console.status("Starting Keras and asking it every question"):
        _, exam = _exam(small, loaded, 0)
    rows = prepare(loaded, Config(train_size=train_size))
    course = trained.Course.of(rows)
    right, right_loss = trained.train({}, course, Config())
    found = []
    with progress_bar(console) as progress:
        bar = progress.add_task("Training", total=len(CATALOGUE))
        for one in trained.train_all(course, exam, workers):
            found.append(one)
            progress.update(bar, advance=1, description=f"Trained {one.name}")
    baseline = rows.baseline["validation"]
    counted = trained.summary(found, right, course, baseline)
    show_trained(console, found, right, right_loss, course)
    if json:
        write_json(
            {
                "dataset": loaded.name,
                "source": loaded.source,
                "train": len(course.X),
                "validation": len(course.X_val),
                "epochs": len(course.orders),
                "accuracy": right,
                "baseline": baseline,
                "summary": counted,
                "trained": [vars(one) for one in found],
                "environment": environment(),
            },
            json,
            "--json",
        )
        console.print(f"Written: {json}", highlight=False, markup=False)
    Console().print(trained_line(counted, right, baseline, course), soft_wrap=True)
