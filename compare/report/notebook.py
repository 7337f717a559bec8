"""What a comparison shows of itself in a notebook: the verdict and the curves."""

from compare.common import pages
from compare.core.comparison import Comparison
from compare.report.figures import PANELS, curve


class NotebookComparison(Comparison):
    """A comparison that a notebook shows as a page."""

    def _repr_html_(self) -> str:
        """Return verdict and curves as HTML; of a comparison that has not trained yet, its config alone."""
        drawn = []
        if self.epochs:
            with pages.themed():
                drawn = [curve(self, name) for name in PANELS]
        return pages.render(
            "compare.report",
            "notebook.html",
            verdict=self.verdict,
            config=self.config,
            dataset=self.dataset,
            curves=[pages.figure_svg(one.figure, one.alternative) for one in drawn],
        )
