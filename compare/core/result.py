"""``result.json``: everything that a comparison found, for other programs."""

from dataclasses import asdict
from typing import Any

from compare.common.environment import environment
from compare.core.comparison import Comparison
from compare.core.training import PERTURBED, apart
from scratch.datasets import Dataset


def comparison_result(comparison: Comparison) -> dict[str, Any]:
    """Gather the result; of a comparison that was broken off, what is finished, with no verdict."""
    rows, epochs = comparison.rows, comparison.epochs
    shown = {name: run for name, run in comparison.runs.items() if name in ("keras", "scratch")}
    labels = {
        check.quantity: None if check.max_abs_difference is None else int(check.max_abs_difference)
        for check in comparison.checks
        if check.rung == "predicted labels"
    }
    verdict = comparison.verdict
    return {
        "dataset": described(comparison.dataset, len(rows.x_train), len(rows.x_val)),
        "recipe": comparison.config.as_dict(),
        "history": {name: {key: values[:epochs] for key, values in run.history.items()} for name, run in shown.items()},
        "baseline_accuracy": rows.baseline,
        "ladder": [asdict(check) for check in comparison.checks],
        "max_weight_difference": _apart(comparison, "keras", "scratch"),
        "rounding_twin": [_apart(comparison, name, "scratch") for name in comparison.runs if name in PERTURBED],
        "difference_from_float64": {name: _apart(comparison, name, "float64") for name in shown},
        "label_disagreements": {part: labels.get(part) for part in ("train", "validation")},
        "seconds": {name: run.seconds[:epochs] for name, run in shown.items()},
        "verdict": verdict and verdict.word,
        "verdict_sentence": verdict.sentence if verdict else f"broken off after {epochs} epochs",
        "verdict_step": verdict and verdict.step,
        "environment": environment(),
    }


def described(dataset: Dataset, train: int, validation: int) -> dict[str, Any]:
    """Say where the rows came from, and how many were trained and validated on."""
    told = {name: getattr(dataset, name) for name in ("name", "source", "verified", "notice")}
    return told | {"train": train, "validation": validation}


def _apart(comparison: Comparison, one: str, other: str) -> list[float]:
    if not {one, other} <= comparison.runs.keys():
        return []
    first, second = comparison.runs[one].weights, comparison.runs[other].weights
    return [apart(a, b) for a, b in list(zip(first, second, strict=False))[1 : comparison.epochs + 1]]
