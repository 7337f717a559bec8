"""Training from ``uint8``, and the memory that it takes: ``python -m compare.bench.memory_process IMAGES LABELS``.

Prints two numbers of bytes: anonymous memory with only Python and NumPy in it, and at the peak of the training.
"""

import re
import sys
from pathlib import Path

import numpy as np


def status(key: str) -> int:
    """Return a number of bytes that Linux keeps about this process."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"^{key}:\s+(\d+) kB$", text, re.MULTILINE)
    if not found:
        raise OSError(f"this system does not tell {key}")
    return 1024 * int(found[1])


def main(images: str, labels: str) -> None:
    """Read the images, train one epoch, print what it took.

    The highest resident size, less the files that are mapped at the end: they are libraries, which are mapped once
    and stay, so what is left is the peak of everything else.
    """
    before = status("RssAnon")
    X, y = np.load(images), np.load(labels)
    import scratch

    model = scratch.Sequential()
    model.add(scratch.Input(X.shape[1:]))
    model.add(scratch.layers.Flatten())
    model.add(scratch.layers.Dense(1, activation="sigmoid"))
    model.compile(loss="mse", optimizer="sgd", metrics=["accuracy"])
    model.fit(X, y, batch_size=32, verbose=0)
    print(before, status("VmHWM") - status("RssFile") - status("RssShmem"))


if __name__ == "__main__":
    main(*sys.argv[1:])
