"""Everything that both sides must share, in one frozen dataclass."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from compare.common.errors import BadInput

OptimizerName = Literal["sgd", "adam"]
ActivationName = Literal["linear", "sigmoid"]
LossName = Literal["mse", "binary_crossentropy"]
Pixels = Literal["unit", "raw"]
Dtype = Literal["float32", "float64"]

DEFAULT_RATES: dict[OptimizerName, float] = {"sgd": 0.1, "adam": 0.001}


@dataclass(frozen=True)
class Config:
    """How to train one perceptron. The defaults are the tutorial's model, mended.

    ``learning_rate=None`` means 0.1 for sgd and Keras's own 0.001 for adam; ``train_size=None`` means every row.
    Raises BadInput for anything that cannot be trained.
    """

    digit: int = 5
    epochs: int = 10
    batch_size: int = 32
    optimizer: OptimizerName = "sgd"
    learning_rate: float | None = None
    momentum: float = 0.0
    nesterov: bool = False
    activation: ActivationName = "sigmoid"
    loss: LossName = "mse"
    pixels: Pixels = "unit"
    dtype: Dtype = "float32"
    seed: int = 0
    train_size: int | None = None

    def __post_init__(self) -> None:
        """Check every value by itself, and those that exclude each other."""
        for name in ("epochs", "batch_size", "train_size"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise BadInput(f"{_option(name)} must be at least 1, not {value}")
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", DEFAULT_RATES[self.optimizer])
        elif not 0 < self.learning_rate < float("inf"):
            raise BadInput(f"--learning-rate must be a positive number, not {self.learning_rate}")
        with np.errstate(over="ignore"):
            stored = np.dtype(self.dtype).type(self.learning_rate)
        if not 0 < stored < np.inf:
            raise BadInput(f"--learning-rate {self.learning_rate} is {stored} as a {self.dtype}; choose another")
        if not 0 <= self.momentum < 1:
            raise BadInput(f"--momentum must be at least 0 and below 1, not {self.momentum}")
        if self.optimizer == "adam" and (self.momentum or self.nesterov):
            raise BadInput("--momentum and --nesterov belong to --optimizer sgd; adam has its own momentum")
        if self.nesterov and not self.momentum:
            raise BadInput("--nesterov needs a --momentum above 0")
        if not 0 <= self.seed < 2**32:
            raise BadInput(f"--seed must be at least 0 and below 2**32, not {self.seed}")

    def steps_an_epoch(self, rows: int) -> int:
        """Return how many batches so many rows make, the short last one among them."""
        return -(-rows // self.batch_size)

    def reference(self) -> "Config":
        """Return the same config in float64, with the learning rate that float32 makes of it."""
        return replace(self, dtype="float64", learning_rate=float(np.float32(self.learning_rate)))

    def as_dict(self) -> dict[str, Any]:
        """Return every option as used."""
        return asdict(self)


def _option(field: str) -> str:
    return "--" + field.replace("_", "-")
