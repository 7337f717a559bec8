"""Looks for the change of the source by which every parameter moves as it should.

An edit is tried by replaying recorded steps with it, which takes milliseconds: first one step, then several, each from
where the one before it ended. What passes is a candidate; whether it is a fix shows when the edited program runs.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from compare.check.program.edits import Edit, Edits, Override
from compare.check.program.optimizers import SAFETY, Moves, Rule, find_rule_of, plain
from compare.check.program.reference import LOSSES, Due, Reading, Window, due, unit
from compare.check.program.replay import CannotReplay, Replay, compute
from compare.check.program.scope import Scope
from compare.check.program.steps import Training
from compare.check.program.trace import COMPUTES, Op

Array = NDArray[np.float64]

FAILS = (CannotReplay, ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError, AttributeError, KeyError,
         FloatingPointError, np.linalg.LinAlgError, RecursionError, AssertionError)  # fmt: skip
"""What an operation on the wrong values may raise."""


REMAKES = frozenset(
    ("left only", "right only", "call left out", "slope", "factor", "rows", "summed", "another value", "difference")
)
"""Edits by which a forward pass becomes another model, whose derivative may well be what the program computes."""


@dataclass
class Candidate:
    """Edits that together make every parameter move as a reading wants it, in the steps that were replayed."""

    edits: tuple[Edit, ...]
    reading: Reading
    rule: Rule
    cost: float
    forward: bool
    """Whether the forward pass changes, too."""


@dataclass
class Bench:
    """Where edits are tried: some steps of a training, and the readings that they are held against."""

    training: Training
    windows: list[Window]
    readings: list[Reading]
    until: float
    """When to stop trying."""
    dues: dict[Reading, list[Due]] = field(default_factory=dict)
    counts: dict[Reading, int] = field(default_factory=dict)
    """For each reading, how many parameters it has."""

    def __post_init__(self) -> None:
        """Find what leads to what, once."""
        self.trace = self.training.trace
        self.quick = self.windows[min(1, len(self.windows) - 1)]
        met = [m for m in self.quick.relevant if any(m.op.node == r.node for r in self.readings)]
        self.predictions = list(dict.fromkeys(m.prediction for m in met))
        step = self.quick.step
        fresh = [self.trace.maker[ref] for ref in step.after if ref not in step.before]
        first_update = min(fresh, default=step.end)  # predictions after it are those of a report
        self.forward = {op.at for op in self.quick.way(self.predictions) if op.at < first_update}
        self.readings += self._hidden()
        self.ops = self.quick.ops()
        self.needed = {op.at for window in self.windows for op in window.way(window.step.after)} | self.forward
        self.scopes = {id(w): Scope(self.trace, w.step.first, w.step.end) for w in self.windows}
        self.zero = self._zeroed_states()
        self._changing: dict[Edit, bool] = {}

    def _hidden(self) -> list[Reading]:
        """Return cross-entropies that the predictions, as they are now, do not allow: an edit may make them fit."""
        known = set(self.readings)
        most = max(self.counts.values(), default=0)
        found = []
        for reading in list(known):
            for loss in LOSSES[1:3]:
                other = Reading(reading.node, reading.form, loss)
                if other not in known and other not in found:
                    found.append(other)
                    self.counts[other] = most
        return found

    def _zeroed_states(self) -> dict[int, Array]:
        """Return the states that are moved by gradients, as they are before the first step: 0."""
        found = {}
        reached = {n for dues in self.dues.values() for n, g in enumerate(dues[0].gradients) if g is not None}
        given = {self.quick.step.before[n] for n in reached}
        for n, (before, after) in enumerate(zip(self.quick.step.before, self.quick.step.after, strict=True)):
            if n not in reached and reached and given & self.quick.upstream([after]):
                found[before] = np.zeros(self.trace.shape(before))
        return found

    # ------------------------------------------------------------------ one step

    def replayed(self, window: Window, overrides: Mapping[int, Override], given: Mapping[int, Array]) -> Replay:
        """Compute what an edit changes in one step."""
        replay = Replay(self.trace, given)
        return self._run(replay, self.ops if window is self.quick else window.ops(), overrides, set(given))

    def _run(self, replay: Replay, ops: Sequence[Op], overrides: Mapping[int, Override], changed: set[int]) -> Replay:
        """Compute the operations that are overridden or depend on what has changed."""
        trace = self.trace
        holders = trace.holders

        def mark(ref: int) -> None:
            changed.add(ref)
            for holder in holders[ref]:
                if holder not in changed:
                    mark(holder)

        for ref in list(changed):
            mark(ref)
        for op in ops:
            other = overrides.get(op.at)
            if other is None and not any(ref in changed for ref in op.inputs):
                continue
            try:
                replay.values[op.out] = compute(replay, op) if other is None else other(replay, op)
            except FAILS:
                if other is not None or op.at in self.needed:
                    raise
                continue  # what is printed or plotted on the way
            mark(op.out)
        return replay

    def moved(self, window: Window, replay: Replay) -> list[Array] | None:
        """Return by how much each chain moved; None where something moved to another shape or became no number."""
        found = []
        for before, after in zip(window.step.before, window.step.after, strict=True):
            old, new = np.asarray(replay.get(before), float), np.asarray(replay.get(after), float)
            if old.shape != new.shape or not np.isfinite(new).all():
                return None
            found.append(new - old)
        return found

    def score(self, edits: Sequence[Edit]) -> dict[Reading, frozenset[int]]:
        """Return for each reading which parameters move rightly in one step with these edits."""
        overrides = self.overrides(self.quick, edits)
        if overrides is None:
            return {}
        try:
            replay = self.replayed(self.quick, overrides, self.zero)
            increments = self.moved(self.quick, replay)
        except FAILS:
            return {}
        if increments is None:
            return {}
        forward = bool(self.forward & overrides.keys())
        if forward and any(edit.kind in REMAKES and self.changes(edit) for edit in edits):
            return {}
        found = {}
        for reading in self.readings:
            try:
                if forward:
                    one = due(self.quick, reading, overrides, replay)
                else:
                    one = self.dues[reading][self.windows.index(self.quick)] if reading in self.dues else None
            except FAILS:
                continue
            if one is not None:
                good = self.matching(one, increments, replay)
                if good:
                    found[reading] = good
        return found

    def matching(self, one: Due, increments: Sequence[Array], replay: Replay) -> frozenset[int]:
        """Return which parameters moved by the same negative multiple of the derivative."""
        all_moves = []
        for n, g in enumerate(one.gradients):
            if g is None:
                continue
            d, ref = increments[n], self.quick.step.before[n]
            if self.zero and self.adaptive:
                moment = self._first_moment(n, replay)
                if moment is None:
                    continue
                d = moment
            if d.shape != np.shape(g) or not np.isfinite(g).all() or not np.isfinite(d).all():
                return frozenset()
            u = unit(self.trace, self.quick.step.after[n])
            w = np.asarray(replay.get(ref), float)
            slack = u * (64 * float(np.abs(w).max(initial=0)) + 2000 * float(np.abs(d).max(initial=0))) + 1e-300
            slack += SAFETY * float(np.abs(d).max(initial=0))
            all_moves.append(Moves(n, [g.ravel()], [d.ravel()], [w.ravel()], [slack]))
        if not all_moves:
            return frozenset()
        rule = plain(all_moves)
        if rule is None or not np.isfinite(rule.rates[0]) or rule.rates[0] <= 0 or rule.l2 < 0:
            return frozenset()
        return frozenset(m.chain for m in all_moves) - rule.wrong

    adaptive: bool = False
    """Whether the states are moving averages, of which the first is in proportion to the derivative."""

    def _first_moment(self, n: int, replay: Replay) -> Array | None:
        up = self.quick.upstream([self.quick.step.after[n]])
        for before, after in zip(self.quick.step.before, self.quick.step.after, strict=True):
            if (
                before in self.zero
                and after in up
                and self.trace.size(after) == self.trace.size(self.quick.step.after[n])
            ):
                return -np.asarray(replay.get(after), float)
        return None

    def overrides(self, window: Window, edits: Sequence[Edit]) -> dict[int, Override] | None:
        """Return what these edits change in a step; None where one has no place there."""
        found: dict[int, Override] = {}
        for edit in edits:
            some = edit.resolve(window, self.scopes[id(window)])
            if not some or found.keys() & some.keys():
                return None
            found.update(some)
        return found

    # ------------------------------------------------------------------ several steps

    def rule_with(self, edits: Sequence[Edit], reading: Reading) -> Rule | None:
        """Return the rule by which the parameters move over all steps with these edits."""
        overrides: dict[int, Override] = {}
        for window in self.windows:
            some = self.overrides(window, edits)
            if some is None:
                return None
            overrides.update(some)
        first, last = self.windows[0].step.first, self.windows[-1].step.end
        ops = [op for op in self.trace.ops[first:last] if op.kind in COMPUTES]
        try:
            replay = self._run(Replay(self.trace, {}), ops, overrides, set())
            dues, steps = [], []
            for window in self.windows:
                one, moved = due(window, reading, overrides, replay), self.moved(window, replay)
                if one is None or moved is None:
                    return None
                dues.append(one)
                steps.append(moved)
        except FAILS:
            return None
        rule = find_rule_of(self.training, dues, steps, replay)
        if (rule is None or rule.wrong) and len(dues) > 4:
            rule = find_rule_of(self.training, dues[1:], steps[1:], replay)  # from zero weights a step may tell little
        return rule

    # ------------------------------------------------------------------ the search

    def search(self, edits: Sequence[Edit], wrong: Mapping[Reading, frozenset[int]]) -> list[Candidate]:
        """Return the edits, or pairs of them, that mend everything; the smallest first."""
        found: list[Candidate] = []
        partial: list[tuple[int, Edit, dict[Reading, frozenset[int]]]] = []
        for edit in sorted(edits, key=lambda e: e.cost):
            if time.perf_counter() > self.until:
                break
            scores = self.score([edit])
            left = []
            for reading, good in scores.items():
                count = self.counts[reading]
                if len(good) == count:
                    found += self.complete((edit,), reading)
                if count - len(good) < len(wrong.get(reading, range(count))):
                    left.append(count - len(good))
            if left:
                partial.append((min(left), edit, scores))
        if not found:
            found = self.pairs(edits, partial)
        return sorted(found, key=lambda candidate: candidate.cost)

    def pairs(
        self, edits: Sequence[Edit], partial: Sequence[tuple[int, Edit, dict[Reading, frozenset[int]]]]
    ) -> list[Candidate]:
        """Return pairs of edits that mend everything: one that mends most, and another one beside it."""
        best = sorted(partial, key=lambda p: (p[0], p[1].cost))
        firsts: list[tuple[Edit, dict[Reading, frozenset[int]]]] = []
        alike: dict[object, int] = {}
        for _, edit, scores in best:
            key = (self.trace.program.statement(edit.node), frozenset(scores.items()))
            alike[key] = alike.get(key, 0) + 1
            if alike[key] == 1 and len(firsts) < 8:
                firsts.append((edit, scores))
        found: list[Candidate] = []
        ordered = sorted(edits, key=lambda e: e.cost)
        for one, before in firsts:
            for other in ordered:
                if time.perf_counter() > self.until or len(found) > 3:
                    return found
                if one.node == other.node or one is other or self.changes_the_model(one, other):
                    continue
                scores = self.score([one, other])
                for reading, good in scores.items():
                    if len(good) == self.counts[reading] and len(before.get(reading, ())) < len(good):
                        found += self.complete((one, other), reading)
        return found

    def changes_the_model(self, *edits: Edit) -> bool:
        """Return whether an edit changes the forward pass, in which nothing is strange."""
        return not self.strange and any(self.changes(edit) for edit in edits)

    def changes(self, edit: Edit) -> bool:
        """Return whether an edit changes the forward pass."""
        if edit not in self._changing:
            overrides = edit.resolve(self.quick, self.scopes[id(self.quick)]) or {}
            self._changing[edit] = bool(self.forward & overrides.keys())
        return self._changing[edit]

    def complete(self, edits: tuple[Edit, ...], reading: Reading) -> list[Candidate]:
        """Return edits as a candidate if the steps follow a rule with them, else nothing."""
        rule = self.rule_with(edits, reading)
        if rule is None or rule.wrong or rule.l2 < 0 or min(rule.rates) <= 0:
            return []
        cost = sum(self.cost(edit) for edit in edits)
        if self.zero and rule.name == "sgd":
            cost += 1.5  # a program that keeps velocities means to use them
        return [Candidate(edits, reading, rule, cost, any(self.changes(edit) for edit in edits))]

    strange: bool = False
    """Whether the forward pass has an activation that nobody knows."""

    def cost(self, edit: Edit) -> float:
        """Return how large a change an edit is; one of the forward pass changes the model itself."""
        return edit.cost + (1.5 if self.changes_the_model(edit) else 0.0)


def all_edits(bench: Bench) -> list[Edit]:
    """Return the edits of operations that lead to what moved, or to a prediction."""
    quick = bench.quick
    ops = quick.way([*quick.step.after, *bench.predictions])
    ops += _settings(quick, ops)
    made = Edits(quick, ops, bench.forward)
    made.labels = frozenset(m.label for m in quick.relevant)
    return list(made.all())


def _settings(window: Window, ops: Sequence[Op]) -> list[Op]:
    """Return what is computed in the step of numbers only, and goes into these operations: ``0.5 * 0.5``, ``1 / m``."""
    trace, found = window.trace, []
    for op in ops:
        for ref in op.inputs:
            made = trace.maker[ref]
            if made >= window.step.begin and ref not in window.down and trace.ops[made].kind == "binary":
                found.append(trace.ops[made])
    return found
