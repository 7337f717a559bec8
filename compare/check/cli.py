"""The commands ``new``, ``check`` and ``mistakes``."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from compare import options
from compare.common.errors import BadInput
from compare.core.config import Config

if TYPE_CHECKING:
    from compare.check.exam import Exam, KerasAnswers
    from compare.check.gradebook import Gradebook
    from compare.check.sandbox import Limits
    from compare.core.data import Rows
    from scratch.datasets import Dataset

EXIT_CODES = {"right": 0, "wrong": 1, "incomplete": 1, "unreadable": 2}
NOT_ALL_RIGHT, INTERRUPTED = 1, 130

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
RealRows = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Real images to train on.", show_default=f"{REAL_ROWS:,}", rich_help_panel=options.DATA
    ),
]
Require = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="Functions that must be there, as dense,sigmoid.",
        show_default="all that a new file has, or a class",
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
    from compare.check.contract import starting_file

    text = starting_file().replace("compare check mine.py", f"compare check {shlex.quote(file.name)}")
    try:
        with open(file, "x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise BadInput(f"{file} is there already and stays as it is; name another file") from None
    except OSError as error:
        raise BadInput(f"cannot write {file}: {error.strerror}; name a file that you may write to") from None
    typer.echo(f"Written: {file}. Fill in what you like, then: python -m compare check {shlex.quote(str(file))}")


def check(
    files: Files,
    require: Require = None,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    train_size: RealRows = None,
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

    Each file runs in a process of its own, with limits. Exit code: 0 right, every function is there and passed; 1 not
    right, a rung failed or functions are missing (of several files: not all are right); 2 no file could be checked at
    all; 130 interrupted.
    """
    from compare.check.gradebook import Gradebook
    from compare.check.sandbox import Limits

    paths, required = _files(files), _required(require)
    for path, option in ((csv, "--csv"), (json, "--json"), (html, "--html")):
        _must_be_writable(path, option)
    console = Console(quiet=quiet)
    rows, loaded = _rows(console, dataset, data, train_size)
    with console.status("Starting Keras and asking it every question"):
        keras, exam = _exam(rows, loaded, seed)
    limits = Limits(seconds=time_limit, call_seconds=time_limit / 3, memory_mb=memory_limit)
    grades = Gradebook(console, loaded, keras, csv, json, html)
    if len(paths) == 1 and cluster is None:
        code = _check_one(grades, paths[0], exam, limits, required)
    else:
        code = _check_class(grades, paths, exam, limits, required, workers, cluster)
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


def _required(names: str | None) -> list[str]:
    """Return the functions that are asked for by name. Raises BadInput for one that is not checked."""
    from compare.check.contract import CONTRACT

    asked = [name.strip() for name in names.split(",")] if names is not None else []
    for name in asked:
        if name not in CONTRACT:
            raise BadInput(f"--require {name!r} is no function that is checked; name some of {', '.join(CONTRACT)}")
    return asked


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
    from compare.check.exam import KerasAnswers, set_exam

    keras = KerasAnswers()
    return keras, set_exam(rows, loaded.name, keras, seed)


def _check_one(grades: "Gradebook", path: Path, exam: "Exam", limits: "Limits", required: Sequence[str]) -> int:
    from compare.check.checking import check_file
    from compare.check.terminal import show_result, verdict_line

    with grades.console.status("Climbing the ladder"):
        grades.add(0, check_file(path, exam, limits, required))
    (result,) = grades.results
    if not result.problem:
        show_result(grades.console, result)
    grades.write()
    Console().print(verdict_line(result), soft_wrap=True)
    return EXIT_CODES[result.verdict]


def _check_class(
    grades: "Gradebook",
    paths: Sequence[Path],
    exam: "Exam",
    limits: "Limits",
    required: Sequence[str],
    workers: int | None,
    cluster: str | None,
) -> int:
    from compare.check.checking import check_files
    from compare.check.terminal import class_line, show_class
    from compare.common.console import progress_bar

    interrupted = False
    try:
        with progress_bar(grades.console) as progress:
            bar = progress.add_task("Checking", total=len(paths))
            for number, result in check_files(paths, exam, limits, required, workers, cluster):
                grades.add(number, result)
                progress.update(bar, advance=1, description=f"Checked {paths[number].name}")
    except KeyboardInterrupt:
        interrupted = True
    show_class(grades.console, grades.results)
    grades.write()
    Console().print(class_line(grades.results, len(paths)), soft_wrap=True)
    if interrupted:
        return INTERRUPTED
    verdicts = {result.verdict for result in grades.results}
    return EXIT_CODES[verdicts.pop()] if len(verdicts) == 1 else NOT_ALL_RIGHT


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
    from compare.check.catalogue import CATALOGUE
    from compare.check.terminal import learning_curves_line, show_catalogue, show_learning_curves

    if not run:
        show_catalogue(Console())
        return
    from compare.check.learning_curves import LearningCurves
    from compare.common.console import progress_bar
    from compare.common.files import write_json
    from compare.core.data import prepare

    _must_be_writable(json, "--json")
    console = Console(quiet=quiet)
    small, loaded = _rows(console, dataset, data, None)
    with console.status("Starting Keras and asking it every question"):
        _, exam = _exam(small, loaded, 0)
    found = LearningCurves(prepare(loaded, Config(train_size=train_size)))
    with progress_bar(console) as progress:
        bar = progress.add_task("Training", total=len(CATALOGUE))
        for one in found.train_all(exam, workers):
            progress.update(bar, advance=1, description=f"Trained {one.name}")
    show_learning_curves(console, found)
    if json:
        write_json(found.as_dict(loaded), json, "--json")
        console.print(f"Written: {json}", highlight=False, markup=False)
    Console().print(learning_curves_line(found), soft_wrap=True)
