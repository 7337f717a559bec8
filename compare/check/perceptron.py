"""The perceptron in a learner's own functions, right: what a submission is held against, and what mistakes replace.

Every method computes with ``scratch``'s functions, so there is no second copy of a formula, and every method may be
given the intervals of ``compare.core.intervals`` in place of numbers. A mistake of the catalogue replaces one method,
or a few, and the others go on around it: so the numbers of a whole wrong program are known.
"""

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np

from compare.check.contract import CONTRACT, LADDER, Case
from compare.check.sandbox import Answer
from compare.core.frameworks import scratch_framework
from scratch import activations, losses, metrics
from scratch.arrays import Array
from scratch.config import floatx
from scratch.layers import Dense
from scratch.optimizers import SGD

History = dict[str, list[Any]]
Weights = tuple[Array, Array]
Replacement = Callable[..., Any]


class Perceptron:
    """A right program. X: (N, D), y: (N, U), W: (D, U), b: (U,); z, a: (N, U); order: (epochs, N).

    ``memory`` is what a program keeps from one step to the next: a right one keeps nothing there.
    """

    def __init__(self) -> None:
        self.memory: dict[str, Any] = {}

    def dense(self, X: Array, W: Array, b: Array) -> Array:
        """Weigh the pixels and add the bias: z."""
        return _layer(W, b).forward(X)

    def sigmoid(self, z: Array) -> Array:
        """Squash z to 0..1: a."""
        return activations.sigmoid(z)

    def predict(self, X: Array, W: Array, b: Array) -> Array:
        """Answer: how much does each image look like a five?"""
        return self.sigmoid(self.dense(X, W, b))

    def mse(self, y: Array, a: Array) -> Any:
        """Average the squared error over the batch: one number."""
        return losses.mean_squared_error(y, a).mean()

    def accuracy(self, y: Array, a: Array) -> Any:
        """Return the share of right answers."""
        return metrics.binary_accuracy(y, a).astype(float).mean()

    def mse_gradient(self, y: Array, a: Array) -> Array:
        """Return the derivative of the batch's loss with respect to a: da."""
        return losses.mean_squared_error_gradient(y, a)

    def sigmoid_gradient(self, z: Array, a: Array) -> Array:
        """Return the sigmoid's slope at z, where it is a."""
        one: Any = 1.0
        return activations.sigmoid_gradient(a, one)

    def dz(self, y: Array, z: Array, a: Array) -> Array:
        """Pass the derivative back through the loss and the sigmoid."""
        return self.mse_gradient(y, a) * self.sigmoid_gradient(z, a)

    def dense_gradient(self, X: Array, W: Array, dz: Array) -> Weights:
        """Pass the derivative back to the weights: dW, db."""
        layer = _layer(W)
        layer.X = X
        layer.backward(dz, from_logits=True)
        return layer.dW, layer.db

    def sgd(self, param: Array, gradient: Array, learning_rate: float) -> Array:
        """Take one step downhill."""
        moved = param.copy()
        _optimizer(learning_rate, floatx()).update(moved, gradient)
        return moved

    def train_step(self, X: Array, y: Array, W: Array, b: Array, learning_rate: float) -> Weights:
        """Go forward, backward, and take the step: the new W and b."""
        z = self.dense(X, W, b)
        dW, db = self.dense_gradient(X, W, self.dz(y, z, self.sigmoid(z)))
        return self.sgd(W, dW, learning_rate), self.sgd(b, db, learning_rate)

    def prepare(self, X: Array, y: Array) -> tuple[Array, Array]:
        """Do to the rows what is to be done before training: nothing."""
        return X, y

    def start(self, W: Array, b: Array) -> Weights:
        """Return the weights to start from: the given ones."""
        return W, b

    def epochs_run(self, epochs: int) -> int:
        """Return how many epochs are run: all of them."""
        return epochs

    def restart(self, W: Array, b: Array) -> Weights:
        """Return the weights that an epoch begins with: those of the epoch before."""
        return W, b

    def epoch_order(self, order: Array, epoch: int) -> Array:
        """Return the order of an epoch's rows; a program that runs too many epochs begins again."""
        return order[epoch % len(order)]

    def batches(self, order: Array, batch_size: int) -> Iterator[Array]:
        """Cut an epoch's rows into batches; the last one has the rows that are left."""
        for start in range(0, len(order), batch_size):
            yield order[start : start + batch_size]

    def batch(self, X: Array, y: Array, rows: Array) -> tuple[Array, Array]:
        """Fetch the rows of one batch, each image with its label."""
        return X[rows], y[rows]

    def rate(self, learning_rate: float, rows: int, epoch: int, step: int) -> float:
        """Return the learning rate of a step: always the given one. ``step`` counts from 0 over all epochs."""
        return learning_rate

    def report(self, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
        """Average what the batches showed before their update, each by its rows. ``last``: of all rows, afterwards."""
        total = sum(value * n for value, n in zip(values, rows, strict=True))
        return total / sum(rows) if rows else float("nan")

    def report_loss(self, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
        """Return the loss of an epoch."""
        return self.report(values, rows, last)

    def report_accuracy(self, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
        """Return the accuracy of an epoch."""
        return self.report(values, rows, last)

    def shown_with(self, before: Weights, after: Weights) -> Weights:
        """Return the weights with which a batch is reported: those before its step."""
        return before

    def fit(
        self,
        X: Array,
        y: Array,
        W: Array,
        b: Array,
        learning_rate: float,
        batch_size: int,
        epochs: int,
        order: Array,
    ) -> tuple[Array, Array, History]:
        """Train: epoch after epoch, batch after batch. Return W, b and what Keras would report."""
        self.memory = {"batch_size": batch_size, "all_rows": len(X), "start": (W, b)}
        X, y = self.prepare(X, y)
        W, b = self.start(W, b)
        history: History = {"loss": [], "accuracy": []}
        step = 0
        for epoch in range(self.epochs_run(epochs)):
            self.memory["epoch"] = epoch
            W, b = self.restart(W, b)
            shown: dict[str, list[Any]] = {"loss": [], "accuracy": []}
            sizes = []
            for rows in self.batches(self.epoch_order(order, epoch), batch_size):
                X_batch, y_batch = self.batch(X, y, rows)
                rate = self.rate(learning_rate, len(rows), epoch, step)
                after = self.train_step(X_batch, y_batch, W, b, rate)
                a = self.predict(X_batch, *self.shown_with((W, b), after))
                shown["loss"].append(self.mse(y_batch, a))
                shown["accuracy"].append(self.accuracy(y_batch, a))
                sizes.append(len(rows))
                (W, b), step = after, step + 1
            a = self.predict(X, W, b)
            history["loss"].append(self.report_loss(shown["loss"], sizes, partial(self.mse, y, a)))
            history["accuracy"].append(self.report_accuracy(shown["accuracy"], sizes, partial(self.accuracy, y, a)))
        return W, b, history


_DENSE = Dense(1)
_DENSE.passes_down = False


@lru_cache(maxsize=64)
def _optimizer(learning_rate: float, dtype: str) -> SGD:
    """Make one optimizer for each rate and float type; without momentum it remembers nothing."""
    return SGD(learning_rate)


def _layer(W: Array, b: Array | None = None) -> Dense:
    layer = copy(_DENSE)  # one is made for all: Dense checks its arguments, which takes longer than its math
    layer.W = W
    if b is not None:
        layer.b = b
    return layer


def perceptron(replaced: Mapping[str, Replacement] | None = None) -> Perceptron:
    """Return a fresh program, with some of its methods replaced by wrong ones."""
    return type("Wrong", (Perceptron,), dict(replaced))() if replaced else Perceptron()


@cache
def parts_of(function: str) -> frozenset[str]:
    """Return the methods that a method goes through, itself among them: a wrong one of them may show in its numbers."""
    gone_through = set()

    class Traced(Perceptron):
        def __getattribute__(self, name: str) -> Any:
            if name in vars(Perceptron):
                gone_through.add(name)
            return super().__getattribute__(name)

    one = np.ones((1, 1), "float32")
    given: dict[str, Any] = dict.fromkeys(("X", "y", "W", "z", "a", "dz", "param", "gradient"), one)
    given |= {"b": one[0], "learning_rate": 0.1, "batch_size": 1, "epochs": 1, "order": np.array([[0]])}
    method = getattr(Traced(), function)
    method(*(given[name] for name in inspect.signature(method).parameters))
    return frozenset(gone_through)


REPORTED_ONLY = frozenset(
    {"predict", "mse", "accuracy", "report", "report_loss", "report_accuracy", "shown_with"},
)
"""The parts of ``fit`` that no weight depends on: what is wrong there shows in the history alone."""


def shows_on(rung: str, part: str) -> bool:
    """Tell whether a wrong part can change what a rung compares."""
    asked = LADDER[rung]
    hidden = asked.function.name == "fit" and not asked.of_reports and part in REPORTED_ONLY
    return part in parts_of(asked.function.name) and not hidden


@cache
def failing_rungs(part: str) -> tuple[str, ...]:
    """Return the rungs that a mistake in a part fails, where every function is there that a file may have."""
    return tuple(name for name, rung in LADDER.items() if not rung.function.of_classes and shows_on(name, part))


def right_answer(case: Case, dtype: str) -> dict[str, Array]:
    """Return what ``scratch`` answers, by the names of the results."""
    with scratch_framework().dtype(dtype), np.errstate(all="ignore"):
        result = getattr(Perceptron(), case.function)(**case.arguments)
    return {name: np.asarray(value) for name, value in CONTRACT[case.function].named(result).items()}


class TrustedFunctions:
    """Answers calls with functions of this process: the catalogue's own wrong programs."""

    def __init__(self, trusted: Mapping[str, Callable[..., Any]]) -> None:
        self.trusted = trusted
        self.functions = {
            name: function.arguments[:1] if function.either else function.arguments
            for name, function in CONTRACT.items()
            if name in trusted
        }

    def call(self, function: str, arguments: dict[str, Any]) -> Answer:
        """Call a function on copies of the arguments."""
        return call_trusted(self.trusted[function], arguments)


def call_trusted(function: Callable[..., Any], arguments: dict[str, Any]) -> Answer:
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


def wrong_program(replaced: Mapping[str, Replacement]) -> TrustedFunctions:
    """Return a whole program with some parts replaced. Every call starts afresh: nothing is kept between calls."""

    def fresh(name: str) -> Callable[..., Any]:
        return lambda *arguments: getattr(perceptron(replaced), name)(*arguments)

    functions = {name: fresh(name) for name, function in CONTRACT.items() if not function.of_classes}
    functions["sigmoid_gradient"] = lambda z: perceptron(replaced).sigmoid_gradient(z, Perceptron().sigmoid(z))
    return TrustedFunctions(functions)
