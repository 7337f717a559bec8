"""Are medians, exponents, ratios and goals computed from the timings, rightly?"""

import numpy as np
import pytest

from compare.bench.goals import goals
from compare.bench.session import Axis, Found, Memory, power
from compare.bench.task import Size, Task
from compare.bench.timing import MOST, Timing, in_turns


def timings(**seconds: float) -> dict[str, Timing]:
    return {name: Timing([value]) for name, value in seconds.items()}


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_a_power_law_is_found_exactly(exponent: float) -> None:
    values = [1, 2, 4, 8, 64]
    fitted, off = power(values, [0.03 * value**exponent for value in values])
    assert fitted == pytest.approx(exponent, abs=1e-12)
    assert off == pytest.approx(0, abs=1e-12)


def test_a_curve_that_is_no_power_law_says_how_far_off_it_is() -> None:
    """Seconds 1, 1, 4 at 1, 2, 4: least squares find the exponent 1 and 2**(-1/3) at 1, off by 2**(2/3) at 2."""
    exponent, off = power([1, 2, 4], [1.0, 1.0, 4.0])
    assert exponent == pytest.approx(1)
    assert off == pytest.approx(2 ** (2 / 3) - 1)


def test_one_value_has_no_exponent() -> None:
    assert power([1], [1.0]) == (None, None)


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
    grown = Axis([1, 10], "", {"scratch": [Timing([1.0, 2.0, 99.0]), Timing([200.0])]})
    assert Found(growth={"rows": grown}).exponent("rows") == pytest.approx(2)
    assert Found().exponent("rows") is None


def test_goals_are_held_missed_or_not_measured() -> None:
    found = Found(
        epoch=timings(scratch=0.03, keras_default=1.2, keras_best=0.2, c_loop=0.02),
        cold=timings(scratch=1.0, keras_default=20.0, jax_scan=0.9, c_loop=0.1),
        memory=Memory(peak=90, images=50),
    )
    by_word = {goal.sentence.partition(" takes")[0].partition(" at most")[0]: goal for goal in goals(found)}
    assert by_word["an epoch of Keras fit, defaults"].held is True
    assert by_word["an epoch of Keras fit, at its best"].held is False
    assert by_word["an epoch of PyTorch, eager"].held is None
    assert by_word["scratch's epoch"].measured == pytest.approx(1.5)
    assert by_word["scratch's epoch"].held is True
    (cold,) = (goal for goal in goals(found) if "cold start" in goal.sentence)
    assert (cold.measured, cold.held) == (pytest.approx(0.9), False), "the C loop is a limit, no peer; JAX is ahead"
    assert by_word["peak memory is"].measured == pytest.approx(1.8)


def test_a_resized_task_has_the_size_asked_for_and_equal_units(task: Task) -> None:
    larger = task.resized(Size(rows=3 * len(task.X) + 1, batch=7, units=5, pixels=100))
    assert larger.size == Size(rows=3 * len(task.X) + 1, batch=7, units=5, pixels=100)
    assert (larger.X.shape, larger.y.shape) == ((len(larger.X), 100), (len(larger.X), 5))
    assert (larger.W.shape, larger.b.shape) == ((100, 5), (5,))
    assert {x.dtype for x in (larger.X, larger.y, larger.W, larger.b)} == {np.dtype(np.float32)}
    assert np.ptp(larger.W, axis=1).max() == 0
    assert np.ptp(larger.y, axis=1).max() == 0
    assert np.array_equal(larger.y[: len(task.y), 0], task.y[:, 0])


def test_more_rows_are_the_same_rows_again(task: Task) -> None:
    twice = task.resized(Size(rows=2 * len(task.X)))
    assert np.array_equal(twice.X, np.concatenate([task.X, task.X]))
    assert np.array_equal(twice.y, np.concatenate([task.y, task.y]))
