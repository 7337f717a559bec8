"""Trains every mistake of the catalogue, to see what an accuracy curve alone would have told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.check.cases import Real
from compare.check.catalogue import CATALOGUE
from compare.check.diagnosis import diagnose
from compare.check.exam import Exam
from compare.check.inside import wrong_program
from compare.check.judge import climb
from compare.check.written import Replacement, program
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import batch_order
from scratch.arrays import Array

EPOCHS = 5


@dataclass(frozen=True)
class Trained:
    """One wrong program after its training, as it reports itself, and what the ladder says."""

    name: str
    accuracy: float
    loss: float
    first_failed: str
    named: bool
    """Whether the diagnosis names exactly this mistake on its first rung."""


@dataclass(frozen=True)
class Course:
    """What all programs train on: the same images, weights and orders."""

    X: Array
    y: Array
    W: Array
    b: Array
    X_val: Array
    y_val: Array
    orders: Array

    @classmethod
    def of(cls, rows: Rows, epochs: int = EPOCHS, seed: int = 0) -> "Course":
        """Lay out the rows flat, in float32, as the recipe's defaults have them."""
        real = Real.of(rows, seed)
        orders = batch_order(Config(seed=seed), len(real.X))
        return cls(
            X=real.X.astype(np.float32),
            y=real.y.astype(np.float32),
            W=real.W.astype(np.float32),
            b=np.zeros(1, np.float32),
            X_val=rows.x_val.reshape(len(rows.x_val), -1).astype(np.float32),
            y_val=rows.y_val.reshape(-1, 1).astype(np.float32),
            orders=np.stack([order for order, _ in zip(orders, range(epochs), strict=False)]),
        )

    @property
    def one_image(self) -> float:
        """The share of accuracy that one validation image makes."""
        return 1 / len(self.y_val)


def train(replaced: dict[str, Replacement], course: Course, config: Config) -> tuple[float, float]:
    """Train a program and return accuracy and loss on the validation images, as it reports them itself."""
    built = program(replaced)
    with np.errstate(all="ignore"):
        try:
            W, b, _ = built.fit(
                course.X, course.y, course.W, course.b, 0.1, config.batch_size, len(course.orders), course.orders
            )
            a = built.predict(course.X_val, W, b)
            return float(built.accuracy(course.y_val, a)), float(built.mse(course.y_val, a))
        except (ValueError, MemoryError, IndexError):
            return float("nan"), float("nan")


def train_mistake(name: str, course: Course, exam: Exam) -> Trained:
    """Train one mistake of the catalogue, and climb the ladder with it."""
    form = CATALOGUE[name].forms[0]
    accuracy, loss = train(dict(form), course, Config())
    findings = list(climb(wrong_program(form), exam))
    failed = [finding.rung for finding in findings if finding.state == "failed"]
    found = diagnose(findings)
    named = bool(failed) and [m.name for m in found[failed[0]].mistakes] == [name]
    return Trained(name, accuracy, loss, failed[0] if failed else "none", named)


def train_all(course: Course, exam: Exam, workers: int | None = None) -> Iterator[Trained]:
    """Train every mistake, on all cores, and yield them in the catalogue's order."""
    import os

    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=workers or os.cpu_count() or 1, return_as="generator")
    yield from parallel(delayed(train_mistake)(name, course, exam) for name in CATALOGUE)


def summary(trained: list[Trained], right: float, course: Course, baseline: float) -> dict[str, Any]:
    """Count what the curve alone would have told: how many end where the right program does, or at the baseline."""
    one = course.one_image * (1 + 1e-6)
    near = [t.name for t in trained if abs(t.accuracy - right) <= one]
    return {
        "mistakes": len(trained),
        "within_one_image": len(near),
        "better": sum(t.accuracy > right + one for t in trained),
        "at_the_baseline": sum(abs(t.accuracy - baseline) <= one for t in trained),
        "caught_by_the_ladder": sum(t.first_failed != "none" for t in trained),
        "named": sum(t.named for t in trained),
        "names_within_one_image": near,
    }
