"""Where the data are looked for: a directory that is named, Keras's cache, this project's cache, the network."""

import os
from collections.abc import Iterator
from pathlib import Path

from scratch.arrays import Array
from scratch.datasets.dataset import PUBLISHED, DataError, Dataset, checked, digest
from scratch.datasets.files import idx_paths, read_idx, read_npz

DIRECTORY_VARIABLE = "FIVE_OR_NOT_DATA"
CACHE_VARIABLE = "FIVE_OR_NOT_CACHE"
SECONDS_TO_CONNECT = 10
ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

# What is downloaded, and the hash of each file as published. The MD5 sums are Fashion-MNIST's own; the arrays made of
# those files are checked by SHA-256 like all others.
DOWNLOADS = {
    "mnist": {"mnist.npz": "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"},
    "fashion_mnist": {
        "train-images-idx3-ubyte.gz": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "md5:25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "md5:bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "md5:bb300cfdad3c16e7a12a480ee83cd310",
    },
}


class NotFoundError(DataError):
    """The data are nowhere; everything else that is wrong with them is a plain DataError."""


def find(name: str, directory: str | Path | None = None) -> Dataset:
    """Return MNIST or Fashion-MNIST from the first place that has it.

    In this order: ``directory``, or else the one that FIVE_OR_NOT_DATA names; Keras's cache; the network, through
    this project's own cache. Raises NotFoundError that says what was tried, and DataError for a directory that is
    not there or a file that cannot be used: what is there is never passed over in silence.
    """
    tried: list[str] = []
    try:
        for place in _places(name, directory):
            found = _found_in(place, name, tried)
            if found is not None:
                return checked(name, str(found[0]), found[1])
    except OSError as error:
        raise DataError(
            f"{error.filename} cannot be read ({error.strerror}); allow it, or name another place"
        ) from None
    try:
        source, arrays = _downloaded(name)
    except DataError as error:
        raise type(error)(
            f"{name} is not to be had: looked in {', '.join(tried)}, then {error}. Put {name}.npz in a directory, and "
            f"name it with --data or {DIRECTORY_VARIABLE}."
        ) from None
    return checked(name, source, arrays)


def _places(name: str, directory: str | Path | None) -> Iterator[Path]:
    """Name the directories to look in."""
    named = directory or os.environ.get(DIRECTORY_VARIABLE)
    if named:
        if not Path(named).is_dir():
            raise DataError(f"{named} is not a directory; name one that holds {name}.npz or the idx files")
        yield Path(named)
    yield Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"


def _found_in(place: Path, name: str, tried: list[str]) -> tuple[Path, dict[str, Array]] | None:
    """Read the set from a directory: its ``.npz``, or the idx files there or in a folder of the set's name.

    Where it is not there, ``tried`` grows by what was looked at.
    """
    path = place / f"{name}.npz"
    if path.exists():
        return path, read_npz(path)
    tried.append(str(place))
    for folder in (place, place / name, place / name.replace("_", "-")):
        paths = idx_paths(folder)
        if paths:
            arrays = read_idx(paths)
            if not _is_another_set(arrays, name):
                return folder, arrays
            tried.append(f"{folder}'s idx files (not this set)")
    return None


def _is_another_set(arrays: dict[str, Array], name: str) -> bool:
    """Tell whether these are the published arrays of another set: all idx files bear the same names."""
    found = digest(arrays)
    return any(found == published for other, published in PUBLISHED.items() if other != name)


def _downloaded(name: str) -> tuple[str, dict[str, Array]]:
    """Download into the cache whatever is not there yet; pooch checks the hash and puts only whole files there."""
    try:
        import pooch
        import requests
        import tqdm  # noqa: F401 (pooch draws its progress bar with it)
    except ImportError as error:
        raise NotFoundError(f"could not download it, because {error.name} is not installed") from None
    cache = Path(os.environ.get(CACHE_VARIABLE) or pooch.os_cache("five-or-not")) / name
    downloader = pooch.HTTPDownloader(progressbar=True, timeout=SECONDS_TO_CONNECT)
    try:
        for file, known_hash in DOWNLOADS[name].items():
            pooch.retrieve(ADDRESS + file, known_hash, file, cache, downloader=downloader)
    except requests.RequestException as error:
        failure = f"{type(error).__name__} at {ADDRESS}{file}"
        if (cache / file).exists():
            raise DataError(f"found {cache / file} damaged and could not download it anew ({failure})") from None
        raise NotFoundError(f"could not download it into {cache} ({failure})") from None
    except ValueError:
        raise DataError(f"{ADDRESS}{file} sent something else than {name} (another hash); nothing is kept") from None
    except OSError as error:
        raise DataError(f"cannot keep a download in {cache} ({error}); set {CACHE_VARIABLE} to another place") from None
    found = _found_in(cache, name, [])
    assert found is not None
    return f"{found[0]}, downloaded from {ADDRESS}", found[1]
