"""What the trained perceptron answers to the validation images: outputs, right and wrong, the surest mistakes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from compare.common.confusion import Confusion, confusion_of
from compare.core.comparison import Comparison
from scratch.arrays import Array

THRESHOLD = 0.5
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Predictions:
    """Answers to the validation images; 'yes' is the digit of the config."""

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

    @cached_property
    def confusion(self) -> Confusion:
        """How many answers are right and wrong, of either kind."""
        return confusion_of(self.y, self.a, THRESHOLD)

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


def word_for(comparison: Comparison) -> str:
    """Return how the config's digit is called."""
    digit = comparison.config.digit
    return WORDS[digit] if comparison.dataset.name in ("mnist", "digits") else f"class {digit}"


def predictions_of(comparison: Comparison) -> Predictions:
    """Ask both trained models about every validation image."""
    config, images = comparison.config, comparison.rows.x_val
    keras, scratch = comparison.runs["keras"], comparison.runs["scratch"]
    weighs = comparison.scratch.build(config, comparison.rows.shape, scratch.model.get_weights(), activation="linear")
    z, a, a_keras = (
        model.predict(images, batch_size=1024, verbose=0) for model in (weighs, scratch.model, keras.model)
    )
    return Predictions(
        yes=word_for(comparison),
        y=comparison.rows.y_val,
        labels=comparison.dataset.y_test,
        z=z[:, 0],
        a=a[:, 0],
        a_keras=np.asarray(a_keras)[:, 0],
    )
