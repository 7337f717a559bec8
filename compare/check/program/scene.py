"""What a program reports, and how each report came from the model's outputs and from labels.

A *report* is a single number that depends on the parameters and that is printed, returned or collected, but moves no
parameter.
"""

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.check.program.reference import Reading, Window
from compare.check.program.replay import CannotReplay, Replay
from compare.check.program.steps import Training
from compare.check.program.trace import COMPUTES, Op, operand_node

Array = NDArray[np.float64]
Change = Callable[[Replay, Op], Any]

MOST_TIMES = 3
"""How often a report that a program makes again and again is looked at."""
KEPT = ("array", "float", "list", "tuple")
"""Kinds of values of which each is one of its own."""
SHOWS = ("print", "info", "debug", "warning", "write", "format", "log", "set_description", "set_postfix")
PRODUCTS = ("@", "numpy.dot", "ndarray.dot", "numpy.matmul", "numpy.einsum", "numpy.tensordot", "numpy.inner")
SAME_ROWS = frozenset(
    [
        "reshape",
        "ravel",
        "flatten",
        "squeeze",
        "astype",
        "copy",
        "transpose",
        "asarray",
        "array",
        "ascontiguousarray",
        "atleast_2d",
        "expand_dims",
        "take",
        "permutation",
        "shuffle",
        "train_test_split",
        "item",
        "to_numpy",
        "values",
        "T",
        "concatenate",
        "hstack",
        "vstack",
        "column_stack",
        "insert",
        "append",
        "c_",
        "r_",
        "float",
        "float64",
        "float32",
        "array_split",
        "split",
        "asfarray",
        "view",
        "tolist",
        "list",
        "shuffled",
    ]
)
"""Operations that leave the numbers as they are: they choose rows, or put them into another shape."""
MEETS = frozenset(["==", "!=", "equal", "not_equal", "-", "subtract", "*", "multiply", "dot", "@", "matmul", "item"])
"""Operations by which outputs meet labels."""
SHAPES = frozenset(
    [
        "reshape",
        "ravel",
        "flatten",
        "squeeze",
        "astype",
        "copy",
        "transpose",
        "T",
        "asarray",
        "array",
        "float",
        "float64",
        "float32",
    ]
)
"""Operations that leave all numbers of an output."""
DECIDES = frozenset(
    [
        "argmax",
        "round",
        "rint",
        "where",
        "astype",
        "int",
        "reshape",
        "ravel",
        "flatten",
        "squeeze",
        "asarray",
        "array",
        "heaviside",
        "sign",
        "float",
        "copy",
        "T",
        "transpose",
        "item",
        "around",
        "greater",
        "greater_equal",
        "less",
        "less_equal",
        "bool",
        "int64",
        "int32",
        "expand_dims",
    ]
)
"""Operations by which a prediction becomes a class."""
TESTED = re.compile(r"test|unseen|held|valid|\bval\b|_val\b|\bval_|\bdev\b|generali", re.IGNORECASE)
TRAINED = re.compile(r"train|\bfit\b|seen", re.IGNORECASE)
ACCURATE = re.compile(r"acc\b|accura|correct|hit|\bacc_|_acc\b", re.IGNORECASE)
MISTAKEN = re.compile(r"err|wrong|loss|miss|fail|incorrect|inaccura|mistake", re.IGNORECASE)
SQUARED = re.compile(r"loss|cost|mse|squar|objective", re.IGNORECASE)
LOSS = re.compile(r"loss|cost|nll|likelihood|objective|cross.?entropy|\bce\b", re.IGNORECASE)


@dataclass(frozen=True)
class Meet:
    """Where predictions meet labels in a report."""

    op: Op
    operand: int
    label: int
    form: str
    """``same`` (compared for equality), ``difference``, ``log`` or ``entry``."""
    raw: tuple[int, ...]
    """The model's outputs behind the operand."""
    flipped: bool = False
    """Whether the label and the output stand here as ``1 - y`` and ``1 - a``."""


@dataclass
class Report:
    """A number that is reported once, and how it came from the model's outputs."""

    ref: int
    at: int
    words: str
    ops: list[Op] = field(default_factory=list)
    meets: list[Meet] = field(default_factory=list)
    direct: bool = False
    """Whether it depends on parameters by another way, as a penalty does."""


class Scene:
    """A recording after its training is known: what depends on the parameters, and what moves them."""

    def __init__(self, training: Training, reading: Reading | None) -> None:
        self.trace = training.trace
        self.training = training
        self.reading = reading
        self.chain_of = {ref: n for n, chain in enumerate(training.parameters) for ref in chain.refs}
        """For each value that a parameter takes, which parameter that is."""
        self.sources = frozenset(self.chain_of)
        self.down = self._downstream()
        self.moving = self._moving()
        self.bound: dict[int, list[Op]] = {}
        for op in self.trace.ops:
            if op.kind in ("bind", "set"):
                self.bound.setdefault(op.inputs[0], []).append(op)
        self.feeding: set[int] = set()
        """What another report was computed from."""
        self._met: dict[int, Meet | None] = {}
        self.prediction, self.labels = self._trained()
        self.kind = self.signature(self.prediction) if self.prediction is not None else None

    def _downstream(self) -> set[int]:
        """Return what depends on the parameters; whole numbers, which are one value everywhere, are left out."""
        trace, found = self.trace, set(self.sources)
        for ref in self.sources:
            trace.mark_holders(ref, found)
        for op in trace.ops:
            if op.kind not in COMPUTES or op.out in found or trace.rows[op.out][0] not in KEPT:
                continue
            if any(ref in found for ref in op.inputs):
                for part in list(trace.parts(op.out)):
                    found.add(part)
                    trace.mark_holders(part, found)
        return found

    def _moving(self) -> set[int]:
        """Return what a parameter's new value was computed from."""
        found: set[int] = set()
        todo = list(self.training.movers)
        while todo:
            ref = todo.pop()
            if ref in found:
                continue
            found.add(ref)
            for part in self.trace.parts(ref):
                made = self.trace.maker[part]
                if made >= 0 and self.trace.rows[part][0] != "plain":
                    todo += [one for one in self.trace.ops[made].inputs if one not in found]
        return found

    def _trained(self) -> tuple[int | None, int | None]:
        """Return a prediction and its labels in a step of the training."""
        if self.reading is None or not self.training.steps:
            return None, None
        window = Window(self.training, self.training.steps[min(1, len(self.training.steps) - 1)])
        for meeting in window.relevant:
            if meeting.op.node == self.reading.node and meeting.form == self.reading.form:
                return meeting.prediction, meeting.label
        return None, None

    def array(self, ref: int) -> Array | None:
        return self.trace.array(ref)

    def is_down(self, ref: int) -> bool:
        return ref in self.down

    def made(self, ref: int) -> Op | None:
        """Return the operation that gave a value."""
        at = self.trace.maker[ref]
        return self.trace.ops[at] if at >= 0 else None

    def signature(self, ref: int, depth: int = 4) -> Any:
        """Return by which operations, one after another, a value came from the parameters."""
        op = self.made(ref)
        while op is not None and short_name(op) in SHAPES and op.inputs and op.inputs[0] in self.down:
            ref = op.inputs[0]
            op = self.made(ref)
        if op is None or depth == 0 or ref in self.sources or ref not in self.down:
            return None
        inner = tuple(self.signature(one, depth - 1) for one in op.inputs if one in self.down)
        return short_name(op), inner

    # ------------------------------------------------------------------ meetings

    def meet_of(self, ref: int) -> Meet | None:
        """Return the meeting of an output and labels that gave a value; None where none did."""
        if ref not in self._met:
            op = self.made(ref)
            self._met[ref] = None if op is None or len(op.inputs) != 2 else self._found_at(op)
        return self._met[ref]

    def _found_at(self, op: Op) -> Meet | None:
        p, q = op.inputs
        if (p in self.down) is (q in self.down):
            return None
        name = short_name(op)
        if name not in MEETS:
            return None
        return self._meet(op, name, *((p, q) if p in self.down else (q, p)))

    def _meet(self, op: Op, name: str, p: int, q: int) -> Meet | None:
        if name == "item":
            if op.inputs[0] != p or self.trace.rows[q][0] != "tuple" or len(self.trace.rows[q][1]) != 2:
                return None
            label = self.trace.rows[q][1][1]
            if self.trace.rows[label][0] != "array" or not self.trace.shape(label) or self.trace.is_float(label):
                return None
            return Meet(op, p, label, "entry", (p,))
        if not self._may_be_label(op, q):
            return None
        if name in ("==", "!=", "equal", "not_equal"):
            raw = tuple(self._behind(p))
            return Meet(op, p, q, "same", raw) if raw else None
        if name in ("-", "subtract"):
            behind = self._behind(p)
            if behind and behind != [p] and not self.is_output(p):
                return Meet(op, p, q, "same", tuple(behind))
            same = self.trace.size(p) == self.trace.size(q)
            return Meet(op, p, q, "difference", (p,)) if same or self.trace.size(q) > 1 else None
        inner = self._in_log(p)
        return None if inner is None else Meet(op, p, q, "log", (inner[0],), inner[1])

    def _may_be_label(self, op: Op, ref: int) -> bool:
        row = self.trace.rows[ref]
        node = operand_node(self.trace.program.nodes[op.node], op, op.inputs.index(ref))
        if isinstance(node, ast.Constant) or row[0] not in ("array", "float", "list", "plain"):
            return False
        return row[0] != "plain" or type(row[1]) is int

    def _behind(self, ref: int) -> list[int]:
        """Return the model's outputs from which classes were decided."""
        for _ in range(12):
            if self.trace.rows[ref][0] in ("list", "tuple"):
                found = [one for entry in self.trace.rows[ref][1] for one in self._behind(entry)]
                return found if len(found) == len(self.trace.rows[ref][1]) else []
            op = self.made(ref)
            if op is None or ref not in self.down:
                return []
            name = short_name(op)
            inside = [one for one in op.inputs if one in self.down]
            decides = name in DECIDES or (op.kind == "compare" and name in (">", ">=", "<", "<="))
            harmless = name in ("*", "+", "-") and all(self.trace.size(i) == 1 for i in op.inputs if i not in self.down)
            if (decides and len(inside) == 1 and (name != "where" or inside[0] == op.inputs[0])) or (
                harmless and len(inside) == 1 and not self.is_output(ref)
            ):
                ref = inside[0]
            else:
                break
        return [ref] if self.trace.is_float(ref) else []

    def is_output(self, ref: int) -> bool:
        """Return whether a value is no class, but an output."""
        return self.trace.is_float(ref) and not np.array_equal(a := np.asarray(self.array(ref)), np.round(a))

    def _in_log(self, ref: int) -> tuple[int, bool] | None:
        """Return of which output a logarithm was taken, and whether of ``1 - a``."""
        for _ in range(6):
            op = self.made(ref)
            if op is None or ref not in self.down:
                return None
            name = short_name(op)
            if name == "log":
                return self.without_safety(op.inputs[0])
            inside = [one for one in op.inputs if one in self.down]
            if len(inside) != 1 or name not in ("T", "-", "reshape", "ravel", "flatten", "transpose", "squeeze"):
                return None
            if name == "-" and op.kind != "unary":
                return None
            ref = inside[0]
        return None

    def without_safety(self, ref: int) -> tuple[int, bool]:
        flipped = False
        for _ in range(5):
            op = self.made(ref)
            inside = [one for one in op.inputs if one in self.down] if op is not None else []
            if op is None or len(inside) != 1:
                break
            name = short_name(op)
            others = [self.array(one) for one in op.inputs if one not in self.down]
            small = all(o is not None and o.size == 1 and abs(float(o.sum())) < 1e-3 for o in others)
            if (
                name in ("clip", "maximum", "minimum")
                or (name == "+" and small)
                or (name == "-" and op.kind == "binary" and small and op.inputs[0] in self.down)
            ):
                ref = inside[0]
            elif name == "-" and op.kind == "binary" and op.inputs[1] in self.down and _is_one(others[0]):
                ref, flipped = inside[0], not flipped
            else:
                break
        return ref, flipped

    # ------------------------------------------------------------------ reports

    def reports(self) -> list[list[Report]]:
        """Return what is reported, by the place where it was computed; of many times the first two and the last."""
        shown: dict[int, tuple[int, set[int]]] = {}
        for op in self.trace.ops:
            for ref in self._shown_by(op):
                if ref in self.down and ref not in self.moving and self.is_single(ref):
                    shown.setdefault(ref, (op.at, set()))[1].add(op.node)
        groups: dict[int, list[int]] = {}
        for ref in shown:
            made = self.made(ref)
            if made is not None and ref not in self.sources:
                groups.setdefault(made.node, []).append(ref)
        found = []
        for refs in groups.values():
            chosen = refs if len(refs) <= MOST_TIMES else [*refs[:2], refs[-1]]
            found.append([self._report(ref, *shown[ref]) for ref in chosen])
        self.feeding = {ref for group in found for r in group for op in r.ops for ref in self.trace.inputs(op)}
        self.feeding |= {ref for op in self.trace.ops if op.kind == "call" and op.out in self.down for ref in op.inputs}
        return found

    def is_single(self, ref: int) -> bool:
        """Return whether a value is one number."""
        row = self.trace.rows[ref]
        return row[0] == "float" or (row[0] == "array" and all(n == 1 for n in row[2]))

    def _shown_by(self, op: Op) -> Iterable[int]:
        if op.kind in ("shown", "append", "result"):
            return list(self.trace.parts(op.inputs[0]))
        if op.kind in ("bind", "set"):
            return op.inputs[:1]
        if op.kind == "call" and short_name(op) in SHOWS:
            return list(self.trace.inputs(op))
        if op.kind == "binary" and op.detail == "%" and type(self.trace.value(op.inputs[0])) is str:
            return list(self.trace.inputs(op))
        return ()

    def _report(self, ref: int, at: int, nodes: set[int]) -> Report:
        return self.traced(Report(ref, at, self._words(ref, nodes)))

    def traced(self, report: Report) -> Report:
        """Find how a number came from outputs and labels."""
        up, _ = self.up([report.ref], frozenset())
        report.meets = sorted(
            (meet for ref in up if (meet := self.meet_of(ref)) is not None), key=lambda meet: meet.op.at
        )
        cut = frozenset(raw for m in report.meets for raw in m.raw)
        up, report.direct = self.up([report.ref], cut)
        if report.meets:
            report.ops = self.ops_of(up - cut)
        return report

    def ops_of(self, refs: Iterable[int]) -> list[Op]:
        """Return the operations that gave these values, in their order."""
        return [self.trace.ops[at] for at in sorted({self.trace.maker[ref] for ref in refs} - {-1})]

    def up(self, targets: Sequence[int], cut: frozenset[int]) -> tuple[set[int], bool]:
        """Return what depends on the parameters on the way to values, and whether the way leads to the parameters."""
        found: set[int] = set()
        direct = False
        todo = list(targets)
        while todo:
            ref = todo.pop()
            if ref in found:
                continue
            found.add(ref)
            if ref in self.sources:
                direct = True
                continue
            if ref in cut:
                continue
            row = self.trace.rows[ref]
            if row[0] in ("list", "tuple"):
                todo += [one for one in row[1] if one in self.down]
            made = self.made(ref)
            if made is not None:
                todo += [one for one in made.inputs if one in self.down]
        return found, direct

    def _words(self, ref: int, nodes: set[int]) -> str:
        """Return the words by which a program calls a number: names, and what is printed beside it."""
        words = []
        for op in self.bound.get(ref, []):
            words.append(str(op.detail[-1] if isinstance(op.detail, list) else op.detail))
        program = self.trace.program
        for node in nodes:
            statement = program.nodes[program.statement(node)]
            if isinstance(statement, ast.Return):
                function = program.function(node)
                words.append(function.name if function is not None else "")
            elif isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign | ast.AnnAssign):
                words += [n.value for n in ast.walk(statement) if isinstance(n, ast.Constant) and type(n.value) is str]
                words += [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
                words += [n.func.value.id for n in ast.walk(statement) if isinstance(n, ast.Call)
                          and isinstance(n.func, ast.Attribute) and isinstance(n.func.value, ast.Name)
                          and n.func.attr in ("append", "add", "insert", "write")]  # fmt: skip
        return " ".join(words)

    # ------------------------------------------------------------------ computing again

    def value_of(self, report: Report, given: dict[int, Any], changed: dict[int, Change] | None = None) -> float | None:
        """Return a report's value for other outputs, or with nodes computed otherwise; None where there is none."""
        overrides = {op.at: changed[op.node] for op in report.ops if op.node in changed} if changed else None
        try:
            found = Replay(self.trace, given).run(report.ops, overrides).get(report.ref)
            return float(np.asarray(found, float).reshape(()))
        except (CannotReplay, ArithmeticError, ValueError, TypeError, IndexError, KeyError):
            return None

    def recorded(self, report: Report) -> float:
        return float(np.asarray(self.array(report.ref)).reshape(()))

    def replays(self, report: Report) -> bool:
        """Return whether a report can be computed again."""
        again = self.value_of(report, {})
        return again is not None and bool(np.isclose(again, self.recorded(report), rtol=1e-5, atol=1e-12))

    def across_turns(self, report: Report) -> bool:
        """Return whether a report adds up over turns of a loop that was not run to its end."""
        turns = [op.at for op in self.trace.ops if op.kind == "turn" and op.node in self.trace.shortened]
        return len({int(np.searchsorted(turns, m.op.at)) for m in report.meets}) > 1

    def text(self, op: Op, ref: int) -> str | None:
        return self.trace.operand_text(op, op.inputs.index(ref)) if ref in op.inputs else None

    def operand(self, op: Op, ref: int) -> int | None:
        """Return the node of an operation's operand."""
        node = operand_node(self.trace.program.nodes[op.node], op, op.inputs.index(ref)) if ref in op.inputs else None
        return getattr(node, "number", None)


def _is_one(x: Array | None) -> bool:
    return x is not None and x.size == 1 and float(x.reshape(())) == 1


def short_name(op: Op) -> str:
    """Return an operation's name without its module."""
    if op.kind in ("binary", "augment", "compare", "attribute", "unary"):
        return str(op.detail)
    return str(op.detail[0]).rpartition(".")[2] if op.kind == "call" else op.kind


def shown(x: float | Array | None) -> str:
    """Return a number as a sentence has it."""
    return "nothing" if x is None else f"{float(np.asarray(x).reshape(-1)[0]):.4g}"


def enclosed(text: str) -> str:
    """Return an expression so that a method can be called on it."""
    node = ast.parse(text.strip(), mode="eval").body
    whole = isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.Constant)
    return text if whole else f"({text})"
