"""Small changes of a program's source that may mend it: for each, the new text, and how the recording would have gone.

The kinds of edits are those of mistakes that people make: another operator or sign, operands the other way round or
transposed, a factor or a term left out or in, another value of the same shape, a sum for a mean, another axis, a
slope of another value, an update before its last use.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import autograd.numpy as anp
import numpy as np

from compare.check.program.reference import Window
from compare.check.program.replay import Replay, Value, apply
from compare.check.program.scope import Scope
from compare.check.program.trace import COMPUTES, Op, Program


@dataclass(frozen=True)
class Override:
    """How one operation is computed instead, and which values it reads beside its own inputs."""

    compute: Callable[[Replay, Op], Value]
    reads: tuple[int, ...] = ()

    def __call__(self, replay: Replay, op: Op) -> Value:
        """Compute the operation."""
        return self.compute(replay, op)


@dataclass(frozen=True, eq=False)
class Edit:
    """A change of the source: a node's new text, or statements that move; the cost says how large a change it is."""

    kind: str
    node: int
    text: str
    cost: float
    resolve: Callable[[Window, Scope], Mapping[int, Override] | None]
    """For one step: the operations that are computed otherwise, by their place in the recording."""
    move_after: int | None = None
    """For a move: the statement behind which ``node``, a statement, is put."""

    def __repr__(self) -> str:
        """Show what is done where."""
        return f"<{self.kind} at node {self.node}: {self.text}>"


def each(node: int, compute: Callable[[Replay, Op], Value]) -> Callable[[Window, Scope], Mapping[int, Override] | None]:
    """Return how all operations of a node are overridden alike."""

    def resolve(window: Window, scope: Scope) -> Mapping[int, Override] | None:
        return {op.at: Override(compute) for op in window.ops() if op.node == node}

    return resolve


def with_value(
    node: int, text: str, compute: Callable[[Replay, Op, Value], Value]
) -> Callable[[Window, Scope], Mapping[int, Override] | None]:
    """Return how all operations of a node are overridden with the value of an expression in scope."""

    def resolve(window: Window, scope: Scope) -> Mapping[int, Override] | None:
        found = {}
        for op in window.ops():
            if op.node != node:
                continue
            ref = scope.value(op, text)
            if ref is None or ref == op.out:
                return None
            found[op.at] = Override(lambda replay, op, ref=ref: compute(replay, op, replay.get(ref)), (ref,))  # type: ignore[misc]
        return found

    return resolve


def inputs(replay: Replay, op: Op) -> list[Value]:
    """Return an operation's inputs."""
    return [replay.get(ref) for ref in op.inputs]


def instead(position: int, value: Callable[[Value], Value]) -> Callable[[Replay, Op], Value]:
    """Return an operation with one input changed."""

    def compute(replay: Replay, op: Op) -> Value:
        x = inputs(replay, op)
        x[position] = value(x[position])
        return apply(replay, op, x)

    return compute


def replaced(position: int) -> Callable[[Replay, Op, Value], Value]:
    """Return an operation with one input replaced."""

    def compute(replay: Replay, op: Op, value: Value) -> Value:
        x = inputs(replay, op)
        x[position] = value
        return apply(replay, op, x)

    return compute


def only(position: int) -> Callable[[Replay, Op], Value]:
    """Return one input in the place of an operation."""
    return lambda replay, op: replay.get(op.inputs[position])


def always(new: Value) -> Callable[[Value], Value]:
    """Return what puts the same value in the place of any."""
    return lambda _: new


def less(position: int, sign: int) -> Callable[[Replay, Op, Value], Value]:
    """Return an operation with a value subtracted from one input, or with a negative sign the other way round."""

    def compute(replay: Replay, op: Op, value: Value) -> Value:
        return instead(position, lambda x: sign * (x - value))(replay, op)

    return compute


def bracketed(node: ast.AST, text: str) -> str:
    """Return an operand's text, in brackets where they are needed."""
    return text if isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.Constant) else f"({text})"


class Edits:
    """All edits of the operations that lead to what moved."""

    def __init__(self, window: Window, ops: Sequence[Op], forward: set[int], state: Sequence[int] = ()) -> None:
        self.window, self.trace = window, window.trace
        self.program: Program = window.trace.program
        self.scope = Scope(self.trace, window.step.first, window.step.end)
        self.forward = forward
        """The operations on the way to the predictions."""
        self.by_node: dict[int, Op] = {}
        for op in ops:
            self.by_node[op.node] = op
        self.activations = self._activations()

    def _activations(self) -> list[tuple[str, int]]:
        """Return the texts of values on the way to the prediction."""
        outs = {op.out for op in self.trace.ops if op.at in self.forward}
        found: dict[str, int] = {}
        for op in self.by_node.values():
            for text, ref in self.scope.all(op).items():
                if ref in outs:
                    found[text] = ref
        return list(found.items())

    def text(self, node: ast.AST) -> str:
        """Return a node's source."""
        return self.program.text(node.number)  # type: ignore[attr-defined]

    def all(self) -> Iterator[Edit]:
        """Yield every edit, node by node in the order of the recording."""
        yield from moves(self.window, self.scope)
        for number, op in self.by_node.items():
            node = self.program.nodes[number]
            if isinstance(node, ast.BinOp):
                yield from self.of_binary(node, op)
            elif isinstance(node, ast.AugAssign):
                yield from self.of_augmented(node, op)
            elif isinstance(node, ast.UnaryOp):
                yield from self.of_unary(node, op)
            elif isinstance(node, ast.Call):
                yield from self.of_call(node, op)
            elif isinstance(node, ast.Compare):
                yield from self.of_comparison(node, op)
            elif isinstance(node, ast.Attribute) and op.kind == "attribute":
                yield from self.of_attribute(node, op)
            elif isinstance(node, ast.Subscript):
                yield from self.around(node, op, self.text(node))
        yield from self.of_calls_of_its_own()

    # ------------------------------------------------------------------ kinds of nodes

    def of_binary(self, node: ast.BinOp, op: Op) -> Iterator[Edit]:
        number: int = node.number  # type: ignore[attr-defined]
        left, right = bracketed(node.left, self.text(node.left)), bracketed(node.right, self.text(node.right))
        sign = str(op.detail)
        if sign == "%":
            return
        if sign in "+-":
            left = self.text(node.left)
            tight = not isinstance(node.right, ast.BinOp) or isinstance(node.right.op, ast.Mult | ast.Div | ast.MatMult)
            right = self.text(node.right) if tight else right
        for other in {"+": "-", "-": "+", "*": "/@", "/": "*", "@": "*", "**": "*"}.get(sign, ""):
            yield Edit("operator", number, f"{left} {other} {right}", 1.0, each(number, partial(_binary, other)))
        if sign in "-/@":
            yield Edit(
                "turned round",
                number,
                f"{right} {sign} {left}",
                1.2,
                each(number, lambda r, o: apply(r, o, inputs(r, o)[::-1])),
            )
        if sign in "+-*/":
            yield Edit("left only", number, self.text(node.left), 1.5, each(number, lambda r, o: r.get(o.inputs[0])))
            negative = sign == "-"
            text = f"-{right}" if negative else self.text(node.right)
            if sign != "/":
                yield Edit(
                    "right only",
                    number,
                    text,
                    1.6,
                    each(number, lambda r, o: -r.get(o.inputs[1]) if negative else r.get(o.inputs[1])),
                )
        yield from self.operands(node, op, [node.left, node.right])
        yield from self.around(node, op, self.text(node))

    def of_augmented(self, node: ast.AugAssign, op: Op) -> Iterator[Edit]:
        if op.kind not in ("augment", "binary"):
            return
        number: int = node.number  # type: ignore[attr-defined]
        sign, target, value = str(op.detail), self.text(node.target), self.text(node.value)
        other = {"+": "-", "-": "+"}.get(sign)
        if other:
            yield Edit(
                "operator", number, f"{target} {other}= {value}", 1.0, each(number, lambda r, o: _binary(other, r, o))
            )
            text = f"{target} = {'-' if sign == '-' else ''}{bracketed(node.value, value)}"
            yield Edit("not added up", number, text, 1.8,
                       each(number, lambda r, o: r.get(o.inputs[1]) * (-1 if o.detail == "-" else 1)))  # fmt: skip
        if isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript):
            yield from self.operand(node.value, op, 1, f"{target} {sign}= {{}}", number)
            yield from self.around(node.value, op, value, position=1)

    def of_unary(self, node: ast.UnaryOp, op: Op) -> Iterator[Edit]:
        if isinstance(node.op, ast.USub):
            number: int = node.number  # type: ignore[attr-defined]
            yield Edit("sign", number, self.text(node.operand), 1.0, each(number, lambda r, o: r.get(o.inputs[0])))
            yield from self.operands(node, op, [node.operand])

    def of_comparison(self, node: ast.Compare, op: Op) -> Iterator[Edit]:
        number: int = node.number  # type: ignore[attr-defined]
        left, right = self.text(node.left), self.text(node.comparators[0])
        other = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}.get(str(op.detail))
        if other:
            yield Edit(
                "comparison", number, f"{left} {other} {right}", 1.0, each(number, lambda r, o: _binary(other, r, o))
            )
        yield from self.operands(node, op, [node.left])

    def of_attribute(self, node: ast.Attribute, op: Op) -> Iterator[Edit]:
        number: int = node.number  # type: ignore[attr-defined]
        if op.detail == "T":
            yield Edit("transposed", number, self.text(node.value), 1.0, each(number, lambda r, o: r.get(o.inputs[0])))
            yield from self.operands(node, op, [node.value])

    def of_call(self, node: ast.Call, op: Op) -> Iterator[Edit]:
        number: int = node.number  # type: ignore[attr-defined]
        if op.kind != "call":
            return
        name, _ = op.detail
        owner, _, short = name.rpartition(".")
        text = self.text(node)
        if short in ("sum", "mean") and isinstance(node.func, ast.Attribute):
            other = "mean" if short == "sum" else "sum"
            function = f"{bracketed(node.func.value, self.text(node.func.value))}.{other}"
            rest = text[len(self.text(node.func)) :]
            yield Edit(
                "sum or mean",
                number,
                function + rest,
                1.0,
                each(number, lambda r, o: apply(r, _renamed(o, other), inputs(r, o))),
            )
            yield from self.axes(node, op)
            inside = node.func.value if owner == "ndarray" else node.args[0] if node.args else None
            if inside is not None:
                yield Edit(
                    "call left out", number, self.text(inside), 1.4, each(number, lambda r, o: r.get(o.inputs[0]))
                )
        if short == "einsum" and node.args and isinstance(node.args[0], ast.Constant):
            yield from self.letters(node, op)
        if short in ("exp", "log", "tanh", "sqrt", "maximum", "minimum", "square", "abs") and len(node.args) == 1:
            argument = node.args[0]
            yield Edit("sign", argument.number, f"-{bracketed(argument, self.text(argument))}", 1.0,  # type: ignore[attr-defined]
                       each(number, instead(0, lambda x: -x)))  # fmt: skip
            yield Edit("call left out", number, self.text(argument), 1.8, each(number, lambda r, o: r.get(o.inputs[0])))
        if short in (
            "dot",
            "matmul",
            "outer",
            "multiply",
            "subtract",
            "add",
            "divide",
            "maximum",
            "where",
            "tensordot",
            "einsum",
        ):
            first = 1 if owner == "ndarray" else 0
            operands: list[ast.expr] = [node.func.value] if first and isinstance(node.func, ast.Attribute) else []
            operands += node.args
            yield from self.operands(node, op, operands)
            if short in ("dot", "matmul", "subtract") and len(operands) == 2:
                a, b = self.text(operands[0]), self.text(operands[1])
                turned = f"{bracketed(operands[1], b)}.{short}({a})" if first else f"{self.text(node.func)}({b}, {a})"
                yield Edit(
                    "turned round", number, turned, 1.2, each(number, lambda r, o: apply(r, o, inputs(r, o)[::-1]))
                )
            if short in ("dot", "matmul") and len(operands) == 2:
                a, b = (bracketed(x, self.text(x)) for x in operands)
                yield Edit(
                    "operator", number, f"{a} * {b}", 1.2, each(number, lambda r, o: inputs(r, o)[0] * inputs(r, o)[1])
                )
            if short == "multiply":
                yield from (
                    Edit(
                        "left only",
                        number,
                        self.text(operands[k]),
                        1.5,
                        each(number, only(k)),
                    )
                    for k in (0, 1)
                )
        elif short in ("sum", "mean"):
            first = 1 if owner == "ndarray" else 0
            if first and isinstance(node.func, ast.Attribute):
                yield from self.operands(node, op, [node.func.value])
            elif node.args:
                yield from self.operands(node, op, [node.args[0]])
        yield from self.around(node, op, text)

    def letters(self, node: ast.Call, op: Op) -> Iterator[Edit]:
        """Yield an einsum with one term's letters turned round."""
        number: int = node.number  # type: ignore[attr-defined]
        subscripts = str(node.args[0].value)  # type: ignore[attr-defined]
        left, arrow, right = subscripts.partition("->")
        terms = left.split(",")
        for n, term in enumerate(terms):
            if len(term.strip()) == 2:
                turned = [*terms[:n], term.strip()[::-1], *terms[n + 1 :]]
                new = ",".join(turned) + arrow + right
                yield Edit("transposed", node.args[0].number, repr(new).replace("'", '"'), 1.0,  # type: ignore[attr-defined]
                           each(number, instead(0, always(new))))  # fmt: skip

    def axes(self, node: ast.Call, op: Op) -> Iterator[Edit]:
        """Yield sums and means along other axes."""
        number: int = node.number  # type: ignore[attr-defined]
        axis = next((keyword for keyword in node.keywords if keyword.arg == "axis"), None)
        kept = any(keyword.arg == "keepdims" for keyword in node.keywords)
        position = [k.arg for k in node.keywords].index("axis") - len(node.keywords) if axis else None
        owned = op.detail[0].startswith("ndarray")
        by_place = len(node.args) == (1 if owned else 2)
        out = self.trace.shape(op.inputs[0])
        if len(out) < 2:
            return
        for new in (0, 1):
            if position is not None and axis is not None:
                old = self.text(axis.value)
                if old == str(new):
                    continue
                yield Edit(
                    "axis",
                    axis.value.number,  # type: ignore[attr-defined]
                    str(new),
                    1.0,
                    each(number, partial(_axis, axis=new, position=position)),
                )
                if not kept and op.detail[1][-1] == "axis":
                    yield Edit(
                        "axis",
                        axis.value.number,  # type: ignore[attr-defined]
                        f"{new}, keepdims=True",
                        1.2,
                        each(number, partial(_axis_kept, axis=new, position=position)),
                    )
            elif by_place:
                place = node.args[-1]
                if self.text(place) != str(new):
                    yield Edit(
                        "axis",
                        place.number,  # type: ignore[attr-defined]
                        str(new),
                        1.0,
                        each(number, partial(_axis, axis=new, position=-1)),
                    )
            else:
                text = self.text(node)
                joint = "" if text.endswith("()") else ", "
                for keep in (False, True):
                    more = ", keepdims=True" if keep else ""
                    if keep and kept:
                        continue
                    yield Edit("axis", number, f"{text[:-1]}{joint}axis={new}{more})", 1.5 + 0.1 * keep,
                               each(number, partial(_with_axis, axis=new, keep=keep)))  # fmt: skip

    # ------------------------------------------------------------------ what may stand somewhere

    def operands(self, node: ast.AST, op: Op, operands: Sequence[ast.expr]) -> Iterator[Edit]:
        """Yield the operation with one operand changed."""
        for position, operand in enumerate(operands):
            yield from self.operand(operand, op, position, "{}", operand.number)  # type: ignore[attr-defined]

    def operand(self, operand: ast.expr, op: Op, position: int, form: str, target: int) -> Iterator[Edit]:
        """Yield an operation with another value in the place of one operand."""
        trace, number = self.trace, op.node
        if position >= len(op.inputs):
            return
        old = op.inputs[position]
        text = self.text(operand)
        shape = trace.shape(old)
        products = op.detail == "@" or (op.kind == "call" and op.detail[0].rpartition(".")[2] in ("dot", "matmul"))
        if products and len(shape) == 2:
            yield Edit(
                "transposed",
                target,
                form.format(f"{bracketed(operand, text)}.T"),
                1.0,
                each(number, instead(position, anp.transpose)),
            )
        if isinstance(operand, ast.Constant):
            for constant in (0, 1, 2, 0.5, -1):
                if constant != operand.value:
                    yield Edit(
                        "number",
                        target,
                        form.format(constant),
                        1.6,
                        each(number, instead(position, always(constant))),
                    )
            return
        if not isinstance(operand, ast.Name | ast.Attribute | ast.Subscript):
            return
        logs = trace.array(old) if len(shape) == 2 and old in {ref for _, ref in self.activations} else None
        if logs is not None and (logs <= 0).all() and any(np.allclose(np.exp(logs).sum(axis=n), 1) for n in (0, 1)):
            exponential = form.format(f"np.exp({text})")
            yield Edit("exponential", target, exponential, 1.4, each(number, instead(position, anp.exp)))
        yield Edit(
            "squared",
            target,
            form.format(f"{bracketed(operand, text)}**2"),
            1.5,
            each(number, instead(position, lambda x: x * x)),
        )
        for other, ref in self.scope.all(op).items():
            if other == text or ref == old:
                continue
            alike = trace.shape(ref) == shape or (len(shape) <= 1 and trace.size(ref) == trace.size(old))
            alike = alike or (trace.shape(ref) == trace.shape(op.out) and not products)
            turned = products and trace.shape(ref)[::-1] == shape and len(shape) == 2
            if alike or (
                products
                and len(trace.shape(ref)) == 2 == len(shape)
                and trace.shape(ref)[1 - position] == shape[1 - position]
            ):
                yield Edit(
                    "another value",
                    target,
                    form.format(other),
                    1.4,
                    with_value(number, other, replaced(position)),
                )
            if turned and not alike:
                yield Edit(
                    "another value",
                    target,
                    form.format(f"{other}.T"),
                    1.6,
                    with_value(number, other, lambda r, o, v: replaced(position)(r, o, anp.transpose(v))),
                )
        if old in self.labels and len(shape) == 1 and shape[0] > 1 and any(len(trace.shape(i)) == 2 for i in op.inputs):
            for written, form2 in (
                (f"{bracketed(operand, text)}.reshape(-1, 1)", (-1, 1)),
                (f"{bracketed(operand, text)}.reshape(1, -1)", (1, -1)),
            ):
                yield Edit(
                    "lined up",
                    target,
                    form.format(written),
                    1.0,
                    each(number, instead(position, partial(_reshaped, form2))),
                )
        if old in self.labels:
            for other, ref in self.activations:
                if trace.size(ref) == trace.size(old):
                    for sign, order in ((1, f"({text} - {other})"), (-1, f"({other} - {text})")):
                        yield Edit("difference", target, form.format(order), 2.0,
                                   with_value(number, other, less(position, sign)))  # fmt: skip

    labels: frozenset[int] = frozenset()

    def around(self, node: ast.expr, op: Op, text: str, position: int | None = None) -> Iterator[Edit]:
        """Yield an expression with a factor or a sign more, or divided by the rows."""
        trace, number = self.trace, op.node
        target: int = node.number  # type: ignore[attr-defined]
        inner = bracketed(node, text)
        ref = op.out if position is None else op.inputs[position]
        shape = trace.shape(ref)

        def wrapped(value: Callable[[Value], Value]) -> Callable[[Replay, Op], Value]:
            if position is not None:
                return instead(position, value)
            return lambda replay, o: value(apply(replay, o, inputs(replay, o)))

        def factor(value: Callable[[Value, Value], Value]) -> Callable[[Replay, Op, Value], Value]:
            if position is not None:
                return lambda replay, o, v: instead(position, lambda x: value(x, v))(replay, o)
            return lambda replay, o, v: value(apply(replay, o, inputs(replay, o)), v)

        yield Edit("sign", target, f"-{inner}", 1.3, each(number, wrapped(lambda x: -x)))
        if not isinstance(node, ast.Name):
            for other, value in self.scope.all(op).items():
                if trace.shape(value) == shape and value != ref and other != text and trace.rows[value][0] != "plain":
                    yield Edit(
                        "another value",
                        target,
                        other,
                        1.6,
                        with_value(number, other, factor(lambda x, v: v)),
                    )
        if len(shape) == 2 and shape[0] == shape[1]:
            yield Edit("transposed", target, f"{inner}.T", 1.2, each(number, wrapped(anp.transpose)))
        for other, slope in self.activations:
            if trace.shape(slope) == shape or (
                trace.size(slope) == trace.size(ref) > 1 and len(shape) == len(trace.shape(slope))
            ):
                for form, of_slope in SLOPES:
                    yield Edit(
                        "slope",
                        target,
                        form.format(x=inner, a=other),
                        2.0 + (1.2 if " / " in form else 0.0),
                        with_value(number, other, factor(of_slope)),
                    )
        for other, scalar in self.scope.all(op).items():
            if trace.size(scalar) == 1 and scalar != ref and trace.shape(scalar) in ((), (1,)):
                number_value = trace.array(scalar)
                if (
                    number_value is None
                    or not np.isfinite(number_value).all()
                    or not np.any(number_value)
                    or np.all(number_value == 1)
                ):
                    continue
                yield Edit(
                    "factor",
                    target,
                    f"{inner} * {other}",
                    2.0,
                    with_value(number, other, factor(lambda x, v: x * v)),
                )
                yield Edit(
                    "factor",
                    target,
                    f"{inner} / {other}",
                    2.0,
                    with_value(number, other, factor(lambda x, v: x / v)),
                )
            elif trace.size(scalar) > 1 and len(trace.shape(scalar)) == 2 and len(shape) <= 2:
                rows = trace.shape(scalar)
                for axis in (0, 1):
                    if rows[axis] > 1 and other.isidentifier() and scalar in self.labels:
                        n = rows[axis]
                        written = f"len({other})" if axis == 0 else f"{other}.shape[1]"
                        yield Edit(
                            "rows", target, f"{inner} / {written}", 2.1, each(number, wrapped(partial(_shared_out, n)))
                        )
            if scalar in self.biases and len(shape) == 2 and trace.size(scalar) in shape:
                yield Edit(
                    "term",
                    target,
                    f"{inner} + {other}",
                    2.0,
                    with_value(number, other, factor(lambda x, v: x + v)),
                )
        if (len(shape) == 2 and min(shape) > 1) or (len(shape) == 2 and shape[0] > 1):
            for axis, keep in ((0, False), (0, True), (1, True)):
                call = f"{inner}.sum(axis={axis}{', keepdims=True' if keep else ''})"
                yield Edit(
                    "summed",
                    target,
                    call,
                    2.2,
                    each(number, wrapped(partial(anp.sum, axis=axis, keepdims=keep))),
                )

    biases: frozenset[int] = frozenset()

    def of_calls_of_its_own(self) -> Iterator[Edit]:
        """Yield calls of the program's own functions with another argument, or without them."""
        trace, program = self.trace, self.program
        begins: dict[int, list[tuple[Op, Op]]] = {}
        stack: list[Op] = []
        for op in trace.ops[self.window.step.first : self.window.step.end]:
            if op.kind == "begin":
                stack.append(op)
            elif op.kind == "end" and stack:
                begins.setdefault(op.node, []).append((stack.pop(), op))
        leading = {op.at for op in self.by_node.values()}
        for number, calls in begins.items():
            node = program.nodes[number]
            if not isinstance(node, ast.Call) or not any(b.at <= at <= e.at for b, e in calls for at in leading):
                continue
            begin, end = calls[-1]
            for position, argument in enumerate(node.args):
                offset = len(begin.inputs) - len(node.args)
                if isinstance(argument, ast.Starred) or position + offset >= len(begin.inputs) or offset < 0:
                    continue
                old = begin.inputs[position + offset]
                if old < 0:
                    continue
                text = self.text(argument)
                for other, ref in self.scope.all(begin).items():
                    if other != text and ref != old and trace.shape(ref) == trace.shape(old) and trace.size(old) > 0:
                        yield Edit("another argument", argument.number, other, 1.4,  # type: ignore[attr-defined]
                                   _argument(number, position + offset, other))  # fmt: skip
                if end.out >= 0 and trace.shape(end.out) == trace.shape(old) and len(node.args) == 1:
                    yield Edit("call left out", number, text, 1.8, _passed_through(number, position + offset))


SLOPES: tuple[tuple[str, Callable[[Value, Value], Value]], ...] = (
    ("{x} * {a} * (1 - {a})", lambda x, a: x * a * (1 - a)),
    ("{x} * (1 - {a}**2)", lambda x, a: x * (1 - a * a)),
    ("{x} * ({a} > 0)", lambda x, a: x * (np.asarray(_bare(a)) > 0)),
    ("{x} / ({a} * (1 - {a}))", lambda x, a: x / (a * (1 - a))),
)


def _bare(x: Value) -> Value:
    while hasattr(x, "_value"):
        x = x._value
    return x


def _binary(sign: str, replay: Replay, op: Op) -> Value:
    from compare.check.program.replay import binary

    return binary(sign, *inputs(replay, op))


def _reshaped(shape: tuple[int, int], x: Value) -> Value:
    return anp.reshape(x, shape)


def _shared_out(rows: int, x: Value) -> Value:
    return x / rows


def _renamed(op: Op, short: str) -> Op:
    owner = op.detail[0].rpartition(".")[0]
    owner = "numpy" if owner == "builtins" else owner
    return Op(op.at, op.kind, op.node, op.frame, op.inputs, op.out, [f"{owner}.{short}", op.detail[1]])


def _axis(replay: Replay, op: Op, axis: int, position: int) -> Value:
    x = inputs(replay, op)
    x[position] = axis
    return apply(replay, op, x)


def _axis_kept(replay: Replay, op: Op, axis: int, position: int) -> Value:
    x = inputs(replay, op)
    x[position] = axis
    new = Op(op.at, op.kind, op.node, op.frame, op.inputs, op.out, [op.detail[0], [*op.detail[1], "keepdims"]])
    return apply(replay, new, [*x, True])


def _with_axis(replay: Replay, op: Op, axis: int, keep: bool) -> Value:
    x = inputs(replay, op)
    keywords = [*op.detail[1], "axis", *(["keepdims"] if keep else [])]
    new = Op(op.at, op.kind, op.node, op.frame, op.inputs, op.out, [op.detail[0], keywords])
    return apply(replay, new, [*x, axis, *([True] if keep else [])])


def calls(window: Window, node: int) -> Iterator[tuple[Op, Op]]:
    """Yield begin and end of each call at a node in a step."""
    stack: list[Op] = []
    for op in window.trace.ops[window.step.first : window.step.end]:
        if op.kind == "begin":
            stack.append(op)
        elif op.kind == "end" and stack:
            begin = stack.pop()
            if op.node == node:
                yield begin, op


def _argument(node: int, position: int, text: str) -> Callable[[Window, Scope], Mapping[int, Override] | None]:
    """Return how a call goes with another argument: what used the old one in there uses the new one."""

    def resolve(window: Window, scope: Scope) -> Mapping[int, Override] | None:
        found: dict[int, Override] = {}
        for begin, end in calls(window, node):
            ref = scope.value(begin, text)
            old = begin.inputs[position]
            if ref is None:
                return None
            for op in window.trace.ops[begin.at : end.at]:
                if op.kind in COMPUTES and old in set(window.trace.inputs(op)):
                    found[op.at] = Override(lambda r, o, old=old, ref=ref: _swapped(r, o, {old: ref}), (ref,))  # type: ignore[misc]
        return found or None

    return resolve


def _swapped(replay: Replay, op: Op, other: Mapping[int, int]) -> Value:
    """Compute an operation with some values in the place of others."""
    local = Replay(replay.trace, {**replay.values, **{old: replay.get(new) for old, new in other.items()}})
    return apply(local, op, [local.get(ref) for ref in op.inputs])


def _passed_through(node: int, position: int) -> Callable[[Window, Scope], Mapping[int, Override] | None]:
    """Return how a call goes that gives back its argument."""

    def resolve(window: Window, scope: Scope) -> Mapping[int, Override] | None:
        found = {}
        for begin, end in calls(window, node):
            made = window.trace.maker[end.out]
            if made < begin.at:
                return None
            ref = begin.inputs[position]
            found[made] = Override(lambda r, o, ref=ref: r.get(ref), (ref,))  # type: ignore[misc]
        return found or None

    return resolve


def moves(window: Window, scope: Scope) -> Iterator[Edit]:
    """Yield updates that move behind the last use of what they replace."""
    trace, program = window.trace, window.trace.program
    fresh = {}
    for chain, before in zip(window.training.parameters, window.step.before, strict=True):
        for ref in chain.refs:
            if ref != before and window.step.begin <= trace.maker[ref] < window.step.end:
                fresh[ref] = (before, chain)
    used: dict[int, list[Op]] = {}
    own = {ref for chain in window.training.parameters for ref in chain.refs}
    derived = dict(fresh)
    for op in window.ops():
        hits = [ref for ref in trace.inputs(op) if ref in derived]
        if not hits or op.out in own:
            continue
        if op.kind in ("attribute", "item") and op.inputs[0] in derived:
            derived[op.out] = derived[op.inputs[0]]
        for ref in hits:
            source = next((f for f in fresh if fresh[f] is derived[ref]), ref)
            used.setdefault(trace.ops[trace.maker[source]].node, []).append(op)
    for update, ops in used.items():
        statement = program.statement(update)
        last = max(ops, key=lambda op: op.at)
        behind = program.statement(last.node)

        def resolve(window: Window, scope: Scope, update: int = update) -> Mapping[int, Override] | None:
            found: dict[int, Override] = {}
            old: dict[int, int] = {}
            for chain, before in zip(window.training.parameters, window.step.before, strict=True):
                for ref in chain.refs:
                    made = window.trace.maker[ref]
                    if window.step.begin <= made < window.step.end and window.trace.ops[made].node == update:
                        old[ref] = before
            for op in window.ops():
                if op.out in own or not any(ref in old for ref in window.trace.inputs(op)):
                    continue
                found[op.at] = Override(lambda r, o, old=old: _swapped(r, o, old), tuple(old.values()))  # type: ignore[misc]
            return found or None

        yield Edit("move", statement, program.text(statement), 1.3, resolve, move_after=behind)
