"""A checkpoint: the weights on disk, written after each epoch, and read to go on from there."""

import io
import re
from pathlib import Path

import numpy as np

from compare.common.errors import BadInput
from compare.common.files import write_bytes
from scratch.arrays import Array

NAME = "weights-epoch-{:04}.npz"


def save(weights: list[Array], epoch: int, out: Path) -> Path:
    """Write W and b after so many epochs; the file appears whole or not at all."""
    W, b = weights
    content, path = io.BytesIO(), out / NAME.format(epoch)
    np.savez(content, W=W, b=b, epoch=epoch)
    write_bytes(content.getvalue(), path)
    return path


def load(path: Path, shape: tuple[int, ...], dtype: str) -> tuple[list[Array], int]:
    """Read weights for images of this shape, and how many epochs made them. Raises BadInput for any other file."""
    try:
        with np.load(path, allow_pickle=False) as file:
            weights, epoch = [file["W"], file["b"]], int(file["epoch"])
    except (OSError, ValueError, KeyError, EOFError, TypeError) as error:
        raise BadInput(f"--resume {path}: no weights can be read from it ({error}); name a {NAME.format(1)}") from None
    expected = [(int(np.prod(shape)), 1), (1,)]
    if [w.shape for w in weights] != expected or {w.dtype.name for w in weights} != {dtype}:
        found = " and ".join(f"{w.shape} {w.dtype}" for w in weights)
        raise BadInput(f"--resume {path}: it holds weights {found}; this run has {expected[0]} and (1,) in {dtype}")
    return weights, epoch


def last(out: Path, since: float = 0.0) -> Path | None:
    """Return the file of the last epoch that was written ``since`` then; an earlier run's are not this one's."""
    found = [path for path in out.glob("weights-epoch-*.npz") if re.fullmatch(r"weights-epoch-\d{4,}\.npz", path.name)]
    new = [path for path in found if path.stat().st_mtime >= since]
    return max(new, key=lambda path: int(path.stem.rpartition("-")[2]), default=None)
