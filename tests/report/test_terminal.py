"""Does the terminal show what a comparison found?"""

import pytest
from rich.console import Console

from compare.report.terminal import show_curves
from tests.report.comparisons import comparison_on_digits


def test_a_second_comparison_s_curves_are_drawn_alone(capsys: pytest.CaptureFixture[str]) -> None:
    screens = []
    for _ in range(2):
        show_curves(Console(width=100), comparison_on_digits())
        screens.append(capsys.readouterr().out)
    assert screens[0] == screens[1]
    assert screens[1].count("baseline 0.9111") == 1
