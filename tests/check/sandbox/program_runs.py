"""Running a short program in its sandbox, for the tests of the sandbox."""

from pathlib import Path

from compare.check.sandbox import Limits
from compare.check.sandbox.program import ProgramSandbox, Recording

QUICK = Limits(seconds=20, call_seconds=5, memory_mb=1024)
EVENTS = 2000


def run_once(folder: Path, *cells: str, call: str | None = None, seconds: float = 2.0) -> Recording:
    """Run a script, or every second cell of a notebook, in a folder; afterwards nothing of it is left."""
    numbers = range(0, 2 * len(cells), 2) if len(cells) > 1 else None
    with ProgramSandbox(folder / "mine.py", cells, QUICK, numbers=numbers) as sandbox:
        return sandbox.run(call=call, events=EVENTS, seconds=seconds)
