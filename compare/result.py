"""``result.json``: everything that a comparison found, for other programs."""

import json
import math
import os
import platform
import tempfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import scratch
from compare.comparison import Comparison
from compare.errors import BadInput
from compare.ladder import apart
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
        "recipe": comparison.recipe.as_dict(),
        "history": {
            name: {key: values[:epochs] for key, values in side.history.items()} for name, side in shown.items()
        },
        "baseline_accuracy": rows.baseline,
        "ladder": [asdict(rung) for rung in comparison.ladder],
        "max_weight_difference": _apart(comparison, "keras", "scratch"),
        "rounding_twin": [_apart(comparison, name, "scratch") for name in comparison.sides if name.startswith("twin")],
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


def write_json(value: Any, path: Path, option: str = "--out") -> None:
    """Write a value so that any JSON parser reads it: NaN and infinities become strings. Raises as ``write_text``."""
    write_text(json.dumps(_finite(value), indent=2, allow_nan=False) + "\n", path, option)


def write_text(text: str, path: Path, option: str = "--out") -> None:
    """Write a file, whole or not at all. Raises BadInput that names ``option`` where that cannot be done."""
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
        try:
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise
    except OSError as error:
        raise unwritable(path.parent, error, option) from None


def unwritable(directory: Path, error: OSError, option: str = "--out") -> BadInput:
    """Say that nothing can be written there."""
    return BadInput(f"cannot write to {option} {directory}: {error.strerror}; name a directory that you may write to")


def output_directory(directory: Path, option: str = "--out") -> Path:
    """Make the directory where it is missing and try it, before any work is done for nothing."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise unwritable(directory, error, option) from None
    return directory


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
