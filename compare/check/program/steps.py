"""Finds what a program trains, from the flow of its values: parameters, and the steps in which they move.

Nothing goes by name. A parameter is a value that is replaced, again and again, by one that was computed from it, and
that takes part in something else than its own replacement.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compare.check.program.trace import Op, Trace

Array = NDArray[np.float64]


@dataclass(eq=False)
class Chain:
    """A value that is replaced again and again: its numbers in their order, and when each was made."""

    refs: list[int]
    made: list[int]

    @property
    def span(self) -> int:
        """How much of the recording it lasted."""
        return self.made[-1] - self.made[0]

    def at(self, time: int) -> int:
        """Return the value's number just before an operation."""
        return self.refs[max(0, bisect_left(self.made, time) - 1)]

    def moved(self, first: int, last: int) -> bool:
        """Return whether it was replaced from ``first`` to before ``last``."""
        return bisect_left(self.made, first) < bisect_left(self.made, last)


@dataclass
class Step:
    """One step: the operations from ``begin`` to before ``end``, and each parameter's value before and after it."""

    begin: int
    end: int
    before: list[int]
    after: list[int]
    first: int = 0
    """Where the values before were made: what was computed since may belong to the step."""


@dataclass
class Training:
    """What is trained: parameters, and the steps that were seen, in which the parameters moved."""

    trace: Trace
    parameters: list[Chain]
    states: list[Chain]
    """What else goes on from step to step: velocities, sums, rates."""
    steps: list[Step]
    loop: int
    """The loop of whose turns the steps are."""

    @property
    def movers(self) -> frozenset[int]:
        """All values that a parameter takes."""
        return frozenset(ref for chain in self.parameters for ref in chain.refs[1:])


def _links(trace: Trace) -> dict[int, int]:
    """Return for each value that is replaced the value that replaces it.

    What changes in place is replaced by what it becomes; what has a name, an attribute or an entry of a list by what
    stands there next, if that was computed from it; and what a line adds something to, time after time, by the sum.
    """
    links: dict[int, int] = {}
    for op in trace.ops:
        if op.kind in ("store", "put") and op.inputs[0] not in links and trace.is_float(op.out):
            links[op.inputs[0]] = op.out
    held: dict[object, int] = {}
    first_place: dict[int, object] = {}
    placed: list[tuple[int, int, object]] = []
    names: dict[int, set[object]] = {}
    for op in trace.ops:
        if op.kind in ("bind", "set"):
            place, v = _place(trace, op), op.inputs[0]
            u = held.get(place)
            held[place] = v
            first_place.setdefault(v, place)
            names.setdefault(v, set()).add(place)
            replaced = u is not None and u != v and trace.is_float(v) and _alike(trace, u, v)
            if u is not None and replaced and trace.maker[v] > trace.maker[u]:
                placed.append((u, v, place))
    for relaxed in (False, True):
        taken = frozenset(links.values()) if relaxed else frozenset(names)
        for u, v, _ in sorted(placed, key=lambda one: first_place.get(one[0]) != one[2]):
            if u not in links and _depends(trace, v, u, taken):
                links[u] = v
    for op in trace.ops:
        if op.kind in ("binary", "augment") and op.detail in ("+", "-") and trace.is_float(op.out):
            u = _former(trace, op)
            if u is not None and u not in links and u != op.out:
                links[u] = op.out
    return links


def _former(trace: Trace, op: Op) -> int | None:
    """Return what the same line gave before, or what it began with, where a sum was computed from that."""
    todo = [(ref, 0) for ref in op.inputs]
    start = None
    while todo:
        ref, depth = todo.pop(0)
        if not _alike(trace, ref, op.out):
            continue
        made = trace.maker[ref]
        if made >= 0 and trace.ops[made].node == op.node and made < op.at:
            return ref
        if made >= 0 and depth < 2 and _is_linear(trace.ops[made]):
            todo += [(one, depth + 1) for one in trace.ops[made].inputs]
        if depth == 0 and start is None and _seen_again(trace, ref, op):
            start = ref
    return start


def _seen_again(trace: Trace, u: int, op: Op) -> bool:
    """Return whether the sum takes this value's place the next time that the line is computed."""
    return any(
        trace.ops[at].node == op.node and trace.ops[at].inputs.index(op.out) == op.inputs.index(u)
        for at in trace.users[op.out]
        if op.out in trace.ops[at].inputs
    )


def _is_linear(op: Op) -> bool:
    """Return whether an operation leaves a value's entries where they are, scaled or with something added."""
    adds = op.kind in ("binary", "augment") and op.detail in ("+", "-", "*", "/")
    named = op.kind == "call" and op.detail[0].rpartition(".")[2] in _LINEAR
    return adds or named or op.kind in ("store", "put")


def _place(trace: Trace, op: Op) -> object:
    """Return the name, the attribute or the entry that a mark gives a value to."""
    if op.kind == "set":
        return tuple(op.detail)
    return (op.frame if op.detail not in trace.shared_names else 0, op.detail)


def _alike(trace: Trace, u: int, v: int) -> bool:
    return trace.size(u) == trace.size(v) and trace.rows[u][0] in ("float", "array", "plain")


def _depends(trace: Trace, v: int, u: int, cut: frozenset[int]) -> bool:
    """Return whether a value is another one, scaled or not, with something added, by a few operations at most.

    What leads through another value that goes on from step to step does not count.
    """
    todo = [(v, 0)]
    while todo:
        ref, depth = todo.pop()
        if ref == u:
            return True
        if depth and ref in cut:
            continue
        made = trace.maker[ref]
        if depth == 5 or made <= trace.maker[u]:
            continue
        op = trace.ops[made]
        if _is_linear(op):
            todo += [(one, depth + 1) for one in op.inputs if _alike(trace, one, v)]
    return False


_LINEAR = ("add", "subtract", "multiply", "divide", "array", "copy", "clip", "astype", "float")
"""Functions that leave a value's entries where they are."""


def chains_of(trace: Trace) -> list[Chain]:
    """Return everything that is replaced at least twice."""
    links = _links(trace)
    heads = set(links) - set(links.values())
    chains = []
    for head in heads:
        refs = [head]
        seen = {head}
        while refs[-1] in links and links[refs[-1]] not in seen:
            refs.append(links[refs[-1]])
            seen.add(refs[-1])
        if len(refs) >= 3:
            chains.append(Chain(refs, [trace.maker[ref] for ref in refs]))
    return chains


def find_training(trace: Trace) -> Training | None:
    """Return the training that a recording shows, or None where there is none."""
    chains = chains_of(trace)
    if not chains:
        return None
    longest = max(chain.span for chain in chains)
    chains = [chain for chain in chains if chain.span >= 0.3 * longest]
    parameters, states = _sorted_out(trace, chains)
    if not parameters:
        return None
    parameters.sort(key=lambda chain: (chain.made[1], chain.refs[0]))
    found = _steps(trace, parameters)
    if found is None:
        return None
    loop, steps = found
    return Training(trace, parameters, states, steps, loop)


def _sorted_out(trace: Trace, chains: list[Chain]) -> tuple[list[Chain], list[Chain]]:
    """Return which of these take part in something else than their own replacement, and the others."""
    outputs = frozenset(ref for chain in chains for ref in chain.refs[1:])
    owner = {ref: chain for chain in chains for ref in chain.refs}
    parameters: list[Chain] = []
    states: list[Chain] = []
    for chain in chains:
        middle = max(1, min(len(chain.refs) // 2, len(chain.refs) - 2))
        (parameters if _takes_part(trace, chain, middle, outputs, owner) else states).append(chain)
    return parameters, states


def _takes_part(trace: Trace, chain: Chain, n: int, outputs: frozenset[int], owner: dict[int, Chain]) -> bool:
    """Return whether a value reaches another replacement by a way of its own, and its own depends on others."""
    u, v = chain.refs[n], chain.refs[n + 1]
    horizon = min(len(trace.ops), trace.maker[v] + 2 * (trace.maker[v] - trace.maker[u]) + 2000)
    reached = False
    met = False
    todo, seen = [u], {u}
    while todo and not (reached and met) and len(seen) < 5000:
        ref = todo.pop()
        for at in trace.consumers(ref):
            op = trace.ops[at]
            if at > horizon or op.out in seen:
                continue
            if op.out == v or owner.get(op.out) is chain:
                continue
            if op.out in outputs:
                reached = True
                continue
            seen.add(op.out)
            todo.append(op.out)
            if _partner(trace, op, ref):
                met = True
    if not (reached or met):
        return False
    return _depends_on_more(trace, u, v, chain)


def _partner(trace: Trace, op: Op, ref: int) -> bool:
    """Return whether a value is multiplied or added to something that is no setting: an array."""
    return any(other != ref and trace.size(other) > 1 for other in op.inputs)


def _depends_on_more(trace: Trace, u: int, v: int, chain: Chain) -> bool:
    """Return whether a replacement was computed from more than the value itself and settings."""
    first = trace.maker[u]
    mine = set(chain.refs)
    for ref in trace.upstream([v], max(first, 0)):
        if ref in mine:
            continue
        made = trace.maker[ref]
        row = trace.rows[ref]
        if made < first and (row[0] == "array" and trace.size(ref) > 1):
            return True
        if made < first and row[0] == "float" and made >= 0 and trace.ops[made].kind != "number":
            return True
        if made < 0 and row[0] == "float":
            return True
        if made >= 0 and made < first and trace.ops[made].kind == "number" and len(trace.users[ref]) > 3:
            return True
    return False


def without_rates(training: Training) -> Training:
    """Return a training whose parameters are only what depends on other parameters: no rate that falls by itself."""
    trace = training.trace
    rates = [chain for chain in training.parameters if _goes_by_itself(trace, chain)]
    kept = [chain for chain in training.parameters if chain not in rates]
    found = _steps(trace, kept) if rates and kept else None
    if found is None:
        return training
    loop, steps = found
    return Training(trace, kept, [*training.states, *rates], steps, loop)


def _goes_by_itself(trace: Trace, chain: Chain) -> bool:
    """Return whether a single number is replaced by one that comes from itself and from settings: no array is met."""
    if trace.size(chain.refs[0]) > 1:
        return False
    for u, v in zip(chain.refs[1:4], chain.refs[2:5], strict=False):
        mine = set(chain.refs)
        todo, seen = [v], set()
        while todo:
            ref = todo.pop()
            if ref in seen or (ref in mine and ref != v):
                continue
            seen.add(ref)
            if trace.size(ref) > 1:
                return False
            made = trace.maker[ref]
            if made > trace.maker[u]:
                if trace.ops[made].kind == "item":
                    return False
                todo += list(trace.inputs(trace.ops[made]))
            elif (
                trace.rows[ref][0] == "float"
                and (made < 0 or trace.ops[made].kind != "number")
                and (made < 0 or len(seen) > 12)
            ):
                return False
    return True


def _steps(trace: Trace, parameters: list[Chain]) -> tuple[int, list[Step]] | None:
    """Return the innermost loop in whose turns all parameters move, and these turns."""
    turns: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for op in trace.ops:
        if op.kind == "turn":
            turns.setdefault(op.node, []).append(op.at)
        elif op.kind == "leave":
            ends.setdefault(op.node, []).append(op.at)
    best: tuple[int, float, int, list[tuple[int, int]]] | None = None
    for node, begins in turns.items():
        left = ends.get(node, [])
        spans = []
        for n, begin in enumerate(begins):
            until = begins[n + 1] if n + 1 < len(begins) else len(trace.ops)
            k = bisect_right(left, begin)
            if k < len(left):
                until = min(until, left[k])
            elif n + 1 == len(begins) and trace.stopped:
                continue  # broken off
            spans.append((begin, until))
        busy = [span for span in spans if any(chain.moved(*span) for chain in parameters)]
        if not busy:
            continue
        moved = [sum(chain.moved(*span) for chain in parameters) for span in busy[:50]]
        most = max(moved)
        full = sum(m == most for m in moved)
        if full * 2 < len(moved) and most < len(parameters):
            continue
        length = float(np.median([until - begin for begin, until in busy[:50]]))
        if best is None or (-most, length) < best[:2]:
            best = (-most, length, node, busy)
    if best is None:
        return None
    _, _, node, busy = best
    steps: list[Step] = []
    for begin, end in busy:
        before = [chain.at(begin) for chain in parameters]
        after = [chain.at(end) for chain in parameters]
        first = steps[-1].begin if steps else 0
        made = [trace.maker[ref] for ref in before]
        steps.append(Step(begin, end, before, after, max(0, min(begin, max(min(made), first)))))
    return node, steps
