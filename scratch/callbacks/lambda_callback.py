"""A callback made of functions (``keras.callbacks.LambdaCallback``)."""

from collections.abc import Callable
from typing import Any

from scratch.callbacks.callback import Callback


class LambdaCallback(Callback):
    """Calls a function at each hook that one is given for. Keras: ``LambdaCallback(on_epoch_end=lambda e, logs: ...)``.

    Other names become attributes, as in Keras.
    """

    def __init__(self, **functions: Callable[..., Any] | None) -> None:
        vars(self).update({name: function for name, function in functions.items() if function is not None})
