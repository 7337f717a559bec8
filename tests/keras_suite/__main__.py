"""Runs Keras's tests of a checkout on scratch, and counts: passed, wrong, and what is out of scope, by reason."""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.keras_suite import shim
from tests.keras_suite.out_of_scope import reason_of

FILES = (
    "losses/losses_test.py",
    "losses/loss_test.py",
    "optimizers/sgd_test.py",
    "optimizers/adam_test.py",
    "layers/core/dense_test.py",
    "layers/reshaping/flatten_test.py",
    "metrics/accuracy_metrics_test.py",
    "models/sequential_test.py",
    "trainers/trainer_test.py",
    "activations/activations_test.py",
    "initializers/constant_initializers_test.py",
    "initializers/random_initializers_test.py",
    "callbacks/callback_test.py",
    "callbacks/csv_logger_test.py",
    "callbacks/early_stopping_test.py",
    "callbacks/lambda_callback_test.py",
    "callbacks/learning_rate_scheduler_test.py",
    "callbacks/model_checkpoint_test.py",
    "callbacks/monitor_callback_test.py",
    "callbacks/reduce_lr_on_plateau_test.py",
    "callbacks/terminate_on_nan_test.py",
    "utils/numerical_utils_test.py",
)


class Counting:
    """Keeps what became of each test."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.failed: dict[str, str] = {}
        self.skipped: list[str] = []

    def pytest_configure(self, config: Any) -> None:
        """Know Keras's markers."""
        for marker in ("requires_trainable_backend", "multi_device"):
            config.addinivalue_line("markers", marker)

    def pytest_collectreport(self, report: Any) -> None:
        """Take a file that cannot be read."""
        if report.failed:
            self.failed[report.nodeid.replace("__", "/")] = str(report.longrepr).strip().splitlines()[-1]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take a test's outcome."""
        name = report.nodeid.replace("__", "/").replace("\\", "/")
        if report.failed:
            self.failed[name] = str(report.longrepr).strip().splitlines()[-1] if report.longrepr else ""
            self.failed[name] = str(getattr(getattr(report.longrepr, "reprcrash", None), "message", self.failed[name]))
        elif report.skipped:
            self.skipped.append(name)
        elif report.when == "call":
            self.passed.append(name)


def main() -> int:
    """Run the tests of the checkout that is named; return 0 where no answer is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.keras_suite", description=__doc__)
    parser.add_argument("checkout", type=Path, help="a checkout of Keras, as git clone makes it")
    parser.add_argument("--verbose", action="store_true", help="name every test that does not pass, with its last line")
    given = parser.parse_args()
    source = given.checkout / "keras" / "src"
    if not source.is_dir():
        parser.error(f"{given.checkout} is no checkout of Keras: {source} is not there")
    shim.install()
    counting = Counting()
    with tempfile.TemporaryDirectory() as directory:
        for file in FILES:  # flat, so that pytest imports none of Keras's own packages around them
            shutil.copy(source / file, Path(directory) / file.replace("/", "__"))
        options = [
            "-q",
            "--continue-on-collection-errors",
            "--no-header",
            "--tb=line",
            "-p",
            "no:cacheprovider",
            "-c",
            "/dev/null",
            "--noconftest",
        ]
        pytest.main([*options, "--no-summary", "--rootdir", directory, directory], plugins=[counting])
    wrong = {
        name: last for name, last in counting.failed.items() if name not in counting.passed and not reason_of(name)
    }
    outside = Counter(reason for name in counting.failed if (reason := reason_of(name)))
    print(f"\n{len(counting.passed)} passed, {len(wrong)} wrong, {len(counting.skipped)} skipped by Keras itself")
    print(f"{outside.total()} out of scope:")
    for reason, count in outside.most_common():
        print(f"  {count:>4}  {reason}")
    unexpected = [name for name in counting.passed if reason_of(name)]
    for name in unexpected:
        print(f"passes, though it is listed as out of scope: {name}")
    for name, last in (counting.failed if given.verbose else wrong).items():
        print(f"{'wrong' if name in wrong else 'outside'}: {name}: {last}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
