"""The layers of a program's model, from the flow of its values: which weights meet which inputs, and what follows.

Every value on the way from the parameters to a prediction is *weights* (parameters, however they are cut or turned),
a *sum* (products of weights with what comes in, added up, with a bias or without) or an *answer* (anything computed
from sums that is no such sum). A layer's z are the sums of which answers are made; its a are the answers that meet the
next layer's weights, or the labels. Examples may come in rows, in columns, a row at a time, or a number at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from compare.check.program.activations import LINEAR, Activation, recognised, tried
from compare.check.program.reference import Due, unit
from compare.check.program.trace import Op, Trace

Array = NDArray[np.float64]

WEIGHTS, SUM, ANSWER = 1, 2, 3

PRODUCTS = frozenset({
    "*", "@", "numpy.dot", "ndarray.dot", "numpy.matmul", "numpy.multiply", "numpy.inner", "numpy.outer",
    "numpy.einsum", "numpy.tensordot", "numpy.vdot", "pandas.dot",
})  # fmt: skip
MATRIX_PRODUCTS = frozenset({"@", "numpy.dot", "ndarray.dot", "numpy.matmul"})
SUMS = frozenset({"+", "-", "numpy.add", "numpy.subtract"})
ADDED_UP = frozenset({"sum", "mean", "fsum", "reduce"})
TURNED = frozenset({
    "T", "transpose", "reshape", "ravel", "flatten", "squeeze", "expand_dims", "copy", "array", "asarray", "float",
    "float64", "float32", "astype", "concatenate", "stack", "vstack", "hstack", "column_stack", "append", "insert",
    "atleast_2d", "atleast_1d", "tile", "repeat", "broadcast_to", "item", "view", "ascontiguousarray", "swapaxes",
    "to_numpy", "values", "tolist",
})  # fmt: skip


def name_of_op(op: Op) -> str:
    """Return an operation's name: its operator, its function, or its kind."""
    if op.kind in ("binary", "augment"):
        return str(op.detail)
    if op.kind == "call":
        return str(op.detail[0])
    return str(op.detail) if op.kind == "attribute" else op.kind


@dataclass
class Product:
    """Where weights meet inputs: the operation, and which value is which."""

    op: Op
    weights: int
    given: int


@dataclass
class Layer:
    """A layer: its sums and answers in their order, what they are made of, and what they were recognised as."""

    number: int
    z: list[int]
    a: list[int]
    products: list[Product]
    biases: list[int]
    activation: Activation | None
    units: int | None
    features: int | None
    rows: int | None
    ones: bool = False
    """Whether one of its inputs is always 1 and so its weight the bias."""
    minus: bool = False
    """Whether what stands there as the bias is subtracted."""
    negated: bool = False
    """Whether z stands there with the other sign, as in ``exp(-X @ W)``."""

    @property
    def weights(self) -> list[int]:
        """The values that stand there as weights."""
        return list(dict.fromkeys(p.weights for p in self.products))

    @property
    def inputs(self) -> list[int]:
        """The values that stand there as inputs."""
        return list(dict.fromkeys(p.given for p in self.products))


@dataclass(frozen=True)
class Strange:
    """A forward operation that nothing known explains."""

    node: int
    value: int
    says: str


@dataclass
class Model:
    """All layers, and the first operation that is none of theirs."""

    layers: list[Layer]
    strange: Strange | None = None
    kinds: dict[int, int] = field(default_factory=dict)
    depth: dict[int, int] = field(default_factory=dict)


class Sorting:
    """Says of each value on the way to the predictions what it is: weights, sum or answer, and of which layer."""

    def __init__(self, trace: Trace, due: Due, way: Sequence[Op]) -> None:
        self.trace, self.due = trace, due
        self.kinds: dict[int, int] = dict.fromkeys(due.window.sources, WEIGHTS)
        self.depth: dict[int, int] = dict.fromkeys(due.window.sources, 0)
        self.products: dict[int, tuple[int, int]] = {}
        """For each product by its output: the weights and what they meet."""
        self.late: list[Op] = []
        """Where a parameter is added to an answer."""
        for op in way:
            self._sort(op)

    def kind(self, ref: int) -> int:
        """Return what a value is; 0 where it does not depend on parameters. A list is the most that is in it."""
        if ref in self.kinds:
            return self.kinds[ref]
        row = self.trace.rows[ref]
        if row[0] in ("list", "tuple"):
            return max((self.kind(entry) for entry in row[1]), default=0)
        return 0

    def level(self, ref: int) -> int:
        """Return how many layers lead to a value."""
        if ref in self.depth:
            return self.depth[ref]
        row = self.trace.rows[ref]
        if row[0] in ("list", "tuple"):
            return max((self.level(entry) for entry in row[1]), default=0)
        return 0

    def _sort(self, op: Op) -> None:
        kinds = [self.kind(ref) for ref in op.inputs]
        level = max((self.level(ref) for ref in op.inputs), default=0)
        kind = self._kind_of(op, kinds)
        if op.out in self.products:
            level = self.level(self.products[op.out][1]) + 1
        self.kinds[op.out], self.depth[op.out] = kind, level
        row = self.trace.rows[op.out]
        if row[0] in ("list", "tuple"):
            for entry in row[1]:
                self.kinds.setdefault(entry, kind)
                self.depth.setdefault(entry, level)

    def _kind_of(self, op: Op, kinds: Sequence[int]) -> int:
        name = name_of_op(op)
        short = name.rpartition(".")[2]
        most = max(kinds, default=0)
        if name in PRODUCTS:
            return self._of_product(op, kinds)
        if name in SUMS:
            if most == ANSWER and WEIGHTS in kinds:
                self.late.append(op)
            return most
        if short in ADDED_UP or short in TURNED or op.kind in ("store", "put", "gather", "item"):
            return most
        if short == "/" or short in ("divide", "true_divide"):
            return kinds[0] if len(kinds) == 2 and not kinds[1] and self.trace.size(op.inputs[1]) == 1 else ANSWER
        if most == WEIGHTS:
            return WEIGHTS
        return ANSWER

    def _of_product(self, op: Op, kinds: Sequence[int]) -> int:
        places = [n for n, ref in enumerate(op.inputs) if self.trace.is_number_or_whole(ref) or kinds[n]]
        if len(places) != 2:
            return ANSWER if max(kinds) >= SUM else WEIGHTS
        p, q = places
        if kinds[q] == WEIGHTS and kinds[p] != WEIGHTS:
            p, q = q, p
        if kinds[p] == WEIGHTS:
            if kinds[q] == WEIGHTS:
                return WEIGHTS
            self.products[op.out] = (op.inputs[p], op.inputs[q])
            return SUM
        if {kinds[p], kinds[q]} == {0, SUM}:
            inner, other = (p, q) if kinds[p] else (q, p)
            if name_of_op(op) in MATRIX_PRODUCTS and self.trace.size(op.inputs[other]) > 1:
                # parameters looked ahead by a scaled velocity, W + mu * v: weights, and what they meet
                self.products[op.out] = (op.inputs[inner], op.inputs[other])
            return SUM
        return ANSWER


def find_layers(trace: Trace, due: Due) -> Model:
    """Return the layers that lead to a step's predictions."""
    predictions = predictions_of(due)
    way = way_to(due, predictions)
    sorting = Sorting(trace, due, way)
    kinds, depth = sorting.kinds, sorting.depth
    ends: dict[int, None] = {}
    answers: dict[int, None] = {}
    for op in way:
        out = kinds[op.out]
        pair = sorting.products.get(op.out)
        for ref in trace.inputs(op):
            if kinds.get(ref) == SUM and (out == ANSWER or (pair is not None and ref in set(trace.parts(pair[1])))):
                ends.setdefault(ref)
        if pair is not None and sorting.kind(pair[1]) >= SUM:
            for ref in trace.parts(pair[1]):
                if ref in kinds and trace.rows[ref][0] not in ("list", "tuple"):
                    answers.setdefault(ref)
    for ref in predictions:
        for part in trace.parts(ref):
            if part in kinds:
                answers.setdefault(part)
                if kinds[part] == SUM:
                    ends.setdefault(part)
    model = Model([], None, kinds, depth)
    for number in range(1, max((depth[ref] for ref in answers), default=0) + 1):
        zs = _bases(trace, sorting, [ref for ref in ends if depth[ref] == number])
        a = [ref for ref in answers if depth[ref] == number]
        if zs and a:
            model.layers.append(_layer(trace, sorting, due, number, zs, a, model))
    late = [op for op in way if op in sorting.late]
    if model.strange is None and late:
        op = late[0]
        model.strange = Strange(op.node, op.out, "a parameter is added behind the activation")
    return model


def way_to(due: Due, targets: Sequence[int]) -> list[Op]:
    """Return the operations from the parameters to these values.

    Whole numbers and None are no way: they are the same value wherever they stand.
    """
    trace, window = due.window.trace, due.window
    up: set[int] = set()
    todo = list(targets)
    found: list[Op] = []
    while todo:
        ref = todo.pop()
        row = trace.rows[ref]
        if ref in up or row[0] == "plain":
            continue
        up.add(ref)
        if ref in window.cut:
            continue
        if row[0] in ("list", "tuple", "slice"):
            todo += row[1]
        made = trace.maker[ref]
        if made >= window.step.first:
            todo += trace.ops[made].inputs
            if ref in window.down:
                found.append(trace.ops[made])
    return sorted(found, key=lambda op: op.at)


def _met(due: Due, ref: int) -> int:
    """Return ``a`` where labels met ``a + epsilon`` or ``1 - a``."""
    trace, window = due.window.trace, due.window
    for _ in range(3):
        op = trace.ops[trace.maker[ref]] if trace.maker[ref] >= window.step.first else None
        if op is None or len(op.inputs) != 2:
            break
        left, right = op.inputs
        tiny = trace.array(right)
        if name_of_op(op) == "-" and left not in window.down and right in window.down:
            ref = right
        elif (
            name_of_op(op) == "+"
            and left in window.down
            and tiny is not None
            and tiny.size == 1
            and np.abs(tiny).max() < 1e-3
        ):
            ref = left
        else:
            break
    return ref


def predictions_of(due: Due) -> list[int]:
    """Return the predictions that are made of no other prediction; ``a`` where labels met ``1 - a``."""
    trace = due.window.trace
    refs = set()
    for ref in due.predictions:
        refs.add(_met(due, ref) if due.reading.form == "quotient" else ref)
    marked, made_of_others = set(refs), set()
    for op in way_to(due, list(refs)):
        if any(part in marked for part in trace.inputs(op)):
            if op.out in refs:
                made_of_others.add(op.out)
            marked.update(trace.parts(op.out))
    return sorted(refs - made_of_others, key=lambda ref: trace.maker[ref])


def _sum_ops(trace: Trace, sorting: Sorting, ref: int, first: int) -> Iterator[Op]:
    """Yield the operations of which a sum is made, down to its products."""
    seen: set[int] = set()
    todo = [ref]
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        row = trace.rows[one]
        if row[0] in ("list", "tuple"):
            todo += row[1]
            continue
        made = trace.maker[one]
        if made < first or sorting.kinds.get(one) != SUM:
            continue
        op = trace.ops[made]
        yield op
        if one not in sorting.products:
            todo += op.inputs


def _bases(trace: Trace, sorting: Sorting, ends: Sequence[int]) -> list[int]:
    """Return the sums that are made of no other of these: of ``z`` and ``0.01 * z`` the first."""
    those = set(ends)
    first = sorting.due.window.step.first
    made = [ref for ref in ends if not any(
        one in those and one != ref
        for op in _sum_ops(trace, sorting, ref, first)
        if op.out not in sorting.products
        for one in trace.inputs(op)
    )]  # fmt: skip
    return made


def _layer(
    trace: Trace, sorting: Sorting, due: Due, number: int, zs: Sequence[int], answers: Sequence[int], model: Model
) -> Layer:
    products: list[Product] = []
    biases: dict[int, None] = {}
    minus = False
    shares: dict[frozenset[object], int] = {}
    alone: tuple[int, int, int] | None = None
    for z in zs:
        mine: list[Product] = []
        added: dict[int, None] = {}
        for op in _sum_ops(trace, sorting, z, due.window.step.first):
            pair = sorting.products.get(op.out)
            if pair is not None:
                mine.append(Product(op, *pair))
                continue
            if name_of_op(op).rpartition(".")[2] in ("mean", "average") and model.strange is None:
                model.strange = Strange(op.node, op.out, "a mean stands where a weighted sum is due")
            for position, ref in enumerate(op.inputs):
                for part in trace.parts(ref):
                    if sorting.kinds.get(part) == WEIGHTS:
                        added.setdefault(part)
                        minus = minus or (name_of_op(op) in ("-", "numpy.subtract") and position == 1)
        # a bias may be written as a weight of the constant 1
        constant = [p for p in mine if _is_one(trace, sorting, p.given)]
        if constant and len(constant) < len(mine):
            mine = [p for p in mine if p not in constant]
            for p in constant:
                added.setdefault(p.weights)
        shares.setdefault(frozenset(_roots(trace, sorting, [p.weights for p in mine])), 0)
        if alone is None:
            alone = (trace.size(z), sum(trace.size(p.weights) for p in mine), sum(trace.size(p.given) for p in mine))
        products += mine
        for ref in added:
            biases.setdefault(ref)
    units = features = rows = None
    if alone is not None and all(alone):
        square = alone[0] * alone[1] / alone[2]
        one = round(square**0.5)
        if one and abs(one * one - square) < 1e-9 * square:
            units, features = one * len(shares), alone[1] // one
            rows = sum(trace.size(z) for z in zs) // units
    negated = bool(products) and all(_is_negated(trace, p) for p in products)
    layer = Layer(
        number, list(zs), list(answers), products, list(biases), None, units, features, rows, False, minus, negated
    )
    layer.ones = not layer.biases and _has_ones(trace, layer)
    layer.activation = _activation(trace, sorting, due, layer, model)
    return layer


def _is_negated(trace: Trace, product: Product) -> bool:
    """Return whether one of two factors was just given the other sign."""
    signs = 0
    for ref in (product.weights, product.given):
        made = trace.maker[ref]
        signs += made >= 0 and trace.ops[made].kind == "unary" and trace.ops[made].detail == "-"
    return signs == 1


def _roots(trace: Trace, sorting: Sorting, refs: Iterable[int]) -> Iterator[object]:
    """Yield where weights come from: a parameter, and the index under which they were taken out of it."""
    first = sorting.due.window.step.first
    for ref in refs:
        index: list[str] = []
        for _ in range(8):
            made = trace.maker[ref]
            if ref in sorting.due.window.cut or made < first or not trace.ops[made].inputs:
                break
            op = trace.ops[made]
            if op.kind == "item":
                index.append(repr(trace.value(op.inputs[1])))
            inner = [one for one in op.inputs if sorting.kind(one) == WEIGHTS]
            if not inner:
                break
            ref = inner[0]
        yield (ref, *index)


def _is_one(trace: Trace, sorting: Sorting, ref: int) -> bool:
    row = trace.rows[ref]
    return sorting.kind(ref) == 0 and row[0] in ("plain", "float") and float(row[1]) == 1.0


def feature_axis(trace: Trace, layer: Layer) -> int | None:
    """Return along which axis of its input a layer's features lie; None where there is but one example at a time."""
    for p in layer.products:
        shape = trace.shape(p.given)
        if len(shape) != 2 or trace.rows[p.given][0] != "array":
            continue
        if name_of_op(p.op) in MATRIX_PRODUCTS and len(p.op.inputs) >= 2:
            return 1 if p.op.inputs[0] == p.given else 0
        if layer.features is not None and shape[0] != shape[1]:
            return 1 if shape[1] == layer.features else 0
    return None


def _has_ones(trace: Trace, layer: Layer) -> bool:
    """Return whether one of the inputs is always 1."""
    axis = feature_axis(trace, layer)
    found = False
    for given in layer.inputs:
        x = trace.array(given)
        if x is None or x.ndim == 0:
            return found
        if x.ndim == 1:
            found = bool((x == 1).any()) if not found and layer.rows == 1 else found
        elif axis is not None:
            found = found or bool((x == 1).all(axis=1 - axis).any())
    return found


def _activation(trace: Trace, sorting: Sorting, due: Due, layer: Layer, model: Model) -> Activation | None:
    """Return the activation that leads from a layer's sums to its answers; what none explains is noted as strange."""
    if set(layer.a) <= set(layer.z) or _same_values(trace, layer.z, layer.a):
        return LINEAR
    trace.load([*layer.z, *layer.a])
    pairs = _pairs(trace, sorting, due, layer)
    found = _fit(trace, pairs, layer.negated)
    if found is not None:
        return found
    other = _fit(trace, pairs, not layer.negated)
    if other is not None and model.strange is None:
        op = trace.ops[trace.maker[layer.a[0]]]
        model.strange = Strange(op.node, op.out, f"it is {other.name} of the negative sum")
        return None
    # the activation may stand further inside, with something behind it
    inner = _inside(trace, sorting, due, layer)
    for n, refs in enumerate(inner):
        found = _fit(trace, _pairs(trace, sorting, due, layer, refs), layer.negated)
        if found is not None and found is not LINEAR:
            outer = [layer.a, *inner[:n]]
            behind = next((some for some in outer[::-1] if not all(_turns(trace, ref) for ref in some)), None)
            if behind is None:
                layer.a = list(refs)
            elif model.strange is None:
                op = trace.ops[trace.maker[behind[0]]]
                model.strange = Strange(op.node, op.out, f"what follows {found.name} is no known activation")
            return found
    if model.strange is None:
        made = trace.maker[layer.a[0]]
        if made >= 0:
            model.strange = Strange(trace.ops[made].node, layer.a[0], f"it is none of these of its sum: {tried()}")
    return None


def _same_values(trace: Trace, z: Sequence[int], a: Sequence[int]) -> bool:
    if len(z) != len(a):
        return False
    for one, other in zip(z, a, strict=True):
        x, y = trace.array(one), trace.array(other)
        if x is None or y is None or x.size != y.size or not np.array_equal(x.ravel(), y.ravel()):
            return False
    return True


def _pairs(
    trace: Trace, sorting: Sorting, due: Due, layer: Layer, answers: Sequence[int] | None = None
) -> list[tuple[list[int], list[int]]]:
    """Return which sums lead to which answers: one to one, or, as for a softmax of single numbers, many to many."""
    those = set(layer.z)
    first = due.window.step.first
    groups: dict[frozenset[int], list[int]] = {}
    for a in layer.a if answers is None else answers:
        found: set[int] = set()
        seen: set[int] = set()
        todo = [a]
        while todo:
            ref = todo.pop()
            if ref in seen:
                continue
            seen.add(ref)
            if ref in those:
                found.add(ref)
                continue
            row = trace.rows[ref]
            if row[0] in ("list", "tuple"):
                todo += row[1]
            elif sorting.depth.get(ref) == layer.number and trace.maker[ref] >= first:
                todo += trace.ops[trace.maker[ref]].inputs
        groups.setdefault(frozenset(found), []).append(a)
    return [([z for z in layer.z if z in sources], refs) for sources, refs in groups.items()]


def _inside(trace: Trace, sorting: Sorting, due: Due, layer: Layer) -> list[list[int]]:
    """Return what a layer's answers were made of, step by step inwards, as long as it is one value of the same size."""
    found: list[list[int]] = []
    refs = list(layer.a)
    for _ in range(6):
        inner = []
        for ref in refs:
            made = trace.maker[ref]
            if made < due.window.step.first:
                return found
            some = [
                part for one in trace.ops[made].inputs
                for part in trace.parts(one)
                if sorting.kinds.get(part) == ANSWER and (_turns(trace, ref) or trace.size(part) == trace.size(ref))
                and sorting.depth.get(part) == layer.number and trace.rows[part][0] not in ("list", "tuple")
            ]  # fmt: skip
            if not some:
                return found
            inner.append(some[0])
        found.append(inner)
        refs = inner
    return found


def _turns(trace: Trace, ref: int) -> bool:
    """Return whether a value is another one, cut, turned, with the other sign, or with constants beside it."""
    op = trace.ops[trace.maker[ref]]
    return (
        name_of_op(op).rpartition(".")[2] in TURNED
        or op.kind in ("item", "store", "put")
        or (op.kind == "unary" and op.detail == "-")
    )


def _fit(
    trace: Trace, pairs: Sequence[tuple[Sequence[int], Sequence[int]]], negated: bool = False
) -> Activation | None:
    """Return the activation that explains all pairs at once."""
    zs, answers = [], []
    worst = 2.0**-53
    for sources, refs in pairs:
        z = [trace.array(ref) for ref in sources]
        a = [trace.array(ref) for ref in refs]
        if any(x is None for x in (*z, *a)):
            return None
        worst = max([worst, *(unit(trace, ref) for ref in (*sources, *refs))])
        zs.append([-np.asarray(x) if negated else np.asarray(x) for x in z])
        answers.append([np.asarray(x) for x in a])
    if not zs:
        return None
    if all(len(z) == len(a) == 1 and z[0].size == a[0].size for z, a in zip(zs, answers, strict=True)):
        shapes = {z[0].shape for z in zs}
        if len(zs) > 1 and len(shapes) == 1 and max(zs[0][0].shape, default=1) > 1:
            z_all, a_all = (
                np.stack([z[0] for z in zs]),
                np.stack([a[0].reshape(z[0].shape) for z, a in zip(zs, answers, strict=True)]),
            )
            return recognised(z_all, a_all, worst)
        if len(zs) == 1:
            return recognised(zs[0][0], answers[0][0].reshape(zs[0][0].shape), worst)
        z_all = np.concatenate([z[0].ravel() for z in zs])[:, None]
        a_all = np.concatenate([a[0].ravel() for a in answers])[:, None]
        return recognised(z_all, a_all, worst)
    if all(sum(x.size for x in z) == sum(x.size for x in a) for z, a in zip(zs, answers, strict=True)):
        widths = {sum(x.size for x in z) for z in zs}
        if len(widths) == 1:
            z_all = np.stack([np.concatenate([x.ravel() for x in z]) for z in zs])
            a_all = np.stack([np.concatenate([x.ravel() for x in a]) for a in answers])
            return recognised(z_all, a_all, worst)
    return None
