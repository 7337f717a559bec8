"""What the trained perceptron answers on the validation images: outputs, right and wrong, the surest mistakes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from compare.core.comparison import Comparison
from scratch.arrays import Array

THRESHOLD = 0.5
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Findings:
    """Answers to the validation images; 'yes' is the digit of the recipe."""

    yes: str
    """How the digit is called: 'five', or 'class 5' of a set whose classes are no digits."""
    y: Array
    """(N,): True where the image is the digit."""
    labels: Array
    """(N,): the class that each image really is."""
    z: Array
    a: Array
    """(N,): scratch's weighted sums and outputs."""
    a_keras: Array

    @property
    def no(self) -> str:
        """How everything else is called."""
        return f"not {self.yes}"

    @cached_property
    def answers(self) -> Array:
        """True where the answer is yes: strictly above one half."""
        found: Array = self.a > THRESHOLD
        return found

    @property
    def hits(self) -> int:
        """Yes, and rightly so."""
        return int((self.answers & self.y).sum())

    @property
    def false_alarms(self) -> int:
        """Yes where no would be right."""
        return int((self.answers & ~self.y).sum())

    @property
    def misses(self) -> int:
        """No where yes would be right."""
        return int((~self.answers & self.y).sum())

    @property
    def rejections(self) -> int:
        """No, and rightly so."""
        return int((~self.answers & ~self.y).sum())

    @property
    def precision(self) -> float | None:
        """Of all that it calls the digit, the share that is one; None where it never says so."""
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float | None:
        """Of all that are the digit, the share that it finds; None where there are none."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall, 2 * hits / (2 * hits + false alarms + misses)."""
        return _share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    @cached_property
    def mistakes(self) -> Array:
        """The rows of the wrong answers, the surest first."""
        wrong = np.flatnonzero(self.answers != self.y)
        found: Array = wrong[np.argsort(-np.abs(self.a[wrong] - THRESHOLD), kind="stable")]
        return found

    @property
    def finite(self) -> bool:
        """Whether there are numbers to show at all: a run that overflows has none."""
        return bool(np.isfinite(self.z).all() and np.isfinite(self.a).all())


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def word_for(comparison: Comparison) -> str:
    """Return how the recipe's digit is called."""
    digit = comparison.config.digit
    return WORDS[digit] if comparison.dataset.name in ("mnist", "digits") else f"class {digit}"


def findings_of(comparison: Comparison) -> Findings:
    """Ask both trained models about every validation image."""
    config, images = comparison.config, comparison.rows.x_val
    keras, scratch = comparison.runs["keras"], comparison.runs["scratch"]
    weighs = comparison.scratch.build(config, comparison.rows.shape, scratch.model.get_weights(), activation="linear")
    z, a, a_keras = (
        model.predict(images, batch_size=1024, verbose=0) for model in (weighs, scratch.model, keras.model)
    )
    return Findings(
        yes=word_for(comparison),
        y=comparison.rows.y_val,
        labels=comparison.dataset.y_test,
        z=z[:, 0],
        a=a[:, 0],
        a_keras=np.asarray(a_keras)[:, 0],
    )
