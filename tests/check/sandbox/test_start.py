"""Is nothing of this project in the process that holds a submission, and nothing in the way of its own modules?"""

from pathlib import Path

from compare.check.sandbox import Limits, Submission

QUICK = Limits(seconds=5, call_seconds=1.0, memory_mb=1024)


def test_the_child_knows_the_standard_library_and_numpy_only(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("import sys\ndef f(x): return sorted({name.split('.')[0] for name in sys.modules})")
    with Submission(path, QUICK) as submission:
        loaded = submission.call("f", {"x": 1}).value
    assert "numpy" in loaded
    assert not {"compare", "scratch", "keras", "tensorflow", "rich"} & set(loaded)


def test_a_submissions_own_modules_are_imported_whatever_they_are_called(tmp_path: Path) -> None:
    for name in ("compare", "wire", "worker", "start"):
        (tmp_path / f"{name}.py").write_text(f"NAME = {name!r}")
    path = tmp_path / "mine.py"
    path.write_text(
        "import compare, wire, worker, start\ndef f(x): return [m.NAME for m in (compare, wire, worker, start)]"
    )
    with Submission(path, QUICK) as submission:
        assert submission.call("f", {"x": 1}).value == ["compare", "wire", "worker", "start"]
