"""Does a process that fails say why, and does each have the threads it should?"""

from pathlib import Path

import pytest

from compare.bench.contender import Size
from compare.bench.processes import BrokenContenderError, Process, environment
from compare.bench.session import Session


def test_a_contender_that_fails_or_dies_is_left_out_with_the_reason(session: Session) -> None:
    process = Process(session.directory)
    with pytest.raises(BrokenContenderError, match=r"ModuleNotFoundError: .*no_such"):
        process.ask("prepare", "no_such", session.directory, Size(), {})
    process._process.kill()
    with pytest.raises(BrokenContenderError, match="its process ended with -9"):
        process.ask("train")
    process.end()


def test_processes_use_one_thread_and_no_graphics_card(tmp_path: Path) -> None:
    variables = environment(tmp_path)
    assert {variables[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")} == {"1"}
    assert variables["CUDA_VISIBLE_DEVICES"] == "-1"
