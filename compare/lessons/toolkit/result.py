"""What a run of lessons leaves on disk: ``lessons.json`` for other programs, ``lessons.html``, and figures as files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compare.common import pages
from compare.common.environment import environment
from compare.core.result import described
from compare.lessons.toolkit import Finished
from compare.lessons.toolkit.figures import draw
from compare.lessons.toolkit.pair import SIDES, Pair
from scratch.datasets import Dataset


def lessons_result(finished: Sequence[Finished], dataset: Dataset, seed: int) -> dict[str, Any]:
    """Gather the lessons that were run."""
    return {
        "dataset": described(dataset, len(dataset.x_train), len(dataset.x_test)),
        "seed": seed,
        "lessons": {one.lesson.name: _of_lesson(one) for one in finished},
        "environment": environment(),
    }


def _of_lesson(finished: Finished) -> dict[str, Any]:
    lesson, outcome = finished.lesson, finished.outcome
    return {
        "number": lesson.number,
        "title": lesson.title,
        "trained": outcome.how,
        "notice": outcome.notice,
        "findings": [
            {"shown": one.shown, "sentence": one.sentence, "keras": one.keras, "scratch": one.scratch}
            for one in outcome.findings
        ],
        "same_story": outcome.same_story,
        "story": outcome.story,
        "seconds": finished.seconds,
        "seconds_of_keras": finished.seconds_of_keras,
        "numbers": outcome.numbers,
        "runs": {pair.label: _of_pair(pair) for pair in outcome.pairs},
    }


def _of_pair(pair: Pair) -> dict[str, Any]:
    return {
        "recipe": pair.config.as_dict(),
        "rows": len(pair.rows.x_train),
        "verdict": pair.verdict.word,
        "verdict_sentence": pair.verdict.sentence,
        "max_weight_difference": pair.weight_difference,
        "rounding_twin": pair.drift(),
        "max_accuracy_difference": pair.accuracy_difference,
        "history": {side: pair.runs[side].history for side in SIDES},
    }


def write_page(finished: Sequence[Finished], dataset: Dataset, path: Path, figures: Path | None = None) -> None:
    """Write the page, and each figure as an SVG file into the directory ``figures`` where one is named.

    Raises BadInput where they cannot be written.
    """
    shown = {}
    with pages.themed():
        for one in finished:
            drawing, caption = draw(one.outcome.figure), one.outcome.figure.caption
            shown[one.lesson.name] = pages.figure_svg(drawing, caption)
            if figures:
                pages.save_figure(drawing, figures / f"{one.lesson.name}.svg")
    html = pages.render("compare.lessons.toolkit", "lessons.html", finished=finished, figures=shown, dataset=dataset)
    pages.write(html, path)
