"""A file with a line for each epoch (``keras.callbacks.CSVLogger``)."""

import csv
from pathlib import Path
from typing import IO, Any

from scratch.callbacks.callback import Callback, Told


class CSVLogger(Callback):
    """Writes every epoch's numbers to a file. Keras: ``CSVLogger("log.csv", separator=",", append=False)``."""

    def __init__(self, filename: str | Path, separator: str = ",", append: bool = False) -> None:
        self.filename, self.sep, self.append = str(filename), separator, append
        self.csv_file: IO[str] | None = None
        self.writer: Any = None
        self.keys: list[str] | None = None

    def on_train_begin(self, logs: Told = None) -> None:
        """Open the file; where lines are appended, the header that is there stays the only one."""
        self._close()
        path = Path(self.filename)
        self.append_header = not (self.append and path.exists() and path.read_text())
        self.csv_file = path.open("a" if self.append else "w", newline="")
        self.keys = None

    def on_epoch_end(self, epoch: int, logs: Told = None) -> None:
        """Write the epoch's line."""
        logs = logs or {}
        if self.keys is None:
            names = sorted(logs)
            validated = any(name.startswith("val_") for name in names)
            self.keys = names if validated else [*names, *(f"val_{name}" for name in names)]
            self.writer = csv.DictWriter(self.csv_file, ["epoch", *self.keys], delimiter=self.sep)  # type: ignore[arg-type]
            if self.append_header:
                self.writer.writeheader()
        self.writer.writerow({"epoch": epoch} | {name: logs.get(name, "NA") for name in self.keys})
        assert self.csv_file is not None
        self.csv_file.flush()

    def on_train_end(self, logs: Told = None) -> None:
        """Close the file."""
        self._close()

    def _close(self) -> None:
        if self.csv_file:
            self.csv_file.close()
        self.csv_file = self.writer = None
