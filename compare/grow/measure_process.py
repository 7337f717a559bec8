"""Trains scratch on rows that are on disk: ``python -m compare.grow.measure_process DIRECTORY ROWS EPOCHS``.

Prints the seconds of every epoch but the first, and the anonymous memory before training and at its peak.
"""

import json
import math
import re
import sys
import time
from pathlib import Path
from typing import Any

import scratch
from scratch.callbacks import Callback
from scratch.datasets import shards

EVERY = 100


def anonymous_memory() -> int:
    """Return the bytes of this process that no file stands behind, as Linux keeps count. Raises OSError elsewhere."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^RssAnon:\s+(\d+) kB$", text, re.MULTILINE)
    if not found:
        raise OSError("this system does not tell RssAnon")
    return 1024 * int(found[1])


class Peak(Callback):
    """Remembers the most memory that was in use after any hundredth batch."""

    def __init__(self) -> None:
        self.memory = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look at the memory now and then."""
        if batch % EVERY == 0:
            self.memory = max(self.memory, anonymous_memory())


def main(directory: str, rows: int, epochs: int) -> None:
    """Train the perceptron, raw pixels, batches of 32."""
    dataset = shards.load(Path(directory))
    x, y = dataset.x_train[:rows], dataset.y_train[:rows] == 5
    model = scratch.Sequential()
    model.add(scratch.Input(x.shape[1:]))
    model.add(scratch.layers.Flatten())
    model.add(scratch.layers.Dense(1, activation="sigmoid"))
    model.compile(loss="mse", optimizer="sgd", metrics=["accuracy"])
    before, peak, seconds = anonymous_memory(), Peak(), []
    for _ in range(epochs):
        began = time.perf_counter()
        model.fit(x, y, batch_size=32, callbacks=[peak], verbose=0)
        seconds.append(time.perf_counter() - began)
    image_bytes = math.prod(x.shape[1:]) * x.dtype.itemsize
    found = {"rows": len(x), "image_bytes": image_bytes, "before": before, "peak": peak.memory, "seconds": seconds[1:]}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
