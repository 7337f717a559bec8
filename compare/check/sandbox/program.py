"""Our side of the sandbox for whole programs: runs one as often as is asked, and reads what was recorded."""

import contextlib
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from compare.check.sandbox.folder import Folder, modules_beside
from compare.check.sandbox.processes import NO_ANSWER, Allowance, Child, Deadline, Gone, Line, Printed, ended_with
from compare.check.sandbox.protection import FLOOD_MB, Limits
from compare.check.sandbox.wire import BROKEN, MOST_BYTES_RECORDED
from scratch import datasets
from scratch.datasets import DataError, Dataset

SERVER = "compare.check.sandbox.program_worker"
SECONDS_TO_START = 20.0
SECONDS_TO_END = 5.0
GRACE = 3.0
"""Seconds that a run may take beyond those of the recorder, to come to its end and to send what it recorded."""

DATA_SETS = re.compile(r"keras|tensorflow|torchvision|fetch_openml|fetch_mldata|^\s*(?:from|import)\s+mnist\b", re.M)
MNIST = re.compile(r"(fashion.?)?mnist|data_id\s*=\s*(?:554|40996)", re.I)


class Recording:
    """What one run of a program showed. Its values can be asked for until the next run begins, or it is gone."""

    def __init__(self, ended: str | None = None) -> None:
        self.table: dict[str, Any] = {}
        """What the recorder made of the run."""
        self.ended = ended
        """None where the program came to its end, or one sentence on how it ended."""
        self.said: tuple[str, ...] = ()
        """A sentence on each thing that was made harmless."""
        self._printed = bytearray()
        self._values: dict[int, Any] = {}
        self._fetch: Callable[[list[int]], dict[int, Any]] | None = None

    @property
    def printed(self) -> str:
        """What it printed, its first part, as it came: whoever shows it escapes it. It is complete after ``close``."""
        return bytes(self._printed).decode("utf-8", "replace")

    def values(self, refs: Iterable[int]) -> dict[int, Any]:
        """Return the values of these numbers; those that are no plain data are missing. Raises Gone."""
        wanted = list(dict.fromkeys(refs))
        missing = [ref for ref in wanted if ref not in self._values]
        if missing:
            if self._fetch is None:
                raise Gone("is over: its values can no longer be asked for")
            self._values |= self._fetch(missing)
        return {ref: self._values[ref] for ref in wanted if ref in self._values}


class ProgramSandbox:
    """A program in its sandbox; a context manager, after which nothing of it is left."""

    def __init__(
        self,
        path: Path,
        cells: Sequence[str],
        limits: Limits | None = None,
        load: Callable[[str], Dataset] = datasets.load,
        numbers: Sequence[int] | None = None,
    ) -> None:
        """Prepare to run a program; ``numbers`` are those of its cells in its notebook, None for a script."""
        self.path = path
        self._numbers = None if numbers is None else list(numbers)
        self.cells = tuple(cells)
        self.limits = limits or Limits()
        self._load = load
        self._allowance = Allowance(self.limits.seconds)
        self._given: dict[str, dict[str, Any]] | None = None
        self._server: Child | None = None
        self._run: _Run | None = None
        self._output = bytearray()
        self._scratch = tempfile.mkdtemp(prefix="program-")
        self._folder = Folder(self.path, "\n".join(self.cells), Path(self._scratch))

    def __enter__(self) -> "ProgramSandbox":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End its processes, and remove its directory."""
        self._end_run()
        self._end_server()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def run(
        self,
        cells: Sequence[str] | None = None,
        call: str | None = None,
        *,
        events: int,
        seconds: float,
        loops: Mapping[int, int] | None = None,
    ) -> Recording:
        """Run the program, or other cells in its place, and ``call`` after it; until its end, or enough was seen.

        At most ``events`` operations are recorded, for at most ``seconds``; a loop whose node's number is in ``loops``
        makes at most so many turns. The recording before this one is closed.
        """
        self._end_run()
        recording = Recording()
        header = {
            "cells": list(self.cells if cells is None else cells),
            "call": call,
            "events": events,
            "seconds": seconds,
            "loops": {str(node): most for node, most in (loops or {}).items()},
        }
        with self._allowance.running():
            try:
                if not self._allowance.left:
                    raise Gone(self._allowance.used_up)
                server = self._started()
                self._run = _Run(server, recording, self._allowance, self.limits)
                header["folder"] = str(self._folder.made())
                self._run.begin(header, seconds)
            except Gone as gone:
                recording.ended = str(gone)
                self._end_run()
        return recording

    def _started(self) -> Child:
        """Return the server, started where there is none. Raises Gone."""
        if self._server is None:
            told = {"path": str(self.path.absolute()), "numbers": self._numbers}
            self._server = Child(SERVER, self._scratch, self.limits, self._output, told, MOST_BYTES_RECORDED)
            if self._given is None:
                self._given = self._data_sets()
            deadline = self._allowance.deadline(SECONDS_TO_START, "to start")
            header = {"cells": list(self.cells), "beside": modules_beside(self.path)}
            try:
                answer, _ = self._server.line.exchange(header, self._given, deadline)
            except Gone:
                self._end_server()
                raise
            self._server.apart = bool(answer.get("apart"))
        return self._server

    def _data_sets(self) -> dict[str, dict[str, Any]]:
        """Return the data sets that the program mentions, as far as they are to be had."""
        source = "\n".join(self.cells)
        if not DATA_SETS.search(source):
            return {}
        named = {"fashion_mnist" if "fashion" in found.group().lower() else "mnist" for found in MNIST.finditer(source)}
        return {name: self._data_set(name) for name in sorted(named)}

    def _data_set(self, name: str) -> dict[str, Any]:
        try:
            data = self._load(name).in_memory()
        except DataError:
            data = datasets.load("digits")
        return {key: getattr(data, key) for key in ("x_train", "y_train", "x_test", "y_test")}

    def _end_run(self) -> None:
        if self._run is not None:
            if not self._run.end():
                self._end_server()
            self._run = None

    def _end_server(self) -> None:
        if self._server is not None:
            self._server.end()
            self._server = None


def checked(table: dict[str, Any]) -> dict[str, Any]:
    """Return what should be a recorder's table, or nothing, if it is. Raises Gone."""
    try:
        well = not table or (
            isinstance(table["stopped"], str | None)
            and all(name.isdecimal() and isinstance(times, int) for name, times in table["shortened"].items())
            and all(is_value(row, ref) for ref, row in enumerate(table["values"]))
            and all(is_operation(row, len(table["values"])) for row in table["ops"])
        )
    except BROKEN:
        well = False
    if not well:
        raise Gone(NO_ANSWER)
    return table


def is_value(row: list[Any], ref: int) -> bool:
    """Return whether a row of the table describes a value, by values before it only."""
    kind, *rest = row
    if kind in ("list", "tuple", "slice"):
        return all(isinstance(entry, int) and 0 <= entry < ref for entry in rest[0])
    if kind == "array":
        name, shape = rest
        return isinstance(name, str) and all(isinstance(n, int) and n >= 0 for n in shape)
    return isinstance(kind, str) and not any(isinstance(entry, list | dict) for entry in rest)


def is_operation(row: list[Any], values: int) -> bool:
    """Return whether a row of the table is an operation on so many values; -1 stands for none."""
    kind, node, frame, inputs, output, _ = row
    return (
        isinstance(kind, str)
        and isinstance(node, int)
        and node >= 0
        and isinstance(frame, int)
        and all(isinstance(ref, int) and -1 <= ref < values for ref in (*inputs, output))
    )


class _Run:
    """One process of the server's, and the recording that is made of it."""

    def __init__(self, server: Child, recording: Recording, allowance: Allowance, limits: Limits) -> None:
        self._server, self._recording, self._allowance, self._limits = server, recording, allowance, limits
        ours, self._theirs = socket.socketpair()
        self._line = Line(ours, self._how_it_ended, MOST_BYTES_RECORDED)
        self._printed = Printed(recording._printed, limits.output_kb * 1024, self._line.hang_up)
        self._began = self._ended = False
        self._code: int | None = None

    def begin(self, header: dict[str, Any], seconds: float) -> None:
        """Run the program, and read the table. Raises Gone."""
        deadline = self._allowance.deadline(seconds + GRACE, "to run")
        try:
            self._server.line.send(header, {}, deadline)
            self._server.line.send_descriptors([self._theirs.fileno(), self._printed.writing])
        finally:
            self._began = True
            self._hand_over()
        head, _ = self._line.receive(deadline)
        ended, said, table = head.get("ended"), head.get("said"), head.get("table")
        if not isinstance(ended, str | None) or not isinstance(said, list) or not isinstance(table, dict):
            raise Gone(NO_ANSWER)
        if not all(isinstance(sentence, str) for sentence in said):
            raise Gone(NO_ANSWER)
        recording = self._recording
        recording.ended = ended[:500] if ended else None
        recording.said = tuple(sentence[:300] for sentence in said[:50])
        recording.table = checked(table)
        recording._fetch = self._values

    def _hand_over(self) -> None:
        self._theirs.close()
        self._printed.handed_over()

    def _values(self, refs: list[int]) -> dict[int, Any]:
        with self._allowance.running():
            deadline = self._allowance.deadline(self._limits.call_seconds, "to answer")
            try:
                _, values = self._line.exchange({"refs": refs}, {}, deadline)
            except Gone:
                self._recording._fetch = None
                raise
        asked = {str(ref): ref for ref in refs}
        return {asked[name]: value for name, value in values.items() if name in asked}

    def _how_it_ended(self) -> str:
        if self._printed.flooded:
            return f"printed more than {FLOOD_MB} MB"
        self._end(patience=1.0)
        return "closed its line to the checker" if self._code is None else ended_with(self._code)

    def _end(self, patience: float) -> None:
        """Have the server end the process, which may end by itself first."""
        if not self._ended:
            deadline = Deadline(time.monotonic() + patience + SECONDS_TO_END, "does not end")
            with contextlib.suppress(Gone):
                header, _ = self._server.line.exchange({"patience": patience}, {}, deadline)
                code = header.get("code")
                self._ended, self._code = True, code if isinstance(code, int) else None

    def end(self) -> bool:
        """End the process; return whether the server is still there."""
        self._recording._fetch = None
        self._line.hang_up()
        if self._began:
            self._end(patience=0.0)
        else:
            self._hand_over()
        self._line.close()
        self._printed.close()
        return self._ended or not self._began
