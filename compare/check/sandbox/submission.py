"""Our side of the sandbox: a submission's process, and the questions that are put to it."""

import contextlib
import errno
import json
import os
import selectors
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from compare.check.sandbox.protection import FLOOD_MB, Limits
from compare.check.sandbox.wire import BROKEN, MOST_BYTES, Coder
from scratch.arrays import Array

START = Path(__file__).with_name("start.py")
WORKER = "compare.check.sandbox.worker"
MOST_SOURCE = 2**20
MARK = "FIVE_OR_NOT_SUBMISSION"
NO_ANSWER = "sent something that is no answer"


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


@dataclass(frozen=True)
class Deadline:
    """Until when something may take, and what is said of it then."""

    at: float
    said: str

    def wait(self, ready: selectors.BaseSelector) -> None:
        """Wait for the other side. Raises Gone where it is not ready in time."""
        if not ready.select(max(0.0, self.at - time.monotonic())):
            raise Gone(self.said)


class Gone(Exception):
    """The process ended, or was ended: the sentence says why."""


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
        self._spent = 0.0
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
        try:
            if self._child is None and (problem := self._start()):
                return Answer(problem=problem, ended=True)
            assert self._child is not None
            deadline = self._deadline(self.limits.call_seconds, "for a call")
            header, values = self._child.exchange({"function": function}, arguments, deadline)
            return _answer(header, values, time.monotonic() - began)
        except Gone as gone:
            self._end()
            return Answer(problem=f"it {gone}", ended=True, seconds=time.monotonic() - began)
        finally:
            self._spent += time.monotonic() - began

    def _read(self) -> str | None:
        if self._source is None:
            try:
                self._source = read_source(self.path)
            except OSError as error:
                return f"it cannot be read: {error.strerror}"
        return None

    def _start(self) -> str | None:
        """Start a process and load the file in it; return what stands in the way."""
        began = time.monotonic()
        try:
            if self._spent >= self.limits.seconds:
                raise Gone(self._used_up)
            self._child = Child(WORKER, self.path, self._scratch, self.limits, self._printed)
            deadline = self._deadline(max(self.limits.call_seconds, self.limits.seconds / 2), "to load")
            source = {"source": np.frombuffer(self._source or b"", np.uint8)}
            told, _ = self._child.exchange({}, source, deadline)
            _must_have(told, functions=dict, classes=dict, protection=list)
            self._child.apart = bool(told.get("apart"))
        except Gone as gone:
            self._end()
            return f"it {gone}"
        finally:
            self._spent += time.monotonic() - began
        self.functions = {name: tuple(parameters) for name, parameters in told["functions"].items()}
        self.classes = {name: tuple(parameters) for name, parameters in told["classes"].items()}
        self.protection = tuple(told["protection"])
        return f"it {told['problem']}" if told["problem"] else None

    def _deadline(self, seconds: float, what: str) -> "Deadline":
        """Return the end of so many seconds, or of the file's own time if that is sooner."""
        left = max(0.0, self.limits.seconds - self._spent)
        said = f"took longer than it may, {seconds:g} seconds {what}" if seconds < left else self._used_up
        return Deadline(time.monotonic() + min(left, seconds), said)

    @property
    def _used_up(self) -> str:
        return f"used up its {self.limits.seconds:g} seconds"

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


class Child:
    """One process that holds the submission, started with a module that runs in it."""

    def __init__(self, module: str, path: Path, scratch: str, limits: Limits, printed: bytearray) -> None:
        self._mark = uuid.uuid4().hex
        self._flooded = False
        self._coder = Coder()
        theirs_in, self._writing = os.pipe()
        self._reading, theirs_out = os.pipe()
        told = {
            "reading": theirs_in,
            "writing": theirs_out,
            "path": str(path.absolute()),
            "memory_mb": limits.memory_mb,
            "apart": limits.apart,
        }
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(START), module, json.dumps(told)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=scratch,
                env=_environment(scratch) | {MARK: self._mark},
                pass_fds=(theirs_in, theirs_out),
                start_new_session=True,
            )
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        for end in (self._reading, self._writing):
            os.set_blocking(end, False)
        self.apart = False
        """Whether it has a process space of its own, which ends with it."""
        self._drain = threading.Thread(target=self._keep, args=(printed, limits.output_kb * 1024), daemon=True)
        self._drain.start()

    def _keep(self, printed: bytearray, most: int) -> None:
        """Read what it prints: keep the first part, drop the rest, and end a flood."""
        assert self._process.stdout is not None
        seen = 0
        while part := self._process.stdout.read1(2**16):  # type: ignore[attr-defined]
            printed += part[: max(0, most - len(printed))]
            seen += len(part)
            if seen > FLOOD_MB * 2**20:
                self._flooded = True
                self._kill()
                return

    def exchange(
        self, header: dict[str, Any], values: dict[str, Any], deadline: Deadline
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Send a message and wait for the one that comes back. Raises Gone where none does."""
        self._send(self._coder.encode(header, values), deadline)
        (size,) = struct.unpack("<Q", self._exactly(8, deadline))
        if size > 2 * MOST_BYTES:
            raise Gone(NO_ANSWER)
        try:
            return self._coder.decode(self._exactly(size, deadline))
        except BROKEN:
            raise Gone(NO_ANSWER) from None

    def _send(self, message: bytes, deadline: Deadline) -> None:
        rest = memoryview(struct.pack("<Q", len(message)) + message)
        with selectors.DefaultSelector() as ready:
            ready.register(self._writing, selectors.EVENT_WRITE)
            while rest:
                deadline.wait(ready)
                try:
                    rest = rest[os.write(self._writing, rest) :]
                except OSError:
                    raise Gone(self._how_it_ended()) from None

    def _exactly(self, size: int, deadline: Deadline) -> bytes:
        parts = []
        with selectors.DefaultSelector() as ready:
            ready.register(self._reading, selectors.EVENT_READ)
            while size:
                deadline.wait(ready)
                part = os.read(self._reading, min(size, 2**20))
                if not part:
                    raise Gone(self._how_it_ended())
                parts.append(part)
                size -= len(part)
        return b"".join(parts)

    def _how_it_ended(self) -> str:
        if self._flooded:
            return f"printed more than {FLOOD_MB} MB"
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "closed its line to the checker"
        number = -code if code < 0 else code - 128 if code > 128 else 0
        if number:
            with contextlib.suppress(ValueError):
                return f"crashed ({signal.Signals(number).name})"
        return "ended the program"

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """End the process, and what it may have left running."""
        self._kill()
        self._process.wait()
        if not self.apart:
            _end_marked(self._mark)
        for end in (self._reading, self._writing):
            os.close(end)
        self._drain.join(timeout=5)
        if self._process.stdout and not self._drain.is_alive():
            self._process.stdout.close()


def _environment(scratch: str) -> dict[str, str]:
    """Return an environment without anything of ours, and one thread for each library."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return threads | {
        "PATH": os.defpath,
        "HOME": scratch,
        "TMPDIR": scratch,
        "MPLBACKEND": "Agg",
        "PYTHONIOENCODING": "utf-8:replace",
    }


def _end_marked(mark: str) -> None:
    """End processes that carry a mark in their environment: those that got out of the process group.

    One may start another while it is looked for, so they are gone only when two looks in a row find none.
    """
    needle = f"{MARK}={mark}".encode()
    looks_in_vain = 0
    for _ in range(20):
        found = False
        for directory in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if needle in (directory / "environ").read_bytes():
                    os.kill(int(directory.name), signal.SIGKILL)
                    found = True
        looks_in_vain = 0 if found else looks_in_vain + 1
        if looks_in_vain == 2:
            return
