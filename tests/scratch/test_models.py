"""Does a model behave like Keras's towards whoever writes the script, and pass its derivatives down?"""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import scratch
from scratch.arrays import Array
from scratch.layers import Dense, Flatten, Input
from tests.scratch.beside_keras import COMPUTED_ALIKE, numbers, targets
from tests.scratch.derivatives import assert_derivative
from tests.scratch.rounding import Bounded, assert_same, backward, bounded_loss_and_dz, forward
from tests.scratch.small_models import X, added, model_of, weights_of, y
from tests.scratch.strategies import LOSSES, Stack, stacks

MISFITS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "before compile": (lambda: scratch.Sequential([Dense(1)]).fit(X[:, 0], y), RuntimeError, "call compile"),
    "no layers": (lambda: model_of(Input((2, 2))).predict(X), ValueError, "no layers yet"),
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


def test_evaluate_returns_what_keras_returns() -> None:
    model = model_of()
    loss, accuracy = model.evaluate(X, y, verbose=0)  # type: ignore[misc]
    assert model.evaluate(X, y, verbose=0, return_dict=True) == {"accuracy": accuracy, "loss": loss}
    model.compile(optimizer="sgd", loss="mse")
    assert model.evaluate(X, y, verbose=0) == [loss, accuracy], "metrics from before stay, as in Keras"
    model.compile(optimizer="sgd", loss="mse", metrics=[])
    assert model.evaluate(X, y, verbose=0) == loss


def test_the_validation_split_takes_the_tail() -> None:
    split, given = model_of(), model_of()
    given.set_weights(split.get_weights())
    by_split = split.fit(X, y, shuffle=False, validation_split=0.34, verbose=0).history
    by_hand = given.fit(X[:3], y[:3], shuffle=False, validation_data=(X[3:], y[3:]), verbose=0).history
    assert by_split == by_hand


def test_summary_names_layers_shapes_and_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    model_of().summary()
    screen = capsys.readouterr().out
    assert "(None, 4)" in screen
    assert "Total params: 5" in screen
    model_of(Dense(1)).summary()
    assert "?" in capsys.readouterr().out


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


def test_one_row_on_either_side_of_the_split_is_enough() -> None:
    history = model_of().fit(X[:2], y[:2], validation_split=0.5, verbose=0).history
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_validation_data_goes_before_validation_split() -> None:
    model, perturbed = model_of(), model_of()
    perturbed.set_weights(model.get_weights())
    both = model.fit(X, y, validation_data=(X[:2], y[:2]), validation_split=0.5, shuffle=False, verbose=0).history
    assert both == perturbed.fit(X, y, validation_data=(X[:2], y[:2]), shuffle=False, verbose=0).history


def test_the_batch_size_is_32_unless_it_is_given() -> None:
    rows, targets = np.tile(X, (11, 1, 1)), np.tile(y, 11)
    batches: list[int] = []

    class Counting(scratch.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            batches.append(len(self.model.layers[0].X))

    model_of().fit(rows, targets, callbacks=[Counting()], verbose=0)
    assert batches == [32, 32, 2]


def test_nothing_is_printed_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    model = model_of()
    model.fit(X, y, verbose=0)
    model.evaluate(X, y, verbose=0)
    model.predict(X, verbose=0)
    assert capsys.readouterr().out == ""


def without_times(screen: str) -> list[str]:
    return [re.sub(r" \d+s( -)? \S+/step", " <time>", line) for line in screen.splitlines()]


def test_what_is_printed_is_what_is_returned(capsys: pytest.CaptureFixture[str]) -> None:
    model = model_of()
    history = model.fit(X, y, batch_size=4, epochs=2, validation_data=(X, y)).history
    names = ("accuracy", "loss", "val_accuracy", "val_loss")
    lines = ["".join(f" - {name}: {history[name][epoch]:.4f}" for name in names) for epoch in range(2)]
    bars = [f"Epoch {epoch + 1}/2\n2/2 {'━' * 20} <time>{line}" for epoch, line in enumerate(lines)]
    assert without_times(capsys.readouterr().out) == "\n".join(bars).splitlines()
    logs: Any = model.evaluate(X, y, return_dict=True)
    line = f" - accuracy: {logs['accuracy']:.4f} - loss: {logs['loss']:.4f}"
    assert without_times(capsys.readouterr().out) == [f"1/1 {'━' * 20} <time>{line}"]
    model.predict(X)
    assert without_times(capsys.readouterr().out) == [f"1/1 {'━' * 20} <time>"]
    history = model.fit(X, y, batch_size=4, verbose=2).history
    line = f" - accuracy: {history['accuracy'][0]:.4f} - loss: {history['loss'][0]:.4f}"
    assert without_times(capsys.readouterr().out) == [f"2/2 - <time>{line}"]


def test_the_summary_is_the_table_that_keras_prints(keras: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def build(k: Any) -> Any:
        parts = [k.layers.Flatten(name="pixels"), k.layers.Dropout(0.5, name="out"), k.layers.Dense(10, name="digits")]
        model = k.Sequential([k.Input((28, 28)), *parts], name="reader")
        model.compile(optimizer=k.optimizers.SGD(momentum=0.9), loss="mse")
        model.fit(np.zeros((2, 28, 28)), np.zeros((2, 10)), verbose=0)
        return model

    theirs: list[str] = []
    build(keras).summary(print_fn=lambda text, line_break=True: theirs.append(text))
    model = build(scratch)
    model.summary()
    one, other = (
        [re.sub(r"([ ━─])+", r"\1", line).rstrip() for line in screen.splitlines()]  # as wide as the terminal is
        for screen in ("".join(theirs), capsys.readouterr().out)
    )
    assert one == other
    assert model.count_params() == 7850


def test_weights_are_handed_out_and_taken_in_as_copies() -> None:
    model = model_of()
    before = [w.tolist() for w in model.get_weights()]
    handed = model.get_weights()
    for w in handed:
        w += 1
    assert [w.tolist() for w in model.get_weights()] == before
    model.set_weights(handed)
    kept = handed[0].tolist()
    handed[0] += 1
    assert model.get_weights()[0].tolist() == kept


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
    scratch.utils.clear_session()
    assert scratch.Sequential().name == "sequential"
    assert scratch.Sequential().name == "sequential_1"
    sgd, adam = (scratch.optimizers.get(name) for name in ("sgd", "adam"))
    assert (sgd.learning_rate, sgd.momentum, sgd.nesterov) == (float(np.float32(0.01)), 0.0, False)
    assert (adam.learning_rate, adam.beta_1, adam.beta_2, adam.epsilon) == (float(np.float32(0.001)), 0.9, 0.999, 1e-7)
    assert Dense(1).activation is scratch.activations.get("linear")


def backpropagated(stack: Stack) -> tuple[Array, ...]:
    """Return every dW and db as ``fit`` computes them."""
    stack.model(stack.X)
    return stack.model.backward(stack.y)


@pytest.mark.usefixtures("float64")
@settings(max_examples=150)
@given(stacks())
def test_backpropagation_through_any_stack(stack: Stack) -> None:
    """Any activations under any loss, relu included: its kinks and those of the clips are far, by construction."""
    model = stack.model
    dense = [layer for layer in model.layers if isinstance(layer, scratch.layers.Dense)]
    weights = [(layer, name, getattr(layer, name)) for layer in dense for name in ("W", "b")]
    stated = backpropagated(stack)
    for layer, name, w in weights:
        setattr(layer, name, Bounded.exact(w))
    bounds: Any = backpropagated(stack)
    for layer, name, w in weights:
        setattr(layer, name, w)
    for dw, bound, (layer, name, w) in zip(stated, bounds, weights, strict=True):

        def loss(there: Array, layer: Any = layer, name: str = name) -> Any:
            setattr(layer, name, there)
            return model.compute_loss(*model.test_step(stack.X, stack.y)).mean()

        assert_derivative(f"d{name} of {stack.description}", dw, loss, w, bound)
        setattr(layer, name, w)


class Recorder(scratch.optimizers.Optimizer):
    """Writes each gradient over the weight, so that ``get_weights`` returns gradients."""

    def update(self, w: Array, dw: Array, *memory: Array) -> None:
        w[...] = dw


@pytest.mark.parametrize(
    ("hidden", "activation", "loss"),
    [(None, a, loss) for a in COMPUTED_ALIKE for loss in LOSSES]
    + [(hidden, "sigmoid", "mean_squared_error") for hidden in COMPUTED_ALIKE],
)
def test_gradients_of_a_stack_are_the_tape_s(
    keras: Any, both_in: str, hidden: str | None, activation: str, loss: str
) -> None:
    X, y = numbers(both_in, 7, 2, 3, low=-1, high=1), targets(loss, 7, 3, both_in)
    units = [(3, activation)] if hidden is None else [(5, hidden), (3, activation)]
    widths = [6, *(n for n, _ in units)]
    weights = [
        w
        for i, o in pairwise(widths)
        for w in (numbers(both_in, i, o, low=-0.5, high=0.5, seed=o), numbers(both_in, o, low=0.5, high=1, seed=i))
    ]

    model = scratch.Sequential([scratch.layers.Flatten(), *(scratch.layers.Dense(n, activation=a) for n, a in units)])
    model.build((None, 2, 3))
    model.set_weights(weights)
    model.compile(loss=loss, optimizer=Recorder(1.0))
    model.fit(X, y, verbose=0)

    theirs = keras.Sequential([keras.layers.Flatten(), *(keras.layers.Dense(n, activation=a) for n, a in units)])
    theirs.build((None, 2, 3))
    theirs.set_weights(weights)
    import tensorflow as tf

    with tf.GradientTape() as recorded:
        value = keras.ops.mean(keras.losses.get(loss)(y, theirs(X)))
    derivatives = recorded.gradient(value, [v.value for v in theirs.trainable_variables])

    gradients, layers = model.get_weights(), model.layers
    given = iter(weights)
    for layer in layers[1:]:
        layer.W, layer.b = Bounded.exact(next(given)), Bounded.exact(next(given))
    z, _ = forward(layers, X)
    bounds = backward(layers, bounded_loss_and_dz(activation, loss, y, z)[1])
    for i, (their, ours, bound) in enumerate(zip(derivatives, gradients, bounds, strict=True)):
        assert_same(f"{('dW', 'db')[i % 2]} of layer {i // 2}", their, ours, bound)


def test_a_step_on_a_batch_is_that_of_fit_and_reports_what_evaluate_does() -> None:
    stepped, fitted = model_of(), model_of()
    fitted.set_weights(stepped.get_weights())
    before = stepped.evaluate(X, y, verbose=0)
    assert stepped.test_on_batch(X, y) == before
    assert stepped.train_on_batch(X, y) == before
    fitted.fit(X, y, shuffle=False, verbose=0)
    assert all(np.array_equal(w, v) for w, v in zip(stepped.get_weights(), fitted.get_weights(), strict=True))
    assert stepped.test_on_batch(X, y, return_dict=True) == stepped.evaluate(X, y, verbose=0, return_dict=True)


def test_a_step_on_a_batch_refuses_what_fit_refuses() -> None:
    with pytest.raises(ValueError, match="x has 6 rows and y has 3"):
        model_of().train_on_batch(X, y[:3])
    with pytest.raises(RuntimeError, match="call compile"):
        scratch.Sequential([Flatten(), Dense(1)]).test_on_batch(X, y)


@pytest.mark.parametrize("when", ["before its layers", "between its layers"])
def test_a_model_compiled_early_trains_as_one_compiled_late(when: str) -> None:
    """Whether a cross-entropy takes z is for the last layer to say, whenever it comes."""
    late = model_of(Input((2, 2)), Flatten(), Dense(3), Dense(1, activation="sigmoid"))
    early = scratch.Sequential([Input((2, 2)), Flatten()] if when == "between its layers" else [])
    early.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
    for layer in [*([] if early.layers else [Flatten()]), Dense(3), Dense(1, activation="sigmoid")]:
        early.add(layer)
    early.build((None, 2, 2))
    early.set_weights(late.get_weights())
    late.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
    assert early._loss
    assert early._loss.from_logits
    assert early.fit(X, y, shuffle=False, verbose=0).history == late.fit(X, y, shuffle=False, verbose=0).history


def test_layers_are_added_and_taken_away() -> None:
    model = scratch.Sequential([Dense(3), Dense(2)])
    assert not hasattr(model, "input_shape")
    assert not hasattr(model, "outputs")
    assert not hasattr(model, "_nothing")
    model.pop()
    assert [layer.units for layer in model.layers] == [3]  # type: ignore[attr-defined]
    assert model([[0, 0, 0, 0], [1, 1, 1, 1]]).shape == (2, 3)
    model.pop()
    assert model.output_shape == (None, 4)
    model.add(Dense(5))
    assert model.output_shape == (None, 5)
    assert model.compute_output_shape((7, 4)) == (7, 5)
    assert scratch.Sequential([Dense(2)]).compute_output_shape((1, 4)) == (1, 2)


def test_a_model_is_one_line_from_its_input_to_its_output() -> None:
    inputs = Input((3,))
    layer = Dense(3)
    once = layer(inputs)
    with pytest.raises(ValueError, match="stands in the model twice"):
        scratch.Model(inputs, layer(once))
    with pytest.raises(ValueError, match="one line of layers"):
        scratch.Model(Input((3,)), once)
    with pytest.raises(ValueError, match="one output, not 2"):
        scratch.Model(inputs, [once, once])
    model = scratch.Model({"in": inputs}, [once])
    assert model.name.startswith("functional")
    assert model.get_weights()[0].shape == (3, 3)
    assert scratch.Model(once, Dense(2)(once)).layers[0].name.startswith("dense"), "a part from the middle"


def test_a_line_s_layers_are_not_set_and_learn_until_told() -> None:
    inputs = Input((3,))
    model = scratch.Model(inputs, Dense(2)(inputs))
    assert model.trainable
    with pytest.raises(AttributeError, match="should not be set"):
        model.layers = []
    model.trainable = False
    assert not model.trainable


def test_the_names_of_what_evaluate_returns() -> None:
    model = model_of()
    assert model.metrics_names == ["loss", "compile_metrics"]
    assert model.variables[0] is model.weights[0] is model.trainable_variables[0]
    model.compile("sgd", "mse", metrics=[])
    assert model.metrics_names == ["loss"]
    with pytest.raises(ValueError, match="steps_per_execution is 1"):
        model.compile("sgd", "mse", steps_per_execution=2)


def test_a_trainer_alone_is_no_model() -> None:
    from scratch.trainer import Trainer

    trainer = Trainer()
    for call in (
        lambda: trainer(X),
        lambda: trainer.build((1,)),
        lambda: trainer._inputs(X),
        lambda: trainer._row_of_outputs(),
    ):
        with pytest.raises(NotImplementedError):
            call()


def test_sizes_in_bytes_are_written_as_keras_writes_them() -> None:
    from scratch import summary

    assert [summary._size(n) for n in (12, 2048, 3 * 1024**2, 5 * 1024**3)] == [
        "12.00 B",
        "2.00 KB",
        "3.00 MB",
        "5.00 GB",
    ]
