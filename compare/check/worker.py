"""The child's side of the sandbox: loads one submission and answers calls to its functions.

It is started by ``sandbox.py`` as a program of its own, and knows the standard library and NumPy only. First it gives
up what it can: memory, files, network, other processes. Whatever it needs later it takes hold of before the
submission's first line runs, because that may put other things in its place.

A message is its length in 8 bytes and that many bytes: a line of JSON and the raw bytes of its arrays. Nothing is
ever pickled.
"""

import contextlib
import importlib.util
import inspect
import io
import json
import os
import struct
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

MOST_BYTES = 64 * 2**20
MOST_NODES = 500_000
INTERFACE = ("fit", "predict", "get_weights", "set_weights")
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
PR_SET_PDEATHSIG, SIGKILL = 1, 9

FORBIDDEN = {
    "socket.": "open network connections",
    "subprocess.Popen": "start other programs",
    "os.system": "start other programs",
    "os.exec": "start other programs",
    "os.posix_spawn": "start other programs",
    "os.spawn": "start other programs",
    "os.fork": "start other processes",
    "os.forkpty": "start other processes",
    "os.kill": "send signals",
    "os.killpg": "send signals",
}
CHANGES_FILES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink", "os.chmod")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def limit(memory_mb: int) -> list[str]:
    """Limit what this process may use, and say what is limited."""
    try:
        import resource
    except ImportError:
        return []
    said = []
    for name, value, words in (
        ("RLIMIT_AS", memory_mb * 2**20, f"at most {memory_mb} MB of memory"),
        ("RLIMIT_FSIZE", 64 * 2**20, "files of at most 64 MB"),
        ("RLIMIT_CORE", 0, ""),
    ):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))
            said += [words] if words else []
    return said


def go_apart() -> list[str]:
    """Move into a process and network space of its own, where Linux lets us; say so.

    What is started in there cannot outlive its first process, which is this one's child from here on.
    """
    if not sys.platform.startswith("linux"):
        return []
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET) != 0:
        return []
    with contextlib.suppress(OSError):
        for file, line in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{file}", "w") as out:
                out.write(line)
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    return ["a process space and a network of its own, with nothing in it"]


def forbid(scratch: str) -> None:
    """Refuse what a submission has no use for: network, other processes, files outside its directory."""
    inside = os.path.realpath(scratch) + os.sep
    realpath, fsdecode, sep, devnull = os.path.realpath, os.fsdecode, os.sep, os.devnull

    def is_outside(path: Any) -> bool:
        if isinstance(path, int) or path is None:
            return False
        name = fsdecode(path)
        return name != devnull and not (realpath(name) + sep).startswith(inside)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        for beginning, words in FORBIDDEN.items():
            if event.startswith(beginning):
                raise PermissionError(f"a submission may not {words}")
        if event == "open":
            path, _, flags = arguments
            if flags & WRITES and is_outside(path):
                raise PermissionError("a submission may write files in its own directory only")
        elif event in CHANGES_FILES and any(is_outside(x) for x in arguments[:2] if isinstance(x, str | bytes)):
            raise PermissionError("a submission may change files in its own directory only")

    sys.addaudithook(hook)


class Pipe:
    """Both ends of the line to the parent, on file descriptors of their own."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._read, self._write, self._unpack, self._pack = os.read, os.write, struct.unpack, struct.pack

    def _exactly(self, size: int) -> bytes:
        parts = []
        while size:
            part = self._read(self._reading, min(size, 2**20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def receive(self) -> bytes:
        """Return the next message."""
        return self._exactly(self._unpack("<Q", self._exactly(8))[0])

    def send(self, message: bytes) -> None:
        """Send a message."""
        rest = memoryview(self._pack("<Q", len(message)) + message)
        while rest:
            rest = rest[self._write(self._writing, rest) :]


class Unusable(Exception):
    """A value that is no plain data."""


class Coder:
    """Turns plain data into bytes and back, with functions that were taken hold of early."""

    def __init__(self) -> None:
        self._dumps, self._loads = json.dumps, json.loads
        self._frombuffer, self._dtype, self._ndarray, self._generic = np.frombuffer, np.dtype, np.ndarray, np.generic
        self._asarray, self._tobytes = np.asarray, np.ndarray.tobytes

    def encode(self, header: dict[str, Any], values: dict[str, Any]) -> bytes:
        """Return a header and named values as one message. Raises Unusable for what is no plain data."""
        self._blobs: list[bytes] = []
        self._nodes = self._bytes = 0
        line = self._dumps(header | {"values": {name: self._node(value, 0) for name, value in values.items()}})
        text = line.encode()
        return struct.pack("<Q", len(text)) + text + b"".join(self._blobs)

    def _node(self, value: Any, depth: int) -> list[Any]:
        self._nodes += 1
        if self._nodes > MOST_NODES or depth > 20:
            raise Unusable("more than it may return")
        if value is None or isinstance(value, bool):
            return ["plain", value]
        if isinstance(value, self._generic):
            value = self._asarray(value)
        if isinstance(value, self._ndarray):
            return self._array(value)
        if isinstance(value, int):
            return ["int", str(value)] if abs(value) < 2**1000 else self._refuse("a number that is too large")
        if isinstance(value, float):
            return ["float", value.hex()]
        if isinstance(value, str):
            return ["plain", value[:1000]]
        if isinstance(value, list | tuple):
            kind = "tuple" if isinstance(value, tuple) else "list"
            return [kind, [self._node(entry, depth + 1) for entry in value]]
        if not isinstance(value, dict) and isinstance(getattr(value, "history", None), dict):
            value = value.history
        if isinstance(value, dict):
            return ["dict", [[str(key)[:100], self._node(entry, depth + 1)] for key, entry in value.items()]]
        return self._refuse(f"a {type(value).__name__}")

    def _refuse(self, what: str) -> list[Any]:
        raise Unusable(what)

    def _array(self, value: Any) -> list[Any]:
        if value.dtype.kind not in "biufc":
            return self._refuse(f"an array of {value.dtype}")
        self._bytes += value.nbytes
        if self._bytes > MOST_BYTES:
            return self._refuse(f"more than {MOST_BYTES // 2**20} MB")
        blob = self._tobytes(value)
        self._blobs.append(blob)
        return ["array", value.dtype.str, list(value.shape), len(blob)]

    def decode(self, message: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the header and the named values of a message; its arrays may be written to."""
        size = struct.unpack("<Q", message[:8])[0]
        header = self._loads(message[8 : 8 + size])
        self._rest = memoryview(message)[8 + size :]
        return header, {name: self._value(node) for name, node in header["values"].items()}

    def _value(self, node: list[Any]) -> Any:
        kind, rest = node[0], node[1:]
        if kind == "array":
            blob, self._rest = self._rest[: rest[2]], self._rest[rest[2] :]
            return self._frombuffer(blob, self._dtype(rest[0])).reshape(rest[1]).copy()
        if kind == "int":
            return int(rest[0])
        return float.fromhex(rest[0]) if kind == "float" else rest[0]


class Watch:
    """Notices when a submission puts something else in the place of NumPy's own functions."""

    def __init__(self) -> None:
        self._modules = {"numpy": np, "numpy.linalg": np.linalg, "numpy.random": np.random}
        self._before = {name: dict(vars(module)) for name, module in self._modules.items()}

    def replaced(self) -> str | None:
        """Return the name of something that is not what it was."""
        for name, before in self._before.items():
            now = vars(self._modules[name])
            for key, thing in before.items():
                if now.get(key) is not thing and not key.startswith("__"):
                    return f"{name}.{key}"
        return None


class Loaded:
    """The submission, and how a call to it ends."""

    def __init__(self, path: str, source: bytes, memory_mb: int) -> None:
        self.path = path
        self.memory_mb = memory_mb
        self._extract, self._flush = traceback.extract_tb, (sys.stdout.flush, sys.stderr.flush)
        self.watch = Watch()
        self._errors = np.geterr()
        self.functions: dict[str, Callable[..., Any]] = {}
        self.classes: dict[str, type] = {}
        self.warnings: dict[str, None] = {}
        self.problem = self._load(source)

    def _load(self, source: bytes) -> str | None:
        module = types.ModuleType("submission")
        module.__file__ = self.path
        sys.modules["submission"] = module
        sys.path.insert(0, os.path.dirname(self.path))

        def run() -> None:
            exec(compile(source, self.path, "exec"), vars(module))

        _, problem = self.attempt(run)
        if problem:
            return problem
        for name, thing in vars(module).items():
            if name.startswith("_"):
                continue
            if isinstance(thing, type) and thing.__module__ == "submission":
                if all(callable(getattr(thing, method, None)) for method in INTERFACE):
                    self.classes[name] = thing
            elif callable(thing) and not isinstance(thing, type):
                self.functions[name] = thing
        return None

    def attempt(self, call: Callable[[], Any]) -> tuple[Any, str | None]:
        """Run something of theirs; return its value, or one sentence on how it ended."""
        value, problem = None, None
        try:
            with warnings.catch_warnings(), np.errstate(**self._errors):
                warnings.simplefilter("always")
                warnings.showwarning = self._note  # type: ignore[assignment]
                value = call()
        except NotImplementedError:
            problem = "NotImplementedError"
        except MemoryError:
            problem = f"used more than {self.memory_mb} MB of memory"
        except SystemExit:
            problem = "ended the program"
        except SyntaxError as error:
            problem = f"has a syntax error in line {error.lineno}: {error.msg}"
        except EOFError:
            problem = "asked for input, and there is nobody to answer"
        except BaseException as error:
            problem = self._said(error)
        with contextlib.suppress(Exception):
            for flush in self._flush:
                flush()
            sys.stdout.flush()
        return value, problem

    def _note(self, message: Any, category: type, *_: Any) -> None:
        if len(self.warnings) < 20:
            self.warnings[str(message)[:200] or category.__name__] = None

    def _said(self, error: BaseException) -> str:
        try:
            text = " ".join(str(error).split())[:300]
            lines = [frame.lineno for frame in self._extract(error.__traceback__) if frame.filename == self.path]
        except BaseException:
            text, lines = "and an error whose message raises another", []
        where = f" (line {lines[-1]})" if lines else ""
        return f"raised {type(error).__name__}: {text}{where}" if text else f"raised {type(error).__name__}{where}"


def parameters_of(function: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters; none where Python cannot tell."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def serve(pipe: Pipe, coder: Coder, loaded: Loaded) -> None:
    """Answer calls until the parent hangs up."""
    while True:
        try:
            header, arguments = coder.decode(pipe.receive())
        except EOFError:
            return
        pipe.send(answer(coder, loaded, header["function"], arguments))


def answer(coder: Coder, loaded: Loaded, function: str, arguments: dict[str, Any]) -> bytes:
    """Call one function and tell everything about it."""
    before = {name: x.tobytes() for name, x in arguments.items() if isinstance(x, np.ndarray)}
    loaded.warnings.clear()
    value, problem = loaded.attempt(lambda: loaded.functions[function](*arguments.values()))
    if replaced := loaded.watch.replaced():
        problem = f"replaces {replaced}; leave NumPy as it is"
    changed = [name for name, held in before.items() if arguments[name].tobytes() != held]
    header = {"problem": problem, "changed": changed, "warnings": list(loaded.warnings)}
    after = {f"after {name}": arguments[name] for name in changed}
    try:
        return coder.encode(header, after | ({} if problem else {"value": value}))
    except Unusable as error:
        problem = f"returned {error}, where arrays or numbers are due"
    except (Exception, RecursionError) as error:
        problem = f"returned something that cannot be read: {type(error).__name__}"
    return coder.encode(header | {"problem": problem}, {})


def main() -> None:
    """Give up what is not needed, load the submission, and serve."""
    told = json.loads(sys.argv[1])
    apart = go_apart() if told["apart"] else []
    sys.dont_write_bytecode = True
    pipe, coder = Pipe(told["reading"], told["writing"]), Coder()
    _, given = coder.decode(pipe.receive())
    adapter = _module_beside("adapter")
    protection = [*limit(told["memory_mb"]), *apart, "no sockets, no other programs, no files but its own"]
    forbid(os.getcwd())
    loaded = Loaded(told["path"], given["source"].tobytes(), told["memory_mb"])
    if not loaded.problem and loaded.watch.replaced():
        loaded.problem = f"replaces {loaded.watch.replaced()}; leave NumPy as it is"
    for kind in loaded.classes.values():
        loaded.functions = adapter.functions_of(kind) | loaded.functions
    header = {
        "problem": loaded.problem,
        "functions": {name: parameters_of(function) for name, function in loaded.functions.items()},
        "classes": {name: parameters_of(kind) for name, kind in loaded.classes.items()},
        "protection": protection,
        "apart": bool(apart),
    }
    pipe.send(coder.encode(header, {}))
    serve(pipe, coder, loaded)


def _module_beside(name: str) -> types.ModuleType:
    """Load a module of this directory without putting the directory on the path, where it would shadow theirs."""
    spec = importlib.util.spec_from_file_location(name, os.path.join(os.path.dirname(__file__), f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    main()
