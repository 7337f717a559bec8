"""Checks files: functions of known names climb the ladder, any other program is run and watched; many side by side."""

import ast
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from compare.check.catalogue import Mistake
from compare.check.contract import CONTRACT, LADDER, Case
from compare.check.diagnosis import Diagnosis, diagnose
from compare.check.exam import Exam, KerasAnswers
from compare.check.judge import DIGITS, Attempt, JudgedRung, climb, look_alike
from compare.check.program import examine
from compare.check.program.result import ProgramResult, WrongLine
from compare.check.roads import DEFINITIONS, NOTEBOOK, Road, road_of
from compare.check.sandbox import Limits, Submission, read_source
from compare.check.sandbox.loading import OF_A_CLASS
from compare.check.shrink import smallest
from compare.common.errors import BadInput
from scratch.arrays import Array


@dataclass(frozen=True)
class SmallestInput:
    """The smallest input that shows a failure, and what both sides make of it."""

    case: Case
    dtype: str
    yours: dict[str, Array]
    keras: dict[str, Array]
    sentence: str

    @property
    def shows(self) -> bool:
        """Whether a reader sees it: different numbers where there are any, else the sentence."""
        seen = [not look_alike(yours, self.keras[name], DIGITS[-1]) for name, yours in self.yours.items()]
        return any(seen) or not self.yours

    @classmethod
    def of(cls, one: Attempt, judged: JudgedRung) -> "SmallestInput":
        """Take over what is to be shown of an attempt."""
        keras = {name: one.question.expected[name] for name in judged.rung.results if name in one.question.expected}
        yours = {name: x for name, x in one.returned.items() if name in keras}
        return cls(one.question.case, one.question.dtype, yours, keras, one.wrong(judged.rung.results) or "")


@dataclass
class RungResult:
    """One rung as it is shown: what was asked, what came of it, and what is behind it."""

    name: str
    state: str
    right: int
    asked: int
    sentence: str = ""
    remarks: list[str] = field(default_factory=list)
    diagnosis: Diagnosis = field(default_factory=Diagnosis)
    """What is behind a failed rung."""
    smallest: SmallestInput | None = None
    first: SmallestInput | None = None
    """The case of the exam that failed first, of which the smallest was made."""


@dataclass
class FileResult:
    """Everything about one submission. Plain data, so that it travels from one process to another."""

    file: str
    problem: str | None = None
    """Why the file could not be checked at all."""
    missing: list[str] = field(default_factory=list)
    """Functions that must be there and are not, or are not filled in yet."""
    rungs: list[RungResult] = field(default_factory=list)
    output: str = ""
    protection: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What else is to be said, as that its own training was not understood."""
    wrong: list[WrongLine] = field(default_factory=list)
    """The functions whose rungs failed, at the lines where they begin."""
    seconds: float = 0.0

    @property
    def climbed(self) -> list[RungResult]:
        """The rungs that could be tried."""
        return [rung for rung in self.rungs if rung.state != "absent"]

    @property
    def passed(self) -> list[RungResult]:
        """The rungs that were passed."""
        return [rung for rung in self.rungs if rung.state == "passed"]

    @property
    def first_failed(self) -> RungResult | None:
        """The first rung that failed."""
        return next((rung for rung in self.rungs if rung.state == "failed"), None)

    @property
    def mistakes(self) -> list[Mistake]:
        """Every mistake that is sure, the lowest first."""
        found = [m for rung in self.rungs if rung.state == "failed" for m in rung.diagnosis.mistakes]
        return list(dict.fromkeys(found))

    @property
    def mistake_names(self) -> list[str]:
        """Their names."""
        return [mistake.name for mistake in self.mistakes]

    @property
    def told_best(self) -> RungResult | None:
        """The failed rung whose diagnosis says most, the lowest of several: usually the first, but not always."""
        failed = [rung for rung in self.rungs if rung.state == "failed"]
        return max(failed, key=lambda rung: rung.diagnosis.worth, default=None)

    @property
    def diagnosis(self) -> str:
        """The best diagnosis of all rungs, in one sentence."""
        best = self.told_best
        if best is None:
            return ""
        return f"{'' if best is self.first_failed else f'{best.name} shows: '}{best.diagnosis.sentence}"

    @property
    def verdict(self) -> str:
        """One word: right, wrong, incomplete or unreadable."""
        if self.problem:
            return "unreadable"
        return "wrong" if self.first_failed else "incomplete" if self.missing else "right"

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {
            "file": self.file,
            "verdict": self.verdict,
            "conventions": [],
            "model": [],
            "symbols": {},
            "wrong": [wrong.as_dict() for wrong in self.wrong],
            "rungs_passed": len(self.passed),
            "rungs_climbed": len(self.climbed),
            "first_failing_rung": self.first_failed.name if self.first_failed else None,
            "diagnosis": self.diagnosis or None,
            "mistakes": self.mistake_names,
            "missing": self.missing,
            "error": self.problem,
            "seconds": round(self.seconds, 3),
            "rungs": [_rung_as_dict(rung) for rung in self.rungs],
            "notes": self.notes,
            "output": self.output,
            "protection": self.protection,
        }


Result = FileResult | ProgramResult
"""What a check finds: the ladder of a file's functions, or what is behind a program."""


def _rung_as_dict(rung: RungResult) -> dict[str, Any]:
    shown = rung.smallest
    return {
        "rung": rung.name,
        "state": rung.state,
        "right": rung.right,
        "asked": rung.asked,
        "sentence": rung.sentence or None,
        "remarks": rung.remarks,
        "explanations": [[m.name for m in mistakes] for mistakes in rung.diagnosis.explanations],
        "pattern": rung.diagnosis.pattern or None,
        "smallest": shown
        and {
            "input": {name: x.tolist() if isinstance(x, np.ndarray) else x for name, x in shown.case.arguments.items()},
            "dtype": shown.dtype,
            "yours": {name: x.tolist() for name, x in shown.yours.items()},
            "keras": {name: x.tolist() for name, x in shown.keras.items()},
            "sentence": shown.sentence,
        },
    }


def check_file(
    path: Path, exam: Exam, limits: Limits, required: Sequence[str] = (), source: bytes | None = None
) -> FileResult:
    """Check one file, which must have the ``required`` functions. Whatever the file does, a result comes back.

    Where none are named, a class must have what classes have, and another file every function of the starting file.
    """
    began = time.perf_counter()
    source = _read(path) if source is None else source
    result = FileResult(str(path))
    with Submission(path, limits, source) as submission:
        result.protection = list(submission.protection)
        result.problem = submission.problem
        if not result.problem:
            result.rungs = list(_climbed(submission, exam))
            there = {LADDER[rung.name].function.name for rung in result.climbed}
            result.missing = [name for name in required or _all_of(submission) if name not in there]
            if not result.climbed:
                result.problem = _nothing_to_check(submission)
        result.wrong = _wrong_functions(result, source or b"")
    result.output = submission.output  # now that it is closed, nothing more can come
    result.seconds = time.perf_counter() - began
    return result


def _climbed(submission: Submission, exam: Exam) -> Iterator[RungResult]:
    """Climb with functions of known names, one way to understand a file."""
    ladder = list(climb(submission, exam))
    diagnoses = diagnose(ladder)
    shown = False
    for judged in ladder:
        rung = RungResult(judged.name, judged.state, judged.right, judged.asked, judged.sentence, judged.remarks)
        if judged.state == "failed":
            rung.diagnosis = diagnoses[judged.name]
            if not shown and judged.failed:
                rung.first = SmallestInput.of(judged.failed, judged)
                rung.smallest = SmallestInput.of(smallest(submission, judged) or judged.failed, judged)
                shown = True
        yield rung


def _wrong_functions(result: FileResult, source: bytes) -> list[WrongLine]:
    """Return where each function begins whose rung failed. One that no ``def`` makes has no line."""
    failed = {LADDER[rung.name].function.name: rung for rung in reversed(result.rungs) if rung.state == "failed"}
    if not failed:
        return []
    text = source.decode("utf-8", "replace").splitlines()
    defined = {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, DEFINITIONS)}
    found = []
    for name, rung in sorted(failed.items(), key=lambda item: list(LADDER).index(item[1].name)):
        if name in defined:
            line = defined[name].lineno
            column = max(text[line - 1].find(name), 0)
            mistake = next(iter(rung.diagnosis.mistakes), None)
            found.append(
                WrongLine(
                    cell=None,
                    line=line,
                    column=column,
                    end_column=column + len(name),
                    source=text[line - 1],
                    says=f"{rung.name}: {rung.sentence}",
                    due=mistake.right if mistake else "what Keras answers",
                    name=mistake.name if mistake else None,
                    why=mistake.why if mistake else None,
                )
            )
    return found


def _all_of(submission: Submission) -> list[str]:
    """Return the functions that a whole file has."""
    if submission.classes:
        return list(OF_A_CLASS)
    return [name for name, function in CONTRACT.items() if not function.of_classes]


def _nothing_to_check(submission: Submission) -> str:
    if any(name in submission.functions for name in CONTRACT):
        return "nothing is filled in yet: every function raises NotImplementedError"
    asked = ", ".join(CONTRACT)
    return f"it has nothing to check: define any of {asked}, or a class with fit, predict, get_weights and set_weights"


def confirmed(result: FileResult, keras: KerasAnswers) -> FileResult:
    """Ask Keras itself about the smallest inputs, which were found without it; what shows nothing then is not shown."""
    for rung in result.rungs:
        if rung.smallest:
            shown = rung.smallest
            answer = keras.answer(shown.case.function, shown.dtype, shown.case.arguments)
            shown = replace(shown, keras={name: answer[name] for name in shown.keras})
            rung.smallest = shown if shown.shows else rung.first
    return result


@dataclass(frozen=True)
class Task:
    """One file to check, with all that the process that does it needs."""

    number: int
    path: Path
    source: bytes | None
    limits: Limits
    required: Sequence[str] = ()
    call: str | None = None
    exam: Exam | None = None
    """The questions to climb with; None for a program, which is asked nothing."""

    def done(self) -> tuple[int, Result]:
        """Check the file. What goes wrong on our own side costs this file its result, and no other."""
        try:
            return self.number, self._result()
        except Exception as error:
            problem = f"the check itself failed: {type(error).__name__}: {error}"
            if self.exam:
                return self.number, FileResult(str(self.path), problem=problem)
            return self.number, ProgramResult(str(self.path), "unreadable", problem=problem)

    def _result(self) -> Result:
        if self.exam:
            return check_file(self.path, self.exam, self.limits, self.required, self.source)
        if self.source is None:
            return ProgramResult(str(self.path), "unreadable", problem=_unreadable(self.path))
        began = time.perf_counter()
        result = examine(self.path, self.source, self.call, self.limits)
        return replace(result, file=str(self.path), seconds=time.perf_counter() - began)


def check_files(
    paths: Sequence[Path],
    exam: Exam | Callable[[], Exam] | None,
    limits: Limits,
    required: Sequence[str] = (),
    workers: int | None = None,
    cluster: str | None = None,
    calls: Mapping[Path, str] | None = None,
) -> Iterator[tuple[int, Result]]:
    """Yield (number, result) for every file as soon as it is done, in whatever order.

    The ``exam`` is for files with functions of known names; given as a function, it is called when the first of them
    is due, and without one every file is examined as a program. ``calls`` are the expressions that start a program's
    training, where it does not train by itself. ``workers`` are processes here, one a core where none is given;
    ``cluster`` is the address of a Dask scheduler. The files are read here, so a cluster's machines need not have
    them. Raises BadInput where there is no cluster.
    """
    from joblib import Parallel, delayed

    calls = calls or {}
    tasks = [Task(n, path, _read(path), limits, required, calls.get(path)) for n, path in enumerate(paths)]
    roads = [road_of(task.path, task.source, task.call) if exam else ONLY_AS_A_PROGRAM for task in tasks]
    untold: dict[int, ProgramResult] = {}

    def side_by_side(some: Sequence[Task]) -> Iterator[tuple[int, Result]]:
        parallel = Parallel(n_jobs=workers or os.cpu_count() or 1, return_as="generator_unordered")
        yield from parallel(delayed(Task.done)(task) for task in some)

    with _engine(cluster):
        for number, result in side_by_side([task for task in tasks if roads[task.number].program]):
            if isinstance(result, ProgramResult) and not result.understood and roads[number].ladder:
                untold[number] = result
            else:
                yield number, result
        climbing = [task for task in tasks if not roads[task.number].program or task.number in untold]
        asked = any(roads[task.number].needs_keras for task in climbing)
        questions = exam() if asked and callable(exam) else exam if isinstance(exam, Exam) else NO_QUESTIONS
        for number, result in side_by_side([replace(task, exam=questions) for task in climbing]):
            yield number, _better(result, untold.get(number))


MOST_NOTEBOOK = 64 * 2**20
"""A notebook keeps its pictures: a person writes less, and saves more."""
ONLY_AS_A_PROGRAM = Road(program=True, ladder=False)
NO_QUESTIONS = Exam("nothing", 0, 0)


def _better(climbed: Result, watched: ProgramResult | None) -> Result:
    """Return what the ladder found, with a word on the training that was not understood; or that, where it is all."""
    if watched is None or not isinstance(climbed, FileResult):
        return climbed
    if climbed.problem:
        return watched
    why = watched.problem or watched.missing
    climbed.notes.append(f"the file's own training was not understood ({why}), so its functions were asked one by one")
    return replace(climbed, seconds=climbed.seconds + watched.seconds)


def _unreadable(path: Path) -> str:
    """Say why a file's bytes cannot be had."""
    try:
        _bytes_of(path)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return "it cannot be read"


def _read(path: Path) -> bytes | None:
    """Return the file's bytes; None where it cannot be read, which the sandbox then says."""
    try:
        return _bytes_of(path)
    except OSError:
        return None


def _bytes_of(path: Path) -> bytes:
    """Return a file's bytes. Raises OSError where there are none, or more than there should be."""
    return read_source(path, MOST_NOTEBOOK) if path.suffix == NOTEBOOK else read_source(path)


def _engine(address: str | None) -> AbstractContextManager[Any]:
    """Return joblib's own processes, or a Dask cluster's."""
    if address is None:
        return nullcontext()
    try:
        from distributed import Client
    except ImportError:
        raise BadInput("--cluster needs Dask: install it with pip install 'five-or-not[cluster]'") from None
    from joblib import parallel_config

    try:
        client = Client(address, timeout="5s")  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise BadInput(f"no Dask scheduler answers at {address}: {error}") from None
    return _Cluster(client, parallel_config(backend="dask", client=client))


class _Cluster(AbstractContextManager[None]):
    """Sends joblib's work to a cluster, and says goodbye to it at the end."""

    def __init__(self, client: Any, config: Any) -> None:
        self.client = client
        self.config = config

    def __exit__(self, *error: object) -> None:
        self.config.__exit__(*error)
        self.client.close()
