"""What callbacks that watch one number have in common: which way is better, and by how much."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from scratch.callbacks.callback import Callback, Told


class MonitorCallback(Callback):
    """Watches one loss or metric; better is less (``"min"``), more (``"max"``), or what its name tells (``"auto"``).

    An unknown mode is ``"auto"``, with a warning, as in Keras. Raises ValueError where nothing tells which way is
    better.
    """

    monitor_op: Callable[..., Any] | None = None

    def __init__(
        self, monitor: str = "val_loss", mode: str = "auto", baseline: float | None = None, min_delta: float = 0
    ) -> None:
        if mode not in ("auto", "min", "max"):
            warnings.warn(f"{type(self).__name__} mode '{mode}' is unknown, fallback to auto mode.", stacklevel=3)
            mode = "auto"
        self.monitor, self.mode, self.best, self.min_delta = monitor, mode, baseline, abs(min_delta)

    def _set_monitor_op(self) -> None:
        """Find out which way is better, now that the model's metrics are known."""
        direction = {"min": "down", "max": "up"}.get(self.mode)
        directions = {"loss": "down", **getattr(self.model, "directions", {})}
        direction = direction or directions.get(self.monitor.removeprefix("val_"))
        if direction is None:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether more or less of monitor={self.monitor} is better: pass "
                "`mode='max'` or `mode='min'`"
            )
        self.monitor_op = np.greater if direction == "up" else np.less

    def _is_improvement(self, value: float, reference: float | None) -> bool:
        if reference is None:
            return True
        assert self.monitor_op is not None
        needed = self.min_delta if self.monitor_op is np.greater else -self.min_delta
        return bool(self.monitor_op(value - needed, reference))

    def _value(self, logs: Told, what: str) -> float | None:
        """Return the number that is watched; None, with a warning, where it is not among the logs."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            there = ",".join(logs or {})
            warnings.warn(
                f"{what} conditioned on metric `{self.monitor}` which is not available. Available metrics are: {there}",
                stacklevel=3,
            )
        return value
