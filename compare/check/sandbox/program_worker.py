"""Runs a program again and again, each time in a process of its own. It runs in the child: NumPy only.

This process is the server: it imports what every run needs, and forks for each. The fork is held to its limits, runs
the program with hooks and stand-ins, sends the table of what was recorded, and then values, until our side hangs up.
Whatever is needed after the program's first line ran is taken hold of before it.
"""

import ast
import builtins
import contextlib
import gc
import importlib
import io
import json
import os
import re
import signal
import socket
import sys
import time
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from types import CodeType
from typing import Any

import numpy as np

from compare.check.sandbox.instrument import file_name, instrument
from compare.check.sandbox.magics import LEFT_OUT, without_magics
from compare.check.sandbox.protection import forbid, go_apart, limit
from compare.check.sandbox.recorder import Enough, Recorder
from compare.check.sandbox.stand_ins import InAWord, StandIns, Told
from compare.check.sandbox.wire import MOST_BYTES_RECORDED, Coder, Pipe

PRELOADED = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+((?:sklearn|pandas|scipy|doctest)[\w.]*)(?:[ \t]+import[ \t]+(.*))?", re.M
)
PYTHON_2 = {"xrange", "raw_input", "unicode", "basestring", "unichr"}
PYTHON_2_MODULES = {"cPickle", "urllib2", "Tkinter", "StringIO", "ConfigParser"}
GRACE = 0.5
"""Seconds beyond the recorder's, after which a program is interrupted that computes nothing."""
RECURSION = 3000
"""A call takes several of Python's frames where it is watched."""
PRINTED = 2**20
"""So many characters of what a program prints leave its process: a loud one floods nobody."""


class FirstPart(io.TextIOWrapper):
    """Writes the first part of what is printed, and drops the rest."""

    left = PRINTED

    def write(self, text: str) -> int:
        """Write a text, while there is room."""
        self.left -= len(text)
        return super().write(text) if self.left > 0 else len(text)


def preload(cells: Sequence[str], beside: set[str]) -> None:
    """Import the larger libraries that the program imports, once for all of its runs."""
    for cell in cells:
        for module, names in PRELOADED.findall(cell):
            if module.partition(".")[0] in beside:
                continue
            for name in (module, *(f"{module}.{name}" for name in re.findall(r"\w+", names))):
                with contextlib.suppress(Exception):
                    importlib.import_module(name)


class Program:
    """One run of a program: what it prepares, and how it ended."""

    def __init__(self, header: Mapping[str, Any], told: Mapping[str, Any], stand_ins: StandIns, said: Told) -> None:
        self.header, self.stand_ins, self.said = header, stand_ins, said
        self.folder, self.file = os.path.split(told["path"])
        self.numbers = told["numbers"]
        self.memory_mb = told["memory_mb"]
        self._flush = (sys.stdout.flush, sys.stderr.flush)
        self._exec = exec
        self._running = False

    def run(self) -> tuple[str | None, Recorder | None]:
        """Run the program; return how it ended, which is None if nothing was in its way, and what was recorded."""
        cells = without_magics(self.header["cells"])
        if cells != self.header["cells"]:
            self.said(LEFT_OUT)
        if self.header.get("call"):
            cells = [*cells, self.header["call"]]
        codes, problem = self._compiled(cells)
        if problem:
            return problem, None
        recorder = Recorder(
            self.header["events"],
            self.header["seconds"],
            {int(node): int(most) for node, most in self.header["loops"].items()},
        )
        return self._attempt(lambda: self._run(codes, recorder)), recorder

    def _compiled(self, cells: Sequence[str]) -> tuple[list[CodeType], str | None]:
        if not has_numbers(cells):
            return [], "has no numbers in it"
        for number, cell in enumerate(cells):
            try:
                ast.parse(cell)
            except SyntaxError as error:
                place = self._place(number, error.lineno or 1)
                if "call to 'print'" in error.msg or "call to 'exec'" in error.msg:
                    return [], f"is written for Python 2, where print takes no parentheses ({place})"
                return [], f"has a syntax error ({place}): {error.msg}"
            except (ValueError, RecursionError, MemoryError) as error:
                return [], f"cannot be read by Python: {error}"
        try:
            return instrument(cells), None
        except Exception as error:
            return [], f"cannot be watched: {type(error).__name__}: {error}"

    def _run(self, codes: Sequence[CodeType], recorder: Recorder) -> None:
        main = types.ModuleType("__main__")
        file = os.path.join(os.getcwd(), self.file)
        names = vars(main)
        names["__file__"] = file
        if self.numbers is not None:
            names.update(self.stand_ins.for_notebooks())
        sys.modules["__main__"] = main
        sys.path.insert(0, self.folder)
        self.stand_ins.begin(file)
        vars(builtins).update(recorder.hooks)
        sys.setrecursionlimit(RECURSION)
        self._interrupt_after(self.header["seconds"] + GRACE, recorder)
        for code in codes:
            self._exec(code, names)

    def _interrupt_after(self, seconds: float, recorder: Recorder) -> None:
        """Stop a program that does not come back to the recorder, again and again if it catches that."""

        def stop(*_: Any) -> None:
            if self._running:
                recorder.stop("its time was over")

        signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds, GRACE)

    def _attempt(self, run: Callable[[], None]) -> str | None:
        ended, stop_timer, real = None, signal.setitimer, signal.ITIMER_REAL
        try:
            self._running = True
            run()
            self._running = False
        except BaseException as error:
            self._running = False
            ended = self._said_of(error)
        stop_timer(real, 0)
        for flush in self._flush:
            with contextlib.suppress(BaseException):
                flush()
        return ended

    def _said_of(self, error: BaseException) -> str:
        where = self._where(error)
        if isinstance(error, Enough):
            return f"stopped: {error}"
        if isinstance(error, MemoryError):
            return f"used more than {self.memory_mb} MB of memory{where}"
        try:
            return self._sentence(error, where)
        except BaseException:
            return f"raised an error that cannot be shown{where}"

    def _sentence(self, error: BaseException, where: str) -> str:
        text = " ".join(str(error).split())[:300]
        if isinstance(error, InAWord):
            return f"{text}{where}"
        if isinstance(error, SystemExit):
            return f"ended itself{where}"
        if isinstance(error, NameError) and error.name in PYTHON_2:
            return f"is written for Python 2, which has {error.name}{where}"
        if isinstance(error, ModuleNotFoundError) and error.name:
            root = error.name.partition(".")[0]
            if root in PYTHON_2_MODULES:
                return f"is written for Python 2, which has {root}{where}"
            return f"needs {root}, which is neither installed nor beside it{where}"
        if isinstance(error, FileNotFoundError) and (file := missing_file(error)):
            return f"needs {file}, which is not beside it{where}"
        if reaches_for_the_network(error):
            return f"reaches for the network, and there is none: put what it loads beside it{where}"
        name = type(error).__name__
        return f"raised {name}: {text}{where}" if text else f"raised {name}{where}"

    def _where(self, error: BaseException) -> str:
        """Return the innermost line of the program itself, in brackets."""
        cells = {file_name(n): n for n in range(len(self.header["cells"]) + 1)}
        place, trace = "", error.__traceback__
        while trace is not None:
            cell = cells.get(trace.tb_frame.f_code.co_filename)
            if cell is not None:
                place = f" ({self._place(cell, trace.tb_lineno)})"
            trace = trace.tb_next
        return place

    def _place(self, cell: int, line: int) -> str:
        if cell >= len(self.header["cells"]):
            return "in the call"
        return f"line {line}" if self.numbers is None else f"cell {self.numbers[cell]}, line {line}"


def has_numbers(cells: Sequence[str]) -> bool:
    """Return whether a program could compute: it writes a number, or imports something that may."""
    return any(re.search(r"\d|\bimport\b|\b__import__\b", cell) for cell in cells)


def missing_file(error: FileNotFoundError) -> str | None:
    """Return the name of the file that is not there, as the program would write it; None where no file is named."""
    name = error.filename
    if name is None and str(error).endswith(" not found."):  # NumPy leaves it to the message
        name = str(error).removesuffix(" not found.")
    if not isinstance(name, str):
        return None
    return os.path.relpath(name) if os.path.abspath(name).startswith(os.getcwd() + os.sep) else name


def reaches_for_the_network(error: BaseException | None) -> bool:
    """Return whether an error comes of the refusal to open a connection."""
    for _ in range(10):
        if error is None:
            return False
        if isinstance(error, PermissionError) and "network" in str(error):
            return True
        reason = getattr(error, "reason", None)
        error = reason if isinstance(reason, BaseException) else error.__cause__ or error.__context__
    return False


def run_once(
    pipe: Pipe, coder: Coder, header: Mapping[str, Any], told: Mapping[str, Any], stand_ins: StandIns, said: Told
) -> None:
    """Be the process of one run: hold to the limits, run the program, and answer until our side hangs up."""
    os.chdir(header["folder"])
    limit(told["memory_mb"])
    forbid(os.getcwd())
    sys.stdout = sys.stderr = FirstPart(os.fdopen(1, "wb", closefd=False), "utf-8", errors="replace")
    warnings.simplefilter("ignore")
    sys.dont_write_bytecode = True
    said.sentences.clear()
    program = Program(header, told, stand_ins, said)
    ended, recorder = program.run()
    pipe.send(encoded_table(coder, ended, said, recorder))
    while recorder is not None:
        wanted, _ = coder.decode(pipe.receive())
        pipe.send(encoded_values(coder, recorder, wanted["refs"]))


def encoded_table(coder: Coder, ended: str | None, said: Told, recorder: Recorder | None) -> bytes:
    """Return the message on how a run ended, and what was recorded."""
    head = {"ended": ended, "said": list(said.sentences)}
    try:
        return coder.encode(head | {"table": {} if recorder is None else recorder.table()}, {})
    except Exception as error:
        return coder.encode(head | {"ended": f"cannot be read: {type(error).__name__}: {error}", "table": {}}, {})


def encoded_values(coder: Coder, recorder: Recorder, refs: Sequence[int]) -> bytes:
    """Return a message with the values that can be sent; those that cannot are left out."""
    values = {}
    for ref in refs:
        with contextlib.suppress(Exception):
            values[str(ref)] = recorder.value(ref)
    try:
        return coder.encode({}, values)
    except Exception:
        usable = {}
        for name, value in values.items():
            with contextlib.suppress(Exception):
                coder.encode({}, {name: value})
                usable[name] = value
        return coder.encode({}, usable)


def end(run: int, apart: bool, patience: float) -> int | None:
    """End the process of a run and all that it started; return its code, or None where it did not end by itself."""
    code = code_of(run, patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(run, signal.SIGKILL)
    if apart and os.getpid() == 1:  # this server and what it started are alone in a process space of their own
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(-1, signal.SIGKILL)
    if code is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(run, signal.SIGKILL)
        os.waitpid(run, 0)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return code


def code_of(process: int, patience: float) -> int | None:
    """Return the code with which a process ends within so many seconds, or None."""
    until = time.monotonic() + patience
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(0.002)


def serve(pipe: Pipe, coder: Coder, told: Mapping[str, Any], stand_ins: StandIns, said: Told, apart: bool) -> None:
    """Fork for each request, and end the run when our side says so; until it hangs up."""
    line = socket.socket(fileno=pipe.line)
    while True:
        try:
            header, _ = coder.decode(pipe.receive())
        except EOFError:
            return
        _, (theirs, printed), *_ = socket.recv_fds(line, 1, 2)
        run = os.fork()
        if not run:
            leave = os._exit
            try:
                os.setsid()
                os.dup2(printed, 1)
                os.dup2(printed, 2)
                os.close(printed)
                line.close()
                with contextlib.suppress(EOFError, OSError):
                    run_once(Pipe(theirs), coder, header, told, stand_ins, said)
            finally:
                leave(0)
        os.close(theirs)
        os.close(printed)
        try:
            header, _ = coder.decode(pipe.receive())
        except EOFError:
            end(run, apart, patience=0.0)
            return
        pipe.send(coder.encode({"code": end(run, apart, header["patience"])}, {}))


def main() -> None:
    """Give up what is not needed, import what the runs need, and serve."""
    told = json.loads(sys.argv[2])
    apart = bool(go_apart()) if told["apart"] else False
    sys.dont_write_bytecode = True
    warnings.simplefilter("ignore")
    pipe, coder = Pipe(told["line"]), Coder(MOST_BYTES_RECORDED)
    header, given = coder.decode(pipe.receive())
    cells, said = header["cells"], Told()
    beside = set(header["beside"])
    stand_ins = StandIns("\n".join(cells), beside, given, said)
    stand_ins.install()
    preload(cells, beside)
    np.random.default_rng()  # loads what it needs
    gc.collect()
    gc.freeze()
    pipe.send(coder.encode({"apart": apart}, {}))
    serve(pipe, coder, told, stand_ins, said, apart)
