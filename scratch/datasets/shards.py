"""A data set that is too large for memory: a directory of ``.npy`` files, read as they are asked for.

``x_train-00000.npy``, ``x_train-00001.npy``, ... and ``y_train-00000.npy``, ... are the training rows, one shard after
the other (a single ``x_train.npy`` and ``y_train.npy`` will do); ``x_test.npy`` and ``y_test.npy`` the rest. A
``dataset.json`` may tell their ``name``, the set that they are made ``of``, the ``peak`` of a fully inked pixel, and
each file's ``sha256``.
"""

import hashlib
import json
import os
import re
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from scratch.arrays import Array, Stored
from scratch.datasets.dataset import DataError, Dataset, check_images, check_labels
from scratch.datasets.sources import DIRECTORY_VARIABLE

MANIFEST = "dataset.json"
NAME = re.compile(r"x_train(-(\d+))?\.npy")
CHUNK = 2**20


class Shards(Stored):
    """The rows of several memory-mapped files, one after the other, as if they were one array."""

    def __init__(self, parts: list[Array]) -> None:
        self.parts = [part for part in parts if len(part)]
        self.ends = list(accumulate(len(part) for part in self.parts))
        self.shape = (self.ends[-1] if self.ends else 0, *parts[0].shape[1:])
        self.dtype = parts[0].dtype

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def __getitem__(self, rows: slice) -> "Shards":
        """Return neighbouring rows, still on disk."""
        start, stop, step = rows.indices(len(self))
        if step != 1:
            raise ValueError(f"shards are cut into neighbouring rows, not every {step}th")
        begins = [0, *self.ends]
        return Shards(
            [
                part[max(start - begin, 0) : max(stop - begin, 0)]
                for part, begin in zip(self.parts, begins, strict=False)
            ]
        )

    def take(self, indices: Array, axis: int = 0, out: Array | None = None, mode: Any = "raise") -> Array:
        """Gather rows into ``out``, or into a new array. Raises IndexError for a row that is not there."""
        rows = np.asarray(indices)
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(self):
            raise IndexError(f"rows {rows.min()} to {rows.max()} are not all among the {len(self)} that there are")
        gathered = np.empty((len(rows), *self.shape[1:]), self.dtype) if out is None else out
        which = np.searchsorted(self.ends, rows, side="right")
        for shard in np.unique(which):
            here = which == shard
            begin = self.ends[shard] - len(self.parts[shard])
            gathered[here] = self.parts[shard][rows[here] - begin]
        return gathered


def place(directory: str | Path | None) -> Path | None:
    """Return the directory that is named, by ``directory`` or FIVE_OR_NOT_DATA, if there are shards in it.

    One of the shards will do for a name, too.
    """
    found = directory or os.environ.get(DIRECTORY_VARIABLE)
    if not found:
        return None
    named = Path(found)
    if named.is_file() and NAME.fullmatch(named.name):
        return named.parent
    return named if named.is_dir() and any(NAME.fullmatch(path.name) for path in named.iterdir()) else None


def made_of(directory: Path) -> str | None:
    """Return the name of the set that the shards were made of, if their ``dataset.json`` tells."""
    return _manifest(directory).get("of")


def load(directory: Path) -> Dataset:
    """Open the shards of a directory; of the training images, nothing is read but what is checked.

    Raises DataError in one sentence for a shard that is torn, missing, changed, or does not fit the others.
    """
    manifest = _manifest(directory)
    names = _numbered(directory)
    for file, expected in manifest.get("sha256", {}).items():
        _verify(directory / file, expected)
    x_parts, y_parts = (
        [_mapped(directory / f"{key}{number}.npy") for number in names] for key in ("x_train", "y_train")
    )
    for number, x, y in zip(names, x_parts, y_parts, strict=True):
        path = str(directory / f"x_train{number}.npy")
        check_images(str(directory), Path(path).name, x)
        check_labels(str(directory), f"y_train{number}.npy", y, len(x))
        if (x.shape[1:], x.dtype) != (x_parts[0].shape[1:], x_parts[0].dtype):
            raise DataError(
                f"{path} holds {x.dtype} images of {x.shape[1:]} pixels and the first shard {x_parts[0].dtype} of "
                f"{x_parts[0].shape[1:]}; they must be alike"
            )
    x_test, y_test = (np.array(_mapped(directory / f"{key}.npy")) for key in ("x_test", "y_test"))
    check_images(str(directory), "x_test.npy", x_test)
    check_labels(str(directory), "y_test.npy", y_test, len(x_test))
    if x_test.shape[1:] != x_parts[0].shape[1:]:
        raise DataError(f"{directory}: x_test.npy holds images of {x_test.shape[1:]} pixels, not those of x_train")
    source = f"{directory}, {len(names)} shard{'s' * (len(names) > 1)} read from disk as they are needed"
    return Dataset(
        name=str(manifest.get("name", directory.name)),
        source=source,
        verified=False,
        notice=None,
        x_train=Shards(x_parts),
        y_train=np.concatenate(y_parts).astype(np.uint8),
        x_test=x_test,
        y_test=y_test.astype(np.uint8),
        peak=manifest.get("peak", 255),
    )


def _manifest(directory: Path) -> dict[str, Any]:
    path = directory / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is no readable JSON ({error}); repair it, or remove it: it is not needed") from None
    hashes = found.get("sha256", {}) if isinstance(found, dict) else None
    peak = found.get("peak", 255) if isinstance(found, dict) else None
    if not isinstance(hashes, dict) or not isinstance(peak, int | float) or not peak > 0:
        raise DataError(f"{path} must be an object with a positive peak and sha256 as an object; repair or remove it")
    if any(Path(name).name != name for name in hashes):
        raise DataError(f"{path} names files that are not beside it; repair or remove it")
    return found


def _numbered(directory: Path) -> list[str]:
    """Return what stands between ``x_train`` and ``.npy`` in the shards' names, in order, with none left out."""
    found = [match for path in directory.iterdir() if (match := NAME.fullmatch(path.name))]
    plain = [match for match in found if match[1] is None]
    if plain and len(found) > 1:
        raise DataError(f"{directory} holds x_train.npy and numbered shards: keep one or the other")
    numbers = sorted((int(match[2]), match[1]) for match in found if match[1])
    for expected, (number, _) in enumerate(numbers):
        if number != expected:
            raise DataError(f"{directory} lacks shard {expected} of x_train, but holds shard {number}; get it anew")
    return [""] if plain else [name for _, name in numbers]


def _mapped(path: Path) -> Array:
    """Map a file into memory. Raises DataError where it is missing, torn, or holds objects."""
    try:
        array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise DataError(f"{path} is missing; shards need it beside the others") from None
    except (OSError, ValueError, EOFError) as error:
        why = "it holds pickled objects, which are not read" if "bject" in str(error) else "it is shorter than it says"
        raise DataError(f"{path} cannot be used: {why} ({error}); get this shard anew") from None
    if not isinstance(array, np.memmap) or (array.ndim > 1 and not array.flags.c_contiguous):
        raise DataError(f"{path} must be an .npy file whose rows lie one after the other; save it anew")
    return array


def _verify(path: Path, expected: str) -> None:
    """Compare a file with its SHA-256, without holding it."""
    whole = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                whole.update(chunk)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); get this shard anew") from None
    if whole.hexdigest() != expected:
        raise DataError(f"{path} is not the file that {MANIFEST} tells of: it is torn or was changed; get it anew")
