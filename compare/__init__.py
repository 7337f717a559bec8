"""Keras and NumPy side by side: ``python -m compare`` or, from Python, ``from compare import Config, compare``."""

from typing import TYPE_CHECKING

from compare.common.errors import BadInput
from compare.core.config import Config

if TYPE_CHECKING:
    from compare.core.comparison import Comparison
    from scratch.datasets import Dataset

__all__ = ["BadInput", "Config", "compare"]


def compare(config: Config, dataset: "Dataset") -> "Comparison":
    """Train Keras's perceptron and scratch's on the same batches, check every quantity of both, and judge.

    >>> from compare import Config, compare
    >>> from scratch.datasets import load
    >>> compare(Config(epochs=3), load("digits")).verdict.word
    'matched'

    The comparison that is returned has the ``verdict``, a word and a sentence; the ``checks`` that it rests on; and the
    ``runs`` by name, each with its ``history``, its ``seconds`` and the ``weights`` after each epoch. A notebook shows
    it as the verdict and the curves. Importing ``compare`` is quick; the first comparison starts Keras, which takes
    seconds. Raises BadInput for a config that the data set cannot serve.
    """
    from compare.report.notebook import NotebookComparison

    with NotebookComparison(config, dataset) as comparison:
        comparison.run()
    return comparison
