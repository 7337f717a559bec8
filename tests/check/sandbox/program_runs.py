"""Running a short program in its sandbox, for the tests of the sandbox."""

from pathlib import Path

from compare.check.sandbox import Limits
from compare.check.sandbox.program import ProgramSandbox, Recording

QUICK = Limits(seconds=20, call_seconds=5, memory_mb=1024)
EVENTS = 2000


def run_once(folder: Path, *cells: str, call: str | None = None, seconds: float = 2.0) -> Recording:
    """Run a script, or the cells of a notebook, in a folder; afterwards nothing of it is left."""
    with ProgramSandbox(folder / ("mine.ipynb" if len(cells) > 1 else "mine.py"), cells, QUICK) as sandbox:
        return sandbox.run(call=call, events=EVENTS, seconds=seconds)
