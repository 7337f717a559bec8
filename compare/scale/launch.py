"""Starts the ranks, waits for them, and says what happened where one of them died."""

import os
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from compare.common.errors import BadInput
from compare.scale import checkpoint


def mpirun() -> str:
    """Return the command that starts ranks. Raises BadInput that says what to install where something is missing."""
    if not find_spec("mpi4py"):
        raise BadInput("mpi4py is not installed, which the ranks talk through: pip install '.[mpi]'")
    found = shutil.which("mpirun")
    if not found:
        raise BadInput("there is no command mpirun: install an MPI, on Debian with: apt-get install openmpi-bin")
    return found


def start(ranks: int, arguments: list[str], module: str = "compare") -> subprocess.Popen[str]:
    """Start a Python module on so many ranks. An exception in one of them ends all: that is mpi4py's own runner."""
    environment = os.environ | {
        "OMPI_MCA_rmaps_base_oversubscribe": "1",  # more ranks than cores are welcome: the result is the same
        "OPENBLAS_NUM_THREADS": "1",
    }
    if not sys.stdout.isatty():  # mpirun gives its ranks a terminal of their own
        environment |= {"TERM": "dumb"}
    environment.setdefault("COLUMNS", str(shutil.get_terminal_size().columns))
    if os.geteuid() == 0:  # Open MPI refuses root unless it is told twice
        environment |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    command = [mpirun(), "-n", str(ranks), sys.executable, "-m", "mpi4py", "-m", module, *arguments]
    return subprocess.Popen(command, env=environment, text=True)


def died(ranks: int, code: int, out: Path, began: float, arguments: list[str]) -> BadInput:
    """Say that a rank died, what is on disk, and how to go on from there."""
    path = checkpoint.last(out, since=began)
    again = [*_without_resume(arguments), "--resume", str(path)] if path else arguments
    kept = f"the weights of the last finished epoch are in {path}" if path else "no epoch was finished"
    command = shlex.join(["python", "-m", "compare", *again, "--ranks", str(ranks)])
    return BadInput(f"a rank died, and with it the run (mpirun ended with code {code}): {kept}; go on with: {command}")


def _without_resume(arguments: list[str]) -> list[str]:
    kept, skip = [], False
    for word in arguments:
        if not (skip or word == "--resume" or word.startswith("--resume=")):
            kept.append(word)
        skip = word == "--resume"
    return kept
