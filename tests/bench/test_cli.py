"""Does `python -m compare bench` write what it promises?"""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compare.bench import cli, measurements, rank_scaling, scaling, session
from compare.bench.contender import names
from compare.cli import main

ROOT = Path(__file__).parent.parent.parent
KEYS = {
    "epoch_seconds", "ratio_to_scratch", "cold_start_seconds", "growth_exponents", "peak_memory_ratio",
    "sweep_time_ratio", "not_measured",
}  # fmt: skip


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make --quick quicker: few rates and sizes."""
    monkeypatch.setattr(session, "QUICK", replace(session.QUICK, rounds=1, growth_rounds=1, sweep_rounds=1, rates=3))
    for name, values in {"BATCHES": (1, 32), "UNITS": (1, 2), "SIDES": (2, 8)}.items():
        monkeypatch.setattr(scaling, name, values)


@pytest.mark.usefixtures("tiny")
def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = ("c_loop", "sklearn_sgd", "bandwidth_floor")
    chosen = [argument for name in only for argument in ("--only", name)]
    assert (
        main(["bench", "--quick", "--dataset", "digits", "--train-size", "200", *chosen, "--out", str(tmp_path)]) == 0
    )
    written = json.loads((tmp_path / "bench.json").read_text())
    assert set(written) >= KEYS
    measured = {"scratch", *only} - set(written["not_measured"])
    assert measured >= {"scratch", "sklearn_sgd", "bandwidth_floor"}
    assert set(written["epoch_seconds"]) == set(written["ratio_to_scratch"]) == measured
    assert set(written["cold_start_seconds"]) == measured - {"bandwidth_floor"}
    assert set(written["epoch_seconds"]) | set(written["not_measured"]) >= set(names())
    assert written["not_measured"]["keras_default"] == "left out by --only"
    for name, ratio in written["ratio_to_scratch"].items():
        assert ratio == written["epoch_seconds"][name] / written["epoch_seconds"]["scratch"]
    assert set(written["growth_exponents"]) == {"rows", "batch", "units", "pixels"}
    assert written["sweep"]["each_unit_is_the_run_alone"]["ok"]
    assert {entry["ok"] for entry in written["agreement"].values()} == {True}
    assert ET.parse(tmp_path / "bench.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir()} == {"bench.json", "bench.md", "bench.svg", "bench.png"}
    screen = capsys.readouterr().out
    assert "another algorithm" in screen
    assert "these are 200 of digits" in screen
    assert "Not measured: keras_default: left out by --only" in screen


def test_an_unknown_contender_is_one_sentence_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--dataset", "digits", "--only", "no_such"]) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: --only no_such: there is no such contender; there are bandwidth_floor, c_loop")


def test_an_interrupted_run_keeps_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Any, directory: Path, tell: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(measurements.Measurements, "run", interrupted)
    assert main(["bench", "--dataset", "digits", "--out", str(tmp_path)]) == cli.INTERRUPTED
    written = json.loads((tmp_path / "bench.json").read_text())
    assert written["interrupted"] is True
    assert set(written) >= KEYS
    assert written["epoch_seconds"] == {}


def test_help_does_not_wait_for_keras_or_matplotlib() -> None:
    code = (
        "import sys; from compare.cli import main; main(['bench', '--help']);"
        "print({'keras', 'matplotlib', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.rstrip().endswith("set()")


def test_rows_on_disk_are_measured_from_few_to_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, out = str(tmp_path / "data"), str(tmp_path / "out")
    assert main(["grow", "--dataset", "digits", "--rows", "4000", "--out", data]) == 0
    assert main(["bench", "--rows-on-disk", data, "--out", out]) == 0
    found = json.loads((tmp_path / "out" / "growth.json").read_text())
    assert [size["rows"] for size in found["sizes"]] == [200, 400, 1000, 2000, 4000]
    assert "µs a row" in capsys.readouterr().out


def test_shards_that_are_not_there_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--rows-on-disk", str(tmp_path / "none"), "--out", str(tmp_path)]) == 2
    assert "none is not a directory: python -m compare grow --out" in capsys.readouterr().err


def test_ranks_are_measured_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = json.loads((ROOT / "docs" / "scaling.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(rank_scaling, "measure", lambda tell: kept)
    assert main(["bench", "--ranks", "--out", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "scaling.json").read_text()) == kept
    assert "for 5 of the 9 sizes" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("other", ["--quick", "--ranks", "--only scratch", "--train-size 9"])
def test_what_measures_by_itself_says_so(other: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--rows-on-disk", "shards", *other.split()]) == 2
    assert "measure one thing each" in capsys.readouterr().err
