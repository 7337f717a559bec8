"""Do the README's words hold? (Its two shell lines are run by .ci/run.)"""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SHELL = dict(re.findall(r"<!-- (\w+) -->\n```sh\n(.*)\n```", README))
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_there_is_a_line_to_run_and_a_line_to_test_each_with_its_own_environment() -> None:
    assert set(SHELL) == {"run", "test"}
    assert all(line.startswith("python3 -m venv .venv && ") for line in SHELL.values())
    assert SHELL["run"].endswith("python -m compare")
    assert "python -m pytest" in SHELL["test"]


def test_both_lines_are_on_the_first_screen() -> None:
    assert README[: README.index(SHELL["test"])].count("\n") < 25


@pytest.mark.parametrize("code", PYTHON, ids=["tutorial", "result"])
def test_the_python_in_the_readme_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (64, 28, 28), np.uint8), np.arange(64, dtype=np.uint8) % 10
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    monkeypatch.setenv("FIVE_OR_NOT_DATA", str(tmp_path))
    script = tmp_path / "script.py"
    script.write_text(code)
    runpy.run_path(str(script))


def test_every_file_that_it_links_is_there() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert (Path(__file__).parent.parent / link).exists(), link


def test_it_counts_the_mistakes_that_check_knows() -> None:
    from compare.check.catalogue import CATALOGUE

    changelog = (Path(__file__).parent.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    counts = re.findall(r"(\d+) (?:known )?mistakes", README) + re.findall(r"catalogue of (\d+)", changelog)
    assert set(counts) == {str(len(CATALOGUE))}
