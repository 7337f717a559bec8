"""Right and wrong yes-or-no answers, counted for one threshold or for many: precision, recall, accuracy."""

from dataclasses import dataclass

import numpy as np

from scratch.arrays import Array


@dataclass(frozen=True)
class Confusion:
    """The confusion matrix, and what is read off it: a number each, or (T,) of them for T thresholds."""

    true_positives: Array
    false_positives: Array
    false_negatives: Array
    true_negatives: Array

    @property
    def accuracy(self) -> Array:
        """Of all answers, the share that is right."""
        right = self.true_positives + self.true_negatives
        return _share(right, right + self.false_positives + self.false_negatives)

    @property
    def precision(self) -> Array:
        """Of all that is answered yes, the share that is one; NaN where nothing is."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> Array:
        """Of all that are one, the share that is found; NaN where there are none."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> Array:
        """The harmonic mean of precision and recall."""
        return _share(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)


def confusion_of(y: Array, a: Array, threshold: float | Array) -> Confusion:
    """Count the answers that say yes strictly above a threshold, or above each of several.

    y, a: (N,); y is True where yes is right. threshold: a number or (T,).
    """
    yes = np.less.outer(threshold, a)
    return Confusion(*(np.sum(both, axis=-1) for both in (yes & y, yes & ~y, ~yes & y, ~yes & ~y)))


def _share(part: Array, whole: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.divide(part, whole)
