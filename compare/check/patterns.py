"""Says what is seen in wrong numbers where no known mistake fits: a factor, a sign, a shape, a row, a kind of input."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from compare.check.contract import axes_of
from compare.check.judge import Attempt, JudgedRung
from scratch.arrays import Array

CONSTANT = 1e-5
"""Ratios that differ by no more than this are one: float32 has a rounding of 6e-8, and ratios are of small numbers."""

NO_NUMBERS = "there are no numbers to compare"


def pattern(judged: JudgedRung, attempts: Sequence[Attempt]) -> str:
    """Describe how the failed attempts of a rung differ from Keras, in one sentence."""
    failed = [one for one in attempts if one.wrong(judged.rung.results)]
    if not failed:
        return "it fails on real images only, where roundings add up"
    if failed[0].problem:
        return failed[0].problem if failed[0].returned else f"{NO_NUMBERS}: {failed[0].problem}"
    off = [name for name in judged.rung.results if any(one.wrong((name,)) for one in failed)]
    seen = [_of_result(name, failed) for name in off]
    right = [name for name in judged.rung.results if name not in off and all(name in one.returned for one in failed)]
    if right:
        seen.append(f"{' and '.join(right)} {'is' if len(right) == 1 else 'are'} right")
    seen += _where(failed, attempts)
    return "what is seen: " + "; ".join(seen)


def _of_result(name: str, failed: Sequence[Attempt]) -> str:
    pairs = [
        (_step(name, one, one.returned[name]), _step(name, one, one.question.expected[name]), one)
        for one in failed
        if name in one.returned and one.wrong((name,))
    ]
    what = f"the step of {name}" if name in failed[0].question.function.arguments else name
    for seen, keras, _ in pairs:
        if seen.shape != keras.shape:
            turned = seen.shape == keras.T.shape and np.allclose(seen, keras.T)
            return f"{name} has shape {seen.shape} for {keras.shape}{', and is Keras’s turned on its side' * turned}"
    if any(not np.isfinite(seen).all() for seen, _, _ in pairs):
        return f"{name} is not finite"
    if factor := _factor(pairs):
        return f"{what} is {factor} Keras's"
    if all(
        np.allclose(seen - keras, (seen - keras).flat[0], rtol=CONSTANT) for seen, keras, _ in pairs if seen.size > 1
    ):
        shifts = {float(f"{(seen - keras).flat[0]:.6g}") for seen, keras, _ in pairs}
        if len(shifts) == 1 and any(seen.size > 1 for seen, _, _ in pairs):
            return f"{what} is off by {shifts.pop():g} everywhere"
    return f"{what} {_rows(pairs)}"


def _step(name: str, one: Attempt, result: Array) -> Array:
    """Return a result, or how far it is from the argument of the same name, which a step moved."""
    start = one.question.case.arguments.get(name)
    return result if start is None or np.shape(start) != result.shape else result - start


def _factor(pairs: Sequence[tuple[Array, Array, Attempt]]) -> str | None:
    """Name the factor between the results, where it is one number or follows the number of rows."""
    ratios = []
    for seen, keras, one in pairs:
        telling = np.abs(keras) > 1e-3 * np.abs(keras).max(initial=0)
        if not telling.any():
            return None
        ratio = seen[telling] / keras[telling]
        if np.ptp(ratio) > CONSTANT * max(1.0, float(np.abs(ratio).max())):
            return None
        N = next((len(x) for name, x in one.question.case.arguments.items() if axes_of(name, x)[:1] == "N"), 1)
        ratios.append((float(ratio.mean()), N))
    values = np.array([ratio for ratio, _ in ratios])
    rows = np.array([N for _, N in ratios])
    if _all_alike(values):
        return _in_words(values[0])
    if _all_alike(values / rows):
        return f"{_in_words(values[0] / rows[0])} N times".replace("1 times N times", "N times")
    if _all_alike(values * rows):
        return f"{_in_words(values[0] * rows[0])} 1/N of".replace("1 times 1/N of", "1/N of")
    return None


def _all_alike(values: Array) -> bool:
    return bool(np.ptp(values) <= CONSTANT * max(1.0, float(np.abs(values).max())))


def _in_words(factor: float) -> str:
    if abs(factor + 1) < CONSTANT:
        return "the negative of"
    fraction = Fraction(factor).limit_denominator(64)
    if fraction and abs(float(fraction) / factor - 1) < CONSTANT:
        return f"{fraction} times"
    return f"{factor:.6g} times"


def _rows(pairs: Sequence[tuple[Array, Array, Attempt]]) -> str:
    """Say whether all entries are off, or rows of a kind."""
    for seen, keras, one in pairs:
        wrong = np.abs(seen - keras) > CONSTANT * np.maximum(np.abs(keras), 1e-12)
        if seen.ndim == 2 and len(seen) > 1 and not wrong.all():
            rows = np.flatnonzero(wrong.any(axis=1))
            if rows.tolist() == [len(seen) - 1]:
                return f"is off in the last of {len(seen)} rows only ({one.question.case.what})"
            return f"is off in {len(rows)} of {len(seen)} rows only ({one.question.case.what})"
    return "is off by no common factor"


def _where(failed: Sequence[Attempt], attempts: Sequence[Attempt]) -> list[str]:
    """Say which inputs show it, where not all do."""
    passed = [one for one in attempts if not any(one is other for other in failed)]
    asked: dict[str, Callable[[Attempt], str]] = {
        "in {} only": lambda one: one.question.dtype,
        "with {} inputs only": lambda one: one.question.case.kind,
        "with {} only": lambda one: one.question.case.what,
    }
    for words, value in asked.items():
        kinds = {value(one) for one in failed}
        if len(kinds) == 1 and any(value(one) not in kinds for one in passed):
            return [words.format(kinds.pop())]
    return []
