"""Trains every mistake of the catalogue, to see what an accuracy curve alone would have told."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.check.cases import BATCH, Real
from compare.check.catalogue import CATALOGUE
from compare.check.diagnosis import diagnose
from compare.check.exam import Exam
from compare.check.judge import climb
from compare.check.perceptron import Replacement, perceptron, wrong_program
from compare.common.environment import environment
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import batch_order
from scratch.datasets import Dataset

EPOCHS = 5
LEARNING_RATE = 0.1


@dataclass(frozen=True)
class LearningCurve:
    """Where one wrong program ends after its training, as it reports itself, and what the ladder says of it."""

    name: str
    accuracy: float
    loss: float
    first_failed: str
    named: bool
    """Whether the diagnosis names exactly this mistake on its first rung."""


class LearningCurves:
    """The right program and every wrong one, trained on the same images from the same weights in the same orders.

    All is flat and in float32, as the recipe's defaults have it.
    """

    def __init__(self, rows: Rows, seed: int = 0) -> None:
        real = Real.of(rows, seed)
        self.X, self.y, self.W = (x.astype(np.float32) for x in (real.X, real.y, real.W))
        self.X_val = rows.x_val.reshape(len(rows.x_val), -1).astype(np.float32)
        self.y_val = rows.y_val.reshape(-1, 1).astype(np.float32)
        orders = batch_order(Config(seed=seed), len(real.X))
        self.orders = np.stack([order for order, _ in zip(orders, range(EPOCHS), strict=False)])
        self.baseline = rows.baseline["validation"]
        self.accuracy, self.loss = self.train({})
        self.wrong: list[LearningCurve] = []

    @property
    def one_image(self) -> float:
        """The share of accuracy that one validation image makes."""
        return 1 / len(self.y_val)

    def train(self, replaced: Mapping[str, Replacement]) -> tuple[float, float]:
        """Train a program and return accuracy and loss on the validation images, as it reports them itself."""
        trained, b = perceptron(replaced), np.zeros(1, np.float32)
        with np.errstate(all="ignore"):
            try:
                W, b, _ = trained.fit(self.X, self.y, self.W, b, LEARNING_RATE, BATCH, EPOCHS, self.orders)
                a = trained.predict(self.X_val, W, b)
                return float(trained.accuracy(self.y_val, a)), float(trained.mse(self.y_val, a))
            except (ValueError, MemoryError, IndexError):
                return float("nan"), float("nan")

    def of(self, name: str, exam: Exam) -> LearningCurve:
        """Train one mistake of the catalogue, and climb the ladder with it."""
        form = CATALOGUE[name].forms[0]
        accuracy, loss = self.train(form)
        ladder = list(climb(wrong_program(form), exam))
        failed = [judged.name for judged in ladder if judged.state == "failed"]
        found = diagnose(ladder)
        named = bool(failed) and [m.name for m in found[failed[0]].mistakes] == [name]
        return LearningCurve(name, accuracy, loss, failed[0] if failed else "none", named)

    def train_all(self, exam: Exam, workers: int | None = None) -> Iterator[LearningCurve]:
        """Train every mistake, on all cores; keep and yield them in the catalogue's order."""
        from joblib import Parallel, delayed

        parallel = Parallel(n_jobs=workers or os.cpu_count() or 1, return_as="generator")
        for one in parallel(delayed(self.of)(name, exam) for name in CATALOGUE):
            self.wrong.append(one)
            yield one

    def summary(self) -> dict[str, Any]:
        """Count what the curve alone would have told: how many end where the right program does, or at the baseline."""
        one = self.one_image * (1 + 1e-6)
        near = [curve.name for curve in self.wrong if abs(curve.accuracy - self.accuracy) <= one]
        return {
            "mistakes": len(self.wrong),
            "within_one_image": len(near),
            "better": sum(curve.accuracy > self.accuracy + one for curve in self.wrong),
            "at_the_baseline": sum(abs(curve.accuracy - self.baseline) <= one for curve in self.wrong),
            "caught_by_the_ladder": sum(curve.first_failed != "none" for curve in self.wrong),
            "named": sum(curve.named for curve in self.wrong),
            "names_within_one_image": near,
        }

    def as_dict(self, dataset: Dataset) -> dict[str, Any]:
        """Return everything for JSON."""
        return {
            "dataset": dataset.name,
            "source": dataset.source,
            "train": len(self.X),
            "validation": len(self.X_val),
            "epochs": EPOCHS,
            "accuracy": self.accuracy,
            "baseline": self.baseline,
            "summary": self.summary(),
            "trained": [vars(curve) for curve in self.wrong],
            "environment": environment(),
        }
