"""What the steps should have been: the derivative of a program's own forward pass, for every loss that it may descend.

A *meeting* is where a prediction first meets a label: ``a - y``, ``y * log(a)``, ``y / a``, ``p[rows, labels]``. What
stands there as prediction and label, with each loss, is a *reading* of the program. A reading is right if every
parameter moved by -c times the derivative, with one c for all.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.check.program.derivative import adjoints
from compare.check.program.replay import Replay, Value
from compare.check.program.steps import Step, Training
from compare.check.program.trace import COMPUTES, Op, Trace, operand_node

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Meeting:
    """Where a prediction meets labels: the operation, both values, and how they stand there."""

    op: Op
    prediction: int
    label: int
    form: str
    """``difference``, ``log``, ``quotient`` or ``entry`` (labels are indices)."""


class Window:
    """One step's operations, and which of their values depend on the parameters."""

    def __init__(self, training: Training, step: Step) -> None:
        self.trace = training.trace
        self.training = training
        self.step = step
        self.sources = list(dict.fromkeys(step.before))
        self.cut = frozenset(self.sources)
        self.down = self.trace.downstream(self.sources, step.first, step.end, self.cut)
        for ref in list(self.down):
            self.trace.mark_holders(ref, self.down)

    @cached_property
    def leading(self) -> set[int]:
        """The values of this step that lead to what moved."""
        return self.upstream(self.step.after)

    @cached_property
    def meetings(self) -> "list[Meeting]":
        """Where predictions meet labels in this step."""
        return meetings(self)

    @cached_property
    def relevant(self) -> "list[Meeting]":
        """The meetings whose prediction is of this step's rows; those that lead to what moved come first."""
        leading = [m for m in self.meetings if m.op.out in self.leading]
        predictions = self.leading | {m.prediction for m in leading}
        others = [
            m for m in self.meetings if m.op.out not in self.leading and (not leading or m.prediction in predictions)
        ]
        return leading + others

    def ops(self) -> list[Op]:
        """The step's computations: its own, and what was computed for it in the turn before."""
        begin = self.step.begin
        return [
            op
            for op in self.trace.ops[self.step.first : self.step.end]
            if op.kind in COMPUTES and (op.at >= begin or (op.out in self.down and op.out not in self.cut))
        ]

    def way(self, targets: Sequence[int]) -> list[Op]:
        """Return the operations from the parameters to these values."""
        up: set[int] = set()
        todo = list(targets)
        while todo:
            ref = todo.pop()
            if ref in up:
                continue
            up.add(ref)
            if ref in self.cut:
                continue
            row = self.trace.rows[ref]
            if row[0] in ("list", "tuple", "slice"):
                todo += row[1]
            made = self.trace.maker[ref]
            if made >= self.step.first:
                todo += self.trace.ops[made].inputs
        return [
            op
            for op in self.trace.ops[self.step.first : self.step.end]
            if op.kind in COMPUTES and op.out in up and op.out in self.down and op.out not in self.cut
        ]

    def upstream(self, targets: Sequence[int]) -> set[int]:
        """Return the values of this step on which these depend, down to the parameters."""
        return {ref for op in self.way(targets) for ref in (op.out, *self.trace.inputs(op))}


def meetings(window: Window) -> list[Meeting]:
    """Return where values that depend on the parameters meet values that do not, and that may be labels."""
    trace, found = window.trace, []
    for op in window.ops():
        name = _name(op)
        if name in ("-", "numpy.subtract") and len(op.inputs) == 2:
            for p, q in (op.inputs, op.inputs[::-1]):
                if p in window.down and q not in window.down and _may_be_label(trace, op, q):
                    found.append(Meeting(op, p, q, "difference"))
        elif (
            name in ("*", "numpy.multiply", "numpy.dot", "ndarray.dot", "@", "numpy.matmul", "numpy.sum")
            and len(op.inputs) == 2
        ):
            for p, q in (op.inputs, op.inputs[::-1]):
                if p in window.down and q not in window.down and trace.is_number_or_whole(q):
                    inner = _inside_log(window, p)
                    if inner is not None and _may_be_label(trace, op, q):
                        found.append(Meeting(op, inner[0], q, inner[1]))
        elif name in ("/", "numpy.divide") and op.inputs[1] in window.down and op.inputs[0] not in window.down:
            if _may_be_label(trace, op, op.inputs[0]):
                found.append(Meeting(op, op.inputs[1], op.inputs[0], "quotient"))
        elif op.kind == "item" and op.inputs[0] in window.down and op.inputs[1] not in window.down:
            labels = _label_index(trace, op)
            if labels is not None:
                inner = _inside_log(window, op.inputs[0])
                found.append(Meeting(op, inner[0] if inner else op.inputs[0], labels, "entry"))
    return found


def _name(op: Op) -> str:
    if op.kind in ("binary", "augment"):
        return str(op.detail)
    return str(op.detail[0]) if op.kind == "call" else op.kind


def _may_be_label(trace: Trace, op: Op, ref: int) -> bool:
    """Return whether a value may be labels: no number that is written in the line itself."""
    row = trace.rows[ref]
    if row[0] == "plain" and isinstance(row[1], bool | str | None.__class__):
        return False
    position = op.inputs.index(ref)
    node = operand_node(trace.program.nodes[op.node], op, position)
    if isinstance(node, ast.Constant):
        return False
    if row[0] == "float" and trace.maker[ref] >= 0 and trace.ops[trace.maker[ref]].kind == "number":
        written = trace.ops[trace.maker[ref]].node
        return written != getattr(node, "number", None)
    return row[0] in ("float", "plain", "array", "list")


def _inside_log(window: Window, ref: int) -> tuple[int, str] | None:
    """Return what a logarithm was taken of, without what is added for safety; None where there is no logarithm."""
    trace = window.trace
    for _ in range(6):
        made = trace.maker[ref]
        if made < window.step.first:
            return None
        op = trace.ops[made]
        name = _name(op)
        if name.rpartition(".")[2] in ("log", "log2", "log10"):
            return _without_safety(window, op.inputs[0]), "log"
        if op.kind == "attribute" or (op.kind == "unary" and op.detail == "-") or name == "ndarray.copy":
            ref = op.inputs[0]
            continue
        if name == "+" and any(i not in window.down for i in op.inputs):
            inside = [i for i in op.inputs if i in window.down]
            if not inside:
                return None
            ref = inside[0]
            continue
        return None
    return None


def _without_safety(window: Window, ref: int) -> int:
    trace = window.trace
    for _ in range(4):
        made = trace.maker[ref]
        if made < window.step.first:
            return ref
        op = trace.ops[made]
        name = _name(op).rpartition(".")[2]
        if name in ("clip", "maximum", "minimum", "T", "transpose") or (name == "attribute" and op.detail == "T"):
            ref = op.inputs[0]
        elif (
            name == "+"
            and len(op.inputs) == 2
            and any(
                i not in window.down and trace.size(i) == 1 and abs(float(np.sum(x))) < 1e-3
                for i in op.inputs
                if (x := trace.array(i)) is not None
            )
        ):
            inside = [i for i in op.inputs if i in window.down]
            if not inside:
                return ref
            ref = inside[0]
        else:
            return ref
    return ref


def _label_index(trace: Trace, op: Op) -> int | None:
    """Return the labels in ``p[rows, labels]`` or ``p[label]``; None for another index."""
    row = trace.rows[op.inputs[1]]
    if row[0] == "tuple" and len(row[1]) == 2:
        for entry in row[1][::-1]:
            if trace.rows[entry][0] == "array" and "i" in trace.rows[entry][1] and trace.size(entry) >= 1:
                first = row[1][0]
                value = trace.array(entry)
                if value is not None and not np.array_equal(value.ravel(), np.arange(value.size)):
                    return entry if entry != first or value.size > 1 else None
    return None


# ---------------------------------------------------------------------- losses


@dataclass(frozen=True)
class Loss:
    """A loss that a program may descend: its Keras name, and its derivative with respect to the prediction."""

    name: str
    fits: Callable[[Array, Array], bool]
    slope: Callable[[Array, Array], Array]


def _softmax_axis(a: Array) -> int | None:
    """Return the axis along which predictions add up to one; None where they do not."""
    for axis in (-1, 0):
        if a.ndim and a.shape[axis] > 1 and (a >= 0).all() and np.allclose(a.sum(axis=axis), 1, atol=1e-4):
            return axis
    return None


def _between(a: Array) -> bool:
    return bool(np.all((a >= 0) & (a <= 1)))


def _safe(a: Array) -> Array:
    return np.clip(a, 1e-300, None)


LOSSES = (
    Loss("mse", lambda a, y: True, lambda a, y: a - y),
    Loss(
        "binary_crossentropy",
        lambda a, y: _between(a) and _between(y),
        lambda a, y: (a - y) / _safe(a * (1 - a)),
    ),
    Loss("categorical_crossentropy", lambda a, y: _softmax_axis(a) is not None, lambda a, y: -y / _safe(a)),
    Loss("nll", lambda a, y: bool((a <= 0).all()) and _softmax_axis(np.exp(a)) is not None, lambda a, y: -y),
    Loss("mae", lambda a, y: True, lambda a, y: np.sign(a - y)),
)


def aligned(a: Array, y: Array, form: str) -> Array | None:
    """Return labels in the shape of the predictions; None where they do not fit."""
    if form == "entry" or (
        y.shape != a.shape and a.ndim == 2 and y.size == len(a) and a.shape[1] > 1 and _whole(y, a.shape[1])
    ):
        if a.ndim != 2:
            return None
        classes = y.ravel().astype(int)
        if len(classes) == a.shape[0] and (classes < a.shape[1]).all() and (classes >= 0).all():
            return np.eye(a.shape[1])[classes]
        if len(classes) == a.shape[1] and (classes < a.shape[0]).all() and (classes >= 0).all():
            return np.eye(a.shape[0])[classes].T
        return None
    if y.shape == a.shape:
        return y
    if y.size == a.size:
        return y.reshape(a.shape)
    if y.size == 1:
        return np.broadcast_to(y, a.shape)
    return None


def _whole(y: Array, classes: int) -> bool:
    return bool(np.all(y == np.round(y)) and y.min() >= 0 and y.max() < classes)


# ---------------------------------------------------------------------- readings


@dataclass
class Reading:
    """One way to understand a program: at which node prediction and label meet, in which form, and which loss."""

    node: int
    form: str
    loss: Loss

    def __hash__(self) -> int:
        return hash((self.node, self.form, self.loss.name))


@dataclass
class Due:
    """What one step is due by one reading: the derivative for each parameter, and that of all values on the way."""

    reading: Reading
    window: Window
    ops: list[Op]
    predictions: list[int]
    labels: list[Array]
    gradients: list[Array | None]
    """For each chain of the training, in order; None for one that the prediction does not depend on."""
    adjoints: dict[int, Value] = field(default_factory=dict)


def readings(window: Window) -> list[Reading]:
    """Return every reading that a step allows, those that its update depends on first."""
    found: dict[tuple[int, str, str], Reading] = {}
    for meeting in window.relevant:
        a = window.trace.array(meeting.prediction)
        y = window.trace.array(meeting.label)
        if a is None or y is None:
            continue
        labels = aligned(a, y, meeting.form)
        if labels is None:
            continue
        for loss in LOSSES:
            key = (meeting.op.node, meeting.form, loss.name)
            if key not in found and loss.fits(a, labels):
                found[key] = Reading(meeting.op.node, meeting.form, loss)
    return list(found.values())


def due(
    window: Window, reading: Reading, changed: Mapping[int, Any] | None = None, replay: Replay | None = None
) -> Due | None:
    """Return what a step is due by a reading; None where its labels or predictions are not there.

    Raises CannotReplay where the forward pass has an operation that is not known.
    """
    trace = window.trace
    met = [m for m in window.relevant if m.op.node == reading.node and m.form == reading.form]
    met = [m for m in met if m.op.out in window.leading] or met
    predictions = list(dict.fromkeys(m.prediction for m in met))
    if not predictions:
        return None
    if replay is None:
        replay = Replay(trace, {})
    seeds: dict[int, Value] = {}
    labels = []
    starts = []
    for prediction in predictions:
        meeting = next(m for m in met if m.prediction == prediction)
        a = np.asarray(replay.get(prediction), float)
        y = trace.array(meeting.label)
        fitted = None if y is None else aligned(a, y, meeting.form)
        if fitted is None or not reading.loss.fits(a, fitted):
            return None
        labels.append(fitted)
        start, seed = _start(window, reading, prediction, a, fitted, replay)
        seeds[start] = seeds[start] + seed if start in seeds else seed
        starts.append(start)
    ops = window.way(starts)
    if not ops:
        return None
    found = adjoints(trace, ops, window.sources, replay, seeds, changed)
    if not any(ref in found for ref in window.step.before) and _is_decision(replay, predictions):
        found = adjoints(trace, ops, window.sources, replay, seeds, changed, straight=True)
    gradients: list[Array | None] = []
    for ref in window.step.before:
        g = found.get(ref)
        gradients.append(None if g is None else np.asarray(g, float).reshape(trace.shape(ref)))
    return Due(reading, window, ops, predictions, labels, gradients, found)


def _is_decision(replay: Replay, predictions: Sequence[int]) -> bool:
    """Return whether predictions are the two answers of a threshold."""
    return all(np.isin(np.asarray(replay.get(ref), float), (-1.0, 0.0, 1.0)).all() for ref in predictions)


def _start(window: Window, reading: Reading, prediction: int, a: Array, y: Array, replay: Replay) -> tuple[int, Value]:
    """Return from where to go backwards, and the derivative there.

    A cross-entropy's derivative by the sigmoid's or the softmax's weighted sum is known, ``a - y``, and it is exact
    where the activation has saturated; so it begins there where the weighted sum is found.
    """
    name = reading.loss.name
    if name == "binary_crossentropy":
        found = _weighted_sum(window, prediction, a, replay, _sigmoid)
        if found is not None:
            ref, sign = found
            return ref, sign * (a - y).reshape(np.shape(replay.get(ref)))
    if name == "categorical_crossentropy":
        axis = _softmax_axis(a)
        found = _weighted_sum(window, prediction, a, replay, lambda z: _softmax(z, axis))
        if found is not None and found[1] > 0:
            return found[0], a * y.sum(axis=axis, keepdims=True) - y
    return prediction, reading.loss.slope(a, y)


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (np.tanh(0.5 * z) + 1))


def _softmax(z: Array, axis: int | None) -> Array:
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def _weighted_sum(
    window: Window, ref: int, a: Array, replay: Replay, activation: Callable[[Array], Array]
) -> tuple[int, int] | None:
    """Return the value of which an activation gives the prediction, and its sign; the one nearest to the prediction."""
    trace = window.trace
    todo, seen = [(ref, 0)], set()
    while todo:
        one, depth = todo.pop(0)
        if one in seen or depth > 12 or one not in window.down or one in window.cut:
            continue
        seen.add(one)
        if one != ref and trace.size(one) == a.size and trace.is_float(one):
            z = np.asarray(replay.get(one), float)
            if z.size == a.size and np.isfinite(z).all():
                z = z.reshape(a.shape)
                if np.allclose(activation(z), a, rtol=1e-5, atol=1e-9) and np.any(np.abs(z) > 1e-12):
                    return one, 1
        made = trace.maker[one]
        if made >= window.step.first:
            todo += [(i, depth + 1) for i in trace.inputs(trace.ops[made])]
    return None


def increments(window: Window) -> list[Array]:
    """Return by how much each chain of the training moved in a step."""
    trace = window.trace
    return [
        np.asarray(trace.array(after), float) - np.asarray(trace.array(before), float)
        for before, after in zip(window.step.before, window.step.after, strict=True)
    ]


def unit(trace: Trace, ref: int) -> float:
    """Return the rounding unit of a value's type."""
    row = trace.rows[ref]
    return 2.0**-24 if row[0] == "array" and row[1].endswith("f4") else 2.0**-53
