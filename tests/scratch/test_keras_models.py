"""Does a model of scratch train, report and predict as the same model of Keras does?

Each run is made by both libraries from the same weights, in the same order. The tolerance of every number comes from
a third run, whose weights carry rounding bounds from step to step (see ``rounding``).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratch
from scratch.arrays import Array
from tests.scratch.rounding import Watched, assert_same, share_used

Build = Callable[[Any], Any]


class Watching:
    """scratch under its own names, where ``Sequential`` carries bounds along."""

    Sequential = Watched

    def __getattr__(self, name: str) -> Any:
        return getattr(scratch, name)


def sgd(rate: float = 0.1, **options: Any) -> Build:
    return lambda k: k.optimizers.SGD(learning_rate=rate, **options)


def model_of(
    *layers: tuple[int, str], optimizer: Any = "sgd", loss: str = "mse", metrics: Any = ("accuracy",)
) -> Build:
    """Return what builds a model of Dense layers in either library."""

    def build(k: Any) -> Any:
        model = k.Sequential([k.layers.Dense(units, activation=activation) for units, activation in layers])
        model.compile(
            optimizer=optimizer if isinstance(optimizer, str) else optimizer(k), loss=loss, metrics=list(metrics)
        )
        return model

    return build


def weights_like(model: Any, seed: int = 0) -> list[Array]:
    """Return weights small enough to learn from, the same for both libraries; no bias is 0."""
    draw = np.random.default_rng(seed).uniform
    return [draw(-0.3, 0.3, w.shape).astype(w.dtype) for w in model.get_weights()]


def pair(keras: Any, build: Build, x: Any) -> tuple[Any, Watched]:
    """Build the model in both libraries, and give both the same weights."""
    theirs, ours = build(keras), build(Watching())
    if not ours.get_weights():
        theirs.build((None, *np.shape(x)[1:]))
        ours.build((None, *np.shape(x)[1:]))
    weights = weights_like(ours)
    theirs.set_weights(weights)
    ours.set_weights(weights)
    return theirs, ours


def assert_same_run(keras: Any, build: Build, x: Any, y: Any, fits: int = 1, **options: Any) -> tuple[Any, Watched]:
    """Fit both, and compare the history, every weight, ``evaluate`` and ``predict``."""
    theirs, ours = pair(keras, build, x)
    for _ in range(fits):
        history = theirs.fit(x, y, shuffle=False, verbose=0, **options).history
        mine = ours.fit(x, y, shuffle=False, verbose=0, **options).history
        assert list(history) == list(mine)
        for name, values in history.items():
            for epoch, (their, our) in enumerate(zip(values, mine[name], strict=True)):
                assert type(our) is float
                assert_same(f"{name} of epoch {epoch}", their, our, ours.bounds[name][epoch])
    for i, (their, our, bound) in enumerate(
        zip(theirs.get_weights(), ours.get_weights(), ours.bounded_weights, strict=True)
    ):
        assert their.dtype == our.dtype
        assert_same(f"{'Wb'[i % 2]} of layer {i // 2}", their, our, bound)
    return theirs, ours


def images(rows: int, seed: int = 0) -> tuple[Array, Array]:
    """Return pixels from 0 to 1, six to a row, and one of three classes, which they tell."""
    draw = np.random.default_rng(seed)
    x = draw.random((rows, 6))
    return x, (x @ np.arange(6) / 3).astype(int) % 3


TRAIN, HELD = images(70), images(41, seed=1)  # 32 + 32 + 6 rows; 32 + 9

OPTIMIZERS = {
    "sgd": sgd(),
    "momentum": sgd(momentum=0.9),
    "nesterov": sgd(momentum=0.9, nesterov=True),
    "adam": lambda k: k.optimizers.Adam(learning_rate=0.001),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_perceptron_trains_alike_with_short_last_batches(keras: Any, both_in: str, optimizer: Build) -> None:
    build = model_of((1, "sigmoid"), optimizer=optimizer)
    held = HELD[0], HELD[1] == 0
    epochs = {"float32": 2, "float64": 8}[both_in]  # bounds widen with every step: as many as they stay useful for
    assert_same_run(keras, build, TRAIN[0], TRAIN[1] == 0, validation_data=held, epochs=epochs)


LAST_LAYERS = {
    "linear mse": (1, "linear", "mean_squared_error"),
    "relu mse": (1, "relu", "mse"),
    "linear binary": (1, "linear", "binary_crossentropy"),
    "sigmoid binary": (1, "sigmoid", "binary_crossentropy"),
    "three sigmoids binary": (3, "sigmoid", "binary_crossentropy"),
    "softmax binary": (3, "softmax", "binary_crossentropy"),
    "sigmoid categorical": (3, "sigmoid", "categorical_crossentropy"),
    "softmax mse": (3, "softmax", "mse"),
    "softmax categorical": (3, "softmax", "categorical_crossentropy"),
    "softmax sparse": (3, "softmax", "sparse_categorical_crossentropy"),
}


@pytest.mark.parametrize(("units", "activation", "loss"), LAST_LAYERS.values(), ids=LAST_LAYERS)
def test_every_kind_of_output_trains_alike(keras: Any, units: int, activation: str, loss: str) -> None:
    y = TRAIN[1] if loss.startswith("sparse") else np.eye(3)[TRAIN[1]] if units == 3 else TRAIN[1] == 0
    build = model_of((units, activation), optimizer=sgd(), loss=loss)
    assert_same_run(keras, build, TRAIN[0], y, epochs=2)


STACKS = {
    "relu, sigmoid": [(5, "relu"), (1, "sigmoid")],
    "sigmoid, softmax": [(5, "sigmoid"), (3, "softmax")],
    "relu, linear, softmax": [(5, "relu"), (4, "linear"), (3, "softmax")],
}


@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS)
def test_a_stack_trains_alike(keras: Any, both_in: str, layers: list[tuple[int, str]]) -> None:
    optimizer = {"float32": sgd(), "float64": OPTIMIZERS["adam"]}[both_in]
    several = layers[-1][0] > 1
    loss = "sparse_categorical_crossentropy" if several else "mse"
    y = TRAIN[1] if several else TRAIN[1] == 0
    assert_same_run(keras, model_of(*layers, optimizer=optimizer, loss=loss), TRAIN[0], y, epochs=2)


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_a_second_fit_goes_on_where_the_first_one_stopped(keras: Any, optimizer: str) -> None:
    build = model_of((1, "sigmoid"), optimizer=OPTIMIZERS[optimizer])
    theirs, ours = assert_same_run(keras, build, TRAIN[0], TRAIN[1] == 0, fits=2, batch_size=50)
    assert int(theirs.optimizer.iterations) == ours.optimizer.iterations == 4


@pytest.mark.parametrize("batch_size", [1, 35, 70, 1000])
def test_batches_of_any_size_train_alike(keras: Any, batch_size: int) -> None:
    build = model_of((2, "linear"), optimizer=sgd(0.01))
    y = np.stack([TRAIN[1], TRAIN[1] == 0], axis=1)
    rows = 6 if batch_size == 1 else 70
    assert_same_run(keras, build, TRAIN[0][:rows], y[:rows], batch_size=batch_size)


def test_a_step_on_a_batch_is_keras_own(keras: Any, both_in: str) -> None:
    """It reports its own batch alone, whatever came before."""
    x, y = TRAIN[0][:32], TRAIN[1][:32] == 0
    build = model_of((1, "sigmoid"), optimizer=sgd())
    (theirs, ours), (_, fitted) = (pair(keras, build, x) for _ in range(2))
    bounds = ours.bounded_evaluate(x, y)
    for name in ("test_on_batch", "train_on_batch"):
        their, our = (getattr(model, name)(x, y, return_dict=True) for model in (theirs, ours))
        assert list(their) == list(our)
        for metric, value in our.items():
            assert_same(metric, their[metric], value, bounds[metric])
    fitted.fit(x, y, shuffle=False, verbose=0)
    for their, our, bound in zip(theirs.get_weights(), ours.get_weights(), fitted.bounded_weights, strict=True):
        assert_same("weights", their, our, bound)


# --- data, as scripts hand them over ----------------------------------------------------------------------------------


def test_ten_digits_train_alike_from_one_hot_rows(keras: Any, digits: Any) -> None:
    build = model_of((10, "softmax"), optimizer=sgd(), loss="categorical_crossentropy")
    x, labels = digits.x_train[:70].reshape(70, -1) / digits.peak, digits.y_train[:70]
    theirs, ours = (k.utils.to_categorical(labels, 10) for k in (keras, scratch))
    assert np.array_equal(theirs, ours)
    assert_same_run(keras, build, x, ours, epochs=2)


@pytest.mark.parametrize("shape", [(70,), (70, 1)])
def test_ten_digits_train_alike_from_class_numbers(keras: Any, digits: Any, shape: tuple[int, ...]) -> None:
    build = model_of((10, "softmax"), optimizer=sgd(), loss="sparse_categorical_crossentropy")
    x, labels = digits.x_train[:70].reshape(70, -1) / digits.peak, digits.y_train[:70].reshape(shape)
    assert labels.dtype == np.uint8
    assert_same_run(keras, build, x, labels, epochs=2)


LABELS = {
    "bool (N,)": ("mse", lambda y: y == 0),
    "bool (N,), cross-entropy": ("binary_crossentropy", lambda y: y == 0),
    "uint8 (N,)": ("mse", lambda y: (y == 0).astype(np.uint8)),
    "int64 (N, 1)": ("binary_crossentropy", lambda y: (y == 0).astype(np.int64)[:, None]),
    "float64 (N, 1)": ("binary_crossentropy", lambda y: np.where(y == 0, 0.9, 0.1)[:, None]),
}


@pytest.mark.parametrize(("loss", "labels"), LABELS.values(), ids=LABELS)
def test_labels_of_any_type_and_shape_mean_the_same(keras: Any, loss: str, labels: Callable[[Array], Array]) -> None:
    build = model_of((1, "sigmoid"), optimizer=sgd(), loss=loss)
    y, held = labels(TRAIN[1]), labels(HELD[1])
    assert_same_run(keras, build, TRAIN[0], y, validation_data=(HELD[0], held))


@pytest.mark.parametrize(
    ("both_in", "dtype"),
    [*(("float32", d) for d in ("uint8", "int64", "float16", "float32", "float64")), ("float64", "uint8")],
    indirect=["both_in"],
)
def test_inputs_of_any_type_mean_the_same(keras: Any, both_in: str, dtype: str) -> None:
    x = (TRAIN[0] * 16).astype(dtype)
    assert_same_run(keras, model_of((1, "linear"), optimizer=sgd(0.0001)), x, TRAIN[1] == 0)


def test_raw_pixels_saturate_alike(keras: Any, digits: Any) -> None:
    build = model_of((1, "sigmoid"), optimizer=sgd(), loss="binary_crossentropy")
    x, y = digits.x_train[:20].reshape(20, -1) * np.uint8(15), digits.y_train[:20] == 5
    assert_same_run(keras, build, x, y)


def test_images_are_flattened_alike(keras: Any, digits: Any) -> None:
    def build(k: Any) -> Any:
        model = k.Sequential()
        model.add(k.Input((8, 8)))
        model.add(k.layers.Flatten())
        model.add(k.layers.Dense(1, activation="sigmoid"))
        model.compile(loss="mean_squared_error", optimizer=k.optimizers.SGD(0.1), metrics=["accuracy"])
        return model

    assert_same_run(keras, build, digits.x_train[:70] / digits.peak, digits.y_train[:70] == 5, epochs=2)


def test_dense_on_three_axes_trains_alike(keras: Any) -> None:
    x = np.random.default_rng(0).random((40, 4, 3))
    build = model_of((2, "relu"), (2, "sigmoid"), optimizer=sgd(), metrics=[])
    assert_same_run(keras, build, x, x[..., :2] > 0.5, epochs=2, validation_data=(x[:9], x[:9, :, 1:] > 0.5))


@pytest.mark.parametrize("first", ["fit", "predict", "evaluate"])
def test_a_model_without_an_input_takes_it_from_the_first_rows(keras: Any, first: str) -> None:
    def build(k: Any) -> Any:
        model = k.Sequential([k.layers.Flatten(), k.layers.Dense(1, kernel_initializer="zeros")])
        model.compile(loss="mse", optimizer=k.optimizers.SGD(0.1), metrics=["accuracy"])
        return model

    x, y = TRAIN[0].reshape(70, 2, 3), TRAIN[1] == 0
    theirs, ours = build(keras), build(Watching())
    assert theirs.get_weights() == ours.get_weights() == []
    if first == "predict":
        assert np.array_equal(theirs.predict(x, verbose=0), ours.predict(x, verbose=0))
    elif first == "evaluate":
        assert len(theirs.evaluate(x, y, verbose=0)) == len(ours.evaluate(x, y, verbose=0)) == 2
    history = theirs.fit(x, y, shuffle=False, verbose=0).history
    mine = ours.fit(x, y, shuffle=False, verbose=0).history
    for name, (value,) in history.items():
        assert_same(name, value, mine[name][0], ours.bounds[name][0])
    assert [w.shape for w in theirs.get_weights()] == [w.shape for w in ours.get_weights()] == [(6, 1), (1,)]
    for their, our, bound in zip(theirs.get_weights(), ours.get_weights(), ours.bounded_weights, strict=True):
        assert_same("weights", their, our, bound)


# --- what is held out -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "split", "left"), [(60, 0.8, 11), (70, 0.2, 56), (70, 0.9, 6)])
def test_validation_split_takes_the_same_tail(keras: Any, rows: int, split: float, left: int) -> None:
    x, y = TRAIN[0][:rows], TRAIN[1][:rows] == 0
    build = model_of((1, "sigmoid"), optimizer=sgd())
    _, ours = assert_same_run(keras, build, x, y, validation_split=split)
    assert len(scratch.data.split_tail(x, y, None, split)[0][0]) == left
    tail = ours.bounded_evaluate(x[left:], y[left:])["loss"]
    one_more = ours.bounded_evaluate(x[left + 1 :], y[left + 1 :])["loss"]
    assert abs(tail.value - one_more.value) > 4 * tail.error, "a row more or less would go unseen"


def test_validation_data_goes_before_validation_split(keras: Any) -> None:
    build = model_of((1, "sigmoid"), optimizer=sgd())
    held = HELD[0], HELD[1] == 0
    assert_same_run(keras, build, TRAIN[0], TRAIN[1] == 0, validation_split=0.5, validation_data=held)


def test_what_keras_does_not_split_scratch_refuses(keras: Any) -> None:
    for k in (keras, scratch):
        model = model_of((1, "sigmoid"))(k)
        for split in (1e-17, 0.9):  # 5 rows and none, none and 5
            with pytest.raises(ValueError, match="validation_split"):
                model.fit(TRAIN[0][:5], TRAIN[1][:5], validation_split=split, verbose=0)


# --- evaluate, predict ------------------------------------------------------------------------------------------------


def test_evaluate_returns_the_same_list_dict_or_number(keras: Any, both_in: str) -> None:
    y = TRAIN[1] == 0
    theirs, ours = pair(keras, model_of((1, "sigmoid")), TRAIN[0])
    bounds = ours.bounded_evaluate(TRAIN[0], y)
    their_list, our_list = (m.evaluate(TRAIN[0], y, verbose=0) for m in (theirs, ours))
    for their, our, name in zip(their_list, our_list, ("loss", "accuracy"), strict=True):
        assert_same(name, their, our, bounds[name])
    their_dict, our_dict = (m.evaluate(TRAIN[0], y, verbose=0, return_dict=True) for m in (theirs, ours))
    assert list(their_dict) == list(our_dict)
    assert our_list == [our_dict["loss"], our_dict["accuracy"]]

    theirs, ours = pair(keras, model_of((1, "sigmoid"), metrics=[]), TRAIN[0])
    their, our = (m.evaluate(TRAIN[0], y, batch_size=11, verbose=0) for m in (theirs, ours))
    assert isinstance(their, float)
    assert isinstance(our, float)
    assert_same("loss", their, our, bounds["loss"])


@pytest.mark.parametrize("layers", [[(1, "sigmoid")], [(4, "relu"), (3, "softmax")]])
def test_predict_returns_the_same_activations(keras: Any, both_in: str, layers: list[tuple[int, str]]) -> None:
    theirs, ours = pair(keras, model_of(*layers), TRAIN[0])
    for batch_size in (None, 1, 64):
        rows = TRAIN[0] if batch_size != 1 else TRAIN[0][:3]
        their, our = (m.predict(rows, batch_size=batch_size, verbose=0) for m in (theirs, ours))
        assert their.dtype == our.dtype
        assert_same("predictions", their, our, ours.bounded_predict(rows))


METRICS = {
    "acc": (3, "categorical_crossentropy"),
    "accuracy": (3, "sparse_categorical_crossentropy"),
    "binary_accuracy": (3, "binary_crossentropy"),
    "categorical_accuracy": (3, "categorical_crossentropy"),
    "sparse_categorical_accuracy": (3, "sparse_categorical_crossentropy"),
}


@pytest.mark.parametrize("metric", METRICS)
def test_metrics_go_by_the_same_names_in_the_same_order(keras: Any, metric: str) -> None:
    units, loss = METRICS[metric]
    y = TRAIN[1] if loss.startswith("sparse") else np.eye(3)[TRAIN[1]]
    activation = "sigmoid" if loss.startswith("binary") else "softmax"
    build = model_of((units, activation), optimizer=sgd(), loss=loss, metrics=[metric])
    theirs, ours = assert_same_run(keras, build, TRAIN[0], y, validation_data=(TRAIN[0][:9], y[:9]))
    their, our = (m.evaluate(TRAIN[0], y, verbose=0, return_dict=True) for m in (theirs, ours))
    assert list(their) == list(our)


# --- weights ----------------------------------------------------------------------------------------------------------


def test_weights_come_in_the_same_order_and_shapes(keras: Any, both_in: str) -> None:
    def build(k: Any) -> Any:
        dense = [k.layers.Dense(units) for units in (4, 3, 1)]
        return k.Sequential([k.Input((2, 3)), k.layers.Flatten(), *dense])

    theirs, ours = build(keras), build(scratch)
    shapes = [(6, 4), (4,), (4, 3), (3,), (3, 1), (1,)]
    assert [w.shape for w in theirs.get_weights()] == [w.shape for w in ours.get_weights()] == shapes
    assert {w.dtype for w in theirs.get_weights() + ours.get_weights()} == {np.dtype(both_in)}
    assert theirs.count_params() == ours.count_params() == 47
    ours.set_weights(theirs.get_weights())
    for their, our in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        assert np.array_equal(their, our)
    theirs.set_weights([w + 1 for w in ours.get_weights()])
    ours.set_weights([w + 1 for w in ours.get_weights()])
    for their, our in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        assert np.array_equal(their, our)


@pytest.mark.parametrize("change", [lambda w: w[:-1], lambda w: [w[0].T, *w[1:]], lambda w: [*w, w[-1]]])
def test_weights_that_do_not_fit_are_refused_by_both(keras: Any, change: Callable[[list[Array]], list[Array]]) -> None:
    for k in (keras, scratch):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(2)])
        with pytest.raises(ValueError, match="weight"):
            model.set_weights(change(model.get_weights()))


def test_weights_are_drawn_from_the_same_range(keras: Any, both_in: str) -> None:
    limit = np.sqrt(6 / (300 + 100))
    for k in (keras, scratch):
        k.utils.set_random_seed(0)
        W, b = k.Sequential([k.Input((300,)), k.layers.Dense(100)]).get_weights()
        assert not b.any()
        # 30,000 uniform draws: the largest is within 0.1 % of the limit but for one seed in e**30; the mean's and the
        # mean square's standard deviations are limit / sqrt(3 n) and limit**2 * sqrt(4 / 45 / n).
        assert 0.999 * limit < np.abs(W).max() <= limit * (1 + np.finfo(both_in).eps)
        assert abs(W.mean()) < 5 * limit / np.sqrt(3 * W.size)
        assert abs(np.square(W).mean() - limit**2 / 3) < 5 * limit**2 * np.sqrt(4 / 45 / W.size)


# --- float types ------------------------------------------------------------------------------------------------------


def test_the_learning_rate_is_stored_alike(keras: Any, both_in: str) -> None:
    theirs, ours = (k.optimizers.SGD(learning_rate=0.1) for k in (keras, scratch))
    assert float(theirs.learning_rate) == ours.learning_rate == float(np.dtype(both_in).type(0.1))


@pytest.mark.parametrize("both_in", ["float64"], indirect=True)
def test_a_float64_run_passes_nothing_through_float32(keras: Any, both_in: str) -> None:
    """Neither inputs nor learning rate: either one would be seen."""
    y = TRAIN[1] == 0
    build = model_of((1, "sigmoid"), optimizer=sgd(0.1))
    _, ours = assert_same_run(keras, build, TRAIN[0], y, epochs=10)
    for x, rate in ((TRAIN[0].astype("float32"), 0.1), (TRAIN[0], float(np.float32(0.1)))):
        cast = model_of((1, "sigmoid"), optimizer=sgd(rate))(scratch)
        cast.build((None, 6))
        cast.set_weights(weights_like(cast))
        cast.fit(x, y, epochs=10, shuffle=False, verbose=0)
        assert share_used(cast.get_weights()[0], ours.bounded_weights[0]) > 100


# --- callbacks --------------------------------------------------------------------------------------------------------


def test_callbacks_hear_the_same(keras: Any) -> None:
    heard: dict[str, list[Any]] = {"keras": [], "scratch": []}
    for k in (keras, scratch):
        log = heard[k.__name__]

        class Listener(k.callbacks.Callback):  # type: ignore[misc]
            def on_train_batch_end(self, batch: int, logs: Any = None, log: list[Any] = log) -> None:
                log.append(("batch", batch, len(self.model.get_weights())))

            def on_epoch_end(self, epoch: int, logs: Any = None, log: list[Any] = log) -> None:
                log.append(("epoch", epoch, list(logs)))

        held = HELD[0], HELD[1] == 0
        model = model_of((1, "sigmoid"))(k)
        history = model.fit(TRAIN[0], TRAIN[1] == 0, epochs=2, validation_data=held, callbacks=[Listener()], verbose=0)
        log.append(history.epoch)
    assert heard["keras"] == heard["scratch"]
    assert len(heard["keras"]) == 2 * (3 + 1) + 1
