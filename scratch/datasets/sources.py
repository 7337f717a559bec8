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


def find(name: str, directory: Path | None = None) -> Dataset:
    """Return MNIST or Fashion-MNIST from the first place that has it.

    In this order: ``directory``, or else the one that FIVE_OR_NOT_DATA names; Keras's cache; the network, through
    this project's own cache. Raises NotFoundError that says what was tried, and DataError for a directory that is
    not there or a file that cannot be used: what is there is never passed over in silence.
    """
    tried = []
    for place in _places(name, directory):
        found = _found_in(place, name)
        if found is not None:
            return checked(name, str(found[0]), found[1])
        tried.append(str(place))
    try:
        source, arrays = _downloaded(name)
    except NotFoundError as error:
        raise NotFoundError(
            f"{name} is not to be had: looked in {', '.join(tried)}, then {error}. Put {name}.npz in a directory, and "
            f"name it with --data or {DIRECTORY_VARIABLE}."
        ) from None
    return checked(name, source, arrays)


def _places(name: str, directory: Path | None) -> Iterator[Path]:
    """Name the directories to look in."""
    named = directory or (Path(os.environ[DIRECTORY_VARIABLE]) if os.environ.get(DIRECTORY_VARIABLE) else None)
    if named is not None:
        if not named.is_dir():
            raise DataError(f"{named} is not a directory; name one that holds {name}.npz or the idx files")
        yield named
    yield Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"


def _found_in(place: Path, name: str) -> tuple[Path, dict[str, Array]] | None:
    """Read the set from a directory: its ``.npz``, or the idx files there or in a folder of the set's name."""
    path = place / f"{name}.npz"
    if path.is_file():
        return path, read_npz(path)
    for folder in (place, place / name, place / name.replace("_", "-")):
        paths = idx_paths(folder)
        if paths:
            arrays = read_idx(paths)
            if not _is_another_set(arrays, name):
                return folder, arrays
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
    except ImportError:
        raise NotFoundError("could not download it, because pooch is not installed") from None
    cache = Path(os.environ.get(CACHE_VARIABLE) or pooch.os_cache("five-or-not")) / name
    downloader = pooch.HTTPDownloader(progressbar=True, timeout=SECONDS_TO_CONNECT)
    try:
        for file, known_hash in DOWNLOADS[name].items():
            pooch.retrieve(ADDRESS + file, known_hash, file, cache, downloader=downloader)
    except requests.RequestException as error:
        raise NotFoundError(f"could not download it ({type(error).__name__} at {ADDRESS})") from None
    except ValueError as error:
        raise DataError(f"{ADDRESS} sent something else than {name}: {error}; try again later") from None
    except OSError as error:
        raise DataError(f"cannot keep a download in {cache}: {error.strerror}; set {CACHE_VARIABLE}") from None
    found = _found_in(cache, name)
    assert found is not None
    return f"{found[0]}, downloaded from {ADDRESS}", found[1]
