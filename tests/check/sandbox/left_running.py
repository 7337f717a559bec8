"""Whether a program that a test started is still there."""

import time
from pathlib import Path


def ends(needle: bytes) -> bool:
    """Return whether no process with this in its command line is left, soon: the kernel buries what it has killed."""
    deadline = time.monotonic() + 10
    while running(needle) and time.monotonic() < deadline:
        pass
    return not running(needle)


def running(needle: bytes) -> bool:
    """Return whether a process has this in its command line."""
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            if needle in (directory / "cmdline").read_bytes():
                return True
        except OSError:
            continue
    return False
