"""What a submission defines: its functions, and its class's methods as functions. It runs in the child: NumPy only.

A class with Keras's interface is handed rows of flat images, as the functions are, and starts from given weights by
``set_weights``. Whatever is needed after the submission's first line ran is taken hold of before it.
"""

import contextlib
import inspect
import os
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

INTERFACE = ("fit", "predict", "get_weights", "set_weights")
OF_A_CLASS = ("predict", "train_step", "fit")
"""The functions that are made of a class's methods."""

RATE = ("learning_rate", "lr", "eta", "alpha", "rate", "step_size")
PIXELS = ("input_dim", "input_size", "n_inputs", "num_inputs", "n_features", "num_features", "in_features", "n_in", "D")
SHAPE = ("input_shape", "shape")
UNITS = ("units", "n_outputs", "num_outputs", "output_dim", "output_size", "out_features", "n_out", "U")
SEED = ("seed", "random_state")
QUIETLY = {"verbose": 0}


class Watch:
    """Notices when a submission puts something else in the place of NumPy's own functions."""

    def __init__(self) -> None:
        self._modules = {"numpy": np, "numpy.linalg": np.linalg, "numpy.random": np.random}
        self._before = {name: dict(vars(module)) for name, module in self._modules.items()}

    def replaced(self) -> str | None:
        """Return the name of something that is not what it was."""
        for name, before in self._before.items():
            now = vars(self._modules[name])
            for key, thing in before.items():
                if now.get(key) is not thing and not key.startswith("__"):
                    return f"{name}.{key}"
        return None


class Loaded:
    """The submission, and how a call to it ends."""

    def __init__(self, path: str, source: bytes, memory_mb: int) -> None:
        self.path = path
        self.memory_mb = memory_mb
        self._extract, self._flush = traceback.extract_tb, (sys.stdout.flush, sys.stderr.flush)
        self._watch = Watch()
        self._errors = np.geterr()
        self.functions: dict[str, Callable[..., Any]] = {}
        self.classes: dict[str, type] = {}
        self.warnings: dict[str, None] = {}
        self.problem = self._load(source) or self.replaced()

    def replaced(self) -> str | None:
        """Say what of NumPy was replaced, if anything was."""
        name = self._watch.replaced()
        return f"replaces {name}; leave NumPy as it is" if name else None

    def _load(self, source: bytes) -> str | None:
        module = types.ModuleType("submission")
        module.__file__ = self.path
        sys.modules["submission"] = module
        sys.path.insert(0, os.path.dirname(self.path))

        def run() -> None:
            exec(compile(source, self.path, "exec"), vars(module))

        _, problem = self.attempt(run)
        if problem:
            return problem
        for name, thing in vars(module).items():
            if name.startswith("_"):
                continue
            if isinstance(thing, type) and thing.__module__ == "submission":
                if all(callable(getattr(thing, method, None)) for method in INTERFACE):
                    self.classes[name] = thing
            elif callable(thing) and not isinstance(thing, type):
                self.functions[name] = thing
        for kind in self.classes.values():
            self.functions = functions_of(kind) | self.functions
        return None

    def attempt(self, call: Callable[[], Any]) -> tuple[Any, str | None]:
        """Run something of theirs; return its value, or one sentence on how it ended."""
        value, problem = None, None
        try:
            with warnings.catch_warnings(), np.errstate(**self._errors):
                warnings.simplefilter("always")
                warnings.showwarning = self._note  # type: ignore[assignment]
                value = call()
        except NotImplementedError:
            problem = "NotImplementedError"
        except MemoryError:
            problem = f"used more than {self.memory_mb} MB of memory"
        except SystemExit:
            problem = "ended the program"
        except SyntaxError as error:
            problem = f"has a syntax error in line {error.lineno}: {error.msg}"
        except EOFError:
            problem = "asked for input, and there is nobody to answer"
        except BaseException as error:
            problem = self._said(error)
        with contextlib.suppress(Exception):
            for flush in self._flush:
                flush()
            sys.stdout.flush()
        return value, problem

    def _note(self, message: Any, category: type, *_: Any) -> None:
        if len(self.warnings) < 20:
            self.warnings[str(message)[:200] or category.__name__] = None

    def _said(self, error: BaseException) -> str:
        try:
            text = " ".join(str(error).split())[:300]
            lines = [frame.lineno for frame in self._extract(error.__traceback__) if frame.filename == self.path]
        except BaseException:
            text, lines = "and an error whose message raises another", []
        where = f" (line {lines[-1]})" if lines else ""
        return f"raised {type(error).__name__}: {text}{where}" if text else f"raised {type(error).__name__}{where}"


def parameters_of(function: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters; none where Python cannot tell."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def functions_of(kind: type) -> dict[str, Callable[..., Any]]:
    """Return the functions ``OF_A_CLASS``, which take weights as arguments, made of its methods."""

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

    return dict(zip(OF_A_CLASS, (predict, train_step, fit), strict=True))


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
