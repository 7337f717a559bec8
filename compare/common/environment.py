"""What numbers were made with: the processor, its memory, and every version."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import scratch
from keras_ref.library import load_keras


def environment() -> dict[str, Any]:
    """Describe the machine and what a comparison needs; starts Keras where it has not started yet."""
    keras = load_keras()
    backend = keras.config.backend()
    return machine() | {"keras": keras.__version__, "keras_backend": backend, backend: version(backend)}


def machine() -> dict[str, Any]:
    """Describe the machine and what runs without Keras."""
    return {
        "five-or-not": scratch.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def memory_gb() -> float | None:
    """Return how much memory the machine has; None where the system does not tell."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError):
        return None


def versions(*packages: str) -> dict[str, str]:
    """Return the version of each of these packages that is installed."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    """Return the processor's name; Linux keeps it in a file of its own."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
