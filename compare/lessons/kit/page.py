"""``lessons.html``: the lessons that were run, on one page; and their figures as files."""

from collections.abc import Mapping
from pathlib import Path

from compare import pages
from compare.lessons.kit.drawing import draw
from compare.lessons.kit.lesson import Lesson, Outcome
from scratch.datasets import Dataset

Outcomes = Mapping[str, tuple[Lesson, Outcome, float]]


def write(outcomes: Outcomes, dataset: Dataset, path: Path) -> None:
    """Write the page, whole or not at all; raises BadInput where it cannot be written."""
    with pages.themed():
        lessons = [
            {
                "lesson": lesson,
                "outcome": outcome,
                "seconds": seconds,
                "figures": [(pages.figure_svg(draw(one), one.caption), one.caption) for one in outcome.figures],
            }
            for lesson, outcome, seconds in outcomes.values()
        ]
    pages.write(pages.render("compare.lessons.kit", "lessons.html", lessons=lessons, dataset=dataset), path)


def write_figures(outcomes: Outcomes, directory: Path) -> None:
    """Write each lesson's figures as SVG files; raises BadInput where they cannot be written."""
    with pages.themed():
        for figure in [figure for _, outcome, _ in outcomes.values() for figure in outcome.figures]:
            pages.save_figure(draw(figure), directory / f"{figure.name}.svg")
