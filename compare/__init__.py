"""Keras and NumPy side by side: ``python -m compare``."""
