"""One comparison and its report, made once for all tests that look at one."""

from functools import cache
from pathlib import Path

from compare import compare
from compare.core.comparison import Comparison
from compare.core.config import Config
from scratch.datasets import Dataset, load

EPOCHS = 2


@cache
def comparison_on_digits() -> Comparison:
    """Compare on the small digits, twice through."""
    return compare(Config(epochs=EPOCHS), load("digits"))


def comparison_on(dataset: Dataset, **config: object) -> Comparison:
    """Compare by a config of the test's own."""
    return compare(Config(**config), dataset)  # type: ignore[arg-type]


def written(comparison: Comparison, directory: Path) -> Path:
    """Write the report and return where it is."""
    from compare.report.page import command_of, write_report

    path = directory / "report.html"
    with comparison:
        write_report(comparison, path, command_of(comparison.config, "auto", None))
    return path
