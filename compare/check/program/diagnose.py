"""What the steps of a recording say: the reading and the rule that explain them, or how far they do not."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from compare.check.program.optimizers import Rule, find_rule, moves
from compare.check.program.reference import Due, Reading, Window, due, readings
from compare.check.program.replay import CannotReplay
from compare.check.program.steps import Training, find_training
from compare.check.program.trace import Trace

UNFIT = (ArithmeticError, AttributeError, CannotReplay, LookupError, TypeError, ValueError)
"""What a reading that does not fit a program may raise."""

STEPS = 6
"""So many steps are held against the derivative: a rate that is right by chance in one is not in six."""


@dataclass
class Diagnosis:
    """A training with every reading of it: what each step was due, and by which rule the parameters moved."""

    training: Training
    windows: list[Window]
    dues: dict[Reading, list[Due]] = field(default_factory=dict)
    rules: dict[Reading, Rule | None] = field(default_factory=dict)
    counts: dict[Reading, int] = field(default_factory=dict)
    unknown: list[CannotReplay] = field(default_factory=list)
    """Operations on the way to a prediction that cannot be differentiated."""

    @property
    def trace(self) -> Trace:
        """The recording."""
        return self.training.trace

    @property
    def right(self) -> Reading | None:
        """The reading by which every parameter moves rightly, the likeliest of several; None where there is none."""
        good = [reading for reading in self.dues if is_right(self.rules[reading], self.dues[reading])]
        return min(good, key=lambda reading: self.rank(reading), default=None)

    def rank(self, reading: Reading) -> tuple[int, int]:
        """Return how unlikely a reading is, of those that fit: the absolute error is what a sign of anything gives."""
        rule = self.rules[reading]
        order = ["categorical_crossentropy", "nll", "binary_crossentropy", "mse", "mae"]
        return (0 if rule is not None and rule.constant else 1, order.index(reading.loss.name))

    @property
    def uphill(self) -> Reading | None:
        """The reading by which every parameter moves the wrong way; None where there is none."""
        for reading, rule in self.rules.items():
            if rule is not None and not rule.wrong and rule.constant and max(rule.rates) < 0:
                return reading
        return None

    @property
    def wrong(self) -> dict[Reading, frozenset[int]]:
        """For each reading the parameters that move wrongly by it."""
        found = {}
        for reading, rule in self.rules.items():
            everything = frozenset(n for n, g in enumerate(self.dues[reading][0].gradients) if g is not None)
            found[reading] = everything if rule is None or min(rule.rates) <= 0 else rule.wrong
            if rule is not None and rule.l2 < 0:
                found[reading] |= rule.penalized
        return found


def is_right(rule: Rule | None, dues: list[Due]) -> bool:
    """Return whether a rule explains every parameter with a rate above zero that stays, or falls as a schedule does."""
    if rule is None or rule.wrong or rule.l2 < 0 or rule.momentum >= 1 or rule.name.startswith("adam without"):
        return False
    rates = np.array(rule.rates)
    if not (rates > 0).all():
        return False
    rows = np.array([max(1, sum(label.size for label in one.labels)) for one in dues[-len(rates) :]])
    for steady in (rates, rates * rows):
        if np.allclose(steady, steady[0], rtol=1e-6):
            return True
        ratios = steady[1:] / steady[:-1]
        if (ratios <= 1 + 1e-9).all() and (ratios > 0.3).all():
            return True
    return False


def diagnose(trace: Trace, steps: int = STEPS) -> Diagnosis | None:
    """Return what a recording's steps say; None where nothing is trained in it."""
    training = find_training(trace)
    if training is None or not training.steps:
        return None
    few = steps if training.steps[0].end - training.steps[0].begin < 4000 else 3
    windows = [Window(training, step) for step in training.steps[: few + 1]]
    second = windows[min(1, len(windows) - 1)]
    possible = readings(second)
    windows = windows[1:] if _first_is_other(windows, possible) else windows[:few]
    found = Diagnosis(training, windows)
    for reading in possible:
        dues: list[Due] = []
        try:
            for window in windows:
                one = due(window, reading)
                if one is None or all(g is None for g in one.gradients):
                    break
                dues.append(one)
        except CannotReplay as error:
            found.unknown.append(error)
            continue
        except UNFIT:
            continue
        if len(dues) < min(3, len(windows)):
            continue
        found.dues[reading] = dues
        rule = find_rule(training, dues)
        if not is_right(rule, dues) and len(dues) > 4:
            later = find_rule(training, dues[1:])  # the first may begin with values that no line has given yet
            rule = later if is_right(later, dues[1:]) else rule
        found.rules[reading] = rule
        found.counts[reading] = len(moves(training, dues))
    most = max(found.counts.values(), default=0)
    for reading in list(found.dues):
        if found.counts[reading] < most or not most:
            del found.dues[reading], found.rules[reading], found.counts[reading]
    if found.dues:
        found.windows = windows[: min(len(dues) for dues in found.dues.values())]
    return found


def _first_is_other(windows: Sequence[Window], possible: Sequence[Reading]) -> bool:
    """Return whether the first step depends on fewer parameters: they may begin as values that no line has given."""
    if len(windows) < 4:
        return False
    for reading in possible:
        try:
            first, second = (due(window, reading) for window in windows[:2])
        except UNFIT:
            continue
        if second is not None and (first is None or _reached(first) < _reached(second)):
            return True
    return False


def _reached(one: Due) -> int:
    return sum(g is not None for g in one.gradients)
