"""Peak memory of training from ``uint8`` images, above that of Python with NumPy imported."""

import numpy as np

from compare.bench.processes import BrokenContenderError, run_once
from compare.bench.session import Found, Memory, Session
from scratch.arrays import Array

PART = "Memory"


def measure(session: Session, images: Array, labels: Array, found: Found) -> None:
    """Fill ``found.memory``: one epoch in a process of its own, the images read into its memory."""
    session.tell(PART, 1, "training from uint8")
    paths = [session.directory / name for name in ("images.npy", "labels.npy")]
    for path, array in zip(paths, (images, labels), strict=True):
        np.save(path, array)
    try:
        printed = run_once("compare.bench.memory_process", *map(str, paths), temporary=session.directory)
    except BrokenContenderError as error:
        found.not_measured["peak memory"] = str(error)
        return
    before, peak = map(int, printed.split())
    found.memory = Memory(peak - before, images.nbytes)
