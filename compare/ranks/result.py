"""``ranks.json``: what many ranks and one have shown, for other programs."""

from dataclasses import asdict
from typing import Any

from compare.core.checks import Check
from compare.core.training import Run, Training, apart
from compare.core.verdict import Verdict
from scratch.datasets import Dataset


def result_of(
    many: Run, one: Training, verdict: Verdict, same: bool, workers: list[Check] | str | None, dataset: Dataset
) -> dict[str, Any]:
    """Gather the result; ``workers`` are Keras's checks, why there are none, or None where they were not asked for."""
    return {
        "dataset": {"name": dataset.name, "source": dataset.source, "notice": dataset.notice},
        "recipe": one.config.as_dict(),
        "resumed_after_epochs": one.finished,
        "ranks": many.name,
        "same_weights_on_every_rank": same,
        "ladder": [asdict(check) for check in verdict.checks],
        "max_weight_difference": [
            apart(theirs, ours) for theirs, ours in zip(many.weights[1:], one.scratch.weights[1:], strict=True)
        ],
        "history": {run.name: run.history for run in (many, one.scratch)},
        "seconds": {run.name: run.seconds for run in (many, one.scratch)},
        "keras_workers": [asdict(check) for check in workers] if isinstance(workers, list) else workers,
        "verdict": "matched" if verdict.word == "matched" and same else "mismatched",
        "verdict_sentence": verdict.sentence,
    }
