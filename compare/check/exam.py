"""The exam: every case in both float types, what Keras answers, and how far a right program may be from that.

Keras answers through its layers, losses, metrics, optimizer and ``fit``. Derivatives are TensorFlow's, the ones that
Keras trains with. Small inputs run eagerly: compiling a graph for each would take longer than computing them all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from compare.check.cases import BATCH, REAL
from compare.check.contract import CONTRACT, Case, Function, all_cases
from compare.check.perceptron import History, Perceptron
from compare.common.errors import BadInput
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import Framework, keras_framework, scratch_framework
from compare.core.intervals import Interval
from compare.core.training import Training
from scratch.arrays import Array

DTYPES = ("float64", "float32")


@dataclass(frozen=True, eq=False)
class Question:
    """A case in one float type, with Keras's answer and how far each entry may be off.

    ``loosely`` is the tolerance for answers handed back in float32, whatever the question's type.
    """

    case: Case
    dtype: str
    expected: dict[str, Array]
    allowed: dict[str, Array]
    loosely: dict[str, Array]

    @property
    def name(self) -> str:
        """The name of the function that is asked."""
        return self.case.function

    @property
    def function(self) -> Function:
        """What the contract says of it."""
        return CONTRACT[self.case.function]


@dataclass
class Exam:
    """Every question. It knows the answers, so submissions are judged without Keras."""

    dataset: str
    rows: int
    seed: int
    questions: list[Question] = field(default_factory=list)

    def of(self, function: str) -> list[Question]:
        """Return the questions to one function, small ones first."""
        return [question for question in self.questions if question.name == function]


class Answers(Protocol):
    """Whoever knows the right answers: Keras."""

    def answer(self, function: str, dtype: str, arguments: dict[str, Any]) -> dict[str, Array]:
        """Return the results of a function by name."""


def set_exam(rows: Rows, dataset: str, keras: Answers, seed: int = 0) -> Exam:
    """Ask Keras every question."""
    exam = Exam(dataset, len(rows.x_train), seed)
    for case in all_cases(rows, seed):
        tolerances = {dtype: allowed_for(case.in_type(dtype), dtype) for dtype in DTYPES}
        for dtype in DTYPES:
            asked = case.in_type(dtype)
            expected = keras.answer(case.function, dtype, asked.arguments)
            exam.questions.append(Question(asked, dtype, expected, tolerances[dtype], tolerances["float32"]))
    return exam


def allowed_for(case: Case, dtype: str) -> dict[str, Array]:
    """Work out how far two right programs may be apart: from rounding bounds, for real training from perturbed runs."""
    if case.function == "fit" and case.kind == REAL:
        return _by_perturbed_runs(case, dtype)
    return {name: np.asarray(bounds.tolerance) for name, bounds in _bounds(case, dtype).items()}


def _bounds(case: Case, dtype: str) -> dict[str, Interval]:
    """Run the right code on intervals, as we write it and otherwise. Images and labels stay arrays: rows are taken."""
    function = CONTRACT[case.function]
    given = {name: x if name in ("X", "y") else _interval(x) for name, x in case.arguments.items()}
    given = function.complete(given)
    with scratch_framework().dtype(dtype):
        found = function.named(getattr(Perceptron(), case.function)(**given))
        for name, other in function.otherwise(given).items():
            found[name] = found[name].joined(other)
    stacked = {
        name: Interval(np.stack([v.low for v in values]), np.stack([v.high for v in values]), np.dtype(dtype))
        for name, values in found.items()
        if isinstance(values, list)
    }
    return found | stacked


def _interval(x: Any) -> Any:
    return Interval.exact(x) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x


def _by_perturbed_runs(case: Case, dtype: str) -> dict[str, Array]:
    """Train scratch and two perturbed runs as the case says: right programs may be twice that drift apart."""
    asked = case.arguments
    config = Config(
        dtype="float64" if dtype == "float64" else "float32",
        learning_rate=asked["learning_rate"],
        batch_size=asked["batch_size"],
        epochs=asked["epochs"],
    )
    with scratch_framework().dtype(dtype):
        training = Training(
            config, Rows(asked["X"], asked["y"]), start=[asked["W"], asked["b"]], orders=lambda: asked["order"]
        ).trained()
    weights = {name: np.asarray(training.tolerance(training.epochs)) for name in ("W", "b")}
    return weights | {name: training.history_tolerance(name) for name in ("loss", "accuracy")}


def _trained(model: Any, X: Array, y: Array, batch_size: int, order: Array) -> History:
    """Train a model of either library with the rows in this order, and return what it reports."""
    history: History = {"loss": [], "accuracy": []}
    for rows in order:
        shown = model.fit(X[rows], y[rows], batch_size=batch_size, epochs=1, shuffle=False, verbose=0).history
        for name, values in history.items():
            values.append(shown[name][-1])
    return history


class KerasAnswers:
    """Answers cases by name: ``answer("dense", X=…, W=…, b=…)``. Starts Keras, which takes seconds.

    Raises BadInput where Keras runs on another backend than TensorFlow.
    """

    def __init__(self) -> None:
        self.framework: Framework = keras_framework()
        self.keras: Any = self.framework.keras
        if self.keras.config.backend() != "tensorflow":
            raise BadInput("check reads Keras's derivatives through TensorFlow: unset KERAS_BACKEND")
        self._models: dict[tuple[int, str, bool], Any] = {}

    def answer(self, function: str, dtype: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return what Keras computes, by the names of the results."""
        asked = CONTRACT[function]
        with self.framework.dtype(dtype):
            self.dtype = dtype
            found = asked.named(asked.keras(self, *(arguments[name] for name in asked.arguments)))
        return {name: np.asarray(value) for name, value in found.items()}

    def gradient(self, function: Callable[[Any], Any], at: Array) -> Array:
        """Return the derivative of a function of one array."""
        import tensorflow

        x = tensorflow.convert_to_tensor(at)
        with tensorflow.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        derivative: Array = tape.gradient(y, x).numpy()
        return derivative

    def _layer(self, X: Array, W: Array, b: Array) -> Any:
        layer = self.keras.layers.Dense(W.shape[1])
        layer.build(X.shape)
        layer.set_weights([W, b])
        return layer

    def weighed(self, X: Array, W: Array, b: Array) -> Any:
        """Return what a Dense layer makes of images."""
        return self._layer(X, W, b)(X.astype(self.dtype))

    def layer_gradients(self, X: Array, W: Array, dz: Array) -> tuple[Array, Array]:
        """Return the derivatives with respect to a Dense layer's weights."""
        import tensorflow

        layer = self._layer(X, W, np.zeros(W.shape[1], self.dtype))
        with tensorflow.GradientTape() as tape:
            total = tensorflow.reduce_sum(dz * layer(X.astype(self.dtype)))
        dW, db = tape.gradient(total, layer.trainable_weights)
        return dW.numpy(), db.numpy()

    def sigmoid(self, z: Any) -> Any:
        """Return what the activation makes of z."""
        return self.keras.activations.sigmoid(z)

    def loss(self, y: Array, a: Any) -> Any:
        """Return the loss of a batch."""
        return self.keras.ops.mean(self.keras.losses.mean_squared_error(y.astype(self.dtype), a))

    def accuracy(self, y: Array, a: Array) -> Any:
        """Return the metric of a batch."""
        metric = self.keras.metrics.BinaryAccuracy()
        metric.update_state(y, a)
        return metric.result()

    def stepped(self, param: Array, gradient: Array, learning_rate: float) -> Array:
        """Return a parameter after the optimizer's step."""
        variable = self.keras.Variable(param, dtype=self.dtype)
        optimizer = self.keras.optimizers.SGD(learning_rate=learning_rate)
        optimizer.apply([self.keras.ops.convert_to_tensor(gradient)], [variable])
        moved: Array = variable.numpy()
        return moved

    def trained(
        self, X: Array, y: Array, W: Array, b: Array, learning_rate: float, batch_size: int, order: Array
    ) -> tuple[Array, Array, History]:
        """Return weights and history after ``fit`` with the rows in this order."""
        model = self._model(X.shape[1], eagerly=len(X) <= BATCH)
        model.set_weights([W, b])
        model.optimizer.learning_rate = learning_rate
        history = _trained(model, X, y, batch_size, order)
        return (*model.get_weights(), history)

    def _model(self, D: int, eagerly: bool) -> Any:
        """Build the model for D pixels once, and use it again: making one takes longer than training it."""
        dtype = self.dtype
        key = (D, dtype, eagerly)
        if key not in self._models:
            config = Config(dtype="float64" if dtype == "float64" else "float32")
            weights = [np.zeros((D, 1), dtype), np.zeros(1, dtype)]
            self._models[key] = self.framework.build(config, (D,), weights)
            self._models[key].run_eagerly = eagerly
        return self._models[key]
