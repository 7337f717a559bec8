"""Does a worker import what it measures, and nothing else?"""

import subprocess
import sys

import pytest

from compare.bench.contender import names


@pytest.mark.parametrize("name", [name for name in names() if name not in ("scratch", "keras_default", "keras_best")])
def test_only_scratch_pays_for_importing_scratch(name: str) -> None:
    """A cold start must not hold one contender's imports against another."""
    code = (
        "import sys, compare.bench.worker, compare.bench.contender as c;"
        f"c.find({name!r}); bad = {{'scratch', 'keras', 'tensorflow', 'torch', 'jax', 'sklearn', 'rich', 'typer'}};"
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
