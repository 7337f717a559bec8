"""One worker: ``python -m compare.scale.keras_worker DIRECTORY WORKER WORKERS``, with TF_CONFIG set."""

import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import keras_ref
from compare.core.config import Config
from compare.core.frameworks import batch_order, keras_framework
from compare.scale.sharding import local_rows


def main(name: str, worker: int, workers: int) -> None:
    """Train on this worker's part of every batch; the first one writes the weights after each epoch."""
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
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
