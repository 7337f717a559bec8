"""Our side's processes: one that runs a module of the child, the line to it, what it prints, how long it may take.

A process is given time by an ``Allowance``, is spoken to through a ``Line``, and a ``Printed`` keeps what it prints. As
soon as nothing more can come of it, ``Gone`` is raised, whose sentence says why.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compare.check.sandbox.protection import FLOOD_MB, Limits
from compare.check.sandbox.wire import BROKEN, MOST_BYTES, MOST_HEADER, Coder

START = Path(__file__).with_name("start.py")
MARK = "FIVE_OR_NOT_SUBMISSION"
NO_ANSWER = "sent something that is no answer"


class Gone(Exception):
    """The process ended, or was ended: the sentence says why."""


@dataclass(frozen=True)
class Deadline:
    """Until when something may take, and what is said of it then."""

    at: float
    said: str

    def wait(self, ready: selectors.BaseSelector) -> None:
        """Wait for the other side. Raises Gone where it is not ready in time."""
        if not ready.select(max(0.0, self.at - time.monotonic())):
            raise Gone(self.said)


class Allowance:
    """The time that a file has, for all of its processes together."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._spent = 0.0
        self._since: float | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Count the time in here as the file's; once, where one such time lies in another."""
        if self._since is not None:
            yield
            return
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._spent += time.monotonic() - self._since
            self._since = None

    @property
    def left(self) -> float:
        """The seconds that are left."""
        spent = self._spent + (time.monotonic() - self._since if self._since is not None else 0.0)
        return max(0.0, self.seconds - spent)

    @property
    def used_up(self) -> str:
        """What is said when nothing is left."""
        return f"used up its {self.seconds:g} seconds"

    def deadline(self, seconds: float, what: str) -> Deadline:
        """Return the end of so many seconds, or of the file's own time if that is sooner."""
        left = self.left
        said = f"took longer than it may, {seconds:g} seconds {what}" if seconds < left else self.used_up
        return Deadline(time.monotonic() + min(left, seconds), said)


class Line:
    """Our end of the line to a process; ``how_it_ended`` is asked when the other end is closed."""

    def __init__(self, ours: socket.socket, how_it_ended: Callable[[], str], most_bytes: int = MOST_BYTES) -> None:
        self._socket = ours
        self._how_it_ended = how_it_ended
        self._most_bytes = most_bytes
        self._coder = Coder(most_bytes)
        ours.setblocking(False)

    def exchange(
        self, header: dict[str, Any], values: dict[str, Any], deadline: Deadline
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Send a message and wait for the one that comes back. Raises Gone where none does."""
        self.send(header, values, deadline)
        return self.receive(deadline)

    def send(self, header: dict[str, Any], values: dict[str, Any], deadline: Deadline) -> None:
        """Send a message. Raises Gone where it is not taken."""
        message = self._coder.encode(header, values)
        rest = memoryview(struct.pack("<Q", len(message)) + message)
        with selectors.DefaultSelector() as ready:
            ready.register(self._socket, selectors.EVENT_WRITE)
            while rest:
                deadline.wait(ready)
                try:
                    rest = rest[self._socket.send(rest) :]
                except OSError:
                    raise Gone(self._how_it_ended()) from None

    def send_descriptors(self, descriptors: list[int]) -> None:
        """Hand over file descriptors, after a message that announced them. Raises Gone where they are not taken."""
        try:
            socket.send_fds(self._socket, [b"."], descriptors)
        except OSError:
            raise Gone(self._how_it_ended()) from None

    def receive(self, deadline: Deadline) -> tuple[dict[str, Any], dict[str, Any]]:
        """Wait for a message. Raises Gone where none comes, or one that is no message."""
        (size,) = struct.unpack("<Q", self._exactly(8, deadline))
        if size > self._most_bytes + MOST_HEADER:
            raise Gone(NO_ANSWER)
        try:
            return self._coder.decode(self._exactly(size, deadline))
        except BROKEN:
            raise Gone(NO_ANSWER) from None

    def _exactly(self, size: int, deadline: Deadline) -> bytes:
        parts = []
        with selectors.DefaultSelector() as ready:
            ready.register(self._socket, selectors.EVENT_READ)
            while size:
                deadline.wait(ready)
                try:
                    part = self._socket.recv(min(size, 2**20))
                except OSError:
                    part = b""
                if not part:
                    raise Gone(self._how_it_ended())
                parts.append(part)
                size -= len(part)
        return b"".join(parts)

    def hang_up(self) -> None:
        """End the talk; whoever waits for a message gets none. Any thread may do so."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close our end."""
        self._socket.close()


class Printed:
    """What a process prints: the first part is kept, the rest is dropped, and a flood is answered with ``end``."""

    def __init__(self, kept: bytearray, most: int, end: Callable[[], None]) -> None:
        self._kept, self._most, self._end = kept, most, end
        self._reading, self._writing = socket.socketpair()
        self.flooded = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def writing(self) -> int:
        """The end that the process prints to."""
        return self._writing.fileno()

    def _read(self) -> None:
        seen = 0
        while part := self._reading.recv(2**16):
            self._kept += part[: max(0, self._most - len(self._kept))]
            seen += len(part)
            if seen > FLOOD_MB * 2**20:
                self.flooded = True
                self._end()
                return

    def handed_over(self) -> None:
        """Close our copy of the end that the process has now."""
        self._writing.close()

    def close(self) -> None:
        """Read the rest of what an ended process printed; what it may have left running prints to nobody."""
        with contextlib.suppress(OSError):
            self._reading.shutdown(socket.SHUT_RD)
        self._thread.join()
        self._reading.close()


class Child:
    """One process, started with a module of the child that is told where its line is; both sides have its Coder."""

    def __init__(
        self,
        module: str,
        scratch: str,
        limits: Limits,
        printed: bytearray,
        told: dict[str, Any],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._mark = uuid.uuid4().hex
        ours, theirs = socket.socketpair()
        self.line = Line(ours, self._how_it_ended, most_bytes)
        self._printed = Printed(printed, limits.output_kb * 1024, self._kill)
        told = told | {"line": theirs.fileno(), "memory_mb": limits.memory_mb, "apart": limits.apart}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(START), module, json.dumps(told)],
                stdin=subprocess.DEVNULL,
                stdout=self._printed.writing,
                stderr=subprocess.STDOUT,
                cwd=scratch,
                env=_environment(scratch) | {MARK: self._mark},
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        finally:
            theirs.close()
            self._printed.handed_over()
        self.apart = False
        """Whether it has a process space of its own, which ends with it."""

    def _how_it_ended(self) -> str:
        if self._printed.flooded:
            return f"printed more than {FLOOD_MB} MB"
        try:
            return ended_with(self._process.wait(timeout=5))
        except subprocess.TimeoutExpired:
            return "closed its line to the checker"

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """End the process, and what it may have left running."""
        self._kill()
        self._process.wait()
        if not self.apart:
            _end_marked(self._mark)
        self.line.close()
        self._printed.close()


def ended_with(code: int) -> str:
    """Say how a process ended that ended with this code: a signal's is negative, or above 128."""
    number = -code if code < 0 else code - 128 if code > 128 else 0
    if number:
        with contextlib.suppress(ValueError):
            return f"crashed ({signal.Signals(number).name})"
    return "ended the program"


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
