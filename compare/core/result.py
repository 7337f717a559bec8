"""``result.json``: everything that a comparison found, for other programs."""

import os
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import scratch
from compare.core.checks import apart
from compare.core.comparison import Comparison
from keras_ref.library import load_keras


def result_of(comparison: Comparison) -> dict[str, Any]:
    """Gather the result; of a comparison that was broken off, what is finished, with no verdict."""
    rows, dataset, epochs = comparison.rows, comparison.dataset, comparison.epochs
    shown = {name: side for name, side in comparison.sides.items() if name in ("keras", "scratch")}
    labels = {
        rung.quantity: None if rung.max_abs_difference is None else int(rung.max_abs_difference)
        for rung in comparison.ladder
        if rung.rung == "predicted labels"
    }
    verdict = comparison.verdict
    return {
        "dataset": {
            "name": dataset.name,
            "source": dataset.source,
            "verified": dataset.verified,
            "notice": dataset.notice,
            "train": len(rows.x_train),
            "validation": len(rows.x_val),
        },
        "recipe": comparison.config.as_dict(),
        "history": {
            name: {key: values[:epochs] for key, values in side.history.items()} for name, side in shown.items()
        },
        "baseline_accuracy": rows.baseline,
        "ladder": [asdict(rung) for rung in comparison.ladder],
        "max_weight_difference": _apart(comparison, "keras", "scratch"),
        "rounding_twin": [
            _apart(comparison, name, "scratch") for name in comparison.sides if name.startswith("perturbed")
        ],
        "difference_from_float64": {name: _apart(comparison, name, "float64") for name in shown},
        "label_disagreements": {part: labels.get(part) for part in ("train", "validation")},
        "seconds": {name: side.seconds[:epochs] for name, side in shown.items()},
        "verdict": verdict and verdict.word,
        "verdict_sentence": verdict.sentence if verdict else f"broken off after {epochs} epochs",
        "verdict_step": verdict and verdict.step,
        "environment": environment(),
    }


def _apart(comparison: Comparison, one: str, other: str) -> list[float]:
    if not {one, other} <= comparison.sides.keys():
        return []
    first, second = comparison.sides[one].weights, comparison.sides[other].weights
    return [apart(a, b) for a, b in list(zip(first, second, strict=False))[1 : comparison.epochs + 1]]


def environment() -> dict[str, Any]:
    """Describe what the numbers were made with."""
    keras = load_keras()
    backend = keras.config.backend()
    return {
        "five-or-not": scratch.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "keras": keras.__version__,
        "keras_backend": backend,
        backend: version(backend),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _processor() -> str:
    """Return the processor's name; Linux keeps it in a file of its own."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
