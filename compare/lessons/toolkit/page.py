"""``lessons.html``: the lessons that were run, on one page; and their figures as files."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from compare.common import pages
from compare.lessons.toolkit.drawing import draw
from compare.lessons.toolkit.lesson import Lesson, Outcome
from scratch.datasets import Dataset

Outcomes = Mapping[str, tuple[Lesson, Outcome, float]]


def write(outcomes: Outcomes, dataset: Dataset, path: Path, figures: Path | None = None) -> None:
    """Write the page, and each figure as an SVG file into the directory ``figures`` where one is named.

    Raises BadInput where they cannot be written.
    """
    with pages.themed():
        drawn = {
            name: [(figure, draw(figure)) for figure in outcome.figures] for name, (_, outcome, _) in outcomes.items()
        }
        lessons = [
            {
                "lesson": lesson,
                "outcome": outcome,
                "seconds": seconds,
                "figures": [
                    (pages.figure_svg(drawing, figure.caption), figure.caption) for figure, drawing in drawn[name]
                ],
            }
            for name, (lesson, outcome, seconds) in outcomes.items()
        ]
        if figures:
            for figure, drawing in chain.from_iterable(drawn.values()):
                pages.save_figure(drawing, figures / f"{figure.name}.svg")
    pages.write(pages.render("compare.lessons.toolkit", "lessons.html", lessons=lessons, dataset=dataset), path)
