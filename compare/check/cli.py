"""The commands ``new``, ``check`` and ``mistakes``."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from compare import options
from compare.common.errors import BadInput
from compare.core.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress, TaskID
    from rich.text import Text

    from compare.check.checking import Result
    from compare.check.exam import Exam, KerasAnswers
    from compare.check.gradebook import Gradebook
    from compare.check.sandbox import Limits
    from compare.core.data import Rows
    from scratch.datasets import Dataset

EXIT_CODES = {"right": 0, "wrong": 1, "incomplete": 1, "not understood": 2, "unreadable": 2}
NOT_ALL_RIGHT, INTERRUPTED = 1, 130

REAL_ROWS = 1000
"""Real images that a submission trains on, where nothing else is said: enough for every batch and epoch to count, and
few enough for loops in pure Python."""

KINDS = (".py", ".ipynb")
"""What a directory is searched for."""

LIMITS, FILES = "Limits for each file", "Files to write"

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Python files, notebooks, or directories of them.")
]
Call = Annotated[
    str | None,
    typer.Option(
        metavar="EXPRESSION",
        help='What starts the training of a file that does not train by itself, as "Net().train(X, y)".',
    ),
]
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
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help="A page: of one program line by line, of several files a row each.",
        rich_help_panel=FILES,
    ),
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
Programs = Annotated[
    Path | None,
    typer.Option(
        "--programs",
        metavar="DIR",
        help="Check the programs of this directory, whose keys lie beside them, and print the score.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="With --programs: keep what the --json file has, and do the rest.")
]
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
    call: Call = None,
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
    """Check your own NumPy: which line of the math is wrong, what is due there, and what would mend it?

    Any script or notebook that trains is run as it is, and its steps are held against the derivative of its own loss.

    Functions of the template's names (see new), or a class with Keras's interface, are asked and held against Keras.

    Each file runs in a process of its own, with limits. Of several files the exit code is 1 where they differ.

    Exit code: 0 right, 1 wrong or incomplete, 2 unreadable or not understood, 130 interrupted.
    """
    from compare.check.gradebook import Gradebook
    from compare.check.sandbox import Limits

    paths, required = _files(files), _required(require)
    for path, option in ((csv, "--csv"), (json, "--json"), (html, "--html")):
        _must_be_writable(path, option)
    console = Console(quiet=quiet)
    grades = Gradebook(console, csv=csv, json=json, html=html)

    def exam() -> "Exam":
        """Set the exam, when the first file turns out to need it."""
        rows, grades.dataset = _rows(console, dataset, data, train_size)
        grades.keras, questions = _exam(rows, grades.dataset, seed)
        return questions

    checking = _Checking(
        grades,
        paths,
        exam,
        Limits(seconds=time_limit, call_seconds=time_limit / 3, memory_mb=memory_limit),
        required,
        dict.fromkeys(paths, call) if call else {},
    )
    one = len(paths) == 1 and cluster is None
    raise typer.Exit(checking.one() if one else checking.many(workers, cluster))


def _files(files: Sequence[Path]) -> list[Path]:
    """Return the files to check: of a directory, the Python files and notebooks in it."""
    found: list[Path] = []
    for file in files:
        if file.is_dir():
            inside = sorted(path for path in file.iterdir() if path.suffix in KINDS and path.is_file())
            if not inside:
                raise BadInput(
                    f"{file} is a directory without Python files or notebooks; name files, or another directory"
                )
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


@dataclass
class _Checking:
    """What one call of ``check`` does: one file is shown at length, of many a row each."""

    grades: "Gradebook"
    paths: list[Path]
    exam: "Callable[[], Exam]"
    limits: "Limits"
    required: list[str]
    calls: dict[Path, str]

    def results(
        self, telling: "Callable[[str], None]", workers: int | None, cluster: str | None
    ) -> "Iterator[tuple[int, Result]]":
        """Check the files, and say where that takes time before the first of them."""
        from compare.check.checking import check_files

        def exam() -> "Exam":
            telling("Starting Keras and asking it every question")
            return self.exam()

        yield from check_files(self.paths, exam, self.limits, self.required, workers, cluster, self.calls)

    def one(self) -> int:
        """Check one file, and return the exit code."""
        from compare.check.program.result import ProgramResult
        from compare.check.program_terminal import program_verdict, show_program
        from compare.check.terminal import show_result, verdict_line

        with self.grades.console.status("Checking") as status:
            for number, result in self.results(status.update, workers=1, cluster=None):
                self.grades.add(number, result)
        (result,) = self.grades.results
        if isinstance(result, ProgramResult):
            show_program(self.grades.console, result)
            line = program_verdict(result)
        else:
            if not result.problem:
                show_result(self.grades.console, result)
            line = verdict_line(result)
        self.grades.write()
        _print_last(line)
        return EXIT_CODES[result.verdict]

    def many(self, workers: int | None, cluster: str | None) -> int:
        """Check a class, and return the exit code."""
        from compare.check.terminal import class_line, show_class
        from compare.common.console import progress_bar
        from compare.common.harmless import one_line

        interrupted = False
        try:
            with progress_bar(self.grades.console) as progress:
                bar = progress.add_task("Checking", total=len(self.paths))
                telling = partial(_describe, progress, bar)
                for number, result in self.results(telling, workers, cluster):
                    self.grades.add(number, result)
                    telling(f"Checked {one_line(self.paths[number].name)}")
                    progress.advance(bar)
        except KeyboardInterrupt:
            interrupted = True
        show_class(self.grades.console, self.grades.results)
        self.grades.write()
        _print_last(class_line(self.grades.results, len(self.paths)))
        if interrupted:
            return INTERRUPTED
        codes = {EXIT_CODES[result.verdict] for result in self.grades.results}
        return codes.pop() if len(codes) == 1 else NOT_ALL_RIGHT


def _print_last(line: "Text") -> None:
    """Print the line that a command ends in, a quiet one, too: broken between words for people, whole for programs."""
    console = Console()
    console.print(line, soft_wrap=not console.is_terminal)


def _describe(progress: "Progress", bar: "TaskID", text: str) -> None:
    """Say beside a progress bar what is going on; names of files are no markup."""
    progress.update(bar, description=escape(text))


def mistakes(
    run: Run = False,
    programs: Programs = None,
    resume: Resume = False,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    train_size: options.TrainSize = None,
    workers: Workers = None,
    json: Json = None,
    quiet: options.Quiet = False,
) -> None:
    """List the mistakes that check knows. With --run, train each, and count how many a curve would not have shown.

    With --programs, check programs whose mistakes are known, and count what is found: understood, lines, fixes.

    Exit code: 0 done, whatever was counted, 2 bad input, 130 interrupted, with what is finished in the --json file.
    """
    _must_be_writable(json, "--json")
    if programs is not None:
        raise typer.Exit(_score(Console(quiet=quiet), programs, workers, json, resume))
    from compare.check.catalogue import CATALOGUE
    from compare.check.terminal import learning_curves_line, show_catalogue, show_learning_curves

    if not run:
        show_catalogue(Console())
        return
    from compare.check.learning_curves import LearningCurves
    from compare.common.console import progress_bar
    from compare.common.files import write_json
    from compare.core.data import prepare

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
    _print_last(learning_curves_line(found))


def _score(console: Console, programs: Path, workers: int | None, json: Path | None, resume: bool) -> int:
    """Check the programs of a directory, print how well that went, and return the exit code."""
    from compare.check.program_benchmark import ProgramBenchmark
    from compare.check.program_score_terminal import score_line, show_score
    from compare.common.console import progress_bar
    from compare.common.harmless import one_line

    if resume and json is None:
        raise BadInput("--resume needs --json FILE: that is where the finished programs are")
    benchmark = ProgramBenchmark.of(programs, json if resume else None)
    interrupted = False
    try:
        with progress_bar(console) as progress:
            bar = progress.add_task("Checking", total=len(benchmark.keys), completed=len(benchmark.results))
            for name in benchmark.run(workers):
                progress.advance(bar)
                _describe(progress, bar, f"Checked {one_line(name)}")
                if json:
                    benchmark.write(json)
    except KeyboardInterrupt:
        interrupted = True
    show_score(console, benchmark)
    if json:
        benchmark.write(json)
        console.print(f"Written: {json}", highlight=False, markup=False)
    _print_last(score_line(benchmark))
    return INTERRUPTED if interrupted else 0
