"""What the numbers were measured on and with."""

import subprocess
from typing import Any

import numpy as np

from compare.bench.processes import THREADS
from compare.common.environment import environment, memory_gb, versions

PACKAGES = ("torch", "jax", "numba", "scikit-learn")


def machine() -> dict[str, Any]:
    """Describe the processor, its memory, the threads and every version."""
    return (
        environment()
        | {
            "memory_gb": memory_gb(),
            "threads": THREADS,
            "blas": np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"],
            "c_compiler": _compiler(),
        }
        | versions(*PACKAGES)
    )


def _compiler() -> str | None:
    try:
        done = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return (done.stdout.splitlines() or [""])[0]
