"""Writes a grown data set as shards: a file appears whole or not at all, and the last one says that all are there."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from compare.common.errors import BadInput
from compare.common.files import write_bytes, write_text
from compare.grow.shifting import grown
from scratch.arrays import Array
from scratch.datasets import Dataset
from scratch.datasets.shards import MANIFEST


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

    for number, (x, y) in enumerate(grown(dataset.x_train, dataset.y_train, rows, shard_rows, seed)):
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
