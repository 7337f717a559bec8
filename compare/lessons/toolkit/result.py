"""``lessons.json``: what the lessons found, for other programs."""

from typing import Any

from compare.common.environment import environment
from compare.lessons.toolkit.lesson import Lesson, Outcome
from compare.lessons.toolkit.pair import SIDES, Pair
from scratch.datasets import Dataset


def result_of(outcomes: dict[str, tuple[Lesson, Outcome, float]], dataset: Dataset, seed: int) -> dict[str, Any]:
    """Gather the lessons that were run."""
    return {
        "dataset": {
            "name": dataset.name,
            "source": dataset.source,
            "verified": dataset.verified,
            "notice": dataset.notice,
            "train": len(dataset.x_train),
            "validation": len(dataset.x_test),
        },
        "seed": seed,
        "lessons": {name: _of_lesson(*found) for name, found in outcomes.items()},
        "environment": environment(),
    }


def _of_lesson(lesson: Lesson, outcome: Outcome, seconds: float) -> dict[str, Any]:
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
        "seconds": seconds,
        "seconds_of_keras": sum(sum(pair.keras.seconds) for pair in outcome.pairs),
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
