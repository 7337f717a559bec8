"""Are both sides trained alike, on the data that a lesson asks for, and told apart where they differ?"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compare.lessons.toolkit import Outcome, finding
from compare.lessons.toolkit.context import PEAK, Context, stretched
from compare.lessons.toolkit.figures import Figure
from scratch.datasets import Dataset

NOTHING_SHOWN = Figure("", [])


def test_fashion_that_is_nowhere_is_replaced_and_announced(
    digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("FIVE_OR_NOT_CACHE", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nothing listens there, so no download
    taken, notice = Context(replace(digits, name="mnist"), data=tmp_path).fashion()
    assert taken.name == "mnist"
    assert notice is not None
    assert "NOT garments but the 10 digit classes of mnist. fashion_mnist is not to be had" in notice


def test_fashion_in_the_data_directory_is_taken(digits: Dataset, tmp_path: Path) -> None:
    arrays = {"x_train": digits.x_train, "y_train": digits.y_train, "x_test": digits.x_test, "y_test": digits.y_test}
    np.savez(tmp_path / "fashion_mnist.npz", **arrays)  # type: ignore[arg-type]
    taken, notice = Context(replace(digits, name="mnist"), data=tmp_path).fashion()
    assert (taken.name, notice) == ("fashion_mnist", None)


def test_small_pixels_are_stretched_to_the_tutorials_range(digits: Dataset) -> None:
    wide = stretched(digits)
    assert (wide.x_train.max(), wide.peak) == (PEAK, PEAK)
    np.testing.assert_array_equal(wide.x_train == 0, digits.x_train == 0)
    assert stretched(wide) is wide


def test_a_side_that_departs_is_another_story(context: Context) -> None:
    pair = context.pair("one", context.config(epochs=1, train_size=64))
    pair.keras.weights[-1][0][0] += 1e-4  # far beyond rounding, and far too little to see in a curve
    assert pair.verdict.word == "mismatched"
    outcome = Outcome("how", [pair], [], NOTHING_SHOWN)
    assert not outcome.same_story
    assert outcome.story.startswith("The sides told different stories: one: weights after 1 epoch: W")


def test_findings_may_differ_only_where_rounding_decides_them(context: Context) -> None:
    answers = {"keras": True, "scratch": False, "perturbed 0": False, "perturbed 1": True}
    undecided = finding(answers.__getitem__, "yes", "no.")
    assert (undecided.shown, undecided.same) == (False, True)
    assert "rounding decides it" in undecided.sentence
    differing = finding((answers | {"perturbed 1": False}).__getitem__, "yes", "no.")
    assert (differing.shown, differing.same) == (False, False)
    assert differing.sentence == "no. Keras and NumPy answer this differently."
    limited = context.pair(
        "raw", context.config(pixels="raw", optimizer="adam", epochs=2, batch_size=8, activation="sigmoid")
    )
    assert limited.verdict.word == "rounding-limited"
    assert Outcome("how", [limited], [undecided], NOTHING_SHOWN).same_story
    assert not Outcome("how", [limited], [differing], NOTHING_SHOWN).same_story


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_keras_model_that_is_taken_again_trains_as_a_new_one(context: Context, optimizer: str) -> None:
    config = context.config(epochs=2, batch_size=16, train_size=200, optimizer=optimizer)
    first = context.pair("first", config)
    context.pair("another rate", replace(config, learning_rate=0.5))
    again = context.pair("again", config)
    for one, other in zip(first.keras.weights[-1], again.keras.weights[-1], strict=True):
        np.testing.assert_array_equal(one, other)


def test_many_steps_at_once_are_the_same_steps(context: Context) -> None:
    config = context.config(epochs=1, batch_size=16, train_size=200)  # 13 steps, the last one short
    at_once, by_step = context.pair("at once", config), context.pair("by step", config, by_step=True)
    assert len(by_step.steps["keras"]) == 13
    assert at_once.keras.history == by_step.keras.history
    np.testing.assert_array_equal(at_once.keras.weights[-1][0], by_step.keras.weights[-1][0])
