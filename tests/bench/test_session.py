"""Are medians, exponents and ratios computed from the timings, rightly?"""

import pytest

from compare.bench.session import MOST, Found, ScalingCurve, Timing, fit_power, in_turns
from tests.bench.conftest import timings


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_a_power_law_is_found_exactly(exponent: float) -> None:
    values = [1, 2, 4, 8, 64]
    fitted, off = fit_power(values, [0.03 * value**exponent for value in values])
    assert fitted == pytest.approx(exponent, abs=1e-12)
    assert off == pytest.approx(0, abs=1e-12)


def test_a_curve_that_is_no_power_law_says_how_far_off_it_is() -> None:
    """Seconds 1, 1, 4 at 1, 2, 4: least squares find the exponent 1 and 2**(-1/3) at 1, off by 2**(2/3) at 2."""
    exponent, off = fit_power([1, 2, 4], [1.0, 1.0, 4.0])
    assert exponent == pytest.approx(1)
    assert off == pytest.approx(2 ** (2 / 3) - 1)


def test_one_value_has_no_exponent() -> None:
    assert fit_power([1], [1.0]) == (None, None)


def test_medians_and_quartiles() -> None:
    timing = Timing([5.0, 1.0, 2.0, 4.0, 3.0])
    assert (timing.median, timing.quartiles) == (3.0, [2.0, 4.0])


def test_turns_go_round_and_begin_with_another_each_time() -> None:
    slow = {name: lambda: 1.0 for name in "abc"}
    assert "".join(name for name, _ in in_turns(slow, 3)) == "abcbcacab"


def test_quick_work_is_timed_several_times_a_turn_and_slow_work_once() -> None:
    taken = dict(in_turns({"quick": lambda: 1e-6, "slow": lambda: 1.0}, 1))
    assert (len(taken["quick"]), len(taken["slow"])) == (MOST - 1, 1)


def test_the_first_of_several_is_not_counted() -> None:
    seconds = iter([0.2, 0.01, 0.01, 0.1])
    assert dict(in_turns({"waking": lambda: next(seconds)}, 1))["waking"] == [0.01, 0.01, 0.1]


def test_ratios_are_how_many_times_slower_than_scratch() -> None:
    found = Found(epoch=timings(scratch=0.02, keras_default=1.0), cold=timings(scratch=0.5, keras_default=20.0))
    assert found.ratio("keras_default") == pytest.approx(50)
    assert found.cold_ratio("keras_default") == pytest.approx(40)
    assert found.ratio("torch_eager") is None
    assert Found().ratio("scratch") is None


def test_exponents_come_from_the_medians() -> None:
    grown = ScalingCurve([1, 10], "", {"scratch": [Timing([1.0, 2.0, 99.0]), Timing([200.0])]})
    assert Found(scaling={"rows": grown}).exponent("rows") == pytest.approx(2)
    assert Found().exponent("rows") is None
