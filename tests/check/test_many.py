"""Does a whole class get its rows, whatever some of it does, here and on a cluster?"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from compare.check.exam import Exam
from compare.check.examine import Checked
from compare.check.many import check_many
from compare.check.sandbox import Limits
from compare.common.errors import BadInput
from tests.check.submissions import CORRECT, HOSTILE, WRONG

LIMITS = Limits(seconds=4, call_seconds=1.0, memory_mb=1024)


def a_class_of(size: int, tmp_path: Path) -> dict[Path, str]:
    """Write submissions, every tenth of them hostile, and return what each should be."""
    hostile, wrong, right = list(HOSTILE.values()), list(WRONG), list(CORRECT.values())
    expected = {}
    for number in range(size):
        path = tmp_path / f"{number:03}.py"
        if number % 10 == 0:
            text, verdict = hostile[number // 10 % len(hostile)][0], "wrong"
        elif number % 2:
            name = wrong[number // 2 % len(wrong)]
            text, verdict = WRONG[name][1], name
        else:
            text, verdict = right[number // 2 % len(right)], "right"
        path.write_text(text)
        expected[path] = verdict
    return expected


def all_of(results: Any) -> list[Checked]:
    found = dict(results)
    return [found[number] for number in sorted(found)]


def test_two_hundred_submissions_with_twenty_hostile_ones_give_two_hundred_rows(tmp_path: Path, exam: Exam) -> None:
    expected = a_class_of(200, tmp_path)
    results = all_of(check_many(list(expected), exam, LIMITS, workers=2))
    assert [checked.file for checked in results] == [str(path) for path in expected]
    for checked, verdict in zip(results, expected.values(), strict=True):
        if verdict in ("right", "wrong"):
            assert checked.verdict == verdict, checked.file
        else:
            assert [m.name for m in checked.mistakes] == [verdict], checked.file
    assert Counter(checked.problem for checked in results) == {None: 200}


def test_a_fault_of_our_own_costs_one_file_its_row_and_no_other(tmp_path: Path, exam: Exam) -> None:
    expected = a_class_of(3, tmp_path)
    broken = Exam(exam.dataset, exam.rows, exam.seed, questions=[None])  # type: ignore[list-item]
    results = all_of(check_many(list(expected), broken, LIMITS, workers=1))
    assert len(results) == 3
    assert all((checked.problem or "").startswith("the check itself failed: ") for checked in results)


@pytest.fixture
def cluster() -> Any:
    """A real Dask cluster of two processes on this machine, on the loopback address."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install '.[cluster]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


def test_a_cluster_gives_the_same_rows(tmp_path: Path, exam: Exam, cluster: Any) -> None:
    expected = a_class_of(12, tmp_path)
    here = all_of(check_many(list(expected), exam, LIMITS, workers=2))
    there = all_of(check_many(list(expected), exam, LIMITS, cluster=cluster.scheduler_address))
    untimed = ({**checked.as_dict(), "seconds": 0.0} for checked in here)
    assert [{**checked.as_dict(), "seconds": 0.0} for checked in there] == list(untimed)


def test_no_cluster_is_said_to_be_none(tmp_path: Path, exam: Exam) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: pip install '.[cluster]'")
    with pytest.raises(BadInput, match="no Dask scheduler answers"):
        list(check_many([tmp_path / "mine.py"], exam, LIMITS, cluster="tcp://127.0.0.1:1"))
