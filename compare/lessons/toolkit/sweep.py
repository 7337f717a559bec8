"""Many perceptrons at once, each with a learning rate of its own, and the rate that theory says is too much."""

from dataclasses import dataclass, replace

import numpy as np

from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import initial_weights
from compare.core.rates import RatePerUnit
from compare.core.training import Training
from scratch import Input, Sequential
from scratch.arrays import Array
from scratch.layers import Dense, Flatten
from scratch.losses import mean_squared_error
from scratch.metrics import binary_accuracy


@dataclass(frozen=True)
class Sweep:
    """What became of the perceptron at each of the rates."""

    rates: Array
    weights: list[Array]
    loss: Array
    accuracy: Array
    before: float
    """The training loss before the first step."""
    training_loss: Array

    @property
    def diverged(self) -> Array:
        """Whether the training loss ended above where it began, or is no number."""
        return ~(self.training_loss <= self.before)

    @property
    def boundary(self) -> tuple[float, float] | None:
        """The largest rate below which nothing diverged, and the smallest that did; None where no rate did."""
        if not self.diverged.any() or self.diverged[0]:
            return None
        first = int(np.argmax(self.diverged))
        return float(self.rates[first - 1]), float(self.rates[first])


def sweep(config: Config, rows: Rows, rates: Array) -> Sweep:
    """Train one perceptron for each rate in one vectorised run, all from the same weights on the same batches."""
    start = initial_weights(config, rows.shape)
    model = Sequential([Input(rows.shape), Flatten(), Dense(len(rates), activation=config.activation)])
    model.compile(loss="mse", optimizer=RatePerUnit(rates))
    model.set_weights([np.repeat(w, len(rates), axis=-1) for w in start])
    columns = {"train": np.repeat(rows.y_train[:, None], len(rates), axis=1)}
    columns["val"] = np.repeat(rows.y_val[:, None], len(rates), axis=1)
    wide = replace(rows, y_train=columns["train"], y_val=columns["val"])
    before = mean_squared_error(columns["train"].T, model.predict(rows.x_train, batch_size=1024).T)[0]
    Training(config, wide, start=start, models={"scratch": model}, perturbed=False).trained()
    outputs = {"train": model.predict(rows.x_train, batch_size=1024), "val": model.predict(rows.x_val, batch_size=1024)}
    # The units take the place of rows: what is a mean over a row's units is then the mean of each unit's rows.
    with np.errstate(over="ignore", invalid="ignore"):
        losses = {part: mean_squared_error(columns[part].T, a.T) for part, a in outputs.items()}
    accuracy = binary_accuracy(columns["val"].T, outputs["val"].T).mean(axis=-1, dtype=float)
    return Sweep(rates, model.get_weights(), losses["val"], accuracy, float(before), losses["train"])


def stability_limit(X: Array) -> float:
    """Return the learning rate above which full-batch steps on a linear unit's mse grow without end.

        limit = 2 / lambda_max

    lambda_max: the largest eigenvalue of the loss's Hessian, 2 * X.T @ X / N, with a column of ones in X for the
    bias. X: (N, D). Along that eigenvector a step multiplies the distance from the best weights by
    1 - learning_rate * lambda_max.
    """
    X = np.column_stack([X.reshape(len(X), -1).astype(float), np.ones(len(X))])
    smaller = X.T @ X if len(X) >= X.shape[1] else X @ X.T  # both have the same eigenvalues, other than 0
    return float(2 / np.linalg.eigvalsh(2 * smaller / len(X))[-1])


def grid(low: float, high: float, count: int) -> Array:
    """Return rates at equal ratios, in the type that training computes in."""
    return np.geomspace(low, high, count).astype(np.float32)
