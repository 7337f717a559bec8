"""The tutorial's Keras lines, and nothing more: ``python -m keras_ref`` runs them."""

from keras_ref.perceptron import build, is_digit, scale

__all__ = ["build", "is_digit", "scale"]
