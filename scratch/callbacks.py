"""What looks on while a model trains (``keras.callbacks``)."""

from typing import Any

Logs = dict[str, float]


class Callback:
    """Is told what happens during ``fit``; ``self.model`` is the model that trains."""

    model: Any

    def set_model(self, model: Any) -> None:
        """Take the model before training begins."""
        self.model = model

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Hear that batch number ``batch`` of this epoch has moved the weights."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Hear an epoch's losses and metrics, training and validation."""


class History(Callback):
    """What ``fit`` returns: ``history`` holds a list for each loss and metric, one number an epoch."""

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[float]] = {}

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Append the epoch's numbers."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


__all__ = ["Callback", "History"]
