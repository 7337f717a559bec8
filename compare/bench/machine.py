"""What the numbers were measured on and with."""

import os
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from compare.bench.processes import THREADS
from compare.core.result import environment

PACKAGES = ("torch", "jax", "numba", "scikit-learn")


def machine() -> dict[str, Any]:
    """Describe the processor, its memory, the threads and every version."""
    return environment() | {
        "memory_gb": _memory_gb(),
        "threads": THREADS,
        "blas": np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"],
        "c_compiler": _compiler(),
        **{name: found for name in PACKAGES if (found := _version(name))},
    }


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError):
        return None


def _compiler() -> str | None:
    try:
        done = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return (done.stdout.splitlines() or [""])[0]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
