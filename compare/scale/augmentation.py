"""A data set made larger by copies of its images, each moved by one pixel as in the published 'infinite MNIST'.

It is written as shards: a file appears whole or not at all, and the manifest, written last, says that all are there.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from compare.common.errors import BadInput
from compare.common.files import write_bytes, write_text
from scratch.arrays import Array
from scratch.datasets import Dataset
from scratch.datasets.shards import MANIFEST

SHIFTS = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]


def shifted_images(images: Array, down: int, right: int) -> Array:
    """Move every image by so many pixels; what comes in from the edge is 0, and what goes out is lost.

    images: (N, H, W).
    """
    moved = np.zeros_like(images)
    rows, columns = images.shape[1:]
    to = slice(max(down, 0), rows + min(down, 0)), slice(max(right, 0), columns + min(right, 0))
    of = slice(max(-down, 0), rows + min(-down, 0)), slice(max(-right, 0), columns + min(-right, 0))
    moved[:, *to] = images[:, *of]
    return moved


def augmented(x: Array, y: Array, rows: int, step: int, seed: int) -> Iterator[tuple[Array, Array]]:
    """Yield images and labels, ``step`` rows at a time, until there are so many.

    The first len(x) rows are x itself; then come x's images again and again, each moved one pixel into one of the eight
    directions. A row depends on the seed and its own number alone, and so not on the step.
    """
    for start in range(0, rows, step):
        numbers = np.arange(start, min(start + step, rows))
        copies, sources = np.divmod(numbers, len(x))
        images = x.take(sources, axis=0)
        for copy in range(max(copies[0], 1), copies[-1] + 1):
            of_copy = np.random.default_rng([seed, copy]).integers(len(SHIFTS), size=len(x))
            direction = np.where(copies == copy, of_copy[sources], -1)
            for number, (down, right) in enumerate(SHIFTS):
                images[direction == number] = shifted_images(images[direction == number], down, right)
        yield images, y.take(sources)


def write(dataset: Dataset, rows: int, shard_rows: int, seed: int, out: Path, tell: Callable[[int], Any]) -> None:
    """Write so many training rows in shards, and the test rows as they are; ``tell`` hears of the rows as they come.

    Raises BadInput where there is another data set already, or not enough room.
    """
    _check_place(dataset, rows, out)
    hashes: dict[str, str] = {}

    def save(name: str, array: Array) -> None:
        content = io.BytesIO()
        np.save(content, array, allow_pickle=False)
        write_bytes(content.getbuffer(), out / name)
        hashes[name] = hashlib.sha256(content.getbuffer()).hexdigest()

    for number, (x, y) in enumerate(augmented(dataset.x_train, dataset.y_train, rows, shard_rows, seed)):
        save(f"x_train-{number:05}.npy", x)
        save(f"y_train-{number:05}.npy", y)
        tell(len(x))
    save("x_test.npy", dataset.x_test)
    save("y_test.npy", dataset.y_test)
    manifest = {
        "name": f"{dataset.name} grown to {rows:,}",
        "of": dataset.name,
        "peak": dataset.peak,
        "rows": rows,
        "seed": seed,
        "sha256": hashes,
    }
    write_text(json.dumps(manifest, indent=2) + "\n", out / MANIFEST)


def _check_place(dataset: Dataset, rows: int, out: Path) -> None:
    taken = sorted(path.name for path in out.iterdir() if path.suffix in (".npy", ".npz") or path.name == MANIFEST)
    if taken:
        raise BadInput(f"--out {out} holds data already ({taken[0]}); name an empty directory")
    needed = rows * (dataset.x_train[0].nbytes + 1) + dataset.x_test.nbytes + dataset.y_test.nbytes
    free = shutil.disk_usage(out).free
    if needed > free:
        raise BadInput(
            f"--out {out} has {free / 1e6:,.0f} MB free and {rows:,} rows take {needed / 1e6:,.0f} MB; make room, name "
            "another directory, or ask for fewer --rows"
        )
