"""Is ``from compare import ...`` quick, typed, and all that another program needs?"""

import importlib
import inspect
import pkgutil
import subprocess
import sys
from importlib.resources import files

import pytest

import compare as package
from compare import BadInput, Config, compare
from scratch.datasets import Dataset

HEAVY = ("keras", "tensorflow", "matplotlib", "rich", "typer", "sklearn", "scratch", "jinja2")


def test_importing_it_loads_nothing_heavy() -> None:
    code = f"import sys; from compare import Config, compare; Config(); print(sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_is_explained_and_hides_no_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    for name in package.__all__:
        assert inspect.getdoc(getattr(package, name)), name
        assert name not in modules


def test_the_function_stays_the_function_whatever_else_is_imported() -> None:
    for module in ("compare.core.comparison", "compare.cli", "compare.report.notebook"):
        importlib.import_module(module)
    assert package.compare is compare
    assert inspect.isfunction(package.compare)


def test_it_is_typed() -> None:
    assert files("compare").joinpath("py.typed").is_file()
    assert all(
        parameter.annotation is not parameter.empty for parameter in inspect.signature(compare).parameters.values()
    )


def test_it_compares_and_a_notebook_can_show_what_it_returns(digits: Dataset) -> None:
    found = compare(Config(epochs=1, train_size=100), digits)
    assert found.verdict
    assert found.verdict.word == "matched", found.verdict.sentence
    assert found.runs["scratch"].history["val_accuracy"]
    assert "<strong>MATCHED</strong>" in found._repr_html_()  # type: ignore[attr-defined]


def test_a_config_that_cannot_be_used_raises_one_clear_sentence(digits: Dataset) -> None:
    with pytest.raises(BadInput, match="must be at least 1, not 0"):
        Config(epochs=0)
    with pytest.raises(BadInput, match="--train-size 2000 is more than the 1437 training rows"):
        compare(Config(train_size=2000), digits)
