"""Is the right program taken apart rightly: where can a wrong part show, and what does a call leave behind?"""

from typing import Any

import numpy as np
import pytest

from compare.check.catalogue import CATALOGUE
from compare.check.perceptron import Perceptron, TrustedFunctions, failing_rungs, parts_of, wrong_program

TRAINING = ("train_step", "one epoch", "epochs", "history")


@pytest.mark.parametrize(
    ("part", "rungs"),
    [
        ("dense", ("dense", *TRAINING)),
        ("mse", ("mse", "history")),
        ("dz", TRAINING),
        ("train_step", TRAINING),
        ("batches", TRAINING[1:]),
        ("report_loss", ("history",)),
        ("shown_with", ("history",)),
    ],
)
def test_a_wrong_part_fails_the_rungs_that_go_through_it(part: str, rungs: tuple[str, ...]) -> None:
    assert failing_rungs(part) == rungs


def test_every_part_that_a_mistake_replaces_is_gone_through() -> None:
    everything = parts_of("fit")
    for mistake in CATALOGUE.values():
        for form in mistake.forms:
            assert set(form) <= everything, mistake.name


def test_a_function_of_one_line_goes_through_itself_alone() -> None:
    assert parts_of("sigmoid") == {"sigmoid"}
    assert parts_of("dz") == {"dz", "mse_gradient", "sigmoid_gradient"}


def test_arguments_are_copied_and_what_is_written_over_is_told() -> None:
    def dense(X: Any, W: Any, b: Any) -> Any:
        X += 1
        return X @ W + b

    given = {"X": np.zeros((1, 1)), "W": np.ones((1, 1)), "b": np.zeros(1)}
    answer = TrustedFunctions({"dense": dense}).call("dense", given)
    assert answer.changed == ("X",)
    assert answer.after["X"].tolist() == [[1.0]]
    assert given["X"].tolist() == [[0.0]]


def test_a_wrong_part_is_used_by_the_others_and_nothing_is_kept_between_calls() -> None:
    submission = wrong_program({"sigmoid": lambda self, z: 0 * z + self.memory.setdefault("calls", 1)})
    X, W, b = np.ones((2, 3)), np.ones((3, 1)), np.zeros(1)
    for _ in range(2):
        assert submission.call("sigmoid", {"z": X @ W + b}).value.tolist() == [[1.0], [1.0]]
    y = np.ones((2, 1))
    W_new, b_new = submission.call("train_step", {"X": X, "y": y, "W": W, "b": b, "learning_rate": 0.1}).value
    assert (W_new.tolist(), b_new.tolist()) == (W.tolist(), b.tolist())  # an answer of 1 has no slope
    assert Perceptron().train_step(X, y, W, b, 0.1)[0].tolist() != W.tolist()
