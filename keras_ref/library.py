"""Keras itself, imported without the start-up chatter of its backend."""

import importlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

OLDEST = (3, 15)


@cache
def load_keras() -> Any:
    """Return the ``keras`` module, with whichever backend ``KERAS_BACKEND`` names.

    Raises ImportError where Keras is missing or older than 3.15, whose ``train_on_batch`` returned running averages.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("JAX_ENABLE_X64", "1")  # without it, JAX turns float64 models into float32 silently
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns that many small models are many
    with _held_back_stderr():
        keras = importlib.import_module("keras")
        keras.ops.convert_to_numpy(keras.ops.zeros(1))  # the first operation makes the backend talk, too
    found = tuple(int(part) for part in keras.__version__.split(".")[:2])
    if found < OLDEST:
        raise ImportError(f"Keras {keras.__version__} is too old: install 3.15 or newer")
    return keras


@contextmanager
def _held_back_stderr() -> Iterator[None]:
    """Keep what C++ code writes to standard error, and show it only if the import fails."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            sys.stderr.flush()
            held.seek(0)
            os.write(terminal, held.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
