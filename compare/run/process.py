"""Starts a script in a process of its own, hears what is found there, and ends it where it takes too long."""

import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import compare
from compare.run.findings import Ended, Finding
from compare.run.source import Source

ROOT = Path(compare.__file__).parents[1]


def findings_of(
    source: Source, epochs: int | None, train_size: int | None, seconds: float, brief: bool = False
) -> Iterator[Finding]:
    """Execute a script and yield what is found as it happens; the last finding is ``Ended``.

    ``brief`` trains on a few batches only. After ``seconds`` the script is ended.
    """
    told = {"path": str(source.path), "epochs": epochs, "train_size": train_size, "brief": brief}
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH")) if part)
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "compare.run.worker", json.dumps(told)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
        )
        assert child.stdout
        too_long = threading.Event()

        def end() -> None:
            too_long.set()
            child.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            while True:
                try:
                    finding = pickle.load(child.stdout)
                except (EOFError, pickle.UnpicklingError):
                    break
                yield finding
                if isinstance(finding, Ended):
                    return
            if too_long.is_set():
                yield Ended(
                    f"it was ended after {seconds:g} seconds; give it more with --time-limit, or less to do with "
                    "--epochs and --train-size"
                )
                return
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
            yield Ended(f"its process ended by itself: {lines[-1] if lines else f'exit code {child.wait()}'}")
        finally:
            timer.cancel()
            child.kill()
            child.wait()
            child.stdout.close()
