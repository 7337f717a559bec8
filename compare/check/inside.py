"""Runs functions that are trusted, in this process: the catalogue's own wrong programs."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from compare.check.answer import Answer
from compare.check.exam import RESULTS
from compare.check.written import Replacement, Written, program
from compare.core.frameworks import scratch_framework

PARAMETERS = {
    "dense": ("X", "W", "b"),
    "sigmoid": ("z",),
    "predict": ("X", "W", "b"),
    "mse": ("y", "a"),
    "accuracy": ("y", "a"),
    "mse_gradient": ("y", "a"),
    "sigmoid_gradient": ("z",),
    "dense_gradient": ("X", "W", "dz"),
    "sgd": ("param", "gradient", "learning_rate"),
    "train_step": ("X", "y", "W", "b", "learning_rate"),
    "fit": ("X", "y", "W", "b", "learning_rate", "batch_size", "epochs", "order"),
}


class Inside:
    """Answers calls with functions of this process."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._functions = functions
        self.functions = {name: PARAMETERS[name] for name in RESULTS if name in functions}

    def call(self, function: str, arguments: dict[str, Any]) -> Answer:
        """Call a function on copies of the arguments."""
        return call_inside(self._functions[function], arguments)


def call_inside(function: Callable[..., Any], arguments: dict[str, Any]) -> Answer:
    """Call a trusted function on copies of the arguments, in the float type that they have."""
    given = {name: x.copy() if isinstance(x, np.ndarray) else x for name, x in arguments.items()}
    floats = {x.dtype.name for x in given.values() if isinstance(x, np.ndarray) and x.dtype.kind == "f"}
    dtype = "float64" if "float64" in floats else "float32"
    try:
        with scratch_framework().dtype(dtype), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = function(*given.values())
    except NotImplementedError:
        return Answer(written=False)
    except Exception as error:
        return Answer(problem=f"raised {type(error).__name__}: {error}")
    changed = tuple(name for name, x in given.items() if _differs(x, arguments[name]))
    return Answer(value=value, changed=changed, after={name: given[name] for name in changed})


def _differs(one: Any, other: Any) -> bool:
    return isinstance(one, np.ndarray) and one.tobytes() != other.tobytes()


def wrong_program(replaced: Mapping[str, Replacement]) -> Inside:
    """Return a whole program with some parts replaced. Every call starts afresh: nothing is kept between calls."""

    def fresh(name: str) -> Callable[..., Any]:
        return lambda *arguments: getattr(program(replaced), name)(*arguments)

    functions = {name: fresh(name) for name in RESULTS if name != "predict"}
    functions["sigmoid_gradient"] = lambda z: program(replaced).sigmoid_gradient(z, Written().sigmoid(z))
    return Inside(functions)
