"""Trains scratch in a process of its own, and prints as JSON the memory that this takes.

``python -m compare.bench.peak_memory in_memory IMAGES LABELS``, or ``on_disk SHARDS ROWS EPOCHS``. Anonymous memory is
what no file stands behind, as Linux keeps count. scratch is imported when the counting has begun.
"""

import json
import math
import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

EVERY = 100
"""On disk, memory is looked at after each hundredth batch."""


def status(key: str) -> int:
    """Return a number of bytes that Linux keeps about this process. Raises OSError elsewhere."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"^{key}:\s+(\d+) kB$", text, re.MULTILINE)
    if not found:
        raise OSError(f"this system does not tell {key}")
    return 1024 * int(found[1])


def in_memory(images: str, labels: str) -> dict[str, Any]:
    """Read the images, train one epoch; return the bytes with only Python and NumPy in memory, and at the peak.

    The highest resident size, less the files that are mapped at the end: they are libraries, which are mapped once
    and stay, so what is left is the peak of everything else.
    """
    before = status("RssAnon")
    X, y = np.load(images), np.load(labels)
    import keras_ref
    import scratch

    keras_ref.build(scratch, shape=X.shape[1:]).fit(X, y, batch_size=32, verbose=0)
    return {"before": before, "peak": status("VmHWM") - status("RssFile") - status("RssShmem")}


def on_disk(directory: str, rows: str, epochs: str) -> dict[str, Any]:
    """Train on so many rows of shards; return the seconds of every epoch but the first, and the peak."""
    import keras_ref
    import scratch
    from scratch.datasets import shards

    class Watch(scratch.callbacks.Callback):
        """Remembers the most memory that was in use; mapped shards come and go, so it has to look now and then."""

        peak = 0

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if batch % EVERY == 0:
                self.peak = max(self.peak, status("RssAnon"))

    dataset = shards.load(Path(directory))
    x, y = dataset.x_train[: int(rows)], dataset.y_train[: int(rows)] == 5
    model, watch, seconds = keras_ref.build(scratch, shape=x.shape[1:]), Watch(), []
    for _ in range(int(epochs)):
        began = time.perf_counter()
        model.fit(x, y, batch_size=32, callbacks=[watch], verbose=0)
        seconds.append(time.perf_counter() - began)
    image_bytes = math.prod(x.shape[1:]) * x.dtype.itemsize
    return {"rows": len(x), "image_bytes": image_bytes, "peak": watch.peak, "seconds": seconds[1:]}


if __name__ == "__main__":
    where, *arguments = sys.argv[1:]
    print(json.dumps(on_disk(*arguments) if where == "on_disk" else in_memory(*arguments)))
