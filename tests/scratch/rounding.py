"""How far two correct programs may be apart: every tolerance against Keras is worked out here, none is tuned.

A ``Bounded`` array knows the exact value of what a formula computes and an ``error`` that no correct program exceeds,
whatever its order of operations (running error analysis: Higham, Accuracy and Stability of Numerical Algorithms,
chapter 3). It takes part in NumPy expressions, so scratch's own layers, losses and optimizers run on it as they
stand. Each operation passes on the errors of its operands and adds its own roundings:

    u            2**-24 for float32, 2**-53 for float64: one rounding, relative to the result
    gamma(n)     n * u / (1 - n * u): n roundings, as in a dot product of n terms
    LIBRARY      roundings in exp, log and powers, which are not correctly rounded: 4 units in the last place
    smallest     lost where a result underflows, or is flushed to 0

Scratch and Keras are each held to ``error``, so they are at most ``2 * error`` apart.

``compare.core.intervals`` analyses the same operations a second time, on purpose. The harness is itself under test: a
rule that is too generous there would hide the same mistake here. And more is held here: each side alone against the
exact value, in the widest float there is, with no tolerance at all where IEEE arithmetic owes the exact number.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import ArrayLike

import scratch
from scratch.activations import erf
from scratch.metrics import compiled

LIBRARY = 8
Wide = np.longdouble  # the values' own roundings are counted too, in ``u``: it may be no wider than float64


class Bounded(NDArrayOperatorsMixin):
    """Exact values, and how far from them a program that computes in ``dtype`` may be."""

    def __init__(self, value: Any, error: Any, dtype: Any) -> None:
        self.value = np.array(value, Wide)  # a copy: weights move in place
        self.error = np.broadcast_to(np.asarray(error, Wide), self.value.shape)
        self.dtype = np.dtype(dtype)
        self.u = Wide(np.finfo(self.dtype).eps) / 2 + np.finfo(Wide).eps
        self.one_more_than: Bounded | None = None

    @classmethod
    def exact(cls, array: Any) -> "Bounded":
        """Take over numbers that both programs are given, bit for bit."""
        return cls(array, 0, np.asarray(array).dtype)

    def rounded(self, roundings: Any = 1, size: Any = None) -> "Bounded":
        """Add the error of some roundings, each relative to ``size``: the value's own where none is given."""
        size = np.abs(self.value) + self.error if size is None else size
        smallest = Wide(np.finfo(self.dtype).smallest_normal)
        gamma = roundings * self.u / (1 - roundings * self.u)
        return Bounded(self.value, self.error + gamma * size + roundings * smallest, self.dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = (None,), **kwargs: Any) -> Any:
        """Apply an operation of NumPy's."""
        if method != "__call__" or kwargs or ufunc not in RULES:
            return NotImplemented
        picks = ufunc in (np.maximum, np.minimum, *COMPARISONS)
        with np.errstate(all="ignore"):
            operands = [self.operand(x, picks) for x in inputs]
            value, error = RULES[ufunc](*operands)
            result = Bounded(value, error, self.dtype)
            if ufunc is np.matmul:
                x, y = (np.abs(o.value) + o.error for o in operands)
                result = result.rounded(x.shape[-1], x @ y)
            elif ufunc in LIBRARY_FUNCTIONS:
                result = result.rounded(LIBRARY * (result.value != 0))  # C owes 0 where the value is 0
            elif ufunc in ROUNDED:
                result = result.rounded(1 - self.is_owed(result, operands))
            if ufunc is np.add and (operands[0].value == 1).all() and not operands[0].error.any():
                result.one_more_than = operands[1]
        if out[0] is None:
            return result
        out[0][...] = result
        return out[0]

    def is_owed(self, result: "Bounded", operands: list["Bounded"]) -> Any:
        """Where IEEE arithmetic owes us these very numbers: exact operands, and a result that is a ``dtype``."""
        exact = np.all([np.broadcast_to(o.error == 0, result.shape) for o in operands], axis=0)
        wider = np.finfo(Wide).eps < np.finfo(self.dtype).eps  # or the value has been rounded, and tells nothing
        return wider & exact & (result.value.astype(self.dtype) == result.value)

    @np.errstate(invalid="ignore")
    def operand(self, x: Any, picks: bool = False) -> "Bounded":
        """Take a number of the formula's own, such as 0.1: a program may use it as it is, or as a ``dtype``.

        Where it is a limit that is picked or compared with, both programs have made it a ``dtype`` before.
        """
        if isinstance(x, Bounded):
            return x
        given = np.asarray(x, Wide)
        stored = given.astype(self.dtype).astype(Wide)
        return Bounded(stored, 0 if picks else np.where(stored == given, 0, np.abs(stored - given)), self.dtype)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Serve the functions of NumPy that scratch calls and that are no operations on numbers."""
        if function is np.clip:
            return np.minimum(np.maximum(args[0], args[1]), args[2])
        if function is np.zeros_like:
            return Bounded(np.zeros(self.shape), 0, self.dtype)
        if function is np.where:
            condition, x, y = (self.operand(arg) for arg in args)
            value = np.where(condition.value, x.value, y.value)
            error = np.where(condition.value, x.error, y.error)
            return Bounded(value, np.where(condition.error, np.inf, error), self.dtype)
        if function is np.argmax:
            least, most = np.max(self.value - self.error, axis=-1, keepdims=True), self.value + self.error
            assert (np.count_nonzero(most >= least, axis=-1) == 1).all(), "rounding may decide a label: use other data"
            return np.argmax(self.value, **kwargs)
        return NotImplemented

    def like(self, change: Callable[[Any], Any]) -> "Bounded":
        """Move the numbers about."""
        return Bounded(change(self.value), change(self.error), self.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the numbers."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.value.size

    @property
    def T(self) -> "Bounded":
        """Rows for columns."""
        return self.like(np.transpose)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.value)

    def __setitem__(self, key: Any, other: "Bounded") -> None:
        """Take over other numbers, as an update in place does; it is always the whole array."""
        self.value, self.error = other.value, other.error

    def astype(self, dtype: Any, copy: bool = True) -> "Bounded":
        """Return the numbers unchanged: they stand for whatever type the program computes in."""
        return self

    def reshape(self, *shape: Any) -> "Bounded":
        """Give the numbers another shape."""
        return self.like(lambda array: array.reshape(*shape))

    def max(self, axis: int | None = None, keepdims: bool = False) -> "Bounded":
        """Pick the largest."""
        return self.like(lambda array: array.max(axis, keepdims=keepdims))

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Bounded":
        """Add up, in any order; to add a 0 needs no rounding."""
        size = np.abs(self.value) + self.error
        terms = np.count_nonzero(size, axis, keepdims=keepdims)
        total = self.like(lambda array: array.sum(axis, keepdims=keepdims))
        return total.rounded(np.maximum(terms - 1, 0), size.sum(axis, keepdims=keepdims))

    def mean(self, axis: int | None = None, keepdims: bool = False) -> "Bounded":
        """Add up and divide."""
        total = self.sum(axis, keepdims)
        return total / (self.size // total.size)


def _product(x: Bounded, y: Bounded) -> Any:
    return x.value * y.value, np.abs(x.value) * y.error + x.error * np.abs(y.value) + x.error * y.error


def _quotient(x: Bounded, y: Bounded) -> Any:
    if y.one_more_than is x:  # x / (1 + x) rises with x, and the rounding of 1 + x comes on top
        quotient, low, high = (v / (1 + v) for v in (x.value, x.value - x.error, x.value + x.error))
        return quotient, np.maximum(high - quotient, quotient - low) + y.u * np.abs(quotient)
    quotient, least = x.value / y.value, np.abs(y.value) - y.error
    return quotient, np.where(least > 0, (x.error + np.abs(quotient) * y.error) / least, np.inf)


def _dot(x: Bounded, y: Bounded) -> Any:
    return x.value @ y.value, np.abs(x.value) @ y.error + x.error @ np.abs(y.value) + x.error @ y.error


def _rising(function: Any, least: float = -np.inf) -> Any:
    """Return the rule for a function that only rises: its ends are the ends of its operands."""

    def rule(*operands: Bounded) -> Any:
        value = function(*(o.value for o in operands))
        high = function(*(o.value + o.error for o in operands))
        low = function(*(np.maximum(o.value - o.error, least) for o in operands))
        return value, np.where(high == low, 0, np.maximum(high - value, value - low))

    return rule


def _compared(function: Any) -> Any:
    def rule(x: Bounded, y: Bounded) -> Any:
        reach = x.error + y.error
        return function(x.value, y.value), (reach > 0) & (np.abs(x.value - y.value) <= reach)

    return rule


COMPARISONS = (np.greater, np.greater_equal, np.less, np.less_equal, np.equal)
LIBRARY_FUNCTIONS = (np.exp, np.log, np.log1p, np.tanh, np.expm1, erf)
ROUNDED = (np.add, np.subtract, np.multiply, np.divide, np.square, np.sqrt)
RULES: dict[np.ufunc, Callable[..., tuple[Any, Any]]] = {
    np.add: lambda x, y: (x.value + y.value, x.error + y.error),
    np.subtract: lambda x, y: (x.value - y.value, x.error + y.error),
    np.multiply: _product,
    np.divide: _quotient,
    np.square: lambda x: _product(x, x),
    np.matmul: _dot,
    np.negative: lambda x: (-x.value, x.error),
    np.absolute: lambda x: (np.abs(x.value), x.error),
    np.bitwise_and: lambda x, y: (x.value * y.value, np.maximum(x.error, y.error)),
    np.maximum: _rising(np.maximum),
    np.minimum: _rising(np.minimum),
    np.exp: _rising(np.exp),
    np.log: _rising(np.log, least=0),
    np.log1p: _rising(np.log1p, least=-1),
    np.sqrt: _rising(np.sqrt, least=0),
    np.tanh: _rising(np.tanh),
    np.expm1: _rising(np.expm1),
    erf: _rising(lambda x: erf(x).astype(Wide)),
} | {ufunc: _compared(ufunc) for ufunc in COMPARISONS}


def share_used(computed: ArrayLike, bound: Bounded) -> float:
    """Return how much of the error allowed to it a program's result takes, at worst."""
    error = np.abs(np.asarray(computed, Wide) - bound.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.max(np.where(error == 0, 0, error / bound.error), initial=0))


def assert_same(what: str, theirs: ArrayLike, ours: ArrayLike, bound: Bounded) -> None:
    """Hold Keras's numbers and scratch's against the exact ones: either may be off by its own rounding, no more.

    A bound that would let a part in a thousand pass proves too little, and fails as well.
    """
    largest, smallest = np.max(np.abs(bound.value), initial=0), np.finfo(bound.dtype).smallest_normal
    enough = max(largest / 1000, smallest / bound.u)
    assert np.max(bound.error, initial=0) <= enough, f"{what}: the bound is too wide to prove much"
    for whose, computed in {"scratch": np.asarray(ours), "Keras": np.asarray(theirs)}.items():
        assert computed.shape == bound.shape, f"{what}: {whose}'s shape is {computed.shape}, not {bound.shape}"
        assert np.isfinite(computed).all(), f"{what}: {whose}'s is not finite"
        share = share_used(computed, bound)
        assert share <= 1, f"{what}: {whose} is {share:.3g} times the tolerance off\n{computed}\nnot\n{bound.value}"


class BoundedAdam(scratch.optimizers.Adam):
    """Adam as its docstring states it, where the powers of beta, too, have the roundings of a library."""

    def update(self, w: Any, dw: Any, *memory: Any) -> None:
        """Move w in place."""
        m, v = memory
        m += (dw - m) * (1 - self.beta_1)
        v += (np.square(dw) - v) * (1 - self.beta_2)
        powers = (Wide(np.float32(beta)) ** (self.iterations + 1) for beta in (self.beta_1, self.beta_2))
        power_1, power_2 = (Bounded(power, 0, w.dtype).rounded(LIBRARY) for power in powers)
        alpha = self.rate * np.sqrt(1 - power_2) / (1 - power_1)
        w -= m * alpha / (np.sqrt(v) + self.epsilon)


def bounded_optimizer(optimizer: Any) -> Any:
    """Return a copy that moves Bounded weights."""
    perturbed = copy.deepcopy(optimizer)
    if isinstance(optimizer, scratch.optimizers.Adam):
        perturbed = BoundedAdam()
        vars(perturbed).update(copy.deepcopy(vars(optimizer)))
    return perturbed


def forward(layers: Any, X: Any) -> tuple[Any, Any]:
    """Return the last z and the last a."""
    a = X
    for layer in layers:
        a = layer.forward(a)
    return layers[-1].z, a


def backward(layers: Any, dz: Any) -> list[Any]:
    """Return the derivative of the loss with respect to each of the weights."""
    derivative = layers[-1].backward(dz, from_logits=True)
    for layer in reversed(layers[:-1]):
        if derivative is not None:  # which it is below the lowest weights
            derivative = layer.backward(derivative)
    return [dw for layer in layers if layer.weights for dw in layer.gradients]


def wider(bound: Bounded, other: Bounded) -> Bounded:
    """Return the same values with the larger error: what holds a program that takes either way."""
    return Bounded(bound.value, np.maximum(bound.error, other.error + np.abs(other.value - bound.value)), bound.dtype)


def last_layer(activation: Any, loss: Any, y: Any, z: Any) -> tuple[scratch.Sequential, scratch.layers.Dense]:
    """Return a compiled model of one layer that has just computed z, and that layer, after ``backward``."""
    layer = scratch.layers.Dense(z.shape[-1], activation=activation)
    model = scratch.Sequential([scratch.Input((1,)), layer])
    model.compile(optimizer="sgd", loss=loss)
    layer.X = np.zeros((*z.shape[:-1], 1), z.dtype)
    layer.z, layer.a = z, layer.activation(z)
    model.backward(y)
    return model, layer


def loss_and_dz(activation: Any, loss: Any, y: Any, z: Any) -> tuple[Any, Any]:
    """Return each row's loss, and dz of their mean, as a model of scratch computes them."""
    model, layer = last_layer(activation, loss, y, z)
    return model.compute_loss(y, z, layer.a), layer.dz


def bounded_loss_and_dz(activation: Any, loss: Any, y: Any, z: Bounded) -> tuple[Bounded, Bounded]:
    """Return the same for Keras as well; the tape rounds three times more, as it divides by U, then by N."""
    rows, dz = loss_and_dz(activation, loss, y, z)
    model, layer = last_layer(activation, loss, y, z)
    if model._loss.sparse and not model._loss.from_logits:
        # Keras takes the logarithm of the activations, and then the softmax's cross-entropy of that.
        low, high, a = scratch.losses.EPSILON, 1 - scratch.losses.EPSILON, layer.a
        q = np.clip(a, low, high)
        of_logarithm, dq = loss_and_dz("softmax", loss, y, np.log(q))
        rows = wider(rows, of_logarithm)
        dz = wider(dz, layer.pair.backward(layer.z, a, dq / q * ((a >= low) & (a <= high))))
    return rows, dz.rounded(3)


class Watched(scratch.Sequential):
    """scratch's model, beside a copy whose weights are Bounded: what it reports comes with its tolerance."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.perturbed: list[Any] = []
        self.mover: Any = None
        self.bounds: dict[str, list[Bounded]] = {}

    def compile(self, optimizer: Any, loss: Any, *, metrics: Any = None) -> None:
        """Keep what scratch is told."""
        super().compile(optimizer, loss, metrics=metrics)
        self.given_loss, self.metrics = loss, {name: find for name, find, _ in map(compiled, metrics or ())}
        self.mover = None

    def set_weights(self, weights: Any) -> None:
        """Take over weights, and give the copy the same."""
        super().set_weights(weights)
        self.start_copy()

    def start_copy(self) -> None:
        """Copy the layers, and make their weights Bounded."""
        self.perturbed = copy.deepcopy(self.layers)
        for layer in self.perturbed:
            if layer.weights:
                layer.W, layer.b = (Bounded.exact(w) for w in layer.weights)
                self.dtype = layer.W.dtype

    @property
    def bounded_weights(self) -> list[Bounded]:
        """The copy's weights, in the order of ``get_weights``."""
        return [w for layer in self.perturbed for w in layer.weights]

    def rows(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Give the rows the type that the model computes in."""
        y = np.asarray(y)
        return np.asarray(x).astype(self.dtype), y if self._loss.sparse else y.astype(self.dtype)

    def step(self, X: Any, y: Any) -> dict[str, Any]:
        """Compute a batch's loss and metrics; return them a row each, and ``dz``."""
        z, a = forward(self.perturbed, X)
        rows, dz = bounded_loss_and_dz(self.layers[-1].activation, self.given_loss, y, z)
        metrics = {name: find(y, a) for name, find in self.metrics.items()}
        return {"loss": rows} | metrics | {"dz": dz}

    def reported(self, batches: list[dict[str, Any]]) -> dict[str, Bounded]:
        """Average over the rows of all batches: Keras rounds three times more than a plain mean."""
        means = {}
        for name in ("loss", *self.metrics):
            parts = [Bounded(b[name], 0, self.dtype) if isinstance(b[name], np.ndarray) else b[name] for b in batches]
            total = sum((part.sum() for part in parts[1:]), parts[0].sum())
            means[name] = (total / sum(part.size for part in parts)).rounded(3)
        return means

    def bounded_evaluate(self, x: Any, y: Any) -> dict[str, Bounded]:
        """Return the bounds for ``evaluate``, in a dict."""
        return self.reported([self.step(*self.rows(x, y))])

    def bounded_predict(self, x: Any) -> Bounded:
        """Return the bounds for ``predict``."""
        bound: Bounded = forward(self.perturbed, np.asarray(x).astype(self.dtype))[1]
        return bound

    def fit(
        self,
        x: Any,
        y: Any,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
    ) -> Any:
        """Train, and train the copy; ``bounds`` has a bound for each number in the history."""
        assert not shuffle, "two libraries shuffle differently: only runs in order can be compared"
        if not self.built:
            self.build((None, *np.shape(x)[1:]))
        if not self.perturbed:
            self.start_copy()
        self.mover = self.mover or bounded_optimizer(self.optimizer)
        rows_x, rows_y = self.rows(x, y)
        held = validation_data
        if validation_split and not held:
            (rows_x, rows_y, _), (*held, _) = scratch.data.split_tail(rows_x, rows_y, None, validation_split)
        self.bounds = {}
        size = batch_size or 32
        for _ in range(epochs):
            batches = []
            for start in range(0, len(rows_x), size):
                batch = self.step(rows_x[start : start + size], rows_y[start : start + size])
                self.mover.apply(backward(self.perturbed, batch["dz"]), self.bounded_weights)
                batches.append(batch)
            logs = self.reported(batches)
            if held:
                logs |= {f"val_{name}": value for name, value in self.bounded_evaluate(*held).items()}
            for name, value in logs.items():
                self.bounds.setdefault(name, []).append(value)
        return super().fit(
            x, y, batch_size, epochs, verbose, callbacks, validation_split, validation_data, shuffle=shuffle
        )
