"""The catalogue: wrong versions of the math, each in one small function, in the order of the ladder.

A new mistake is one decorated function in the file of the line that it breaks; nothing else needs to change.
"""

from compare.check.catalogue import forward, loss, gradient, update, training, reporting  # noqa: I001 (the ladder's order)
from compare.check.catalogue.mistake import CATALOGUE, FAILS, Mistake

__all__ = ["CATALOGUE", "FAILS", "Mistake", "forward", "gradient", "loss", "reporting", "training", "update"]
