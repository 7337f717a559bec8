"""What a comparison shows of itself in a notebook: the verdict and the curves."""

from compare.common import pages
from compare.core.comparison import Comparison
from compare.report.figures import PANELS, curve


def notebook_html(comparison: Comparison) -> str:
    """Return verdict and curves as HTML; of a comparison that has not trained yet, its recipe alone."""
    drawn = []
    if comparison.epochs:
        with pages.themed():
            drawn = [curve(comparison, name) for name in PANELS]
    return pages.render(
        "compare.report",
        "notebook.html",
        verdict=comparison.verdict,
        config=comparison.config,
        dataset=comparison.dataset,
        curves=[pages.figure_svg(one.figure, one.alternative) for one in drawn],
    )
