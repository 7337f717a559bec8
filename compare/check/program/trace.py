"""A program's recording as a graph: which value came from which, by which operation, at which place of the source."""

import ast
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.check.sandbox.instrument import numbered, parsed

COMPUTES = frozenset(
    ("number", "binary", "unary", "compare", "call", "attribute", "item", "gather", "store", "augment", "put")
)
"""The kinds of operations that give a value; the others are marks on the way."""

Fetch = Callable[[Sequence[int]], Mapping[int, Any]]


@dataclass(slots=True)
class Op:
    """One operation, or one mark, of the recording."""

    at: int
    kind: str
    node: int
    frame: int
    inputs: list[int]
    out: int
    detail: Any


@dataclass(frozen=True)
class Place:
    """Where an expression stands: the cell (None in a script), lines from 1, columns from 0."""

    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int


class Program:
    """A program's source: its cells, and its syntax tree with every node's number."""

    def __init__(self, cells: Sequence[str], notebook: Sequence[int] | None = None) -> None:
        self.cells = list(cells)
        self.cell_numbers: list[int | None] = list(notebook) if notebook is not None else [None] * len(cells)
        self.trees = parsed(cells)
        self.nodes: list[ast.AST] = numbered(self.trees)
        self.parents: dict[int, int] = {}
        self.cell_of: dict[int, int] = {}
        for n, tree in enumerate(self.trees):
            for node in ast.walk(tree):
                number = getattr(node, "number", None)
                if number is None:
                    continue
                self.cell_of[number] = n
                for child in ast.iter_child_nodes(node):
                    if hasattr(child, "number"):
                        self.parents[child.number] = number

    def place(self, node: int) -> Place:
        """Return where a node stands."""
        found = self.nodes[node]
        while not hasattr(found, "lineno"):
            node = self.parents[node]
            found = self.nodes[node]
        cell = self.cell_of[node]
        assert isinstance(found, ast.expr | ast.stmt)
        line = self.cells[cell].splitlines()[found.lineno - 1]
        start = len(line.encode()[: found.col_offset].decode())
        last = self.cells[cell].splitlines()[(found.end_lineno or found.lineno) - 1]
        end = len(last.encode()[: found.end_col_offset or 0].decode())
        return Place(self.cell_numbers[cell], found.lineno, start, found.end_lineno or found.lineno, end)

    def text(self, node: int) -> str:
        """Return a node's source."""
        found = ast.get_source_segment(self.cells[self.cell_of[node]], self.nodes[node])
        return found if found is not None else ast.unparse(self.nodes[node])

    def statement(self, node: int) -> int:
        """Return the statement that a node is in."""
        while not isinstance(self.nodes[node], ast.stmt):
            node = self.parents[node]
        return node

    def function(self, node: int) -> ast.FunctionDef | None:
        """Return the function that a node is in."""
        while node in self.parents:
            node = self.parents[node]
            found = self.nodes[node]
            if isinstance(found, ast.FunctionDef):
                return found
        return None

    def loops(self, node: int) -> list[int]:
        """Return the loops in the source that a node is in, the innermost first."""
        found = []
        while node in self.parents:
            node = self.parents[node]
            if isinstance(self.nodes[node], ast.For | ast.While):
                found.append(node)
        return found


class Trace:
    """The operations of one run, and the values between them."""

    def __init__(self, table: Mapping[str, Any], fetch: Fetch, program: Program) -> None:
        self.program = program
        self.ops = [Op(n, *row) for n, row in enumerate(table["ops"])]
        self.rows: list[list[Any]] = table["values"]
        self.stopped: str | None = table["stopped"]
        self.shortened = {int(node): times for node, times in table["shortened"].items()}
        self._fetch = fetch
        self._values: dict[int, Any] = {}
        self.maker: list[int] = [-1] * len(self.rows)
        self.users: list[list[int]] = [[] for _ in self.rows]
        self.holders: list[list[int]] = [[] for _ in self.rows]
        """For each value the lists and tuples that it is in."""
        for ref, row in enumerate(self.rows):
            if row[0] in ("list", "tuple", "slice"):
                for entry in row[1]:
                    self.holders[entry].append(ref)
        for op in self.ops:
            if op.kind in COMPUTES:
                if self.maker[op.out] < 0 and self.rows[op.out][0] != "plain":  # a whole number comes from anywhere
                    self.maker[op.out] = op.at
                for ref in op.inputs:
                    self.users[ref].append(op.at)

    # ------------------------------------------------------------------ values

    def is_number_or_whole(self, ref: int) -> bool:
        """Return whether a value has numbers, in a list or not."""
        row = self.rows[ref]
        return row[0] in ("float", "array", "list") or (row[0] == "plain" and type(row[1]) is int)

    def shape(self, ref: int) -> tuple[int, ...]:
        """Return a value's shape; () for what is no array."""
        row = self.rows[ref]
        return tuple(row[2]) if row[0] == "array" else ()

    def size(self, ref: int) -> int:
        """Return the number of a value's entries."""
        return math.prod(self.shape(ref))

    def is_float(self, ref: int) -> bool:
        """Return whether a value is a float, or an array of floats."""
        row = self.rows[ref]
        return row[0] == "float" or (row[0] == "array" and ("f" in row[1] or row[1] == "object"))

    def load(self, refs: Iterable[int]) -> None:
        """Fetch the contents of many values at once."""
        missing = [ref for ref in dict.fromkeys(refs) if ref not in self._values and self.rows[ref][0] == "array"]
        if missing:
            found = self._fetch(missing)
            self._values.update({ref: found.get(ref) for ref in missing})

    def keep(self, most: int = 200_000, altogether: int = 25_000_000) -> None:
        """Fetch what an analysis may ask for, since the run's values are gone when another one begins."""
        refs, entries = [], 0
        for ref, row in enumerate(self.rows):
            size = self.size(ref) if row[0] == "array" else 0
            if 0 < size <= most and (entries := entries + size) <= altogether:
                refs.append(ref)
        self.load(refs)

    def value(self, ref: int) -> Any:
        """Return a value as it was when the program had it."""
        if ref in self._values:
            return self._values[ref]
        row = self.rows[ref]
        kind = row[0]
        if kind == "array":
            self.load([ref])
            return self._values.setdefault(ref, None)
        if kind == "float":
            value: Any = float(row[1])
        elif kind == "plain":
            value = row[1]
        elif kind in ("list", "tuple"):
            value = [self.value(entry) for entry in row[1]]
            value = tuple(value) if kind == "tuple" else value
        elif kind == "slice":
            value = slice(*(self.value(end) for end in row[1]))
        elif kind == "ellipsis":
            value = Ellipsis
        else:
            value = None
        self._values[ref] = value
        return value

    def array(self, ref: int) -> NDArray[np.float64] | None:
        """Return a value as an array of float64, or None where it has no numbers."""
        value = self.value(ref)
        try:
            found = np.asarray(value)
        except (ValueError, TypeError):
            return None
        return found.astype(float) if found.dtype.kind in "biuf" else None

    # ------------------------------------------------------------------ the graph

    def parts(self, ref: int) -> Iterator[int]:
        """Yield a value and, of a list, a tuple or a slice, all entries."""
        yield ref
        row = self.rows[ref]
        if row[0] in ("list", "tuple", "slice"):
            for entry in row[1]:
                yield from self.parts(entry)

    def inputs(self, op: Op) -> Iterator[int]:
        """Yield an operation's inputs, and the entries of those that are lists."""
        for ref in op.inputs:
            yield from self.parts(ref)

    def consumers(self, ref: int) -> Iterator[int]:
        """Yield the operations that take a value, or a list with it."""
        yield from self.users[ref]
        for holder in self.holders[ref]:
            yield from self.consumers(holder)

    def downstream(self, sources: Iterable[int], first: int, last: int, cut: frozenset[int] = frozenset()) -> set[int]:
        """Return the values that depend on sources by operations from ``first`` to before ``last``.

        Nothing behind ``cut`` is followed.
        """
        found = set(sources)
        marked = set(found)
        for ref in found:
            self.mark_holders(ref, marked)
        for op in self.ops[first:last]:
            fresh = op.kind in COMPUTES and op.out not in marked and op.out not in cut
            if fresh and any(ref in marked for ref in op.inputs):
                found.add(op.out)
                marked.add(op.out)
                self.mark_holders(op.out, marked)
        return found

    def mark_holders(self, ref: int, marked: set[int]) -> None:
        """Mark what holds a value (lists, tuples, slices), and what holds that."""
        for holder in self.holders[ref]:
            if holder not in marked:
                marked.add(holder)
                self.mark_holders(holder, marked)

    def upstream(self, targets: Iterable[int], first: int = 0) -> set[int]:
        """Return the values, computed at ``first`` or later or given, on which targets depend."""
        found: set[int] = set()
        todo = list(targets)
        while todo:
            ref = todo.pop()
            if ref in found:
                continue
            found.add(ref)
            row = self.rows[ref]
            if row[0] in ("list", "tuple", "slice"):
                todo += row[1]
            made = self.maker[ref]
            if made >= first and made >= 0:
                todo += self.ops[made].inputs
        return found

    @cached_property
    def shared_names(self) -> frozenset[str]:
        """The names that functions declare as global."""
        return frozenset(
            name for node in self.program.nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names
        )

    @cached_property
    def names(self) -> dict[int, list[tuple[int, int, str]]]:
        """For each value where it got which name: (operation, frame, name)."""
        found: dict[int, list[tuple[int, int, str]]] = {}
        for op in self.ops:
            if op.kind == "bind":
                found.setdefault(op.inputs[0], []).append((op.at, op.frame, str(op.detail)))
        return found

    def operand_text(self, op: Op, position: int) -> str | None:
        """Return the source of an operation's operand, or None where it has none of its own."""
        node = operand_node(self.program.nodes[op.node], op, position)
        return None if node is None else self.program.text(node.number)  # type: ignore[attr-defined]


def operand_node(node: ast.AST, op: Op, position: int) -> ast.AST | None:
    """Return the expression that gave an operation's input of this position."""
    operands: list[ast.AST] = []
    if isinstance(node, ast.BinOp):
        operands = [node.left, node.right]
    elif isinstance(node, ast.UnaryOp):
        operands = [node.operand]
    elif isinstance(node, ast.Compare):
        operands = [node.left, node.comparators[0]]
    elif isinstance(node, ast.AugAssign):
        operands = [node.target, node.value]
    elif isinstance(node, ast.Attribute):
        operands = [node.value]
    elif isinstance(node, ast.Subscript):
        operands = [node.value, node.slice]
    elif isinstance(node, ast.Call):
        owned = isinstance(node.func, ast.Attribute) and len(op.inputs) > len(node.args) + len(node.keywords)
        owner: list[ast.AST] = [node.func.value] if owned and isinstance(node.func, ast.Attribute) else []
        operands = [*owner, *node.args, *(keyword.value for keyword in node.keywords)]
    elif isinstance(node, ast.Assign) and op.kind == "store" and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Subscript):
            operands = [target.value, target.slice, node.value]
    return operands[position] if position < len(operands) else None
