"""Our side of the sandbox: a submission's process, and the questions that are put to it."""

import errno
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from compare.check.sandbox.processes import NO_ANSWER, Allowance, Child, Gone
from compare.check.sandbox.protection import Limits
from scratch.arrays import Array

WORKER = "compare.check.sandbox.worker"
MOST_SOURCE = 2**20


@dataclass(frozen=True)
class Answer:
    """What came back of one call: the value, or why there is none, and what else the call did."""

    value: Any = None
    """Plain data: numbers, arrays of numbers, and lists, tuples and dicts of these."""
    problem: str | None = None
    """One sentence where there is no usable value."""
    ended: bool = False
    """Whether the call ended the process that it ran in."""
    written: bool = True
    """False where the function raised NotImplementedError: a stub that is not filled in yet."""
    changed: tuple[str, ...] = ()
    """The arguments that the call wrote over."""
    after: dict[str, Array] = field(default_factory=dict)
    """What those hold afterwards, so that an update in place can be judged."""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


def read_source(path: Path, most: int = MOST_SOURCE) -> bytes:
    """Return a submission's bytes. Raises OSError where there are none, or more than a person writes."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no regular file")
    if path.stat().st_size > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // 2**20} MB")
    return path.read_bytes()


class Submission:
    """A file in its sandbox; a context manager, after which nothing of it is left."""

    def __init__(self, path: Path, limits: Limits | None = None, source: bytes | None = None) -> None:
        self.path = path
        self.limits = limits or Limits()
        self.functions: dict[str, tuple[str, ...]] = {}
        self.classes: dict[str, tuple[str, ...]] = {}
        self.protection: tuple[str, ...] = ()
        self._source = source
        self._child: Child | None = None
        self._allowance = Allowance(self.limits.seconds)
        self._printed = bytearray()
        self._scratch = tempfile.mkdtemp(prefix="submission-")
        self.problem: str | None = None
        self.problem = self._read() or self._start()

    def __enter__(self) -> "Submission":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def output(self) -> str:
        """What it printed, its first part, as it came: whoever shows it escapes it. It is complete after ``close``."""
        return bytes(self._printed).decode("utf-8", "replace")

    def close(self) -> None:
        """End its process and whatever that left running, and remove its directory."""
        self._end()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def call(self, function: str, arguments: dict[str, Any]) -> Answer:
        """Call one of its functions with these arguments, in this order."""
        if self.problem:
            return Answer(problem=self.problem, ended=True)
        began = time.monotonic()
        with self._allowance.running():
            try:
                if self._child is None and (problem := self._start()):
                    return Answer(problem=problem, ended=True)
                assert self._child is not None
                deadline = self._allowance.deadline(self.limits.call_seconds, "for a call")
                header, values = self._child.line.exchange({"function": function}, arguments, deadline)
                return _answer(header, values, time.monotonic() - began)
            except Gone as gone:
                self._end()
                return Answer(problem=f"it {gone}", ended=True, seconds=time.monotonic() - began)

    def _read(self) -> str | None:
        if self._source is None:
            try:
                self._source = read_source(self.path)
            except OSError as error:
                return f"it cannot be read: {error.strerror}"
        return None

    def _start(self) -> str | None:
        """Start a process and load the file in it; return what stands in the way."""
        with self._allowance.running():
            try:
                if not self._allowance.left:
                    raise Gone(self._allowance.used_up)
                path = {"path": str(self.path.absolute())}
                self._child = Child(WORKER, self._scratch, self.limits, self._printed, path)
                longest = max(self.limits.call_seconds, self.limits.seconds / 2)
                source = {"source": np.frombuffer(self._source or b"", np.uint8)}
                told, _ = self._child.line.exchange({}, source, self._allowance.deadline(longest, "to load"))
                _must_have(told, functions=dict, classes=dict, protection=list)
                self._child.apart = bool(told.get("apart"))
            except Gone as gone:
                self._end()
                return f"it {gone}"
        self.functions = {name: tuple(parameters) for name, parameters in told["functions"].items()}
        self.classes = {name: tuple(parameters) for name, parameters in told["classes"].items()}
        self.protection = tuple(told["protection"])
        return f"it {told['problem']}" if told["problem"] else None

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _must_have(header: dict[str, Any], **kinds: type) -> None:
    """Raise Gone unless a header holds a problem or none, and these values of these kinds."""
    told = all(isinstance(header.get(name), kind) for name, kind in kinds.items())
    if not told or not isinstance(header.get("problem", 0), str | None):
        raise Gone(NO_ANSWER)


def _answer(header: dict[str, Any], values: dict[str, Any], seconds: float) -> Answer:
    _must_have(header, changed=list, warnings=list)
    problem = header["problem"]
    return Answer(
        value=values.get("value"),
        problem=f"{'' if str(problem).startswith('raised') else 'it '}{problem}" if problem else None,
        written=problem != "NotImplementedError",
        changed=tuple(header["changed"]),
        after={name: values[f"after {name}"] for name in header["changed"] if f"after {name}" in values},
        warnings=tuple(header["warnings"]),
        seconds=seconds,
    )
