"""Is what is counted on programs with keys kept, resumed, and told as it is?"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from compare.check import program_benchmark
from compare.check.program.result import ProgramResult
from compare.check.program_benchmark import ProgramBenchmark, markdown, read_result, scored
from compare.check.program_score_terminal import score_line, show_score
from compare.common.errors import BadInput
from tests.check import program_results as made

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "programs.json"

KEYS = {
    "unit.py": 'verdict = "wrong"\n[[wrong]]\nline = 13\nname = "bias-from-one-row"\nalternatives = []\n',
    "right.py": 'verdict = "right"\n',
    "module.py": 'verdict = "wrong"\ncall = "train()"\n[[wrong]]\nline = 2\nname = "uphill"\nalternatives = []\n',
}
FOUND = {"unit.py": made.WRONG, "right.py": made.RIGHT, "module.py": made.NOT_UNDERSTOOD}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three programs with keys."""
    for name, key in KEYS.items():
        (tmp_path / name).write_text("x = 1\n")
        (tmp_path / name.replace(".py", ".key.toml")).write_text(key)
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[Path, str]]:
    """Answer for the examination, and note which files were asked about, with which calls."""
    seen: list[dict[Path, str]] = []

    def answer(paths: list[Path], exam: None, limits: Any, workers: Any, calls: Any) -> Iterator[tuple[int, Any]]:
        for number, path in enumerate(paths):
            seen.append({path: calls.get(path, "")})
            yield number, FOUND[path.name]

    monkeypatch.setattr(program_benchmark, "check_files", answer)
    return seen


def run(folder: Path, finished: Path | None = None) -> ProgramBenchmark:
    benchmark = ProgramBenchmark.of(folder, finished)
    list(benchmark.run())
    return benchmark


def test_every_program_with_a_key_is_checked_with_its_call(folder: Path, asked: list[dict[Path, str]]) -> None:
    run(folder)
    assert {path.name: call for one in asked for path, call in one.items()} == {
        "module.py": "train()",
        "right.py": "",
        "unit.py": "",
    }


def test_the_score_is_that_of_the_results(folder: Path, asked: object) -> None:
    told = run(folder).as_dict()
    counts = {name: (s["count"], s["of"]) for name, s in told["score"].items() if name != "seconds"}
    assert counts == {
        "understood": (2, 3),
        "false_alarms": (0, 1),
        "found": (1, 2),
        "line": (1, 2),
        "fix": (1, 2),
    }


def test_the_result_keeps_the_fixes_for_another_judge(folder: Path, asked: object) -> None:
    told = run(folder).as_dict()
    (unit,) = [one for one in told["files"] if one["file"] == "unit.py"]
    assert unit["wrong"][0]["fix"] == made.FIX
    keys = ProgramBenchmark.of(folder).keys
    again = scored(told["files"], keys, lambda file, fixes: False)
    assert again["score"]["fix"]["count"] == 0
    assert again["score"]["line"] == told["score"]["line"]


def test_what_is_finished_is_not_done_again(folder: Path, asked: list[dict[Path, str]], tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    benchmark = ProgramBenchmark.of(folder)
    next(benchmark.run())
    benchmark.write(path)
    done = run(folder, path)
    assert len(asked) == len(done.results) == 3
    assert len({path for one in asked for path in one}) == 3


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"files": [1]}', '{"files": [{"file": "a"}]}', "{}"])
def test_a_file_that_is_no_result_gets_one_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(text)
    with pytest.raises(BadInput, match="is no result of mistakes --programs"):
        read_result(path)


def test_what_fails_is_told_by_name(folder: Path, asked: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FOUND, "right.py", made.WRONG)
    said = markdown(run(folder).as_dict())
    assert "| understood | 2 of 3 | 67 % |" in said
    assert "Right, and called wrong: `right.py`." in said
    assert "Not understood: `module.py`." in said
    assert "uphill (0 of 1)" in said


def test_the_terminal_shows_the_score_and_every_kind(folder: Path, asked: object) -> None:
    benchmark = run(folder)
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    show_score(console, benchmark)
    said = console.export_text()
    assert "wrong programs found wrong" in said
    assert all(kind in said for kind in ("bias-from-one-row", "uphill"))
    assert score_line(benchmark).plain.startswith("3 programs checked: 2 understood, 1 of 2 wrong ones found")


def test_a_score_that_was_cut_short_says_so(folder: Path, asked: object) -> None:
    benchmark = ProgramBenchmark.of(folder)
    next(benchmark.run())
    assert score_line(benchmark).plain.endswith("2 not reached")


def test_a_result_of_the_examination_can_be_written_as_json(folder: Path) -> None:
    contract = {"file", "verdict", "conventions", "model", "symbols", "wrong", "seconds"}
    entry = {"cell", "line", "column", "end_column", "source", "says", "name", "due", "fix", "verified"}
    results: list[ProgramResult] = [made.WRONG, made.RIGHT, made.NOTEBOOK, made.NOT_UNDERSTOOD, made.UNREADABLE]
    for told in (json.loads(json.dumps(result.as_dict())) for result in results):
        assert contract <= told.keys()
        assert all(entry <= wrong.keys() for wrong in told["wrong"])


@pytest.mark.skipif(not KEPT.exists(), reason="docs/programs.json is not there yet")
def test_the_readme_quotes_the_kept_score_word_for_word() -> None:
    told = read_result(KEPT)
    assert markdown(told) in (ROOT / "README.md").read_text(encoding="utf-8")
