"""Is everything said of every function in one entry, and is what a learner is told of it true?"""

import inspect
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratch
from compare.check import contract
from compare.check.contract import CONTRACT, formulas
from compare.check.exam import Exam
from compare.check.perceptron import Perceptron

STARTED = Path(contract.__file__).parent / "templates" / "mine.py"

rng = np.random.default_rng(3)
X, W, b = rng.random((5, 3)), rng.standard_normal((3, 1)), rng.standard_normal(1)
y = np.array([[1.0], [0], [0], [1], [0]])
z = Perceptron().dense(X, W, b)
a = Perceptron().sigmoid(z)
dz, gradient = rng.standard_normal((5, 1)), rng.standard_normal((3, 1))
NAMES: dict[str, Any] = {"X": X, "W": W, "b": b, "y": y, "z": z, "a": a, "dz": dz}
NAMES |= {"param": W, "gradient": gradient, "learning_rate": 0.1, "mean": np.mean, "sum": np.sum, "exp": np.exp}


def test_every_entry_has_its_right_code_and_its_place_in_the_starting_file() -> None:
    started = runpy.run_path(str(STARTED))
    for name, function in CONTRACT.items():
        right = inspect.signature(getattr(Perceptron(), name)).parameters
        assert tuple(right) == function.arguments, name
        assert set(formulas().get(name, {})) <= set(function.results), name
        assert (name in started) != function.of_classes, name


def test_the_starting_file_asks_for_the_contracts_parameters_and_computes_nothing() -> None:
    started = runpy.run_path(str(STARTED))
    for name, function in CONTRACT.items():
        if not function.of_classes:
            asked = ("a",) if function.either else function.arguments
            assert tuple(inspect.signature(started[name]).parameters) == asked
            with pytest.raises(NotImplementedError):
                started[name](*asked)


def test_every_formula_that_a_learner_is_told_is_right() -> None:
    scratch.config.set_floatx("float64")
    for function, told in formulas().items():
        assert tuple(told) == (() if function in ("train_step", "fit") else CONTRACT[function].results)
        for name, formula in told.items():
            value = eval(formula.removeprefix(f"{name} = "), dict(NAMES))
            assert np.allclose(value, _right(function)[name], rtol=1e-14, atol=0), (function, name)


def _right(function: str) -> dict[str, Any]:
    entry = CONTRACT[function]
    return entry.named(getattr(Perceptron(), function)(*(NAMES[name] for name in entry.arguments)))


@pytest.mark.parametrize(
    ("function", "parameters", "means"),
    [
        ("mse", ("a", "y"), ("a", "y")),
        ("mse", ("pred", "true"), ("a", "y")),
        ("mse", ("y", "t"), ("a", "y")),
        ("mse", ("y_true", "y"), ("y", "a")),
        ("mse", ("one", "other"), ("y", "a")),
        ("train_step", ("W", "b", "X", "Y", "lr"), ("W", "b", "X", "y", "learning_rate")),
        ("train_step", ("x", "labels", "weights", "bias", "anything"), ("X", "y", "W", "b", "learning_rate")),
        ("train_step", ("X", "y", "W", "b", "eta", "momentum"), ("X", "y", "W", "b", "learning_rate")),
        ("sgd", ("grad", "w", "lr"), ("gradient", "param", "learning_rate")),
        ("dense", ("arguments",), ("X", "W", "b")),
        (
            "fit",
            ("W", "b", "X", "y", "order", "epochs", "bs", "lr"),
            ("W", "b", "X", "y", "order", "epochs", "batch_size", "learning_rate"),
        ),
    ],
)
def test_arguments_come_in_the_order_in_which_the_parameters_mean_them(
    function: str, parameters: tuple[str, ...], means: tuple[str, ...]
) -> None:
    entry = CONTRACT[function]
    given = dict.fromkeys(entry.arguments, 0)
    assert tuple(entry.asked_with(given, parameters)) == means


@pytest.mark.parametrize(("parameter", "given"), [("z", "z"), ("x", "z"), ("a", "a"), ("s", "a"), ("output", "a")])
def test_the_slope_is_asked_by_its_parameters_name(parameter: str, given: str, exam: Exam) -> None:
    case = exam.of("sigmoid_gradient")[0].case
    assert list(CONTRACT["sigmoid_gradient"].asked_with(case.arguments, (parameter,))) == [given]
