"""One comparison and its report, made once for all tests that look at one."""

from functools import cache
from pathlib import Path

from compare.comparison import Comparison, compare
from compare.recipe import Recipe
from scratch.datasets import Dataset, load

EPOCHS = 2


@cache
def comparison_on_digits() -> Comparison:
    """Compare on the small digits, twice through."""
    return compare(Recipe(epochs=EPOCHS), load("digits"))


def comparison_on(dataset: Dataset, **recipe: object) -> Comparison:
    """Compare by a recipe of the test's own."""
    return compare(Recipe(**recipe), dataset)  # type: ignore[arg-type]


def written(comparison: Comparison, directory: Path) -> Path:
    """Write the report and return where it is."""
    from compare.report.page import command_of, write_report

    path = directory / "report.html"
    write_report(comparison, path, command_of(comparison.recipe, "auto", None))
    return path
