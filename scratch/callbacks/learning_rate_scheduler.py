"""A learning rate for each epoch (``keras.callbacks.LearningRateScheduler``)."""

from collections.abc import Callable

import numpy as np

from scratch.callbacks.callback import Callback, Told


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch: ``schedule(epoch, rate)``, or ``schedule(epoch)``, returns it.

    Raises ValueError where that is no float, as Keras does.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Told = None) -> None:
        """Set the epoch's learning rate."""
        optimizer = self.model.optimizer
        try:
            rate = self.schedule(epoch, float(optimizer.learning_rate))
        except TypeError:  # a schedule of the epoch alone
            rate = self.schedule(epoch)
        if not isinstance(rate, float | np.floating):
            raise ValueError(f"The output of the `schedule` function should be a float. Got: {rate}")
        optimizer.learning_rate = rate
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Told = None) -> None:
        """Write the rate among the epoch's numbers."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)
