"""The record of what every epoch reported (``keras.callbacks.History``)."""

from scratch.callbacks.callback import Callback, Told


class History(Callback):
    """What ``fit`` returns: ``history`` holds a list for each loss and metric, one number an epoch."""

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[float]] = {}

    def on_train_begin(self, logs: Told = None) -> None:
        """Begin a new list of epochs."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Told = None) -> None:
        """Append the epoch's numbers."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
