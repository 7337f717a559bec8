"""Is a file's time counted once, and is what a process prints kept up to its end?"""

import os

import pytest

from compare.check.sandbox import processes
from compare.check.sandbox.processes import Allowance, Printed, ended_with


def test_time_within_time_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 3.0, 3.0])
    monkeypatch.setattr(processes.time, "monotonic", lambda: next(clock))
    allowance = Allowance(10)
    with allowance.running(), allowance.running():
        pass
    assert allowance.left == 7.0


def test_time_that_is_running_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(processes.time, "monotonic", lambda: now)
    allowance = Allowance(10)
    with allowance.running():
        now = 4.0
        assert allowance.left == 6.0


@pytest.mark.parametrize(("seconds", "said"), [(5, "5 seconds to load"), (20, "used up its 10 seconds")])
def test_a_deadline_says_which_time_was_over(seconds: float, said: str) -> None:
    assert Allowance(10).deadline(seconds, "to load").said.endswith(said)


def test_the_first_part_of_what_is_printed_is_kept() -> None:
    kept = bytearray()
    printed = Printed(kept, 3, lambda: None)
    os.write(printed.writing, b"hello")
    printed.handed_over()
    printed.close()
    assert kept == b"hel"


def test_what_was_printed_is_read_though_somebody_keeps_the_other_end() -> None:
    kept = bytearray()
    printed = Printed(kept, 100, lambda: None)
    somebody = os.dup(printed.writing)
    os.write(printed.writing, b"hello")
    printed.handed_over()
    printed.close()
    os.close(somebody)
    assert kept == b"hello"


@pytest.mark.parametrize(
    ("code", "said"),
    [(0, "ended the program"), (3, "ended the program"), (-11, "crashed (SIGSEGV)"), (139, "crashed (SIGSEGV)")],
)
def test_a_code_says_how_a_process_ended(code: int, said: str) -> None:
    assert ended_with(code) == said
