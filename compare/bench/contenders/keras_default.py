"""Keras as the tutorial uses it."""

from typing import Any

from compare.bench.contender import KerasFit, Task


class KerasDefault(KerasFit):
    """``keras.Sequential.fit`` with every default."""

    title = "Keras fit, defaults"
    needs = ("keras",)
    threads = "its own"

    def __init__(self, task: Task, **options: Any) -> None:
        from keras_ref.library import load_keras

        super().__init__(task, load_keras(), **options)
