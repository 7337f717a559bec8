"""A file with the model, or with its weights, as it trains (``keras.callbacks.ModelCheckpoint``)."""

from pathlib import Path

from scratch.callbacks.callback import Told
from scratch.callbacks.monitor import MonitorCallback


class ModelCheckpoint(MonitorCallback):
    """Saves the model after each epoch, or after every so many batches; with ``save_best_only``, where it is better.

    ``filepath`` may name the epoch and its numbers: ``"{epoch:02d}-{val_loss:.2f}.keras"``. Raises ValueError for a
    name of another kind of file, or a ``save_freq`` that is none; KeyError for numbers that are not there.
    """

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath, self.verbose = str(filepath), verbose
        self.save_best_only, self.save_weights_only, self.save_freq = save_best_only, save_weights_only, save_freq
        self._batches = 0
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(f"Unrecognized save_freq: {save_freq}. It is 'epoch' or a number of batches")
        ending = ".weights.h5" if save_weights_only else ".keras"
        if not self.filepath.endswith(ending):
            raise ValueError(
                f"The filepath provided must end in `{ending}` with save_weights_only={save_weights_only}. "
                f"Received: filepath={self.filepath}"
            )

    def on_epoch_begin(self, epoch: int, logs: Told = None) -> None:
        """Keep the epoch's number for files that are written within it."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Told = None) -> None:
        """Save after every ``save_freq`` batches."""
        if self.save_freq == "epoch":
            return
        self._batches += 1
        if self._batches >= int(self.save_freq):
            self._batches = 0
            self._save(self._epoch, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Told = None) -> None:
        """Save after the epoch."""
        if self.save_freq == "epoch":
            self._save(epoch, None, logs)

    def _save(self, epoch: int, batch: int | None, logs: Told) -> None:
        if self.monitor_op is None and self.save_best_only:
            self._set_monitor_op()
        path = self._path(epoch, batch, logs or {})
        if not self._is_due(epoch, logs, path):
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)

    def _is_due(self, epoch: int, logs: Told, path: str) -> bool:
        """Tell whether to save, and say so where that was asked for."""
        said = f"saving model to {path}"
        if self.save_best_only:
            current = self._value(logs, "Saving the best model only is")
            if current is None:
                return True
            best = "None" if self.best is None else f"{self.best:.5f}"
            if not self._is_improvement(current, self.best):
                self._say(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {best}")
                return False
            self.best = current
            said = f"{self.monitor} improved from {best} to {current:.5f}, {said}"
        self._say(f"\nEpoch {epoch + 1}: {said}")
        return True

    def _say(self, sentence: str) -> None:
        if self.verbose > 0:
            print(sentence)

    def _path(self, epoch: int, batch: int | None, logs: dict[str, float]) -> str:
        names = {"epoch": epoch + 1} | logs | ({} if batch is None else {"batch": batch + 1})
        try:
            return self.filepath.format(**names)
        except KeyError as missing:
            raise KeyError(
                f'Failed to format this callback filepath: "{self.filepath}": there is no {missing}, but '
                f"{', '.join(names)}"
            ) from None
