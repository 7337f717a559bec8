"""The progress bar of ``fit``, ``evaluate`` and ``predict`` (``keras.callbacks.ProgbarLogger``)."""

import math
import sys
import time
from typing import Any

from scratch.callbacks.callback import Callback, Logs, Told

WIDTH = 20
SECONDS_BETWEEN = 0.05
BOLD, GREEN, GREY, PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


class ProgbarLogger(Callback):
    """Draws the bar that Keras draws (``verbose=1``), or a line for each epoch (``verbose=2``).

    On a terminal it moves as the batches are done. Elsewhere, in a pipe or a file, each bar is drawn once, when it is
    full, and without colours.
    """

    def __init__(self) -> None:
        self.in_fit = False

    def set_params(self, params: dict[str, Any]) -> None:
        """Take what ``fit`` was asked."""
        self.verbose, self.epochs, self.target = params["verbose"], params["epochs"], params["steps"]

    def on_train_begin(self, logs: Told = None) -> None:
        """Know that validation goes without a bar."""
        self.in_fit = True

    def on_epoch_begin(self, epoch: int, logs: Told = None) -> None:
        """Name the epoch, and begin its bar."""
        if self.epochs > 1:
            print(f"Epoch {epoch + 1}/{self.epochs}")
        self._begin()

    def on_test_begin(self, logs: Told = None) -> None:
        """Begin the bar of ``evaluate``."""
        if not self.in_fit:
            self._begin()

    def on_predict_begin(self, logs: Told = None) -> None:
        """Begin the bar of ``predict``."""
        self._begin()

    def on_epoch_end(self, epoch: int, logs: Told = None) -> None:
        """Fill the epoch's bar."""
        self._end(logs or {})

    def on_test_end(self, logs: Told = None) -> None:
        """Fill the bar of ``evaluate``."""
        if not self.in_fit:
            self._end(logs or {})

    def on_predict_end(self, logs: Told = None) -> None:
        """Fill the bar of ``predict``."""
        self._end({})

    def _begin(self) -> None:
        self.moves = self.verbose == 1 and sys.stdout.isatty()
        self.start = self.last = time.perf_counter()
        self.width = 0

    def due(self, what: str) -> bool:
        """Tell whether a moving bar was last drawn long enough ago."""
        return (
            self.moves and not (self.in_fit and what == "test") and time.perf_counter() - self.last >= SECONDS_BETWEEN
        )

    def draw(self, done: int, logs: Logs, full: bool = False) -> None:
        """Draw the bar, over the one before where it moves."""
        self.last = time.perf_counter()
        seconds = self.last - self.start
        per_step = seconds / done
        left = f"{per_step * (self.target - done):.0f}s" if not full else f"{seconds:.0f}s"
        numbers = "".join(f" - {name}: {_number(value)}" for name, value in logs.items())
        count = f"{done:>{int(math.log10(self.target)) + 1}}/{self.target}"
        if self.verbose == 2:
            print(f"{count} - {left} - {_duration(per_step)}/step{numbers}")
            return
        filled = WIDTH * done // self.target
        parts = [(BOLD, count), ("", " "), (GREEN, "━" * filled), (GREY, "━" * (WIDTH - filled)), ("", " ")]
        parts += [(BOLD, left), ("", f" {_duration(per_step)}/step{numbers}")]
        width = sum(len(text) for _, text in parts)
        if not self.moves:
            print("".join(text for _, text in parts))
            return
        line = "".join(f"{colour}{text}{PLAIN}" if colour and text else text for colour, text in parts)
        print(f"\r{line}{' ' * (self.width - width)}", end="\n" if full else "", flush=True)
        self.width = width

    def _end(self, logs: Logs) -> None:
        self.draw(self.target, logs, full=True)


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def _duration(seconds: float) -> str:
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"
