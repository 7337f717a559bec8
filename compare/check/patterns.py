"""Says what is seen in wrong numbers where no known mistake fits: a factor, a sign, a shape, a row, a kind of input."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from compare.check.cases import EXTREME
from compare.check.contract import SYMBOLS, axes_of
from compare.check.judge import Attempt, JudgedRung
from scratch.arrays import Array

CONSTANT = 1e-5
"""Ratios that differ by no more than this are one: float32 has a rounding of 6e-8, and ratios are of small numbers."""

FEW = 3
"""Fewer numbers than this show no pattern."""

NO_NUMBERS = "there are no numbers to compare"


Pair = tuple[Array, Array, Attempt]
"""What came back, what Keras has, and of which question; of a result that a step moves, how far it moved."""


def pattern(judged: JudgedRung, attempts: Sequence[Attempt]) -> str:
    """Describe how the failed attempts of a rung differ from Keras, in one sentence."""
    failed = [one for one in attempts if one.wrong(judged.rung.results)]
    if not failed:
        return "it fails on real images only, where roundings add up"
    if failed[0].problem:
        return failed[0].problem if failed[0].returned else f"{NO_NUMBERS}: {failed[0].problem}"
    off = [name for name in judged.rung.results if any(one.wrong((name,)) for one in failed)]
    if length := _length(judged, failed):
        return f"what is seen: {length}"
    seen = [_of_result(name, failed, attempts) for name in off]
    right = [name for name in judged.rung.results if name not in off and all(name in one.returned for one in failed)]
    if right:
        seen.append(f"{' and '.join(right)} {'is' if len(right) == 1 else 'are'} right")
    seen += _where(failed, attempts)
    return "what is seen: " + "; ".join(seen)


def _of_result(name: str, failed: Sequence[Attempt], attempts: Sequence[Attempt]) -> str:
    wrong = [one for one in failed if name in one.returned and one.wrong((name,))]
    pairs = [_pair(name, one) for one in wrong]
    what = f"the step of {name}" if name in failed[0].question.function.arguments else name
    for seen, keras, _ in pairs:
        if seen.shape != keras.shape:
            turned = seen.shape == keras.T.shape and np.allclose(seen, keras.T)
            return f"{name} has shape {seen.shape} for {keras.shape}{', and is Keras’s turned on its side' * turned}"
    if any(not np.isfinite(seen).all() for seen, _, _ in pairs):
        return f"{name} is not finite"
    said = _factor(pairs) or _shift(pairs) or _lookalike(name, attempts) or _stops(pairs) or _last_row(name, pairs)
    return f"{what} {said or 'is off by no common factor'}"


def _pair(name: str, one: Attempt) -> Pair:
    return _step(name, one, one.returned[name]), _step(name, one, one.question.expected[name]), one


def _step(name: str, one: Attempt, result: Array) -> Array:
    """Return a result, or how far it is from the argument of the same name, which a step moved."""
    start = one.question.case.arguments.get(name)
    return result if start is None or np.shape(start) != result.shape else result - start


def _factor(pairs: Sequence[Pair]) -> str | None:
    """Name the factor between the results, where it is one number or follows the number of rows.

    A single number has a factor whatever is wrong, so it takes several, of different questions or in one.
    """
    ratios = []
    seen_of: dict[str, list[float]] = {}
    for seen, keras, one in pairs:
        telling = np.abs(keras) > 1e-3 * np.abs(keras).max(initial=0)
        if not telling.any():
            return None
        ratio = seen[telling] / keras[telling]
        if np.ptp(ratio) > CONSTANT * max(1.0, float(np.abs(ratio).max())):
            return None
        N = next((len(x) for name, x in one.question.case.arguments.items() if axes_of(name, x)[:1] == "N"), 1)
        ratios.append((float(ratio.mean()), N))
        seen_of.setdefault(one.question.dtype, []).extend(keras[telling].tolist())
    if max(map(len, seen_of.values()), default=0) < FEW:
        return None
    values = np.array([ratio for ratio, _ in ratios])
    rows = np.array([N for _, N in ratios])
    if _all_alike(values):
        return f"is {_in_words(values[0])} Keras's"
    if _all_alike(values / rows):
        return f"is {_in_words(values[0] / rows[0])} N times Keras's".replace("1 times N times", "N times")
    if _all_alike(values * rows):
        return f"is {_in_words(values[0] * rows[0])} 1/N of Keras's".replace("1 times 1/N of", "1/N of")
    return None


def _shift(pairs: Sequence[Pair]) -> str | None:
    """Name the difference between the results, where it is one number."""
    differences = np.concatenate([(seen - keras).ravel() for seen, keras, _ in pairs])
    alike = np.allclose(differences, differences[0], rtol=CONSTANT, atol=0)
    return f"is off by {differences[0]:.6g} everywhere" if alike and len(differences) >= FEW else None


def _lookalike(name: str, attempts: Sequence[Attempt]) -> str | None:
    """Name something else that the results are, those that are right among them."""
    answered = [one for one in attempts if name in one.returned]
    for words, computed in answered[0].question.function.lookalikes.items():
        with np.errstate(all="ignore"):
            others = [computed(*one.question.case.arguments.values()) for one in answered]
        told = [(other, one.returned[name]) for other, one in zip(others, answered, strict=True)]
        finite = [(other, seen) for other, seen in told if np.isfinite(other).all()]
        if len(finite) >= FEW and all(_same(other, seen) for other, seen in finite):
            return f"equals {words}"
    return None


def _same(other: Any, seen: Array) -> bool:
    return np.shape(other) == seen.shape and np.allclose(other, seen, rtol=CONSTANT, atol=CONSTANT * np.abs(seen).max())


def _stops(pairs: Sequence[Pair]) -> str | None:
    """Name the numbers at which the results stop where Keras's go on."""
    seen = np.concatenate([seen.ravel() for seen, _, _ in pairs])
    keras = np.concatenate([keras.ravel() for _, keras, _ in pairs])
    stops = []
    for end, beyond in ((seen.min(), np.less), (seen.max(), np.greater)):
        held = np.isclose(seen, end, rtol=CONSTANT, atol=0) & beyond(keras, end)
        if held.sum() >= FEW and len(np.unique(keras[held])) > 1 and not np.isclose(seen, end, rtol=CONSTANT).all():
            stops.append(f"{end:.4g}")
    return f"stops at {' and at '.join(stops)}" if stops else None


def _length(judged: JudgedRung, failed: Sequence[Attempt]) -> str | None:
    """Tell of steps that are as long as each other, whatever the gradient; the learning rate may scale them."""
    names = [name for name in judged.rung.results if name in judged.rung.function.arguments]
    if not names or len(failed) < FEW or any(name not in one.returned for name in names for one in failed):
        return None
    steps = [np.concatenate([_step(name, one, one.returned[name]).ravel() for name in names]) for one in failed]
    lengths = np.array([np.linalg.norm(step) for step in steps])
    rates = np.array([one.question.case.arguments["learning_rate"] for one in failed])
    if not lengths.all() or not np.isfinite(lengths).all():
        return None
    if _all_alike(lengths):
        return "the step always has the same length"
    return "the step always has the same length, times the learning rate" if _all_alike(lengths / rates) else None


def _last_row(name: str, pairs: Sequence[Pair]) -> str | None:
    """Tell of a result that is wrong for the last row of every batch only."""
    of_rows = [pair for pair in pairs if SYMBOLS[name].axes[:1] == "N" and len(pair[0]) > 1]
    for seen, keras, _ in of_rows:
        wrong = np.abs(seen - keras) > CONSTANT * np.maximum(np.abs(keras), 1e-12)
        if np.flatnonzero(wrong.any(axis=1)).tolist() != [len(seen) - 1]:
            return None
    return "is off in the last row only" if of_rows else None


def _all_alike(values: Array) -> bool:
    return bool(np.ptp(values) <= CONSTANT * max(1.0, float(np.abs(values).max())))


def _in_words(factor: float) -> str:
    if abs(factor + 1) < CONSTANT:
        return "the negative of"
    fraction = Fraction(factor).limit_denominator(64)
    if fraction and abs(float(fraction) / factor - 1) < CONSTANT:
        return f"{fraction} times"
    return f"{factor:.6g} times"


def _where(failed: Sequence[Attempt], attempts: Sequence[Attempt]) -> list[str]:
    """Say which inputs show it, where not all do: a float type, or extreme ones. Sizes of small inputs say nothing."""
    dtypes = {one.question.dtype for one in failed}
    if len(dtypes) == 1 and {one.question.dtype for one in attempts} != dtypes:
        return [f"in {dtypes.pop()} only"]
    if any(one.question.case.kind != EXTREME for one in failed):
        return []
    whats = {one.question.case.what for one in failed}
    extremes = {one.question.case.what for one in attempts if one.question.case.kind == EXTREME}
    return [f"with {whats.pop()} only" if len(whats) == 1 < len(extremes) else "with extreme inputs only"]
