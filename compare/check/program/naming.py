"""The program's own names for values: from assignments, attributes, entries, and the operands of its expressions."""

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property

from compare.check.program.layers import Product
from compare.check.program.reference import Window
from compare.check.program.trace import Op, Trace, operand_node

LONGEST = 40


class Naming:
    """Names of the values of one step."""

    def __init__(self, trace: Trace, window: Window) -> None:
        self.trace, self.window = trace, window
        self.program = trace.program
        self._texts: dict[int, str] = {}

    @cached_property
    def _given(self) -> dict[int, list[Op]]:
        """For each value the marks by which it got a name, an attribute or an entry."""
        found: dict[int, list[Op]] = {}
        for op in self.trace.ops[: self.window.step.end]:
            if op.kind in ("bind", "set"):
                found.setdefault(op.inputs[0], []).append(op)
        return found

    @cached_property
    def _keys(self) -> dict[tuple[int, int], object]:
        """For each value that was read from a list or dict at a node: under which key."""
        found: dict[tuple[int, int], object] = {}
        for op in self.trace.ops[: self.window.step.end]:
            if op.kind == "entry" and op.out >= 0:
                found[op.node, op.out] = self.trace.value(op.inputs[0])
        return found

    def text(self, node: ast.AST) -> str:
        """Return an expression's source, in one line."""
        number: int = node.number  # type: ignore[attr-defined]
        if number not in self._texts:
            self._texts[number] = " ".join(self.program.text(number).split())
        return self._texts[number]

    # ------------------------------------------------------------------ parts

    def source(self, ref: int) -> int:
        """Return the parameter that a value was cut or turned from."""
        window, trace = self.window, self.trace
        for _ in range(10):
            made = trace.maker[ref]
            if ref in window.cut or made < window.step.first:
                break
            inner = [one for one in trace.ops[made].inputs if one in window.down]
            if not inner:
                break
            ref = inner[0]
        return ref

    def operand(self, op: Op, ref: int) -> str | None:
        """Return how an operation's operand is written, without what only turns it."""
        if ref not in op.inputs:
            return None
        node = operand_node(self.program.nodes[op.node], op, op.inputs.index(ref))
        return None if node is None else self.written(node, ref)

    def written(self, node: ast.AST, ref: int | None = None) -> str | None:
        """Return an expression's text, without a transpose; an entry of a list under the key that it had."""
        while True:
            if isinstance(node, ast.Attribute) and node.attr == "T":
                node = node.value
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("transpose", "reshape")
            ):
                node = node.func.value
            elif isinstance(node, ast.UnaryOp):
                node = node.operand
            else:
                break
        number = getattr(node, "number", None)
        if number is None:
            return None
        if isinstance(node, ast.Subscript) and ref is not None:
            refs = [ref] if (number, ref) in self._keys else [r for r in self._behind(ref) if (number, r) in self._keys]
            if refs:
                return f"{self.text(node.value)}[{self._keys[number, refs[0]]!r}]"
        text = self.text(node)
        return text if len(text) <= LONGEST else None

    def _behind(self, ref: int) -> Iterator[int]:
        """Yield what a value was turned from."""
        for _ in range(4):
            made = self.trace.maker[ref]
            if made < 0 or not self.trace.ops[made].inputs:
                return
            ref = self.trace.ops[made].inputs[0]
            yield ref

    def given(self, ref: int) -> list[str]:
        """Return the names that a value got by assignments; those of the call that computed it, if it went on, last."""
        made = self.trace.maker[ref]
        inside = self.trace.ops[made].frame if made >= 0 else -1
        near: list[str] = []
        far: list[str] = []
        for op in self._given.get(ref, ()):
            text = self._target(op)
            if text is not None and text not in near and text not in far:
                (near if op.frame == inside else far).append(text)
        handed = any(op.kind == "bind" and op.frame != inside for op in self._given.get(ref, ()))
        return [*far, *near] if handed else [*near, *far]

    def _target(self, op: Op) -> str | None:
        if op.kind == "bind":
            node = self.program.nodes[op.node]
            return None if isinstance(node, ast.FunctionDef) else str(op.detail)
        node = self.program.nodes[op.node]
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [t for one in node.targets for t in (one.elts if isinstance(one, ast.Tuple) else [one])]
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        key = op.detail[1]
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr in (key, str(key).rpartition("__")[2], str(key)):
                return self.text(target)
        for target in targets:
            if isinstance(target, ast.Subscript) and (len(targets) == 1 or self._is_key(target, key)):
                return f"{self.text(target.value)}[{key!r}]"
        for target in targets:
            if isinstance(target, ast.Attribute) and str(key).endswith(target.attr):
                return self.text(target)
        return None

    def _is_key(self, target: ast.Subscript, key: object) -> bool:
        return isinstance(target.slice, ast.Constant) and target.slice.value == key

    # ------------------------------------------------------------------ names of roles

    def weights(self, used: Sequence[tuple[Op, int]]) -> list[str]:
        """Return names for a layer's weights: as they stand in the product, then as they were stored."""
        return self._role([self.operand(op, ref) for op, ref in used[:1]], [self.source(ref) for _, ref in used])

    def biases(self, refs: Sequence[int]) -> list[str]:
        """Return names for a layer's biases."""
        texts = []
        for ref in refs[:1]:
            for at in self.trace.users[ref]:
                if self.window.step.first <= at < self.window.step.end:
                    texts.append(self.operand(self.trace.ops[at], ref))
                    break
        return self._role(texts, [self.source(ref) for ref in refs])

    def values(self, refs: Sequence[int]) -> list[str]:
        """Return names for computed values: as they were assigned, else the expression that computes them."""
        found: list[str] = []
        if refs:
            found += self.given(refs[0])
            if len(refs) > 1:
                found = [_common(name) for name in found]
            made = self.trace.maker[refs[0]]
            if not found and made >= 0:
                node = self.program.nodes[self.trace.ops[made].node]
                if isinstance(node, ast.Assign | ast.AugAssign):  # a change in place
                    node = node.targets[0] if isinstance(node, ast.Assign) else node.target
                    node = node.value if isinstance(node, ast.Subscript) else node
                text = self.written(node)
                found += [text] if text else []
        return found

    def _role(self, texts: Sequence[str | None], sources: Sequence[int]) -> list[str]:
        found = [text for text in texts if text]
        several = len(dict.fromkeys(sources)) > 1
        for ref in sources[:1]:
            found += self.given(ref)
        if several:
            found = [_common(name) for name in found]
        return list(dict.fromkeys(found))

    def data(self, refs: Sequence[int], products: Sequence[Product]) -> str | None:
        """Return the name of what comes in."""
        for product in products[:1]:
            text = self.operand(product.op, product.given)
            if text is not None:
                return _common(text) if len(refs) > 1 else text
        for ref in refs[:1]:
            for name in self.given(ref):
                return name
        return None

    def setting(self, ref: int) -> str | None:
        """Return the name of a number that a program sets; None for one that is written where it is used."""
        for at in self.trace.users[ref]:
            op = self.trace.ops[at]
            if self.window.step.first <= at < self.window.step.end and ref in op.inputs:
                node = operand_node(self.program.nodes[op.node], op, op.inputs.index(ref))
                if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
                    return self.written(node, ref)
        return None

    def index(self, op: Op, ref: int) -> str | None:
        """Return how a part of an index is written, as ``labels`` in ``p[rows, labels]``."""
        node = self.program.nodes[op.node]
        if isinstance(node, ast.Assign | ast.AugAssign):
            node = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(node, ast.Subscript):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            for given in op.inputs[1:]:
                row = self.trace.rows[given]
                entries = row[1] if row[0] == "tuple" else [given]
                if ref in entries and entries.index(ref) < len(parts):
                    return self.written(parts[entries.index(ref)], ref)
        return None


def _common(name: str) -> str:
    """Return what names of many numbers share: ``w`` of ``w[3]``."""
    while name.endswith("]"):
        try:
            node = ast.parse(name, mode="eval").body
        except SyntaxError:
            return name
        if not isinstance(node, ast.Subscript) or not _is_index(node.slice):
            return name
        name = ast.unparse(node.value)
    return name


def _is_index(node: ast.expr) -> bool:
    return not (isinstance(node, ast.Constant) and isinstance(node.value, str))
