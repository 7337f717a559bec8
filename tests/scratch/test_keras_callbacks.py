"""Do callbacks hear what Keras's hear, in its order, and do those that act act alike?"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratch
from tests.scratch.both import FIVES, D, X, assert_same_fit, built

Build = Callable[[Any], Any]
HOOKS = [name for name in dir(scratch.callbacks.Callback) if name.startswith("on_")]


def model_of(k: Any) -> Any:
    model = k.Sequential([k.Input((D,)), k.layers.Dense(4, activation="tanh"), k.layers.Dense(1)])
    model.compile(optimizer=k.optimizers.SGD(0.1), loss="mse", metrics=["accuracy"])
    return model


def listener(k: Any, stop_at: str = "") -> Any:
    """Return a callback of either library that writes down every hook and the names of its logs."""

    def hook(name: str) -> Any:
        def heard(self: Any, *numbers: int, logs: Any = None) -> None:
            told = next((one for one in (logs, *numbers) if isinstance(one, dict)), {})
            self.heard.append((name, *[n for n in numbers if isinstance(n, int)], sorted(told)))
            if f"{name} {len([1 for seen in self.heard if seen[0] == name])}" == stop_at:
                self.model.stop_training = True

        return heard

    kind = type("Listener", (k.callbacks.Callback,), {name: hook(name) for name in HOOKS if "on_batch" not in name})
    made = kind()
    made.heard = []
    return made


@pytest.mark.parametrize("stop_at", ["", "on_train_batch_end 2", "on_epoch_end 1", "on_epoch_begin 2"])
def test_every_hook_is_heard_as_in_keras(keras: Any, stop_at: str) -> None:
    heard = []
    for k, model in zip((keras, scratch), built(keras, model_of), strict=True):
        one = listener(k, stop_at)
        model.fit(X, FIVES, epochs=2, validation_split=0.2, callbacks=[one], verbose=0)
        model.evaluate(X, FIVES, callbacks=[one], verbose=0)
        model.predict(X, callbacks=[one], verbose=0)
        heard.append(one.heard)
    assert heard[0] == heard[1]


def test_batch_logs_are_the_means_so_far(keras: Any) -> None:
    logs: list[list[dict[str, float]]] = [[], []]
    for k, kept, model in zip((keras, scratch), logs, built(keras, model_of), strict=True):
        one = k.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs, kept=kept: kept.append(dict(logs)))
        model.fit(X, FIVES, batch_size=10, shuffle=False, callbacks=one, verbose=0)
    for their, our in zip(*logs, strict=True):
        assert list(their) == list(our)
        # Keras keeps its means in float32: two dozen roundings of numbers of order 1, and those of the step
        assert np.allclose(list(their.values()), list(our.values()), rtol=0, atol=200 * np.finfo(np.float32).eps)


both_in_float64 = pytest.mark.parametrize("both_in", ["float64"], indirect=True)

ACTING: dict[str, Build] = {
    "early stopping": lambda c: c.EarlyStopping(monitor="val_accuracy", patience=2),
    "early stopping, restored": lambda c: c.EarlyStopping(
        monitor="val_accuracy", patience=1, restore_best_weights=True, verbose=1
    ),
    "early stopping, baseline": lambda c: c.EarlyStopping(monitor="loss", patience=1, baseline=0.0, start_from_epoch=1),
    "smaller steps": lambda c: c.ReduceLROnPlateau(
        monitor="val_accuracy", factor=0.5, patience=1, cooldown=1, min_lr=0.02, verbose=1
    ),
    "rate of the epoch": lambda c: c.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1), verbose=1),
    "rate of the rate": lambda c: c.LearningRateScheduler(lambda epoch, rate: rate * 0.5),
    "nothing": lambda c: c.Callback(),
    "history": lambda c: c.History(),
    "any mode": lambda c: c.EarlyStopping(monitor="loss", patience=3, mode="min", min_delta=0.5),
    "more": lambda c: c.EarlyStopping(monitor="loss", patience=1, mode="max"),
}


@both_in_float64
@pytest.mark.parametrize("callback", ACTING.values(), ids=ACTING)
def test_what_acts_acts_alike(keras: Any, both_in: str, callback: Build, capsys: pytest.CaptureFixture[str]) -> None:
    assert_same_fit(keras, model_of, FIVES, epochs=8, validation_split=0.2, callbacks=lambda k: [callback(k.callbacks)])
    said = capsys.readouterr().out.split("\n")
    assert said[: len(said) // 2] == said[len(said) // 2 : -1], "each says the same"


def test_best_weights_come_back_and_rates_end_at_their_least(capsys: pytest.CaptureFixture[str]) -> None:
    stop = scratch.callbacks.EarlyStopping(monitor="loss", mode="max", patience=1, restore_best_weights=True)
    model = model_of(scratch)
    model.fit(X, FIVES, epochs=9, callbacks=[stop], verbose=0)
    assert all(np.array_equal(w, v) for w, v in zip(model.get_weights(), stop.best_weights, strict=True))
    slower = scratch.callbacks.ReduceLROnPlateau(monitor="loss", mode="max", patience=1, min_lr=0.04)
    history = model_of(scratch).fit(X, FIVES, epochs=8, callbacks=[slower], verbose=0).history
    rates = sorted(set(history["learning_rate"]))
    assert rates == [float(np.float32(rate)) for rate in (0.04, 0.1)]
    rests = scratch.callbacks.ReduceLROnPlateau(monitor="loss", mode="max", patience=1, factor=0.5, cooldown=3)
    history = model_of(scratch).fit(X, FIVES, epochs=6, callbacks=[rests], verbose=0).history
    assert [rate < 0.1 for rate in history["learning_rate"]] == [False, False, True, True, True, True]
    assert len(set(history["learning_rate"])) == 3, "nothing counts while it rests"
    assert capsys.readouterr().out == ""


def test_older_hooks_hear_of_batches_too() -> None:
    heard: list[tuple[str, int]] = []

    class Older(scratch.callbacks.Callback):
        def on_batch_begin(self, batch: int, logs: Any = None) -> None:
            heard.append(("begin", batch))

        def on_batch_end(self, batch: int, logs: Any = None) -> None:
            heard.append(("end", batch))

    model_of(scratch).fit(X, FIVES, callbacks=[Older()], verbose=0)
    assert heard == [("begin", 0), ("end", 0), ("begin", 1), ("end", 1)]


def test_what_watches_nothing_that_is_there_says_so() -> None:
    for name in ("EarlyStopping", "ReduceLROnPlateau"):
        with pytest.warns(UserWarning, match="`val_loss` which is not available. Available metrics are: accuracy,loss"):
            model_of(scratch).fit(X, FIVES, callbacks=[getattr(scratch.callbacks, name)()], verbose=0)
    with pytest.raises(ValueError, match="cannot tell whether more or less of monitor=size"):
        model_of(scratch).fit(X, FIVES, callbacks=[scratch.callbacks.EarlyStopping(monitor="size")], verbose=0)
    with pytest.warns(UserWarning, match="mode 'most' is unknown"):
        assert scratch.callbacks.EarlyStopping(mode="most").mode == "auto"
    with pytest.raises(ValueError, match=r"factor >= 1\.0"):
        scratch.callbacks.ReduceLROnPlateau(factor=1.0)
    schedule = scratch.callbacks.LearningRateScheduler(lambda epoch: 1)
    with pytest.raises(ValueError, match=r"should be a float\. Got: 1"):
        model_of(scratch).fit(X, FIVES, callbacks=[schedule], verbose=0)


def test_a_rate_that_is_set_alone_is_not_logged_without_logs() -> None:
    scheduler = scratch.callbacks.LearningRateScheduler(lambda epoch: 0.5)
    scheduler.set_model(model_of(scratch))
    scheduler.on_epoch_begin(0)
    scheduler.on_epoch_end(0)
    assert scheduler.model.optimizer.learning_rate == 0.5


@pytest.mark.parametrize("raises", [False, True])
def test_a_loss_that_is_no_number_ends_the_training(raises: bool, capsys: pytest.CaptureFixture[str]) -> None:
    model = model_of(scratch)
    model.set_weights([w + np.nan for w in model.get_weights()])
    watch = scratch.callbacks.TerminateOnNaN(raise_error=raises)
    if raises:
        with pytest.raises(RuntimeError, match="NaN or Inf loss encountered at batch 0"):
            model.fit(X, FIVES, callbacks=[watch], verbose=0)
        return
    assert model.fit(X, FIVES, epochs=3, callbacks=[watch], verbose=0).epoch == [0]
    assert capsys.readouterr().out == "Batch 0: Invalid loss, terminating training\n"
    watch.on_batch_end(0, {"loss": 1.0})
    watch.on_batch_end(0)


def test_a_log_file_is_keras_own(keras: Any, tmp_path: Path) -> None:
    files = []
    for k, model in zip((keras, scratch), built(keras, model_of), strict=True):
        path = tmp_path / f"{k.__name__}.csv"
        for append in (False, True):
            logger = k.callbacks.CSVLogger(str(path), separator=";", append=append)
            model.fit(X, FIVES, epochs=2, shuffle=False, callbacks=[logger], verbose=0)
        files.append([line.split(";") for line in path.read_text().splitlines()])
    theirs, ours = files
    assert theirs[0] == ours[0] == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert [line[0] for line in theirs] == [line[0] for line in ours]
    assert [line[3:] for line in theirs[1:]] == [line[3:] for line in ours[1:]] == [["NA", "NA"]] * 4
    logger = scratch.callbacks.CSVLogger(tmp_path / "held.csv")
    model_of(scratch).fit(X, FIVES, validation_split=0.2, callbacks=[logger, logger], verbose=0)
    assert (tmp_path / "held.csv").read_text().count("\n") == 3


def test_a_checkpoint_is_written_when_keras_writes_one(keras: Any, tmp_path: Path, capsys: Any) -> None:
    options = [
        {"filepath": "every-{epoch:02d}-{loss:.1f}.keras", "verbose": 1},
        {"filepath": "best-{epoch}.weights.h5", "save_best_only": True, "save_weights_only": True},
        {"filepath": "least-{epoch}.keras", "save_best_only": True, "monitor": "loss", "mode": "max", "verbose": 1},
        {"filepath": "in/some-{epoch}-{batch}.keras", "save_freq": 3},
    ]
    for k, model in zip((keras, scratch), built(keras, model_of), strict=True):
        there = tmp_path / k.__name__
        (there / "in").mkdir(parents=True)
        callbacks = [
            k.callbacks.ModelCheckpoint(**option | {"filepath": str(there / str(option["filepath"]))})
            for option in options
        ]
        model.fit(X, FIVES, epochs=3, validation_split=0.2, shuffle=False, callbacks=callbacks, verbose=0)
    theirs, ours = (
        sorted(os.path.relpath(path, tmp_path / k.__name__) for path in (tmp_path / k.__name__).rglob("*.*"))
        for k in (keras, scratch)
    )
    assert theirs == ours
    assert len(ours) > 6
    assert "did not improve from" in capsys.readouterr().out


def test_a_checkpoint_says_what_it_cannot_do(tmp_path: Path) -> None:
    checkpoint = scratch.callbacks.ModelCheckpoint
    with pytest.raises(ValueError, match="Unrecognized save_freq: day"):
        checkpoint(tmp_path / "a.keras", save_freq="day")
    with pytest.raises(ValueError, match=r"must end in `\.weights\.h5`"):
        checkpoint(tmp_path / "a.keras", save_weights_only=True)
    with pytest.raises(KeyError, match=r"there is no .*size.*, but epoch, accuracy, loss"):
        model_of(scratch).fit(X, FIVES, callbacks=[checkpoint(tmp_path / "{size}.keras")], verbose=0)
    best = checkpoint(tmp_path / "best.keras", save_best_only=True)
    with pytest.warns(UserWarning, match="Saving the best model only is conditioned on metric `val_loss`"):
        model_of(scratch).fit(X, FIVES, callbacks=[best], verbose=0)
    assert (tmp_path / "best.keras").exists()


class Terminal:
    """Stands for a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        """Do nothing."""

    def isatty(self) -> bool:
        return True


def test_the_bar_moves_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setattr("scratch.callbacks.progbar_logger.SECONDS_BETWEEN", 0.0)
    model_of(scratch).fit(X, FIVES, batch_size=20, validation_split=0.1)
    drawn = [part for part in terminal.text.split("\r") if part]
    assert [line.split("\x1b[0m")[0] for line in drawn] == ["\x1b[1m1/2", "\x1b[1m2/2", "\x1b[1m2/2"]
    assert all("accuracy: " in line and "\x1b[32m━" in line for line in drawn)
    assert "val_loss" in drawn[-1]
    assert drawn[-1].endswith("\n")
    terminal.text = ""
    model_of(scratch).predict(X)
    assert terminal.text.count("\r") == 3


@pytest.mark.parametrize(("seconds", "written"), [(2.0, "2s"), (0.0, "0s"), (0.0123, "12ms"), (1.2e-5, "12us")])
def test_a_duration_is_written_as_keras_writes_it(seconds: float, written: str) -> None:
    from scratch.callbacks import progbar_logger

    assert progbar_logger._duration(seconds) == written
    assert progbar_logger._number(0.5) == "0.5000"
    assert progbar_logger._number(1e-5) == "1.0000e-05"


def test_the_list_of_callbacks_has_no_other_names() -> None:
    model = model_of(scratch)
    told = scratch.callbacks.CallbackList([], model)
    assert not hasattr(told, "nothing")
    assert model.evaluate(X, FIVES, callbacks=told, verbose=0)[0] > 0
