"""Does scratch behave like Keras towards whoever writes the script, and say clearly what it does not have?"""

import random
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
        "unknown activation 'tanh': scratch has linear, relu, sigmoid",
    ),
    "function": (lambda: Dense(1, activation=np.tanh), ValueError, "linear, relu, sigmoid, softmax"),
    "loss": (
        lambda: scratch.losses.get("mae"),
        ValueError,
        "unknown loss 'mae': scratch has binary_crossentropy, categorical_crossentropy, mean_squared_error, mse, ",
    ),
    "optimizer": (
        lambda: scratch.optimizers.get("rmsprop"),
        ValueError,
        "unknown optimizer 'rmsprop': scratch has adam, sgd",
    ),
    "metric": (lambda: scratch.metrics.get("auc"), ValueError, "unknown metric 'auc': scratch has acc, accuracy"),
    "initializer": (
        lambda: Dense(1, kernel_initializer="ones"),
        ValueError,
        "unknown initializer 'ones': scratch has glorot_uniform, zeros",
    ),
    "bias": (lambda: Dense(1, bias_initializer="ones"), ValueError, "unknown initializer 'ones'"),
    "floatx": (
        lambda: scratch.config.set_floatx("float16"),
        ValueError,
        "unknown floatx 'float16': scratch has float32, float64",
    ),
    "argument": (lambda: Dense(1, use_bias=False), TypeError, "Dense.*unexpected keyword argument 'use_bias'"),
    "input argument": (lambda: Input((2,), dims=3), TypeError, "Input.*unexpected keyword argument 'dims'"),
    "model argument": (
        lambda: scratch.Sequential(layer=[]),
        TypeError,
        "Sequential.*unexpected keyword argument 'layer'",
    ),
    "add argument": (
        lambda: model_of().add(),
        TypeError,
        "Sequential.add.*missing 1 required positional argument: 'layer'",
    ),
    "compile argument": (
        lambda: model_of().compile("sgd", "mse", ["accuracy"]),
        TypeError,
        "Sequential.compile.* takes 3 positional arguments but 4 were given",
    ),
    "evaluate argument": (
        lambda: model_of().evaluate(X, y, steps=1),
        TypeError,
        "Sequential.evaluate.*unexpected keyword argument 'steps'",
    ),
    "predict argument": (
        lambda: model_of().predict(X, steps=1),
        TypeError,
        "Sequential.predict.*unexpected keyword argument 'steps'",
    ),
    "sgd argument": (lambda: scratch.optimizers.SGD(lr=1), TypeError, "SGD.*unexpected keyword argument 'lr'"),
    "adam argument": (
        lambda: scratch.optimizers.Adam(amsgrad=True),
        TypeError,
        "Adam.*unexpected keyword argument 'amsgrad'",
    ),
    "too many": (
        lambda: Flatten(1, 2, 3),
        TypeError,
        "Flatten.* takes from 1 to 3 positional arguments but 4 were given",
    ),
    "fit argument": (
        lambda: model_of().fit(X, y, class_weight={}),
        TypeError,
        "Sequential.fit.*unexpected keyword argument 'class_weight'",
    ),
    "attribute": (lambda: scratch.layers.Conv2D, ImportError, "scratch.layers has no 'Conv2D': it has Dense, Flatten"),
    "room": (lambda: scratch.applications, ImportError, "scratch has no 'applications': it has Input, Sequential"),
    "units": (lambda: Dense(0), ValueError, "at least one unit, not 0"),
    "momentum": (lambda: scratch.optimizers.SGD(momentum=2), ValueError, "between 0 and 1, not 2"),
    "layer": (lambda: model_of().add("Dense"), TypeError, "'Dense' is none"),
    "late input": (lambda: model_of().add(Input((2,))), ValueError, "Input comes first"),
}


ROOMS = ("activations", "callbacks", "config", "gradcheck", "initializers", "layers", "losses", "metrics", "models")


@pytest.mark.parametrize("room", [*ROOMS, "optimizers", "utils"])
def test_every_room_says_what_it_has(room: str) -> None:
    module = getattr(scratch, room)
    with pytest.raises(
        ImportError, match=f"scratch.{room} has no 'Missing': it has {', '.join(sorted(module.__all__))}"
    ):
        exec(f"from scratch.{room} import Missing")
    assert all(hasattr(module, name) for name in module.__all__)


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
    "one axis": (lambda: model_of().predict(X[:, 0, 0]), ValueError, r"takes rows of shape \(2, 2\), not \(1,\)"),
    "nothing to train on": (lambda: model_of().fit(X, y, validation_split=1.0), ValueError, "leaves 0 of 6 rows"),
    "nothing set aside": (lambda: model_of().fit(X, y, validation_split=1e-17), ValueError, "leaves 6 of 6 rows"),
    "validation lengths": (
        lambda: model_of().fit(X, y, validation_data=(X, y[:3])),
        ValueError,
        "x has 6 rows and y has 3",
    ),
    "evaluated batch size": (lambda: model_of().evaluate(X, y, batch_size=0), ValueError, "batch_size is a whole"),
    "predicted batch size": (lambda: model_of().predict(X, batch_size=-5), ValueError, "of at least 1, not -5"),
    "evaluate before compile": (
        lambda: scratch.Sequential([Flatten(), Dense(1)]).evaluate(X, y),
        RuntimeError,
        r"call compile\(optimizer=…, loss=…\) first",
    ),
    "too many weights": (
        lambda: model_of().set_weights([*model_of().get_weights(), np.zeros(1)]),
        ValueError,
        "do not fit",
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


def test_numbers_in_a_line_are_rows_of_one() -> None:
    line, column = (scratch.Sequential([Input((1,)), Dense(1)]) for _ in range(2))
    column.set_weights(line.get_weights())
    for model, x in ((line, y / 2), (column, y[:, None] / 2)):
        model.compile(optimizer="SGD", loss="MSE")
        model.fit(x, y, shuffle=False, verbose=0)
    assert np.array_equal(line.get_weights()[0], column.get_weights()[0])


def test_a_shape_may_be_told_with_keras_leading_none() -> None:
    model = scratch.Sequential([Dense(2)])
    model.build((None, 3))
    assert model.count_params() == 3 * 2 + 2


def test_a_model_that_knows_no_rows_has_no_number_of_weights() -> None:
    with pytest.raises(ValueError, match="give it an Input or some data"):
        scratch.Sequential([Dense(2)]).count_params()


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
    for call in (lambda: layer.build((1,)), lambda: layer.forward(X), lambda: layer.backward(X)):
        with pytest.raises(NotImplementedError):
            call()


def test_import_scratch_loads_numpy_and_nothing_heavy() -> None:
    code = (
        "import sys, scratch; print(*({'tensorflow', 'keras', 'sklearn', 'pooch', 'rich', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_an_uncompiled_model_says_so_whatever_its_targets_are() -> None:
    with pytest.raises(RuntimeError, match="call compile"):
        scratch.Sequential([Flatten(), Dense(3)]).fit(X, y, verbose=0)


def test_epochs_have_a_number() -> None:
    with pytest.raises((TypeError, ValueError), match="epochs"):
        model_of().fit(X, y, epochs=None, verbose=0)


@pytest.mark.parametrize("what", ["predict", "evaluate", "fit"])
def test_a_model_without_weights_keeps_its_batches_apart(what: str) -> None:
    model, pixels = model_of(Input((2, 2)), Flatten()), X.astype(np.float32)
    if what == "predict":
        assert np.array_equal(model.predict(pixels, batch_size=4), pixels.reshape(6, 4))
    elif what == "evaluate":
        assert model.evaluate(pixels, pixels.reshape(6, 4), batch_size=4, verbose=0)[0] == 0  # type: ignore[index]
    else:
        history = model.fit(pixels, pixels.reshape(6, 4), batch_size=4, shuffle=False, verbose=0).history
        assert history["loss"] == [0.0]


def test_layers_without_a_name_are_numbered_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch.layers.Layer, "counts", {})
    layers = [Dense(1), Flatten(), Dense(1), Dense(1, name="five"), Dense(1)]
    assert [layer.name for layer in layers] == ["dense", "flatten", "dense_1", "five", "dense_2"]


def test_one_row_on_either_side_of_the_split_is_enough() -> None:
    history = model_of().fit(X[:2], y[:2], validation_split=0.5, verbose=0).history
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_validation_data_goes_before_validation_split() -> None:
    model, twin = model_of(), model_of()
    twin.set_weights(model.get_weights())
    both = model.fit(X, y, validation_data=(X[:2], y[:2]), validation_split=0.5, shuffle=False, verbose=0).history
    assert both == twin.fit(X, y, validation_data=(X[:2], y[:2]), shuffle=False, verbose=0).history


def test_the_batch_size_is_32_unless_it_is_given() -> None:
    rows, targets = np.tile(X, (11, 1, 1)), np.tile(y, 11)
    batches: list[int] = []

    class Counting(scratch.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            batches.append(len(self.model.layers[0].X))

    model_of().fit(rows, targets, callbacks=[Counting()], verbose=0)
    assert batches == [32, 32, 2]


def test_callbacks_are_told_in_the_order_in_which_they_are_given() -> None:
    heard: list[str] = []

    class Named(scratch.callbacks.Callback):
        def __init__(self, name: str) -> None:
            self.name = name

        def set_model(self, model: Any) -> None:
            heard.append(f"{self.name} meets the model")

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            heard.append(f"{self.name}, batch {batch}")

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            heard.append(f"{self.name}, epoch {epoch}")

    model_of().fit(X, y, callbacks=[Named("one"), Named("two")], verbose=0)
    events = ("meets the model", "batch 0", "epoch 0")
    assert [line.replace(",", "") for line in heard] == [
        f"{name} {event}" for event in events for name in ("one", "two")
    ]


def test_the_history_is_what_the_callbacks_were_told() -> None:
    told: list[dict[str, float]] = []

    class Listener(scratch.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            told.append(dict(logs))

    history = model_of().fit(X, y, epochs=3, callbacks=[Listener()], validation_data=(X, y), verbose=0)
    assert history.epoch == [0, 1, 2]
    assert history.history == {name: [logs[name] for logs in told] for name in told[0]}
    assert list(told[0]) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert isinstance(history.model, scratch.Sequential)


def test_a_seed_repeats_pythons_and_numpys_numbers_too() -> None:
    def draws(seed: int) -> list[float]:
        scratch.utils.set_random_seed(seed)
        return [random.random(), float(np.random.random()), float(scratch.utils.generator().random())]

    assert draws(1) == draws(1)
    assert all(one != other for one, other in zip(draws(1), draws(2), strict=True))


def test_another_seed_makes_other_weights_and_another_order() -> None:
    def drawn(seed: int) -> tuple[list[Any], list[int]]:
        scratch.utils.set_random_seed(seed)
        return model_of().get_weights()[0].tolist(), scratch.utils.generator().permutation(50).tolist()

    (weights, order), (other_weights, other_order) = drawn(1), drawn(2)
    assert weights != other_weights
    assert order != other_order


def test_nothing_is_printed_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    model = model_of()
    model.fit(X, y, verbose=0)
    model.evaluate(X, y, verbose=0)
    model.predict(X)
    assert capsys.readouterr().out == ""


def test_what_is_printed_is_what_is_returned(capsys: pytest.CaptureFixture[str]) -> None:
    model = model_of()
    history = model.fit(X, y, validation_data=(X, y)).history
    names = ("accuracy", "loss", "val_accuracy", "val_loss")
    line = " - ".join(f"{name}: {history[name][0]:.4f}" for name in names)
    assert capsys.readouterr().out == f"Epoch 1/1 - {line}\n"
    logs = model.evaluate(X, y, return_dict=True)
    assert capsys.readouterr().out == f"accuracy: {logs['accuracy']:.4f} - loss: {logs['loss']:.4f}\n"  # type: ignore[index,call-overload]


def test_the_summary_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    model = scratch.Sequential([Input((28, 28)), Flatten(name="pixels"), Dense(10, name="digits")], name="reader")
    model.summary()
    assert capsys.readouterr().out.splitlines() == [
        'Model: "reader"',
        "Layer (type)                    Output Shape               Param #",
        "pixels (Flatten)                (None, 784)                      0",
        "digits (Dense)                  (None, 10)                   7,850",
        "Total params: 7,850",
    ]
    assert model.count_params() == 7850


def test_weights_are_handed_out_and_taken_in_as_copies() -> None:
    model = model_of()
    before = [w.tolist() for w in model.get_weights()]
    handed = model.get_weights()
    for w in handed:
        w += 1
    assert [w.tolist() for w in model.get_weights()] == before
    model.set_weights(handed)
    handed[0] += 1
    assert model.get_weights()[0].tolist() == (handed[0] - 1).tolist()


def test_evaluate_lists_the_metrics_in_the_order_of_compile() -> None:
    model = model_of(Input((2, 2)), Flatten(), Dense(2, activation="softmax"))
    names = ["categorical_accuracy", "binary_accuracy", "acc"]
    model.compile(optimizer="sgd", loss="mse", metrics=names)
    targets = scratch.utils.to_categorical(y, 2)
    logs = model.evaluate(X, targets, verbose=0, return_dict=True)
    assert model.evaluate(X, targets, verbose=0) == [logs["loss"], *(logs[name] for name in names)]  # type: ignore[index,call-overload]
    assert list(logs) == sorted([*names, "loss"])  # type: ignore[arg-type]


def test_predict_and_evaluate_do_not_depend_on_the_batch_size() -> None:
    """But for rounding: BLAS may add up a row's products in another order when it has other neighbours."""
    model = model_of()
    rows = np.tile(X, (12, 1, 1))
    one, all_at_once = model.predict(rows, batch_size=7), model.predict(rows, batch_size=72)
    assert one.shape == all_at_once.shape == (72, 1)
    # z sums four products of numbers below 2; the sigmoid's slope is at most 1/4, and it rounds a few times itself
    assert np.abs(one - all_at_once).max() <= (2 * 5 * 8 / 4 + 8) * np.finfo(np.float32).eps


def test_a_model_keeps_the_float_type_that_was_set_when_it_was_made() -> None:
    scratch.config.set_floatx("float64")
    model = model_of()
    scratch.config.set_floatx("float32")
    model.fit(X, y, verbose=0)
    assert model.predict(X).dtype == np.float64
    assert scratch.config.floatx() == "float32"


def test_class_numbers_of_two_axes_make_rows_of_two_axes() -> None:
    assert scratch.utils.to_categorical([[2], [0]]).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert scratch.utils.to_categorical([[0, 1], [1, 0]], 2).tolist() == [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
    assert scratch.utils.to_categorical([], 3).shape == (0, 3)


def test_a_layers_input_shape_makes_the_weights_at_once() -> None:
    model = scratch.Sequential([Flatten(input_shape=(2, 2)), Dense(3)])
    assert [w.shape for w in model.get_weights()] == [(4, 3), (3,)]


def test_lists_are_as_good_as_arrays() -> None:
    model = model_of()
    assert model.evaluate(X.tolist(), y.tolist(), verbose=0) == model.evaluate(X, y, verbose=0)
    assert np.array_equal(model.predict(X.tolist()), model.predict(X))
    assert model.fit(X.tolist(), y.tolist(), verbose=0).epoch == [0]


def test_a_model_that_diverged_still_answers_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    model = model_of(Input((2, 2)), Flatten(), Dense(1))
    model.set_weights([np.full((4, 1), 3e38), np.full(1, 3e38)])
    assert model.evaluate(X, y, verbose=0)[0] == np.inf  # type: ignore[index]
    assert np.isposinf(model.predict(X)).any()
    assert not recwarn.list


def test_defaults_are_keras_defaults() -> None:
    assert scratch.Sequential().name == "sequential"
    sgd, adam = (scratch.optimizers.get(name) for name in ("sgd", "adam"))
    assert (sgd.learning_rate, sgd.momentum, sgd.nesterov) == (float(np.float32(0.01)), 0.0, False)
    assert (adam.learning_rate, adam.beta_1, adam.beta_2, adam.epsilon) == (float(np.float32(0.001)), 0.9, 0.999, 1e-7)
    assert Dense(1).activation is scratch.activations.get("linear")


METRICS = ("binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_goes_by_its_own_name(name: str) -> None:
    assert scratch.metrics.get(name) is getattr(scratch.metrics, name)
    assert scratch.metrics.get("acc") is scratch.metrics.get("accuracy")


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_of_more_axes_has_more_rows(name: str) -> None:
    rng = np.random.default_rng(0)
    a, classes = rng.random((4, 2, 3)), rng.integers(0, 3, (4, 2))
    targets = classes if name.startswith("sparse") else scratch.utils.to_categorical(classes, 3)
    function = scratch.metrics.get(name)
    flat = function(targets.reshape(8, *targets.shape[2:]), a.reshape(8, 3))
    assert 0 < flat.mean() < 1
    assert np.array_equal(function(targets, a), flat.reshape(4, 2))
    if name != "binary_accuracy":
        assert np.array_equal(scratch.metrics.accuracy(targets, a), function(targets, a))


def test_a_momentum_of_1_is_the_last_one_allowed() -> None:
    assert scratch.optimizers.SGD(momentum=1).momentum == 1.0
    with pytest.raises(ValueError, match="not -1"):
        scratch.optimizers.SGD(momentum=-1)
