"""Is the starting file true, complete, and never written over anything?"""

import ast
import inspect
import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratch
from compare.check.exam import RESULTS
from compare.check.inside import PARAMETERS
from compare.check.starting_file import write_starting_file
from compare.check.written import Written
from compare.common.errors import BadInput

rng = np.random.default_rng(3)
X, W, b = rng.random((5, 3)), rng.standard_normal((3, 1)), rng.standard_normal(1)
y = np.array([[1.0], [0], [0], [1], [0]])
z = Written().dense(X, W, b)
a = Written().sigmoid(z)
dz, gradient = rng.standard_normal((5, 1)), rng.standard_normal((3, 1))
NAMES: dict[str, Any] = {"X": X, "W": W, "b": b, "y": y, "z": z, "a": a, "dz": dz}
NAMES |= {"param": W, "gradient": gradient, "learning_rate": 0.1, "mean": np.mean, "sum": np.sum, "exp": np.exp}


@pytest.fixture
def started(tmp_path: Path) -> Path:
    write_starting_file(tmp_path / "my file.py")
    return tmp_path / "my file.py"


def test_it_holds_every_function_that_is_asked_with_its_parameters(started: Path) -> None:
    functions = runpy.run_path(str(started))
    for name in RESULTS:
        if name != "predict":
            asked = ("a",) if name == "sigmoid_gradient" else PARAMETERS[name]
            assert tuple(inspect.signature(functions[name]).parameters) == asked
            with pytest.raises(NotImplementedError):
                functions[name](*asked)


def test_every_formula_in_it_is_right(started: Path) -> None:
    scratch.config.set_floatx("float64")
    tree = ast.parse(started.read_text(encoding="utf-8"))
    stated = 0
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        formulas = re.findall(r"^    (\w+) = (.+)$", ast.get_docstring(function) or "", re.MULTILINE)
        right = _right(function.name)
        for name, formula in formulas:
            value = eval(formula, dict(NAMES))
            assert np.allclose(value, right[name], rtol=1e-14, atol=0), (function.name, name)
            stated += 1
    assert stated == 9


def _right(function: str) -> dict[str, Any]:
    program = Written()
    if function in ("train_step", "fit"):
        return {}
    if function == "sigmoid_gradient":
        return {"slope": program.sigmoid_gradient(z, a)}
    returned = getattr(program, function)(*(NAMES[name] for name in PARAMETERS[function]))
    return dict(zip(RESULTS[function], returned if isinstance(returned, tuple) else (returned,), strict=True))


def test_it_says_how_to_check_this_very_file(started: Path) -> None:
    assert "python -m compare check 'my file.py'" in started.read_text(encoding="utf-8")


def test_nothing_is_ever_written_over(started: Path) -> None:
    started.write_text("my work")
    with pytest.raises(BadInput, match="stays as it is"):
        write_starting_file(started)
    assert started.read_text() == "my work"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot write"):
        write_starting_file(tmp_path / "missing" / "mine.py")
