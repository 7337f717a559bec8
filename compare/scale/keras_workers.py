"""Keras on several workers of ``tf.distribute``, trained like the ranks.

Keras's own ``fit`` refuses a ``MultiWorkerMirroredStrategy``, so the workers run the loop by themselves: docs/scale.md
has what was tried. The model and its optimizer are Keras's, the all-reduce is TensorFlow's.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from compare.core.config import Config
from compare.core.data import Rows
from scratch.arrays import Array

ARRAYS = ("x_train", "y_train")
WORKERS = 2
MINUTES = 10


class BrokenWorkersError(Exception):
    """The workers did not come to the end."""


def train(config: Config, rows: Rows, weights: list[Array], finished: int, workers: int) -> list[list[Array]]:
    """Train Keras on so many workers here; return the weights after each epoch. Raises BrokenWorkersError."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        for name, array in zip(ARRAYS, rows.batch(np.arange(len(rows.y_train))), strict=True):
            np.save(directory / f"{name}.npy", array)
        np.savez(directory / "start.npz", W=weights[0], b=weights[1])
        job = {"recipe": asdict(config), "finished": finished}
        (directory / "job.json").write_text(json.dumps(job), encoding="utf-8")
        addresses = [f"127.0.0.1:{port}" for port in _free_ports(workers)]
        started = [_start(directory, addresses, worker) for worker in range(workers)]
        try:
            for process in started:
                _, errors = process.communicate(timeout=60 * MINUTES)
                if process.returncode:
                    last = (errors.strip().splitlines() or ["no word"])[-1]
                    raise BrokenWorkersError(f"a worker ended with code {process.returncode}: {last}")
        except subprocess.TimeoutExpired:
            raise BrokenWorkersError(f"the workers were not done after {MINUTES} minutes") from None
        finally:
            for process in started:
                process.kill()
        with np.load(directory / "weights.npz", allow_pickle=False) as file:
            return [[file[f"W{i}"], file[f"b{i}"]] for i in range(config.epochs - finished)]


def _start(directory: Path, addresses: list[str], worker: int) -> "subprocess.Popen[str]":
    cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": worker}}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OMPI_", "PMIX_"))}
    environment |= {"TF_CONFIG": json.dumps(cluster), "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        [sys.executable, "-m", "compare.scale.keras_worker", str(directory), str(worker), str(len(addresses))],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [server.getsockname()[1] for server in sockets]
    finally:
        for server in sockets:
            server.close()
