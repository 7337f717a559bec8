"""The limit: the epoch as a plain C loop, compiled for this very processor."""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from compare.bench.contender import Array, Contender, Task

SOURCE = Path(__file__).with_suffix(".c")
FLAGS = ("-O3", "-march=native", "-fopenmp-simd", "-shared", "-fPIC")


class CLoop(Contender):
    """``c_loop.c`` through ctypes."""

    title = "C loop"

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.W = task.W.T.copy()
        self.dz = np.empty((task.batch_size, len(task.b)), np.float32)
        self.dw = np.empty(len(task.W), np.float32)
        self._epoch = compiled().epoch

    @classmethod
    def missing(cls) -> str | None:
        """Say that there is no compiler; None where there is one."""
        return None if shutil.which("cc") else "no C compiler here: there is no command cc"

    def epoch(self, order: Array) -> None:
        """Run the loop."""
        task, (U, D) = self.task, self.W.shape
        arrays = [_pointer(x) for x in (task.X, task.y, order.astype(np.int64, copy=False))]
        sizes = [ctypes.c_int64(n) for n in (len(order), D, U, task.batch_size)]
        room = [_pointer(x) for x in (self.W, self.b, self.dz, self.dw)]
        self._epoch(*arrays, *sizes, ctypes.c_float(task.learning_rate), *room)

    def weights(self) -> list[Array]:
        """Return W and b."""
        return [self.W.T, self.b]


def compiled() -> ctypes.CDLL:
    """Compile the loop into a temporary directory and load it; raises RuntimeError with the compiler's own words."""
    with tempfile.TemporaryDirectory() as directory:
        framework = Path(directory) / "c_loop.so"
        done = subprocess.run(
            ["cc", *FLAGS, str(SOURCE), "-o", str(framework), "-lm"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"cc failed: {done.stderr.strip()[:300]}")
        return ctypes.CDLL(str(framework))


def _pointer(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
