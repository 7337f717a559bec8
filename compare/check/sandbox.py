"""Runs a submission, which is someone else's code, in a process of its own, and asks it one question at a time.

What this protects against is mishap and mischief in a class: endless loops, floods of output or memory, programs that
end themselves, that start others, that reach for the network, write over files, replace NumPy's functions or return
nonsense. Each costs the submission the call in which it happens; the next call gets a fresh process, as long as the
file's time lasts. The process has a session, a scratch directory and an empty environment of its own; on Linux, where
the kernel allows it, also a process space, in which nothing outlives it, and a network with nothing in it. Elsewhere
an audit hook refuses sockets, other programs and files outside the scratch directory.

What it does not protect against is a determined attacker: code that reaches past Python (ctypes, a flaw in a library)
gets around the audit hook, and it can read what you can read. A submission can also call Keras itself and hand back
its answers. Run strangers' code on a machine or in a container that you can afford to lose.
"""

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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from compare.check.answer import Answer
from compare.check.worker import MOST_BYTES, Coder

WORKER = Path(__file__).with_name("worker.py")
FLOOD = 10 * 2**20
MOST_SOURCE = 2**20
MARK = "FIVE_OR_NOT_SUBMISSION"
KINDS = "biufc"


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    seconds: float = 60.0
    """For the whole file, the start of its processes included. Loading it may take half of that."""
    call_seconds: float = 20.0
    memory_mb: int = 2048
    output_kb: int = 64
    """Of what it prints, so much is kept; beyond 10 MB it is ended."""
    apart: bool = True
    """Whether to ask the kernel for a process space of its own. Without one, what is left running is looked for."""


def read_source(path: Path) -> bytes:
    """Return a submission's bytes. Raises OSError where there are none, or more than a person writes."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no regular file")
    if path.stat().st_size > MOST_SOURCE:
        raise OSError(errno.EFBIG, f"it is larger than {MOST_SOURCE // 2**20} MB")
    return path.read_bytes()


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
        self._child: _Child | None = None
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
            header, values = self._child.ask(function, arguments, self._deadline(self.limits.call_seconds))
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
                raise Gone(f"used up its {self.limits.seconds:g} seconds")
            self._child = _Child(self.path, self._source or b"", self._scratch, self.limits, self._printed)
            told = self._child.loaded(self._deadline(max(self.limits.call_seconds, self.limits.seconds / 2)))
        except Gone as gone:
            self._end()
            return f"it {gone}"
        finally:
            self._spent += time.monotonic() - began
        self.functions = {name: tuple(parameters) for name, parameters in told["functions"].items()}
        self.classes = {name: tuple(parameters) for name, parameters in told["classes"].items()}
        self.protection = tuple(told["protection"])
        return f"it {told['problem']}" if told["problem"] else None

    def _deadline(self, seconds: float) -> float:
        """Return the end of so many seconds, or of the file's own time if that is sooner."""
        return time.monotonic() + max(0.0, min(self.limits.seconds - self._spent, seconds))

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _answer(header: dict[str, Any], values: dict[str, Any], seconds: float) -> Answer:
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


class _Child:
    """One process that holds the submission."""

    def __init__(self, path: Path, source: bytes, scratch: str, limits: Limits, printed: bytearray) -> None:
        self._limits = limits
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
                [sys.executable, "-I", str(WORKER), json.dumps(told)],
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
        self._apart = False
        self._drain = threading.Thread(target=self._keep, args=(printed, limits.output_kb * 1024), daemon=True)
        self._drain.start()
        self._first = self._coder.encode({}, {"source": np.frombuffer(source, np.uint8)})

    def _keep(self, printed: bytearray, most: int) -> None:
        """Read what it prints: keep the first part, drop the rest, and end a flood."""
        assert self._process.stdout is not None
        seen = 0
        while part := self._process.stdout.read1(2**16):  # type: ignore[attr-defined]
            printed += part[: max(0, most - len(printed))]
            seen += len(part)
            if seen > FLOOD:
                self._flooded = True
                self._kill()
                return

    def loaded(self, deadline: float) -> dict[str, Any]:
        """Hand over the source and wait until it is loaded; return what the process tells of it."""
        self._send(self._first, deadline)
        header, _ = self._receive(deadline)
        self._apart = bool(header.get("apart"))
        if not {"functions", "classes", "protection", "problem"} <= header.keys():
            raise Gone("sent something that is no answer")
        return header

    def ask(self, function: str, arguments: dict[str, Any], deadline: float) -> tuple[dict[str, Any], dict[str, Any]]:
        """Send a call and wait for what comes back."""
        self._send(self._coder.encode({"function": function}, arguments), deadline)
        header, values = self._receive(deadline)
        if not {"problem", "changed", "warnings"} <= header.keys():
            raise Gone("sent something that is no answer")
        return header, values

    def _send(self, message: bytes, deadline: float) -> None:
        rest = memoryview(struct.pack("<Q", len(message)) + message)
        with selectors.DefaultSelector() as ready:
            ready.register(self._writing, selectors.EVENT_WRITE)
            while rest:
                if not ready.select(max(0.0, deadline - time.monotonic())):
                    raise Gone(self._too_slow())
                try:
                    rest = rest[os.write(self._writing, rest) :]
                except OSError:
                    raise Gone(self._how_it_ended()) from None

    def _receive(self, deadline: float) -> tuple[dict[str, Any], dict[str, Any]]:
        (size,) = struct.unpack("<Q", self._exactly(8, deadline))
        if size > 2 * MOST_BYTES:
            raise Gone("sent something that is no answer")
        try:
            return _decoded(self._exactly(size, deadline))
        except (ValueError, KeyError, TypeError, AttributeError, struct.error):
            raise Gone("sent something that is no answer") from None

    def _exactly(self, size: int, deadline: float) -> bytes:
        parts = []
        with selectors.DefaultSelector() as ready:
            ready.register(self._reading, selectors.EVENT_READ)
            while size:
                if not ready.select(max(0.0, deadline - time.monotonic())):
                    raise Gone(self._too_slow())
                part = os.read(self._reading, min(size, 2**20))
                if not part:
                    raise Gone(self._how_it_ended())
                parts.append(part)
                size -= len(part)
        return b"".join(parts)

    def _too_slow(self) -> str:
        return f"took longer than it may, {self._limits.call_seconds:g} seconds for a call"

    def _how_it_ended(self) -> str:
        if self._flooded:
            return f"printed more than {FLOOD // 2**20} MB"
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
        if not self._apart:
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
    """End processes that carry a mark in their environment: those that got out of the process group."""
    needle = f"{MARK}={mark}".encode()
    for _ in range(10):
        found = False
        for directory in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if needle in (directory / "environ").read_bytes():
                    os.kill(int(directory.name), signal.SIGKILL)
                    found = True
        if not found:
            return


def _decoded(message: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a message from a process that may lie: every size and type is checked before anything is made of it."""
    (size,) = struct.unpack("<Q", message[:8])
    header = json.loads(message[8 : 8 + size])
    blobs = memoryview(message)[8 + size :]
    if not isinstance(header, dict) or not isinstance(header["values"], dict):
        raise ValueError("no header")

    def value(node: Any) -> Any:
        nonlocal blobs
        kind, *rest = node
        if kind == "array":
            name, shape, length = rest
            dtype = np.dtype(str(name))
            if dtype.kind not in KINDS or not all(isinstance(n, int) and n >= 0 for n in shape):
                raise ValueError("no array of numbers")
            blob, blobs = blobs[:length], blobs[length:]
            return np.frombuffer(blob, dtype).reshape(shape).copy()
        if kind in ("list", "tuple"):
            entries = [value(entry) for entry in rest[0]]
            return tuple(entries) if kind == "tuple" else entries
        if kind == "dict":
            return {str(key): value(entry) for key, entry in rest[0]}
        if kind == "int":
            return int(rest[0])
        return float.fromhex(rest[0]) if kind == "float" else rest[0]

    return header, {name: value(node) for name, node in header["values"].items()}
