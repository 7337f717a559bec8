"""Scripts that were run, each once, in the process of the tests: Keras has started there already."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from compare.run.outcome import Outcome
from compare.run.source import read_source
from compare.run.worker import execute
from keras_ref.library import load_keras

SCRIPTS = Path(__file__).parent / "scripts"


@pytest.fixture(scope="session")
def ran(keras: Any) -> Callable[[str], Outcome]:
    """Return what was found while a script ran."""

    @cache
    def run(name: str) -> Outcome:
        return outcome_of(SCRIPTS / name)

    return run


@pytest.fixture
def ran_text(keras: Any, tmp_path: Path) -> Callable[..., Outcome]:
    """Return what is found while a few lines run."""

    def run(text: str, **options: Any) -> Outcome:
        path = tmp_path / "lines.py"
        path.write_text(text)
        return outcome_of(path, **options)

    return run


def outcome_of(path: Path, epochs: int | None = None, train_size: int | None = None, brief: bool = False) -> Outcome:
    """Run a script from a seed that is the same each time."""
    load_keras().utils.set_random_seed(0)
    outcome = Outcome(read_source(path))
    outcome.add(execute(outcome.source, outcome.add, epochs, train_size, brief))
    return outcome
