"""Holds every value of a step against the reference's derivatives: which is dz, dW, db, and which is none of them."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from compare.check.program.derivative import adjoints
from compare.check.program.layers import Layer, predictions_of, way_to
from compare.check.program.naming import Naming
from compare.check.program.optimizers import Rule
from compare.check.program.reference import Due
from compare.check.program.replay import CannotReplay, Replay
from compare.check.program.result import LineNote
from compare.check.program.trace import COMPUTES, Op, Trace

Array = NDArray[np.float64]

MOST = 20_000
"""So many values of a step are looked at."""


@dataclass(frozen=True)
class Part:
    """A derivative that is due: of which letter and layer, its numbers, and their shape."""

    letter: str
    layer: int
    values: Array


@dataclass(frozen=True)
class Match:
    """A value of the program that is a derivative times a constant."""

    part: Part
    factor: float


@dataclass
class WrongStep:
    """The first value that leads astray: where it is computed, what it is, what is due, and what follows from it."""

    node: int
    ref: int
    says: str
    due: str
    letter: str = ""
    follows: list[int] = field(default_factory=list)
    """The statements that are wrong only because of it."""


class Backward:
    """The values of one step beside the forward pass, by what they are."""

    def __init__(
        self, trace: Trace, due: Due, layers: Sequence[Layer], rule: Rule | None, wrong: frozenset[int],
        naming: Naming, scales: Sequence[float],
    ) -> None:  # fmt: skip
        self.trace, self.due, self.layers, self.rule, self.wrong = trace, due, list(layers), rule, wrong
        self.naming, self.scales = naming, list(scales)
        self.window = due.window
        self.forward = {op.at for op in way_to(due, predictions_of(due))}

    # ------------------------------------------------------------------ what is due

    @cached_property
    def parts(self) -> list[Part]:
        """The derivatives by every layer's z, a, W and b."""
        found = []
        due = self.due.adjoints
        for layer in self.layers:
            sources = dict.fromkeys([*layer.weights, *map(self.naming.source, layer.weights)])
            biases = dict.fromkeys([*layer.biases, *map(self.naming.source, layer.biases)])
            groups = (
                ("dz", layer.z),
                ("dW", sources),
                ("db", biases),
                ("da", [a for a in layer.a if a not in layer.z]),
            )
            for letter, refs in groups:
                for ref in refs:
                    if ref in due and np.any(due[ref]):
                        found.append(Part(letter, layer.number, np.asarray(due[ref], float)))
            found += self._shares(layer)
        return found

    def _shares(self, layer: Layer) -> Iterator[Part]:
        """Yield each row's share of a weight's derivative where rows come one after the other."""
        uses: dict[int, int] = {}
        for p in layer.products:
            source = self.naming.source(p.weights)
            uses[source] = uses.get(source, 0) + 1
        for p in layer.products[:MOST]:
            g = self.due.adjoints.get(p.op.out)
            if uses[self.naming.source(p.weights)] > 1 and g is not None and np.any(g):
                try:
                    share = adjoints(self.trace, [p.op], [p.weights], Replay(self.trace, {}), {p.op.out: g})[p.weights]
                except (CannotReplay, KeyError, ValueError, TypeError):
                    continue
                yield Part("dW", layer.number, np.asarray(share, float))

    @cached_property
    def _by_size(self) -> dict[int, list[Part]]:
        found: dict[int, list[Part]] = {}
        for part in self.parts:
            if part.values.size > 1:
                found.setdefault(part.values.size, []).append(part)
        return found

    @cached_property
    def _numbers(self) -> dict[str, tuple[Part, float]]:
        """The derivatives that are single numbers, by their digits, times every likely constant."""
        found: dict[str, tuple[Part, float]] = {}
        for part in self.parts:
            if part.values.size == 1:
                x = float(part.values.ravel()[0])
                for scale in self.scales:
                    for k in (scale, -scale):
                        found.setdefault(_digits(k * x), (part, k))
        return found

    # ------------------------------------------------------------------ what is there

    @cached_property
    def values(self) -> list[tuple[int, int]]:
        """The numbers that the step computes beside its forward pass: when, and which."""
        trace, step = self.trace, self.window.step
        found = [
            (op.at, op.out)
            for op in trace.ops[step.first : step.end]
            if op.kind in COMPUTES and op.at not in self.forward and op.out in self._labelled and trace.is_float(op.out)
        ][:MOST]
        sizes = set(self._by_size)
        trace.load([ref for _, ref in found if trace.size(ref) in sizes or trace.size(ref) == 1])
        return found

    @cached_property
    def _labelled(self) -> set[int]:
        """The values of the step that depend on labels."""
        step = self.window.step
        labels = {m.label for m in self.window.meetings}
        marked = set(labels)
        for ref in labels:
            self.trace.mark_holders(ref, marked)
        for op in self.trace.ops[step.first : step.end]:
            if op.kind in COMPUTES and op.at not in self.forward and any(ref in marked for ref in op.inputs):
                if self.trace.rows[op.out][0] == "plain" or op.out in self.window.cut:
                    continue
                marked.add(op.out)
                self.trace.mark_holders(op.out, marked)
        return marked

    @cached_property
    def matches(self) -> dict[int, Match]:
        """What each of these values is, where it is a derivative."""
        found = {}
        for _, ref in self.values:
            match = self.match(ref)
            if match is not None:
                found[ref] = match
        return found

    def match(self, ref: int) -> Match | None:
        """Return the derivative in proportion to which a value is; None where there is none."""
        if ref in self.window.step.after or ref in self.window.cut:
            return None
        size = self.trace.size(ref)
        if size == 1:
            x = self.trace.array(ref)
            hit = self._numbers.get(_digits(float(x.ravel()[0]))) if x is not None and np.any(x) else None
            return None if hit is None else Match(*hit)
        some = self._by_size.get(size)
        if not some:
            return None
        x = self.trace.array(ref)
        if x is None or not np.any(x) or not np.isfinite(x).all():
            return None
        single = self.trace.rows[ref][0] == "array" and self.trace.rows[ref][1].endswith("f4")
        slack = 1e-4 if single else 1e-7
        for part in some:
            for y in (part.values, part.values.T):
                if y.shape == x.shape or (min(y.shape) == 1 or min(x.shape) == 1 or 1 in (y.ndim, x.ndim)):
                    flat, there = y.ravel(), x.ravel()
                    k = float(np.sum(flat * there)) / float(np.sum(flat * flat))
                    if k and np.abs(there - k * flat).max() <= slack * np.abs(there).max():
                        return Match(part, k)
        return None

    def names(self, letter: str) -> list[list[str]]:
        """Return for each layer the program's names for one of its derivatives."""
        found = []
        for layer in self.layers:
            refs = [
                ref for _, ref in self.values
                if (match := self.matches.get(ref)) is not None
                and (match.part.letter, match.part.layer) == (letter, layer.number)
            ]  # fmt: skip
            named = [ref for ref in refs if self.naming.given(ref)]
            found.append(self.naming.values(named[:1] or refs[:1]))
        return found

    # ------------------------------------------------------------------ lines

    @cached_property
    def marks(self) -> list[tuple[int, int, int]]:
        """Where a value gets a name, an attribute or an entry, or is handed back: when, the statement, the value."""
        trace, step = self.trace, self.window.step
        found = []
        for op in trace.ops[step.first : step.end]:
            if op.kind in ("bind", "set", "result") and not isinstance(
                trace.program.nodes[op.node], ast.FunctionDef | ast.For
            ):
                found.append((op.at, trace.program.statement(op.node), op.inputs[0]))
            elif op.kind in ("store", "augment"):
                found.append((op.at, trace.program.statement(op.node), op.out))
        return found

    @cached_property
    def roles(self) -> dict[int, tuple[str, int]]:
        """The forward pass's values by letter and layer."""
        found: dict[int, tuple[str, int]] = {}
        step = self.window.step
        owners: dict[int, tuple[str, int]] = {}
        for layer in self.layers:
            for letter, refs in (("W", layer.weights), ("b", layer.biases)):
                for ref in refs:
                    owners.setdefault(self.naming.source(ref), (letter, layer.number))
            for letter, refs in (("a", layer.a), ("z", layer.z)):
                for ref in refs:
                    found[ref] = (letter, layer.number)
            if layer.number == 1:
                for ref in layer.inputs:
                    found.setdefault(ref, ("X", 0))
        for before, after in zip(step.before, step.after, strict=True):
            if before in owners:
                found[after] = owners[before]
        for meeting in self.window.meetings:
            if meeting.op.node == self.due.reading.node:
                found.setdefault(meeting.label, ("y", 0))
        return found

    def lines(self, symbols: dict[str, str]) -> list[LineNote]:
        """Return a note for each line of the step that computes something known, or something that leads astray."""
        bad = {self.trace.program.statement(op.node) for op in self._astray}
        found: dict[int, LineNote] = {}
        for _, statement, ref in self.marks:
            note = self._note(statement, ref, statement in bad)
            if note is None:
                continue
            old = found.get(statement)
            if old is None or (old.ok is None and note.ok is not None):
                found[statement] = note
        return sorted(found.values(), key=lambda note: (note.cell or 0, note.line))

    def _note(self, statement: int, ref: int, bad: bool) -> LineNote | None:
        place = self.trace.program.place(statement)
        names = self.naming.given(ref)
        name = names[-1] if names else ""
        x = self.trace.array(ref)
        if x is None or not self.trace.is_number_or_whole(ref):
            return None
        value = f"{x.ravel()[0]:.4g}" if x.size else ""
        if ref in self.roles:
            letter, number = self.roles[ref]
            ok: bool | None = None
            if letter in ("z", "a"):
                ok = True
            elif ref in self.window.step.after:
                ok = self._chain_of(ref) not in self.wrong
            return LineNote(
                place.cell,
                place.line,
                self.letter(letter, number),
                name,
                x.shape,
                self.formula(letter, number),
                value,
                ok,
            )
        match = self.matches.get(ref)
        if match is not None:
            part = match.part
            formula = self.formula(part.letter, part.layer, match.factor)
            return LineNote(
                place.cell, place.line, self.letter(part.letter, part.layer), name, x.shape, formula, value, not bad
            )
        if bad:
            return LineNote(
                place.cell, place.line, "", name, x.shape, "", value, False, "this is no derivative that is due"
            )
        return None

    def _chain_of(self, after: int) -> int:
        return self.window.step.after.index(after)

    def letter(self, letter: str, number: int) -> str:
        """Return a letter with its layer's number, where there are several."""
        return f"{letter}{number}" if number and len(self.layers) > 1 else letter

    def formula(self, letter: str, number: int, factor: float = 1.0) -> str:
        """Return what a letter stands for, in the legend's letters."""
        if letter in ("X", "y"):
            return ""
        layer = next((one for one in self.layers if one.number == number), None)
        if layer is None:
            return ""

        def own(letter: str, n: int = number) -> str:
            return self.letter(letter, n)

        first = number == self.layers[0].number
        given = "X" if first else own("a", number - 1)
        slope = layer.activation.slope_formula if layer.activation is not None else ""
        slope = _renamed(slope, own("z"), own("a"))
        last = number == self.layers[-1].number
        if letter == "z":
            return f"{own('z')} = {given} @ {own('W')}" + (f" + {own('b')}" if layer.biases else "")
        if letter == "a":
            text = layer.activation.formula if layer.activation is not None else "?(z)"
            return f"{own('a')} = {_renamed(text, own('z'), own('a'))}" if text != "?(z)" else ""
        if letter in ("W", "b"):
            return f"{own(letter)} = {own(letter)} - learning_rate * {own('d' + letter)}"
        texts = {"dW": f"{given}.T @ {own('dz')}", "db": f"sum({own('dz')}, axis=0)"}
        if not last:
            after = f"{own('dz', number + 1)} @ {own('W', number + 1)}.T"
            texts |= {"da": after, "dz": f"({after}) * {slope}" if slope else after}
        else:
            texts |= {"da": self._loss_slope(own("a")), "dz": self._output_slope(layer, own("a"), slope)}
        return f"{own(letter)} = {texts[letter]}{self._times(factor)}"

    def _loss_slope(self, a: str) -> str:
        name = self.due.reading.loss.name
        return {
            "mse": f"({a} - y)", "binary_crossentropy": f"({a} - y) / ({a} * (1 - {a}))", "mae": f"sign({a} - y)",
            "categorical_crossentropy": f"-y / {a}", "nll": "-y",
        }[name]  # fmt: skip

    def _output_slope(self, layer: Layer, a: str, slope: str) -> str:
        loss = self.due.reading.loss.name
        activation = layer.activation.name if layer.activation is not None else ""
        if (loss, activation) in {("binary_crossentropy", "sigmoid"), ("categorical_crossentropy", "softmax")}:
            return f"{a} - y"
        if (loss, activation) == ("nll", "log_softmax"):
            return f"exp({a}) - y"
        return f"{self._loss_slope(a)} * {slope}" if slope else f"{self._loss_slope(a)}"

    def _times(self, factor: float) -> str:
        """Return a constant as it is written behind a formula."""
        if abs(factor - 1) < 1e-6:
            return ""
        rows = max(1, (self.layers[0].rows or 1))
        for value, text in ((2.0, " * 2"), (1 / rows, " / N"), (2 / rows, " * 2 / N"), (0.5, " / 2")):
            for sign, said in ((1, ""), (-1, ", with the other sign")):
                if abs(factor - sign * value) < 1e-6 * value:
                    return text + said
        return ", with the other sign" if abs(factor + 1) < 1e-6 else f" * {factor:.4g}"

    # ------------------------------------------------------------------ what leads astray

    @cached_property
    def _backward_ops(self) -> list[Op]:
        """The operations that lead to what moved wrongly, without the forward pass, that depend on labels."""
        targets = [ref for n, ref in enumerate(self.window.step.after) if n in self.wrong]
        return [
            op for op in (way_to(self.due, targets) if targets else [])
            if op.at not in self.forward and op.out in self._labelled
        ]  # fmt: skip

    @cached_property
    def _astray(self) -> list[Op]:
        """The operations whose values lead to what moved wrongly and are no derivative, nor on the way to one."""
        ops, trace, step = self._backward_ops, self.trace, self.window.step
        # what moved rightly is no mistake where it is read
        fine = {ref for n, ref in enumerate(step.after) if n not in self.wrong}
        for op in reversed(ops):
            if op.out in self.matches or op.out in fine:
                fine.add(op.out)
                fine.update(trace.inputs(op))
        stateful = {ref for ref, g in zip(step.before, self.due.gradients, strict=True) if g is None}
        stateful |= {ref for chain in self.window.training.states for ref in chain.refs}
        found = []
        for op in ops:
            if op.out in fine:
                continue
            if any(ref in stateful for ref in trace.inputs(op)):
                stateful.update(trace.parts(op.out))
                if op.out not in step.after:
                    continue
            found.append(op)
        return found

    def _bound(self, op: Op) -> tuple[int, int]:
        """Return the statement that an operation belongs to, and the value that it hands on there."""
        statement = self.trace.program.statement(op.node)
        for at, where, ref in self.marks:
            if at >= op.at and where == statement:
                return statement, ref
        return statement, op.out

    def first_wrong(self, symbols: dict[str, str]) -> WrongStep | None:
        """Return the first value that is not what is due although what it is made of is."""
        odd = self._odd_factor()
        astray = self._astray
        first = next(iter(astray), None)
        if odd is not None and (first is None or odd.at < first.at or self._bound(first)[1] in self.window.step.after):
            return self._odd_step(odd)
        if first is None:
            return None
        statement, out = self._bound(first)
        follows = dict.fromkeys(self.trace.program.statement(op.node) for op in astray if op.at > first.at)
        left_out = self._slope_left_out(first.out)
        if left_out is not None:
            earlier, letter = left_out
            return WrongStep(
                earlier, out, "the slope of the activation is left out",
                self.formula("dz", letter), self.letter("dz", letter),
                [one for one in follows if one != earlier],
            )  # fmt: skip
        follows.pop(statement, None)
        says, due, letter_ = self._due_at(statement, out)
        return WrongStep(statement, out, says, due, letter_, list(follows))

    def _slope_left_out(self, out: int) -> tuple[int, int] | None:
        """Return where the derivative by an activation was taken for the one by its sum, and of which layer."""
        x = self.trace.array(out)
        if x is None or not np.any(x):
            return None
        used = self.trace.upstream([out], self.window.step.first)
        for layer in self.layers:
            das = [p for p in self.parts if p.letter == "da" and p.layer == layer.number]
            sources = [ref for ref in used if ref in self.matches and self.matches[ref].part in das]
            if not sources or len(layer.products) != 1 or len(das) != 1:
                continue
            product = layer.products[0]
            g = das[0].values
            if g.shape != self.trace.shape(product.op.out):
                continue
            share = adjoints(self.trace, [product.op], [product.weights], Replay(self.trace, {}), {product.op.out: g})
            for due in (share.get(product.weights), g.sum(axis=0), g.sum(axis=-1), g):
                if due is None or np.size(due) != x.size or np.size(due) < 2:
                    continue
                for y in (np.ravel(due), np.ravel(np.transpose(due))):
                    k = float(np.sum(y * x.ravel())) / max(float(np.sum(y * y)), 1e-300)
                    if np.abs(x.ravel() - k * y).max() <= 1e-7 * np.abs(x).max():
                        named = [ref for ref in sources if self.naming.given(ref)]
                        op = self.trace.ops[self.trace.maker[(named or sources)[-1]]]
                        return self.trace.program.statement(op.node), layer.number
        return None

    def _odd_step(self, odd: Op) -> WrongStep:
        """Describe a derivative that has another constant than the others."""
        match = self.matches[odd.out]
        usual = self._usual_factor()
        ratio = match.factor / usual
        first = float(np.asarray(self.trace.array(odd.out), float).ravel()[0])
        return WrongStep(
            self.trace.program.statement(odd.node), odd.out,
            f"this is {ratio:.4g} times what is due beside the other derivatives: {first:.4g}",
            f"{self.formula(match.part.letter, match.part.layer, usual)}, here {first / ratio:.4g}",
            self.letter(match.part.letter, match.part.layer),
        )  # fmt: skip

    def _usual_factor(self) -> float:
        """Return the constant of the derivatives by which parameters moved rightly."""
        found = []
        for n, after in enumerate(self.window.step.after):
            if self.due.gradients[n] is None or n in self.wrong:
                continue
            found += [m.factor for m in self._last_match(after)]
        return float(np.median(found)) if found else 0.0

    def _last_match(self, after: int) -> list[Match]:
        """Return the named derivative of a parameter from which it was moved."""
        for op in reversed(way_to(self.due, [after])):
            match = self.matches.get(op.out)
            if match is not None and match.part.letter in ("dW", "db") and self.naming.given(op.out):
                return [match]
        return []

    def _odd_factor(self) -> Op | None:
        """Return where a derivative gets another constant than those by which parameters moved rightly."""
        usual = self._usual_factor()
        if not usual:
            return None
        for op in self._backward_ops:
            match = self.matches.get(op.out)
            last = match is not None and match.part.letter in ("dW", "db") and bool(self.naming.given(op.out))
            if last and match is not None and abs(match.factor - usual) > 1e-6 * abs(usual):
                return op
        return None

    def _due_at(self, statement: int, out: int) -> tuple[str, str, str]:
        """Return what a statement computes, what is due there, and the letter of that."""
        trace = self.trace
        x = trace.array(out)
        names = self.naming.given(out)
        name = names[-1] if names else "this"
        if x is None or not x.size:
            return f"{name} is no derivative of the loss", "", ""
        there = np.asarray(x, float)
        if out in self.window.step.after:
            n = self.window.step.after.index(out)
            g, before = self.due.gradients[n], trace.array(self.window.step.before[n])
            letter, number = self.roles.get(out, ("W", 0))
            if g is not None and before is not None and self.rule is not None and self.rule.rates:
                moved, wanted = there - before, -self.rule.rates[min(1, len(self.rule.rates) - 1)] * g
                at = _farthest(moved, wanted)
                return (
                    f"{name} moves by {moved.ravel()[at]:.4g}, where {np.ravel(wanted)[at]:.4g} is due",
                    self.formula(letter, number), self.letter(letter, number),
                )  # fmt: skip
        part = self._nearest(statement, there)
        if part is None:
            return f"{name} is {there.ravel()[0]:.4g}, which is no derivative of the loss", "", ""
        factor = self._factor_for(part, out)
        wanted = part.values * factor
        at = _farthest(there, wanted)
        return (
            f"{name} is {there.ravel()[at]:.4g}, where {wanted.ravel()[at]:.4g} is due",
            self.formula(part.letter, part.layer, factor), self.letter(part.letter, part.layer),
        )  # fmt: skip

    def _factor_for(self, part: Part, out: int) -> float:
        """Return the constant that a derivative has in this program, as far as the others tell."""
        if part.letter in ("dW", "db") and self._usual_factor():
            return self._usual_factor()
        used = self.trace.upstream([out], self.window.step.first)
        before = [self.matches[ref].factor for _, ref in self.values if ref in used and ref in self.matches]
        return before[-1] if before else 1.0

    def _nearest(self, statement: int, x: Array) -> Part | None:
        """Return the derivative that should stand there: of the same shape, in the direction nearest to it."""
        there = [p for p in self.parts if p.values.shape == x.shape] or [
            p for p in self.parts if p.values.size == x.size
        ]
        known = {(m.part.letter, m.part.layer) for m in self.matches.values()}
        missing = [p for p in there if (p.letter, p.layer) not in known] or there

        def likeness(part: Part) -> float:
            y = part.values.reshape(x.shape)
            size = float(np.linalg.norm(x) * np.linalg.norm(y))
            return abs(float(np.sum(x * y))) / size if size else 0.0

        return max(missing, key=likeness, default=None)


def _farthest(x: Array, y: Array) -> int:
    """Return the entry in which two arrays of one size differ most."""
    gap = np.abs(np.ravel(x) - np.ravel(y))
    return int(np.argmax(gap)) if np.isfinite(gap).all() else 0


def _digits(x: float) -> str:
    return f"{x:.9e}"


def _renamed(text: str, z: str, a: str) -> str:
    """Return a formula of ``z`` and ``a`` in a layer's own letters."""
    tree = ast.parse(text or "0", mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in ("z", "a"):
            node.id = z if node.id == "z" else a
    found = ast.unparse(tree) if text else ""
    return f"({found})" if text.startswith("(") and not found.startswith("(") else found
