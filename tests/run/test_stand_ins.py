"""Does what stands in do nothing, and say so?"""

from collections.abc import Callable

import numpy as np
import pytest

from compare.run import stand_ins
from compare.run.outcome import Outcome
from scratch.datasets import Dataset, NotFoundError

RanText = Callable[..., Outcome]


def test_a_logging_service_that_is_not_installed_is_answered_and_named_once(ran_text: RanText) -> None:
    text = """
import mlflow
import mlflow.keras
mlflow.start_run()
with mlflow.start_run() as run:
    mlflow.log_param("a", 1)
for one in mlflow.search():
    raise ValueError
"""
    outcome = ran_text(text)
    assert outcome.error is None
    assert [note.text for note in outcome.notes] == [
        "mlflow is not installed: a stand-in that does nothing answers for it"
    ]


def test_a_tensorboard_that_is_not_installed_does_nothing(ran_text: RanText, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand_ins.importlib.util, "find_spec", lambda name: None)
    outcome = ran_text("from tensorflow.keras.callbacks import TensorBoard\nTensorBoard('logs', histogram_freq=1)")
    assert outcome.error is None
    assert "tensorboard is not installed" in outcome.notes[0].text


def test_settings_are_kept_as_they_are_written(ran_text: RanText) -> None:
    text = """
import wandb
run = wandb.init(project="five", config={"rate": 0.5})
wandb.config.epochs = 3
wandb.config.update({"units": 4})
assert (run.config.rate, run.config.epochs, wandb.config.units) == (0.5, 3, 4)
assert wandb.config["epochs"] == 3
"""
    assert ran_text(text).error is None


def test_digits_stand_in_for_mnist_that_is_nowhere_and_nobody_can_miss_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> Dataset:
        raise NotFoundError(f"{name} is not to be had")

    monkeypatch.setattr(stand_ins, "load", nowhere)
    dataset = stand_ins.of_that_name("mnist")
    assert dataset.x_train.shape[1:] == (28, 28)
    assert dataset.x_train.dtype == np.uint8
    assert dataset.x_train.max() == 255
    assert dataset.notice
    assert dataset.notice.startswith("These are NOT the MNIST images")
    with pytest.raises(NotFoundError):
        stand_ins.of_that_name("fashion_mnist")


def test_one_hot_rows_are_held_against_scratch_s(ran_text: RanText) -> None:
    outcome = ran_text("from tensorflow.keras.utils import to_categorical\nto_categorical([0, 2, 1], 3)")
    (called,) = outcome.called
    assert called.line == 2
    assert called.value
    assert called.value.ok
