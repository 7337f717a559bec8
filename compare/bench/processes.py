"""Processes of our own: one that holds each contender, and those that run once, from start to end."""

import os
import pickle
import subprocess
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import compare

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
THREADS = (
    "one BLAS and OpenMP thread in every process (NumPy, PyTorch, C); TensorFlow and JAX start their own, as they do "
    "unless told otherwise"
)
LONGEST = 300
"""Seconds after which a process that runs from start to end is given up."""


@dataclass(frozen=True)
class Failure:
    """A worker's answer where something went wrong in there, in one line."""

    reason: str


class BrokenContenderError(Exception):
    """A contender that cannot be measured, and why."""


def environment(temporary: Path) -> dict[str, str]:
    """Return the variables of a measured process: its threads, no graphics card, compiled files of this run only."""
    root = str(Path(compare.__file__).parent.parent)
    return os.environ | {
        **dict.fromkeys(ONE_THREAD, "1"),
        "CUDA_VISIBLE_DEVICES": "-1",
        "JAX_PLATFORMS": "cpu",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TMPDIR": str(temporary),
        "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
    }


def run_once(module: str, *arguments: str, temporary: Path, longest: float | None = LONGEST) -> str:
    """Run a module in a fresh process and return what it printed; raises BrokenContenderError where it fails."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=longest,
            env=environment(temporary),
        )
    except subprocess.TimeoutExpired:
        raise BrokenContenderError(f"given up after {longest} seconds") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"its process ended with {done.returncode}"])[-1]
        raise BrokenContenderError(last)
    return done.stdout


class Process:
    """A process that holds one contender and answers as ``worker.Worker`` does."""

    def __init__(self, temporary: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "compare.bench.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(temporary),
        )

    def ask(self, method: str, *arguments: Any) -> Any:
        """Call a method over there and return its answer; raises BrokenContenderError with the reason it has none."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            pickle.dump((method, arguments), self._process.stdin)
            self._process.stdin.flush()
            answer = pickle.load(self._process.stdout)
        except (EOFError, BrokenPipeError):
            raise BrokenContenderError(f"its process ended with {self._process.wait()}") from None
        if isinstance(answer, Failure):
            raise BrokenContenderError(answer.reason)
        return answer

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.communicate()


class Crew(AbstractContextManager["Crew"]):
    """A process for each contender, by name; all of them end with the block."""

    def __init__(self, temporary: Path) -> None:
        self._temporary = temporary
        self._processes: dict[str, Process] = {}

    def __getitem__(self, name: str) -> Process:
        """Return the contender's process, started when it is first asked for."""
        if name not in self._processes:
            self._processes[name] = Process(self._temporary)
        return self._processes[name]

    def end(self, name: str) -> None:
        """End one process, and give back what it held."""
        self._processes.pop(name).end()

    def __exit__(self, *error: object) -> None:
        """End them all."""
        for name in list(self._processes):
            self.end(name)
