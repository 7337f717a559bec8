"""Does a comparison show itself in a notebook?"""

from compare.core.config import Config
from compare.report.notebook import NotebookComparison
from scratch.datasets import Dataset
from tests.report.comparisons import comparison_on_digits


def test_a_notebook_shows_verdict_and_curves() -> None:
    shown = comparison_on_digits()._repr_html_()
    assert "<strong>MATCHED</strong>: after 2 epochs" in shown
    assert shown.count("<svg") == 4
    assert "<script" not in shown


def test_a_notebook_shows_a_comparison_that_has_not_begun(digits: Dataset) -> None:
    shown = NotebookComparison(Config(), digits)._repr_html_()
    assert "not judged yet" in shown
    assert "<svg" not in shown
