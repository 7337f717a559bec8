"""``ranks.json``: what many ranks and one have shown, for other programs."""

from dataclasses import asdict
from typing import Any

from compare.core.checks import Check, apart
from compare.core.config import Config
from compare.ranks.verification import Verification
from scratch.datasets import Dataset


def result_of(
    found: Verification, same: bool, workers: list[Check] | str | None, config: Config, dataset: Dataset, finished: int
) -> dict[str, Any]:
    """Gather the result; ``workers`` are Keras's rungs, why there are none, or None where they were not asked for."""
    return {
        "dataset": {"name": dataset.name, "source": dataset.source, "notice": dataset.notice},
        "recipe": config.as_dict(),
        "resumed_after_epochs": finished,
        "ranks": found.many.name,
        "same_weights_on_every_rank": same,
        "ladder": [asdict(rung) for rung in found.rungs],
        "max_weight_difference": [
            apart(many, one) for many, one in zip(found.many.weights[1:], found.one.weights[1:], strict=True)
        ],
        "history": {side.name: side.history for side in (found.many, found.one)},
        "seconds": {side.name: side.seconds for side in (found.many, found.one)},
        "keras_workers": [asdict(rung) for rung in workers] if isinstance(workers, list) else workers,
        "verdict": "matched" if found.matched and same else "mismatched",
        "verdict_sentence": found.sentence,
    }
