"""Which expressions of a program hold which values where an operation is computed: what an edit may put there."""

import ast
from bisect import bisect_left
from functools import cached_property

from compare.check.program.trace import COMPUTES, Op, Trace, operand_node

SHORT = (ast.Name, ast.Attribute, ast.Subscript)


class Scope:
    """Expressions by the call in which they were read, and their values over time."""

    def __init__(self, trace: Trace, first: int, last: int) -> None:
        self.trace = trace
        self.first, self.last = first, last

    @cached_property
    def _seen(self) -> dict[int, dict[str, list[tuple[int, int]]]]:
        """For each call, by text: when a value was read or bound, and which."""
        trace, program = self.trace, self.trace.program
        found: dict[int, dict[str, list[tuple[int, int]]]] = {}
        texts: dict[tuple[int, int], str | None] = {}

        def note(frame: int, text: str, at: int, ref: int) -> None:
            found.setdefault(frame, {}).setdefault(text, []).append((at, ref))

        for op in trace.ops[: self.last]:
            if op.kind == "bind":
                note(op.frame, str(op.detail), op.at, op.inputs[0])
            elif op.kind in COMPUTES and op.at >= self.first:
                for position, ref in enumerate(op.inputs):
                    key = (op.node, position)
                    if key not in texts:
                        node = operand_node(program.nodes[op.node], op, position)
                        short = isinstance(node, SHORT) and len(program.text(node.number)) < 40  # type: ignore[union-attr]
                        texts[key] = program.text(node.number) if short and node is not None else None  # type: ignore[attr-defined]
                    text = texts[key]
                    if text is not None:
                        note(op.frame, text, op.at, ref)
                if op.kind in ("attribute", "item"):
                    node = program.nodes[op.node]
                    if isinstance(node, SHORT):
                        text = program.text(op.node)
                        if len(text) < 40:
                            note(op.frame, text, op.at, op.out)
        return found

    def value(self, op: Op, text: str, later: int = 0) -> int | None:
        """Return the value that an expression has where an operation is computed; None where it has none."""
        for frame in (op.frame, 0):
            entries = self._seen.get(frame, {}).get(text)
            if entries:
                n = bisect_left(entries, (op.at + later + 1, -1))
                if n:
                    return entries[n - 1][1]
        return None

    def all(self, op: Op) -> dict[str, int]:
        """Return every expression and its value where an operation is computed, numbers only."""
        trace, found = self.trace, {}
        for frame in (0, op.frame):
            for text in self._seen.get(frame, {}):
                ref = self.value(op, text)
                if ref is not None and trace.is_number_or_whole(ref):
                    found[text] = ref
        return found
