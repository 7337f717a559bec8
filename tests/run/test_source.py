"""Is a script or a notebook read as it stands, and refused in one sentence where it cannot be?"""

import json
from pathlib import Path

import pytest

from compare.common.errors import BadInput
from compare.run.source import read_source


def notebook(path: Path, *cells: str) -> Path:
    written = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": ["# title"]}, *written]}))
    return path


def test_a_line_of_a_notebook_is_named_by_its_cell(tmp_path: Path) -> None:
    source = read_source(notebook(tmp_path / "a.ipynb", "x = 1\ny = 2", "z = 3"))
    assert source.place(2) == "cell 1, line 2"
    assert source.place(3) == "cell 2, line 1"


def test_lines_for_the_shell_become_remarks_and_the_others_keep_their_place(tmp_path: Path) -> None:
    source = read_source(notebook(tmp_path / "a.ipynb", "%matplotlib inline\n!pip install x\nif True:\n    !ls\ny = 2"))
    values: dict[str, int] = {}
    exec(source.text, values)
    assert values["y"] == 2
    assert source.line(5) == "y = 2"


def test_a_cell_that_is_all_for_the_shell_is_left_out(tmp_path: Path) -> None:
    source = read_source(notebook(tmp_path / "a.ipynb", "%%bash\nthis is no Python", "y = 2"))
    assert source.line(source.cells[1]) == "y = 2"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.py", "def f(:\n", r"a\.py is no Python that runs: .* \(line 1\)"),
        ("a.txt", "", r"neither a script nor a notebook"),
        ("a.ipynb", "{}", r"holds no cells"),
    ],
)
def test_what_is_no_script_is_refused_in_one_sentence(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadInput, match=said):
        read_source(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.py is no file"):
        read_source(tmp_path / "nowhere.py")
