"""Which rule moved the parameters: SGD, momentum, Nesterov, Adam and their kin, each with its constants, or none.

A rule is found from numbers alone: what moved, the derivative, and the states (velocities, moving averages) that a
parameter's new value was computed from. A fit counts where nothing is left over but rounding.
"""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from compare.check.program.reference import Due, increments, unit
from compare.check.program.replay import Replay
from compare.check.program.steps import Training
from compare.check.program.trace import Trace

Array = NDArray[np.float64]


SAFETY = 1e-6
"""So much, of an increment, may be due to a small number that programs add for safety, as to a denominator: 1e-8 beside
a slope of 0.01 and more."""


@dataclass
class Moves:
    """What is known of one parameter over some steps: derivative, increment and value before, flattened."""

    chain: int
    gradients: list[Array]
    increments: list[Array]
    values: list[Array]
    slack: list[float]
    """How far rounding may carry an increment, for each step."""
    shape: tuple[int, ...] = ()

    def masks(self) -> list[Array]:
        """Return which entries a penalty may leave out: none, or those of the bias, in the first or the last row."""
        found = [np.ones(self.values[0].size)]
        if self.shape and self.shape[0] > 1:
            for row in (0, -1):
                mask = np.ones(self.shape)
                mask[row] = 0
                found.append(mask.ravel())
        return found


@dataclass
class Rule:
    """A rule that explains all parameters, or, with ``wrong``, all but some."""

    name: str
    rates: list[float]
    """The learning rate times the gradient's scale, for each step."""
    momentum: float = 0.0
    l2: float = 0.0
    l1: float = 0.0
    beta_2: float = 0.0
    epsilon: float = 0.0
    penalized: frozenset[int] = frozenset()
    wrong: frozenset[int] = frozenset()
    """The chains that move otherwise."""
    why: dict[int, str] = field(default_factory=dict)

    @property
    def constant(self) -> bool:
        """Whether the rate stays the same."""
        return len(self.rates) < 2 or bool(np.allclose(self.rates, self.rates[0], rtol=1e-6))


def moves(
    training: Training,
    dues: Sequence[Due],
    moved: Sequence[Sequence[Array]] | None = None,
    replay: Replay | None = None,
) -> list[Moves]:
    """Gather what the steps say of each parameter that the prediction depends on."""
    trace = training.trace
    found = []
    moved = [increments(due.window) for due in dues] if moved is None else moved
    for n in range(len(training.parameters)):
        if any(due.gradients[n] is None for due in dues):
            continue
        gradients, steps, values, slack = [], [], [], []
        for due, step in zip(dues, moved, strict=True):
            g = due.gradients[n]
            assert g is not None
            ref = due.window.step.before[n]
            before = np.asarray(trace.array(ref) if replay is None else replay.get(ref), float)
            terms = 16.0 + sum(_inner(trace, op) for op in due.ops) * 4
            u = unit(trace, due.window.step.after[n])
            gradients.append(g.ravel())
            steps.append(step[n].ravel())
            values.append(before.ravel())
            size = float(np.abs(step[n]).max(initial=0.0))
            slack.append(u * (4 * float(np.abs(before).max(initial=0.0)) + terms * size) + SAFETY * size + 1e-300)
        found.append(Moves(n, gradients, steps, values, slack, trace.shape(due.window.step.before[n])))
    for t in range(len(dues)):  # what cancels out is rounded like what it was made of
        largest = max((float(np.abs(m.increments[t]).max(initial=0.0)) for m in found), default=0.0)
        for m in found:
            m.slack[t] += unit(trace, dues[t].window.step.after[m.chain]) * 1000 * largest
    return found


def _inner(trace: Trace, op: object) -> float:
    """Return how many terms an operation adds up to one number."""
    sizes = [trace.size(ref) for ref in op.inputs]  # type: ignore[attr-defined]
    if op.kind == "call" or (op.kind == "binary" and op.detail == "@"):  # type: ignore[attr-defined]
        return float(max([1, *sizes]) / max(1, trace.size(op.out)))  # type: ignore[attr-defined]
    return 1.0


def _solve(columns: Sequence[Array], target: Array) -> tuple[Array, Array]:
    """Return the combination of columns nearest to a target, and what is left over."""
    if len(columns) == 1:
        (g,) = columns
        c = float(g @ target) / max(float(g @ g), 1e-300)
        return np.array([c]), target - c * g
    A = np.stack(columns, axis=1)
    if not (np.isfinite(A).all() and np.isfinite(target).all()):
        return np.zeros(len(columns)), np.full_like(target, np.inf)
    scale = np.maximum(np.abs(A).max(axis=0), 1e-300)
    solution = np.linalg.lstsq(A / scale, target, rcond=1e-12)[0] / scale
    return solution, target - A @ solution


def _finite(all_moves: Sequence[Moves]) -> bool:
    return all(np.isfinite(x).all() for m in all_moves for x in (*m.gradients, *m.increments))


def fits(left: Array, slack: float, target: Array) -> bool:
    """Return whether nothing is left over but rounding."""
    return bool(np.abs(left).max(initial=0.0) <= slack)


def plain(all_moves: Sequence[Moves]) -> Rule | None:
    """Fit ``W -= rate * (g + l2 * W)``, the rate free in each step; None where no parameter follows it."""
    found: dict[int, list[tuple[float, float]]] = {}
    for m in all_moves:
        fitted = []
        for g, d, w, slack in zip(m.gradients, m.increments, m.values, m.slack, strict=True):
            if not np.any(g):
                fitted.append((np.nan, 0.0) if fits(d, slack, d) else None)
                continue
            (c,), left = _solve([g], d)
            if fits(left, slack, d):
                fitted.append((-float(c), 0.0))
                continue
            if g.size < 3 and g.size == w.size and g.size * len(m.gradients) < 4:
                fitted.append(None)
                continue
            fitted.append(_penalized(m, g, d, w, slack))
        if all(one is not None for one in fitted):
            found[m.chain] = [one for one in fitted if one is not None]
    if not found:
        return None
    steps = len(all_moves[0].gradients)
    rates = _agreed({n: [c for c, _ in one] for n, one in found.items()}, {m.chain: m for m in all_moves}, steps)
    penalties = {n: [p / c if c and np.isfinite(c) else 0.0 for c, p in one] for n, one in found.items()}
    good = {n for n in found if _same(np.array([c for c, _ in found[n]]), np.array(rates), _spread(n, all_moves))}
    for m in all_moves:  # one that hardly moves has no rate of its own
        if m.chain not in good and all(
            fits(d + c * g, slack, d) for g, d, c, slack in zip(m.gradients, m.increments, rates, m.slack, strict=True)
        ):
            good.add(m.chain)
            penalties[m.chain] = [0.0]
    penalized = {n for n in good if any(p for p in penalties[n])}
    l2 = float(np.median([p for n in penalized for p in penalties[n] if p])) if penalized else 0.0
    for n in sorted(penalized):
        if not np.allclose([p for p in penalties[n] if p], l2, rtol=1e-4, atol=0):
            good.discard(n)
    wrong = frozenset(m.chain for m in all_moves) - good
    return Rule("sgd", rates, l2=l2, penalized=frozenset(penalized & good), wrong=frozenset(wrong))


def _penalized(m: Moves, g: Array, d: Array, w: Array, slack: float) -> tuple[float, float] | None:
    """Return rate and penalty of one step that a penalty on some or all weights explains."""
    if g.size <= 2:
        return None
    for mask in m.masks():
        (c, p), left = _solve([g, w * mask], d)
        if fits(left, slack * 10, d) and c:
            return -float(c), -float(p)
    return None


def _spread(n: int, all_moves: Sequence[Moves]) -> float:
    """Return the relative rounding of a rate that was found from this parameter's increments."""
    m = next(m for m in all_moves if m.chain == n)
    worst = 0.0
    for d, slack in zip(m.increments, m.slack, strict=True):
        size = float(np.abs(d).max(initial=0.0))
        worst = max(worst, slack / size if size else 0.0)
    return max(1e-9, 4 * worst)


def _same(x: Array, y: Array, spread: float) -> bool:
    known = np.isfinite(x) & np.isfinite(y)
    return bool(np.all(np.abs(x - y)[known] <= spread * np.abs(y)[known]))


def _agreed(found: dict[int, list[float]], moved: dict[int, Moves], steps: int) -> list[float]:
    """Return the rate of each step that most parameters agree on; of equally many, that of the larger ones."""
    best: tuple[tuple[int, int, int], list[float]] = ((-1, 0, 0), [np.nan] * steps)
    for rates in found.values():
        if not np.isfinite(rates).any():
            continue
        agreeing = [m for m, other in found.items() if _same(np.array(other), np.array(rates), 1e-6)]
        rank = (len(agreeing), sum(moved[m].values[0].size for m in agreeing), int(np.median(rates) > 0))
        if rank > best[0]:
            best = (rank, list(rates))
    return [rate if np.isfinite(rate) else 0.0 for rate in best[1]]


def linear(all_moves: Sequence[Moves]) -> Rule | None:
    """Fit momentum and Nesterov: ``d = a * d_before - c * g (+ e * g_before)``, from the second step on."""
    if not all_moves or len(all_moves[0].gradients) < 3:
        return None

    def stacked(columns: str, those: Sequence[Moves]) -> list[Array]:
        pick = {
            "g": lambda m, t: m.gradients[t], "G": lambda m, t: m.gradients[t - 1],
            "d": lambda m, t: m.increments[t - 1], "w": lambda m, t: m.values[t], "W": lambda m, t: m.values[t - 1],
        }  # fmt: skip
        steps = range(1, len(those[0].gradients))
        return [np.concatenate([pick[c](m, t) for m in those for t in steps]) for c in columns]

    best: Rule | None = None
    for shapes in (("dg", "dgw"), ("dgG", "dgGwW")):
        solutions: dict[int, Array] = {}
        penalties: dict[int, float] = {}
        for m in all_moves:
            target = np.concatenate(m.increments[1:])
            for columns in shapes:
                if target.size <= len(columns) + 1 or not np.any(target):
                    continue
                solution, left = _solve(stacked(columns, [m]), target)
                if fits(left, 20 * max(m.slack), target) and abs(solution[0]) > 1e-9:
                    solutions[m.chain] = solution
                    # that of the step before stands beside it: alone, neither is certain, their sum is
                    penalties[m.chain] = float(sum(solution[n] for n, c in enumerate(columns) if c in "wW"))
                    break
        rule = _linear_rule(all_moves, solutions, penalties, shapes[0], stacked)
        if rule is not None and (best is None or len(rule.wrong) < len(best.wrong)):
            best = rule
    return best


def _linear_rule(
    all_moves: Sequence[Moves],
    solutions: dict[int, Array],
    penalties: dict[int, float],
    columns: str,
    stacked: Callable[[str, Sequence[Moves]], list[Array]],
) -> Rule | None:
    """Return the rule that most solutions agree on."""
    many = len(columns)
    if not solutions:
        return None

    def alike(one: Array, other: Array) -> bool:
        return bool(np.allclose(one[:many], other[:many], rtol=1e-4, atol=1e-12))

    best = max(solutions.values(), key=lambda s: sum(alike(s, o) for o in solutions.values()))
    good = {n for n, s in solutions.items() if alike(s, best)}
    for m in all_moves:  # a parameter of few numbers, or of next to nothing, has to follow the others' rule
        if m.chain not in good:
            target = np.concatenate(m.increments[1:])
            left = target - np.stack(stacked(columns, [m]), axis=1) @ best[:many]
            if fits(left, 20 * max(m.slack), target):
                good.add(m.chain)
    momentum, rate = float(best[0]), -float(best[1])
    if not 0 < momentum < 1.0001 or not rate:
        return None
    if many == 3:
        c = float(best[2]) / momentum
        if not np.isclose(float(best[1]), -(1 + momentum) * c, rtol=1e-3):
            return None
        rate = c
    l2 = max((-penalties[n] / rate for n in good if penalties.get(n)), default=0.0)
    share = max(abs(rate) * np.abs(g).max() - 1e-3 * np.abs(d).max() for m in all_moves
                for g, d in zip(m.gradients, m.increments, strict=True))  # fmt: skip
    if share < 0:
        return None  # the derivative has no part in it: what moves goes on by itself
    wrong = frozenset(m.chain for m in all_moves) - frozenset(good)
    steps = len(all_moves[0].gradients)
    return Rule("momentum" if many == 2 else "nesterov", [rate] * steps, momentum, l2, wrong=wrong)


def constants(trace: Trace) -> list[float]:
    """Return the numbers that a program's source holds."""
    found = {
        float(node.value)
        for node in trace.program.nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and np.isfinite(node.value)
    }
    return sorted(found)


def _decay(m: Moves, states: Sequence[Array], trace: Trace) -> float:
    """Return the penalty beside a derivative that a moving average was made of in the first step."""
    for state in states:
        if state.size == m.gradients[0].size > 3 and np.any(state):
            (c, p), left = _solve([m.gradients[0], m.values[0]], state.ravel())
            if c and abs(p) > 1e-9 * abs(c) and np.abs(left).max() <= 1e-9 * np.abs(state).max():
                return float(p / c)
    return 0.0


def adaptive(all_moves: Sequence[Moves], trace: Trace, states: Sequence[Array]) -> Rule | None:
    """Fit Adam, RMSprop and AdaGrad, whose constants stand in the source."""
    if not all_moves or len(all_moves[0].gradients) < 3:
        return None
    decays = [x for x in constants(trace) if 0.5 <= x < 1]
    l2 = {m.chain: _decay(m, states, trace) for m in all_moves}
    for m in all_moves:
        m.gradients = [g + l2[m.chain] * w for g, w in zip(m.gradients, m.values, strict=True)]
    tries: list[tuple[str, float, float]] = [("adam", b1, b2) for b1 in decays for b2 in decays]
    tries += [("rmsprop", 0.0, b2) for b2 in decays] + [("adagrad", 0.0, 0.0)]
    best: Rule | None = None
    for name, b1, b2 in tries:
        for corrected in (True, False) if name == "adam" else (False,):
            rates: dict[int, float] = {}
            epsilons: dict[int, float] = {}
            for m in sorted(all_moves, key=lambda m: m.values[0].size):
                found = _adaptive_fit(m, name, b1, b2, corrected)
                if found is not None:
                    rates[m.chain], epsilons[m.chain] = found
                elif not rates and m.values[0].size > 3:
                    break  # the others cost more, and it would be wrong of this one
            if not rates:
                continue
            rate = float(np.median(list(rates.values())))
            good = {n for n, r in rates.items() if np.isclose(r, rate, rtol=1e-4)}
            wrong = frozenset(m.chain for m in all_moves) - frozenset(good)
            rule = Rule(
                name if corrected or name != "adam" else "adam without its correction",
                [rate] * len(all_moves[0].gradients), b1, beta_2=b2,
                epsilon=float(np.median(list(epsilons.values()))), wrong=wrong,
            )  # fmt: skip
            if best is None or len(rule.wrong) < len(best.wrong):
                best = rule
            if not wrong:
                return rule
    return best


def _adaptive_fit(m: Moves, name: str, b1: float, b2: float, corrected: bool) -> tuple[float, float] | None:
    """Return rate and epsilon (of the unscaled gradient) by which a parameter moves; None where it does not."""
    s = np.zeros_like(m.gradients[0])
    v = np.zeros_like(s)
    found: list[tuple[Array, Array]] = []
    for t, (g, d) in enumerate(zip(m.gradients, m.increments, strict=True), start=1):
        s = b1 * s + (1 - b1) * g if name == "adam" else g
        v = v + g**2 if name == "adagrad" else b2 * v + (1 - b2) * g**2
        s_hat, v_hat = (s / (1 - b1**t), v / (1 - b2**t)) if corrected else (s, v)
        # a derivative that is next to nothing beside the others is mostly rounding
        known = (np.abs(d) > 0) & (v_hat > 0) & (np.abs(g) > 1e-6 * np.abs(g).max(initial=0.0))
        if not known.any():
            if np.any(g):
                return None
            continue
        # d = -rate * s / (sqrt(v) + eps), so -s / d = (sqrt(v) + eps) / rate: a straight line in sqrt(v)
        found.append((np.sqrt(v_hat[known]), -s_hat[known] / d[known]))
    if not found:
        return None
    x, y = (np.concatenate(side) for side in zip(*found, strict=True))
    A = np.stack([x, np.ones_like(x)], axis=1)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    weight = 1 / np.maximum(np.abs(y), 1e-300)
    (slope, offset), *_ = np.linalg.lstsq(A * weight[:, None], y * weight, rcond=None)
    if slope <= 0:
        return None
    left = np.abs((y - A @ np.array([slope, offset])) * weight)
    # the line is exact but for rounding and for an epsilon that is itself corrected from step to step
    if np.median(left) > 1e-6 or np.quantile(left, 0.9) > 1e-3:
        return None
    return float(1 / slope), float(offset / slope)


def find_rule(training: Training, dues: Sequence[Due]) -> Rule | None:
    """Return the rule that explains most parameters; None where none explains any."""
    return find_rule_of(training, dues)


def find_rule_of(
    training: Training,
    dues: Sequence[Due],
    moved: Sequence[Sequence[Array]] | None = None,
    replay: Replay | None = None,
) -> Rule | None:
    """Return the rule of steps that were replayed: what moved, and the values before, are the replay's."""
    all_moves = moves(training, dues, moved, replay)
    if not all_moves or not _finite(all_moves):
        return None
    moving = {m.chain for m in all_moves}
    ends = [ref for n, ref in enumerate(dues[0].window.step.after) if n not in moving]
    known = [training.trace.array(ref) if replay is None else replay.get(ref) for ref in ends]
    states = [np.asarray(x, float) for x in known if x is not None]
    stateful = bool(ends or training.states)
    rules = [plain(all_moves)]
    if _explains(rules[0]):
        return rules[0]
    rows = [sum(label.size for label in due.labels) for due in dues]
    for weights in ([1.0] * len(rows), [rows[0] / max(1, n) for n in rows]):
        # where batches differ in size, a state mixes sums, or means
        scaled = [replace(m, gradients=[g * w for g, w in zip(m.gradients, weights, strict=True)]) for m in all_moves]
        rules.append(linear(scaled))
        if stateful and not _explains(rules[-1]):
            rules.append(adaptive(scaled, training.trace, states))
        if _explains(rules[-1]) or len(set(rows)) == 1:
            break
    found = [rule for rule in rules if rule is not None]
    return next((rule for rule in found if _explains(rule)), None) or min(
        found, key=lambda rule: len(rule.wrong), default=None
    )


def _explains(rule: Rule | None) -> bool:
    """Return whether a rule explains every parameter."""
    return rule is not None and not rule.wrong and rule.rates[0] > 0
