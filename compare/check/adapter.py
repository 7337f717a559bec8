"""Turns a learner's class with Keras's interface into the functions that are checked.

It runs beside the submission, in the sandbox, and so knows the standard library and NumPy alone. A class is handed
rows of flat images, as the functions are; it starts from given weights by ``set_weights``.
"""

import inspect
import warnings
from collections.abc import Callable
from typing import Any

RATE = ("learning_rate", "lr", "eta", "alpha", "rate", "step_size")
PIXELS = ("input_dim", "input_size", "n_inputs", "num_inputs", "n_features", "num_features", "in_features", "n_in", "D")
SHAPE = ("input_shape", "shape")
UNITS = ("units", "n_outputs", "num_outputs", "output_dim", "output_size", "out_features", "n_out", "U")
SEED = ("seed", "random_state")
QUIETLY = {"verbose": 0}


def functions_of(kind: type) -> dict[str, Callable[..., Any]]:
    """Return ``predict``, ``train_step`` and ``fit`` as functions of weights, made of a class's methods."""

    def predict(X: Any, W: Any, b: Any) -> Any:
        model = _made(kind, X, W, b)
        return model.predict(X, **_accepted(model.predict, QUIETLY | {"batch_size": len(X)}))

    def train_step(X: Any, y: Any, W: Any, b: Any, learning_rate: float) -> Any:
        model = _made(kind, X, W, b, learning_rate)
        _fit(model, X, y, len(X), learning_rate)
        return tuple(model.get_weights())

    def fit(X: Any, y: Any, W: Any, b: Any, learning_rate: float, batch_size: int, epochs: int, order: Any) -> Any:
        model = _made(kind, X, W, b, learning_rate)
        history: dict[str, list[Any]] = {}
        whole_epochs = {"shuffle", "batch_size"} <= _parameters(model.fit)
        if not whole_epochs:
            warnings.warn(
                "the class's fit takes no shuffle or no batch_size: it is called a batch at a time", stacklevel=1
            )
        for rows in order:
            for start in range(0, len(rows), len(rows) if whole_epochs else batch_size):
                some = rows[start:] if whole_epochs else rows[start : start + batch_size]
                shown = _fit(model, X[some], y[some], batch_size, learning_rate)
                for name, values in (shown if whole_epochs else {}).items():
                    if values:
                        history.setdefault(name, []).append(values[-1])
        weights = tuple(model.get_weights())
        return (*weights, history) if history else weights

    return {"predict": predict, "train_step": train_step, "fit": fit}


def _made(kind: type, X: Any, W: Any, b: Any, learning_rate: float | None = None) -> Any:
    """Make a model of X's pixels with the given weights, and give it the learning rate wherever it takes one."""
    known = dict.fromkeys(PIXELS, X.shape[1]) | dict.fromkeys(SHAPE, (X.shape[1],)) | dict.fromkeys(UNITS, 1)
    known |= dict.fromkeys(SEED, 0)
    rates = {} if learning_rate is None else dict.fromkeys(RATE, learning_rate)
    given = {}
    for name, parameter in inspect.signature(kind).parameters.items():
        if name in rates:
            given[name] = rates[name]
        elif parameter.default is parameter.empty and parameter.kind in (
            parameter.POSITIONAL_OR_KEYWORD,
            parameter.KEYWORD_ONLY,
        ):
            if name not in known and name not in RATE:
                raise TypeError(
                    f"{kind.__name__}(...) asks for {name!r}, which the check does not know: give it a default"
                )
            given[name] = known.get(name, 0.0)
    model = kind(**given)
    if hasattr(model, "compile"):
        model.compile(**_accepted(model.compile, {"optimizer": "sgd", "loss": "mse", "metrics": ["accuracy"]}))
    model.set_weights([W.copy(), b.copy()])
    attributes = [name for name in rates if hasattr(model, name)]
    for name in attributes:
        setattr(model, name, learning_rate)
    if rates and not attributes and not (set(rates) & (set(given) | _parameters(model.fit))):
        raise TypeError(f"nothing takes the learning rate: give {kind.__name__} or its fit a learning_rate")
    return model


def _fit(model: Any, X: Any, y: Any, batch_size: int, learning_rate: float) -> dict[str, Any]:
    """Train for one epoch on rows that are in order already, and return the history, if there is one."""
    wanted = QUIETLY | {"batch_size": batch_size, "epochs": 1, "shuffle": False} | dict.fromkeys(RATE, learning_rate)
    shown = model.fit(X, y, **_accepted(model.fit, wanted))
    history = getattr(shown, "history", shown)
    return history if isinstance(history, dict) else {}


def _accepted(method: Callable[..., Any], wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if name in _parameters(method)}


def _parameters(method: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(method).parameters)
