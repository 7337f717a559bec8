"""Our side: the directory in which a program runs. It finds its data there, and may write without harm to ours."""

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

DATA = {
    ".csv", ".tsv", ".txt", ".dat", ".data", ".json", ".npz", ".npy", ".pkl", ".pickle", ".gz", ".zip", ".mat", ".h5",
    ".hdf5", ".xls", ".xlsx", ".parquet", ".arff", ".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".idx",
}  # fmt: skip
MOST_COPIED = 16 * 2**20
"""So many bytes of data are copied, and can be written over; the rest is linked, and writing to it is refused."""
MOST_FILES = 200
DEEPEST = 3
ABOVE = re.compile(r"\.\.[/\\]+([\w-][\w.-]*)")

State = dict[str, tuple[int, int]]


class Folder:
    """A directory with the data that lie beside a program. It is made anew after a run that changed something in it.

    Data are files whose name says so, and whatever the program names. What it names with ``..`` is linked beside it.
    Modules are imported from where they are.
    """

    def __init__(self, path: Path, source: str, scratch: Path) -> None:
        self._beside, self._source, self._scratch = path.absolute().parent, source, scratch
        self._place: Path | None = None
        self._state: State = {}

    def made(self) -> Path:
        """Return the directory, as it is before a run."""
        if self._place is None or state_of(self._place) != self._state:
            if self._place is not None:
                shutil.rmtree(self._place.parent, ignore_errors=True)
            self._place = self._make()
            self._state = state_of(self._place)
        return self._place

    def _make(self) -> Path:
        above = Path(tempfile.mkdtemp(prefix="run-", dir=self._scratch))
        place = above / (self._beside.name or "folder")
        place.mkdir()
        self._bytes, self._files = MOST_COPIED, MOST_FILES
        self._fill(place, self._beside, 1)
        for name in set(ABOVE.findall(self._source)) - {place.name}:
            if (self._beside.parent / name).exists():
                (above / name).symlink_to(self._beside.parent / name)
        return place

    def _fill(self, place: Path, folder: Path, depth: int) -> None:
        wanted = [entry for entry in entries(folder) if depth > 1 or self._is_data(entry)]
        for entry in sorted(wanted, key=lambda entry: entry.name not in self._source)[: self._files]:
            self._files -= 1
            with contextlib.suppress(OSError):
                self._bring(entry, place / entry.name, depth)

    def _bring(self, entry: os.DirEntry[str], target: Path, depth: int) -> None:
        if entry.is_dir() and depth < DEEPEST and len(os.listdir(entry.path)) <= self._files:
            target.mkdir()
            self._fill(target, Path(entry.path), depth + 1)
        elif entry.is_file() and entry.stat().st_size <= self._bytes:
            shutil.copyfile(entry.path, target)
            self._bytes -= entry.stat().st_size
        else:
            target.symlink_to(entry.path)

    def _is_data(self, entry: os.DirEntry[str]) -> bool:
        suffix = Path(entry.name).suffix.lower()
        return entry.name in self._source or (entry.is_file() and (suffix in DATA or not suffix))


def modules_beside(path: Path) -> list[str]:
    """Return the names of the modules and packages beside a program."""
    found = [Path(entry.path) for entry in entries(path.absolute().parent)]
    return [one.stem for one in found if one.suffix == ".py" or (one / "__init__.py").is_file()]


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what lies in a folder and is not hidden, by name."""
    try:
        with os.scandir(folder) as found:
            return sorted((one for one in found if not one.name.startswith((".", "__"))), key=lambda one: one.name)
    except OSError:
        return []


def state_of(folder: Path) -> State:
    """Return what lies in a folder, when it was written, and how large it is; links are not followed."""
    state = {}
    for place, folders, files in os.walk(folder.parent):
        for name in (*folders, *files):
            at = os.path.join(place, name)
            with contextlib.suppress(OSError):
                found = os.lstat(at)
                state[at] = (found.st_mtime_ns, found.st_size)
    return state
