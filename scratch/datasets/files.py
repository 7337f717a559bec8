"""Reads the two kinds of file that MNIST comes in, and refuses what is broken in one sentence."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from scratch.arrays import Array
from scratch.datasets.dataset import KEYS, DataError

IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
ZIP_MAGIC = b"PK"


def read_npz(path: Path) -> dict[str, Array]:
    """Read x_train, y_train, x_test and y_test from an ``.npz``, never unpickling anything.

    Raises DataError where the file is no zip archive, truncated, corrupt, pickled, or lacks an array.
    """
    try:
        with path.open("rb") as stream:
            is_zip = stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC
            stream.seek(0)
            file = np.load(stream, allow_pickle=False) if is_zip else {}
            arrays = {key: file[key] for key in KEYS if key in file}
    except Exception as error:  # a damaged archive makes zipfile, zlib and NumPy raise nearly anything
        if "Object arrays" in str(error):
            raise DataError(f"{path} holds pickled objects, which are not read; get the file anew") from None
        raise DataError(f"{path} is truncated, corrupt or unreadable; delete it and get it anew") from None
    if not is_zip:
        raise DataError(f"{path} is no .npz, which is a zip archive; delete it and get it anew")
    missing = [key for key in KEYS if not isinstance(arrays.get(key), np.ndarray)]
    if missing:
        raise DataError(f"{path} lacks {', '.join(missing)}; such an .npz holds {', '.join(KEYS)}")
    return arrays


def idx_paths(directory: Path) -> dict[str, Path] | None:
    """Return the four idx files of a directory, gzipped or not; None where any of them is missing."""
    found = {}
    for key, name in IDX_FILES.items():
        candidates = [path for path in (directory / f"{name}.gz", directory / name) if path.is_file()]
        if not candidates:
            return None
        found[key] = candidates[0]
    return found


def read_idx(paths: dict[str, Path]) -> dict[str, Array]:
    """Read the four original idx files."""
    return {key: _read_one(path, dimensions=3 if key.startswith("x") else 1) for key, path in paths.items()}


def _read_one(path: Path, dimensions: int) -> Array:
    """Read one idx file: two zero bytes, the type (8 is uint8), the number of axes, their lengths, the numbers."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error):
        raise DataError(f"{path} is truncated, corrupt or unreadable; delete it and get it anew") from None
    magic = bytes([0, 0, 8, dimensions])
    if content[:4] != magic:
        raise DataError(f"{path} starts with {content[:4].hex() or 'nothing'} where an idx file has {magic.hex()}")
    header = 4 + 4 * dimensions
    shape = tuple(int(n) for n in np.frombuffer(content[4:header], ">u4"))
    if len(shape) < dimensions or len(content) - header != math.prod(shape):
        raise DataError(f"{path} holds {max(len(content) - header, 0)} bytes, not those of the shape {shape} it states")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
