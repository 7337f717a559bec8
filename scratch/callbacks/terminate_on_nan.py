"""Stop when the loss is no number any more (``keras.callbacks.TerminateOnNaN``)."""

import math

from scratch.callbacks.callback import Callback, Told


class TerminateOnNaN(Callback):
    """Ends the training as soon as the loss is NaN or infinite; with ``raise_error``, by a RuntimeError."""

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Told = None) -> None:
        """Look at the loss so far."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}.")
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
