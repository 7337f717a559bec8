"""Keras on several workers of ``tf.distribute``, trained like the ranks, and held against one rank of scratch.

Keras's own ``fit`` refuses a ``MultiWorkerMirroredStrategy``, so the workers run the loop by themselves: docs/scale.md
has what was tried. The model and its optimizer are Keras's, the all-reduce is TensorFlow's. A worker is ``python -m
compare.scale.keras_workers DIRECTORY WORKER WORKERS`` with TF_CONFIG set.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import keras_ref
from compare.core.checks import Check, drift_after, held
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import batch_order, keras_framework
from compare.core.training import Side
from compare.scale.sharding import local_rows
from scratch.arrays import Array

ARRAYS = ("x_train", "y_train")
WORKERS = 2
MINUTES = 10


class BrokenWorkersError(Exception):
    """The workers did not come to the end."""


def verified(
    config: Config, rows: Rows, weights: list[Array], finished: int, one: Side, perturbed_runs: list[Side]
) -> list[Check] | str:
    """Train Keras on two workers and hold it against one rank of scratch; say why where it cannot be trained."""
    try:
        return against(one, perturbed_runs, train(config, rows, weights, finished, WORKERS))
    except BrokenWorkersError as error:
        return str(error)


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


def against(one: Side, perturbed_runs: list[Side], found: list[list[Array]]) -> list[Check]:
    """Hold Keras's weights after each epoch against one rank of scratch."""
    return [
        held(
            f"weights after {epoch} epoch{'s' * (epoch > 1)}",
            name,
            theirs,
            ours,
            2 * drift_after(one, perturbed_runs, epoch),
        )
        for epoch, weights in enumerate(found, 1)
        for name, theirs, ours in zip("Wb", weights, one.weights[epoch], strict=True)
    ]


def _start(directory: Path, addresses: list[str], worker: int) -> "subprocess.Popen[str]":
    cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": worker}}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OMPI_", "PMIX_"))}
    environment |= {"TF_CONFIG": json.dumps(cluster), "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        [sys.executable, "-m", "compare.scale.keras_workers", str(directory), str(worker), str(len(addresses))],
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


def work(name: str, worker: int, workers: int) -> None:
    """Be one worker: train on its part of every batch; the first one writes the weights after each epoch."""
    import tensorflow

    tf: Any = tensorflow  # its modules are loaded lazily, which type checkers cannot follow
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    directory = Path(name)
    job = json.loads((directory / "job.json").read_text(encoding="utf-8"))
    config, finished = Config(**job["recipe"]), job["finished"]
    x, y = (np.load(directory / f"{array}.npy", mmap_mode="r", allow_pickle=False) for array in ("x_train", "y_train"))
    with np.load(directory / "start.npz", allow_pickle=False) as start:
        weights = [start["W"], start["b"]]
    framework = keras_framework()
    with framework.dtype(config.dtype):
        with strategy.scope():
            model = framework.build(config, x.shape[1:], weights)

        def step(X: Any, targets: Any, n: Any) -> None:
            """Take one step: each worker gives its rows' part of the batch's mean, and ``apply`` adds the parts up."""
            with tf.GradientTape() as tape:
                a = model(X, training=True)
                loss = tf.reduce_sum(framework.keras.losses.get(config.loss)(targets, a)) / n
            model.optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

        distributed_step = tf.function(lambda batch: strategy.run(step, args=batch), reduce_retracing=True)
        found: dict[str, Any] = {}
        for epoch, order in enumerate(islice(batch_order(config, len(x)), finished, config.epochs)):
            for batch in _batches(tf, strategy, config, x, y, order, worker, workers):
                distributed_step(batch)
            found[f"W{epoch}"], found[f"b{epoch}"] = model.get_weights()
    if worker == 0:
        np.savez(directory / "weights.npz", **found)


def _batches(tf: Any, strategy: Any, config: Config, x: Any, y: Any, order: Any, worker: int, workers: int) -> Any:
    """Give TensorFlow this worker's part of every batch, and how many rows the whole batch has."""
    local, shares = local_rows(order, config.batch_size, worker, workers)
    sizes = [min(config.batch_size, len(order) - start) for start in range(0, len(order), config.batch_size)]

    def rows() -> Any:
        begin = 0
        for share, n in zip(shares, sizes, strict=True):
            end = begin + round(share * n)
            yield x[local[begin:end]], keras_ref.scale(y[local[begin:end], None], 1.0), float(n)
            begin = end

    shapes = (
        tf.TensorSpec((None, *x.shape[1:]), config.dtype),
        tf.TensorSpec((None, 1), config.dtype),
        tf.TensorSpec((), config.dtype),
    )
    return strategy.distribute_datasets_from_function(
        lambda context: tf.data.Dataset.from_generator(rows, output_signature=shapes)
    )


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
