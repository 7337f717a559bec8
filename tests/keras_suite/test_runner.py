"""Does the runner count what passes, what is wrong, and what is out of scope?"""

import os
import subprocess
import sys
from pathlib import Path

from tests.keras_suite.__main__ import FILES
from tests.keras_suite.out_of_scope import OUT_OF_SCOPE, reason_of

TESTS = """
from keras.src import layers, ops, testing
from keras.src.losses import losses

class HuberLossTest(testing.TestCase):
    def test_what_is_outside(self):
        losses.Huber()

class MeanSquaredErrorTest(testing.TestCase):
    def test_what_passes(self):
        self.assertAllClose(losses.MeanSquaredError()(ops.array([[1.0]]), ops.array([[3.0]])), 4.0)
        self.assertEqual(layers.Dense(2)(layers.Input((3,))).shape, (None, 2))

    def test_what_is_wrong(self):
        self.assertAllClose(losses.MeanSquaredError()(ops.array([[1.0]]), ops.array([[3.0]])), 5.0)
"""


def run(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.keras_suite", str(checkout)]
    alone = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=alone)


def test_every_test_is_counted_once(tmp_path: Path) -> None:
    for file in FILES:
        path = tmp_path / "keras" / "src" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TESTS if file == "losses/losses_test.py" else "")
    done = run(tmp_path)
    assert done.returncode == 1, done.stderr
    assert "1 passed, 1 wrong, 0 skipped by Keras itself\n1 out of scope:" in done.stdout
    assert "wrong: losses/losses_test.py::MeanSquaredErrorTest::test_what_is_wrong: " in done.stdout


def test_what_is_no_checkout_is_said(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 2
    assert "is no checkout of Keras" in done.stderr


def test_a_test_that_no_pattern_covers_has_to_pass() -> None:
    assert reason_of("losses/losses_test.py::MeanSquaredErrorTest::test_config") is None
    assert reason_of("layers/core/dense_test.py::DenseTest::test_enable_lora") in OUT_OF_SCOPE
