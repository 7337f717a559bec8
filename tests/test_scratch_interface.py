"""Does scratch behave like Keras towards whoever writes the script, and say clearly what it does not have?"""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratch
from scratch.layers import Dense, Flatten, Input

X = np.arange(24.0).reshape(6, 2, 2) / 24
y = np.array([0, 1, 0, 1, 0, 1])


def model_of(*layers: Any) -> scratch.Sequential:
    model = scratch.Sequential(layers or [Input((2, 2)), Flatten(), Dense(1, activation="sigmoid")])
    model.compile(optimizer="sgd", loss="mse", metrics=["accuracy"])
    return model


UNKNOWN: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "activation": (
        lambda: Dense(1, activation="tanh"),
        ValueError,
        "'tanh': scratch has linear, relu, sigmoid",
    ),
    "function": (lambda: Dense(1, activation=np.tanh), ValueError, "linear, relu, sigmoid, softmax"),
    "loss": (lambda: scratch.losses.get("mae"), ValueError, "binary_crossentropy, categorical_crossentropy, mean_squ"),
    "optimizer": (
        lambda: scratch.optimizers.get("rmsprop"),
        ValueError,
        "'rmsprop': scratch has adam, sgd",
    ),
    "metric": (lambda: scratch.metrics.get("auc"), ValueError, "unknown metric 'auc': scratch has acc, accuracy"),
    "initializer": (lambda: Dense(1, kernel_initializer="ones"), ValueError, "scratch has glorot_uniform, zeros"),
    "floatx": (lambda: scratch.config.set_floatx("float16"), ValueError, "scratch has float32, float64"),
    "argument": (lambda: Dense(1, use_bias=False), TypeError, "Dense: .*'use_bias'; it takes units, activation"),
    "too many": (lambda: Flatten(1, 2, 3), TypeError, "Flatten: .*; it takes input_shape, name"),
    "fit argument": (
        lambda: model_of().fit(X, y, class_weight={}),
        TypeError,
        "fit: .*it takes x, y, batch_size",
    ),
    "attribute": (lambda: scratch.layers.Conv2D, ImportError, "scratch.layers has no 'Conv2D': it has Dense, Flatten"),
    "room": (lambda: scratch.applications, ImportError, "scratch has no 'applications': it has Input, Sequential"),
    "units": (lambda: Dense(0), ValueError, "at least one unit, not 0"),
    "momentum": (lambda: scratch.optimizers.SGD(momentum=2), ValueError, "between 0 and 1, not 2"),
    "layer": (lambda: model_of().add("Dense"), TypeError, "'Dense' is none"),
    "late input": (lambda: model_of().add(Input((2,))), ValueError, "Input comes first"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_there_is_not_is_named_with_what_there_is(what: str) -> None:
    call, kind, sentence = UNKNOWN[what]
    with pytest.raises(kind, match=sentence):
        call()


def test_an_import_that_fails_lists_what_there_is() -> None:
    with pytest.raises(ImportError, match="it has Dense, Flatten, Input"):
        exec("from scratch.layers import Conv2D")


def test_a_private_name_is_an_ordinary_attribute_error() -> None:
    assert not hasattr(scratch.layers, "_nothing")


MISFITS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "before compile": (lambda: scratch.Sequential([Dense(1)]).fit(X[:, 0], y), RuntimeError, "call compile"),
    "no layers": (lambda: model_of(Input((2, 2))).predict(X), RuntimeError, "no layers yet"),
    "row shape": (lambda: model_of().predict(X[:, :1]), ValueError, r"takes rows of shape \(2, 2\), not \(1, 2\)"),
    "lengths": (lambda: model_of().fit(X, y[:3]), ValueError, "x has 6 rows and y has 3"),
    "targets": (
        lambda: model_of().fit(X, np.zeros((6, 2))),
        ValueError,
        r"\(6, 2\) do not fit outputs",
    ),
    "no rows": (lambda: model_of().predict(X[:0]), ValueError, "at least one row"),
    "words": (lambda: model_of().predict(X.astype(str)), ValueError, "an array of numbers"),
    "batch size": (
        lambda: model_of().fit(X, y, batch_size=0),
        ValueError,
        "batch_size is a whole number",
    ),
    "epochs": (lambda: model_of().fit(X, y, epochs=-1), ValueError, "epochs is a whole number of at least 1, not -1"),
    "half epochs": (lambda: model_of().fit(X, y, epochs=1.5), ValueError, "not 1.5"),
    "all set aside": (lambda: model_of().fit(X, y, validation_split=0.99), ValueError, "leaves 0 of 6 rows"),
    "weights": (lambda: model_of().set_weights([np.zeros((4, 1))]), ValueError, r"\[\(4, 1\)\] do not fit"),
    "class": (lambda: scratch.utils.to_categorical([0, 3], 3), ValueError, "0 to 3 do not fit 3 classes"),
    "negative class": (lambda: scratch.utils.to_categorical([-1]), ValueError, "class numbers -1 to -1"),
}


@pytest.mark.parametrize("what", MISFITS)
def test_what_does_not_fit_is_said_in_one_sentence(what: str) -> None:
    call, kind, sentence = MISFITS[what]
    with pytest.raises(kind, match=sentence) as refusal:
        call()
    assert "\n" not in str(refusal.value)


def weights_of(build: Callable[[], scratch.Sequential]) -> list[Any]:
    scratch.utils.set_random_seed(3)
    model = build()
    model.compile(optimizer="sgd", loss="mse")
    model.fit(X, y, verbose=0)
    return [w.tolist() for w in model.get_weights()]


def added() -> scratch.Sequential:
    model = scratch.Sequential()
    model.add(Input((2, 2)))
    model.add(Flatten())
    model.add(Dense(3, activation="relu"))
    model.add(Dense(1))
    return model


def test_every_way_to_make_a_model_makes_the_same_one() -> None:
    rest = [Dense(3, activation="relu"), Dense(1)]
    ways = [
        added,
        lambda: scratch.Sequential([Input((2, 2)), Flatten(), Dense(3, activation="relu"), Dense(1)]),
        lambda: scratch.Sequential([Flatten(input_shape=(2, 2)), Dense(3, activation="relu"), Dense(1)]),
        lambda: scratch.Sequential([Flatten(), *rest]),  # the first rows tell the shape
    ]
    found = [weights_of(way) for way in ways]
    assert all(weights == found[0] for weights in found)


def test_a_model_without_weights_trains_nothing_and_reports() -> None:
    model = model_of(Input((2, 2)), Flatten())
    history = model.fit(X, X.reshape(6, 4), verbose=0).history
    assert history["loss"] == [0.0]


def test_a_flatten_between_layers_is_passed_both_ways() -> None:
    model = model_of(Input((2, 2)), Dense(3), Flatten(), Dense(1))
    before = model.get_weights()
    model.fit(X, y, verbose=0)
    assert all((w != v).any() for w, v in zip(model.get_weights(), before, strict=True))


def test_class_numbers_in_a_column_are_class_numbers() -> None:
    column = scratch.utils.to_categorical([[2], [0]])
    assert column.tolist() == [[0, 0, 1], [1, 0, 0]]


def test_a_seed_makes_weights_and_order_repeatable() -> None:
    assert weights_of(added) == weights_of(added)


def test_evaluate_returns_what_keras_returns() -> None:
    model = model_of()
    loss, accuracy = model.evaluate(X, y, verbose=0)  # type: ignore[misc]
    assert model.evaluate(X, y, verbose=0, return_dict=True) == {"accuracy": accuracy, "loss": loss}
    model.compile(optimizer="sgd", loss="mse")
    assert model.evaluate(X, y, verbose=0) == loss


def test_the_validation_split_takes_the_tail() -> None:
    split, given = model_of(), model_of()
    given.set_weights(split.get_weights())
    by_split = split.fit(X, y, shuffle=False, validation_split=0.34, verbose=0).history
    by_hand = given.fit(X[:3], y[:3], shuffle=False, validation_data=(X[3:], y[3:]), verbose=0).history
    assert by_split == by_hand


def test_verbose_prints_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    model = model_of()
    model.fit(X, y, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Epoch 2/2 - accuracy: ")
    model.evaluate(X, y)
    assert capsys.readouterr().out.startswith("accuracy: ")


def test_summary_names_layers_shapes_and_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    model_of().summary()
    screen = capsys.readouterr().out
    assert "(None, 4)" in screen
    assert "Total params: 5" in screen
    model_of(Dense(1)).summary()
    assert "?" in capsys.readouterr().out


def test_callbacks_hear_every_batch_and_every_epoch() -> None:
    heard: list[tuple[str, int, list[str]]] = []

    class Listener(scratch.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            heard.append(("batch", batch, []))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            heard.append(("epoch", epoch, sorted(logs)))

    model, listener = model_of(), Listener()
    model.fit(X, y, batch_size=4, epochs=2, callbacks=[listener, scratch.callbacks.Callback()], verbose=0)
    an_epoch = [("batch", 0, []), ("batch", 1, [])]
    logs = ["accuracy", "loss"]
    assert heard == [*an_epoch, ("epoch", 0, logs), *an_epoch, ("epoch", 1, logs)]
    assert listener.model is model


def test_history_starts_empty_and_keeps_the_epochs() -> None:
    history = scratch.callbacks.History()
    history.on_epoch_end(0)
    assert (history.epoch, history.history) == ([0], {})


def test_a_metric_may_be_a_function() -> None:
    model = model_of()
    model.compile(optimizer="sgd", loss=scratch.losses.mean_squared_error, metrics=[scratch.metrics.binary_accuracy])
    assert set(model.fit(X, y, verbose=0).history) == {"loss", "binary_accuracy"}
    model = model_of(Input((2, 2)), Flatten(), Dense(2, activation=scratch.activations.softmax))
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    assert model.fit(X, y, verbose=0).history.keys() == {"loss", "accuracy"}


def test_a_diverging_run_ends_in_numbers_not_in_warnings(recwarn: pytest.WarningsRecorder) -> None:
    model = model_of(Input((2, 2)), Flatten(), Dense(1))
    model.compile(optimizer=scratch.optimizers.SGD(1e30), loss="mse")
    history = model.fit(X, y, batch_size=1, epochs=3, verbose=0).history
    assert not np.isfinite(history["loss"][-1])
    assert not recwarn.list


@pytest.mark.parametrize("base", ["Layer", "Optimizer"])
def test_a_base_class_computes_nothing(base: str) -> None:
    if base == "Optimizer":
        with pytest.raises(NotImplementedError):
            scratch.optimizers.Optimizer(0.1).update(X, X)
        return
    layer = scratch.layers.Layer()
    for call in (lambda: layer.build((1,)), lambda: layer.forward(X), lambda: layer.dX(X)):
        with pytest.raises(NotImplementedError):
            call()


def test_import_scratch_loads_numpy_and_nothing_heavy() -> None:
    code = (
        "import sys, scratch; print(*({'tensorflow', 'keras', 'sklearn', 'pooch', 'rich', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
