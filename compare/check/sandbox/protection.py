"""What a submission may use, and how its process is held to that. It runs in the child: the standard library only."""

import contextlib
import os
import sys
from dataclasses import dataclass
from typing import Any

FLOOD_MB = 10

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


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    seconds: float = 60.0
    """For the whole file, the start of its processes included. Loading it may take half of that."""
    call_seconds: float = 20.0
    memory_mb: int = 2048
    output_kb: int = 64
    """Of what it prints, so much is kept; beyond ``FLOOD_MB`` it is ended."""
    apart: bool = True
    """Whether to ask the kernel for a process space of its own. Without one, what is left running is looked for."""


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


def forbid(scratch: str) -> list[str]:
    """Refuse what a submission has no use for: network, other processes, files outside its directory. Say so."""
    inside = os.path.realpath(scratch) + os.sep
    realpath, fsdecode, sep, devnull = os.path.realpath, os.fsdecode, os.sep, os.devnull
    beginnings = tuple(FORBIDDEN)

    def is_outside(path: Any) -> bool:
        if isinstance(path, int) or path is None:
            return False
        name = fsdecode(path)
        return name != devnull and not (realpath(name) + sep).startswith(inside)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(beginnings):  # at once: there are many events, and nearly all are harmless
            words = next(words for beginning, words in FORBIDDEN.items() if event.startswith(beginning))
            raise PermissionError(f"a submission may not {words}")
        if event == "open":
            path, _, flags = arguments
            if flags & WRITES and is_outside(path):
                raise PermissionError("a submission may write files in its own directory only")
        elif event in CHANGES_FILES and any(is_outside(x) for x in arguments[:2] if isinstance(x, str | bytes)):
            raise PermissionError("a submission may change files in its own directory only")

    sys.addaudithook(hook)
    return ["no sockets, no other programs, no files but its own"]
