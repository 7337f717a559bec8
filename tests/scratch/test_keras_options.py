"""Do the options that scripts use train as Keras's do: losses as objects, weights of rows, frozen layers?"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratch
from tests.scratch.both import CLASSES, FIVES, ONE_HOT, RNG, D, N, U, X, assert_same_fit, built, close

pytestmark = pytest.mark.parametrize("both_in", ["float64"], indirect=True)

Build = Callable[[Any], Any]


def model_of(
    last: int = 1,
    activation: str | None = "sigmoid",
    loss: Any = "mse",
    metrics: Any = ("accuracy", "mae"),
    **hidden: Any,
) -> Build:
    """Return what builds two Dense layers in either library; a loss may be a function of the library."""

    def build(k: Any) -> Any:
        parts = {name: option(k) if callable(option) else option for name, option in hidden.items()}
        model = k.Sequential([k.Input((D,)), k.layers.Dense(4, **({"activation": "tanh"} | parts))])
        model.add(k.layers.Dense(last, activation=activation))
        chosen = loss(k) if callable(loss) else loss
        model.compile(optimizer=k.optimizers.SGD(0.1), loss=chosen, metrics=list(metrics))
        return model

    return build


LOSSES: dict[str, tuple[Build, Any]] = {
    "squared error": (model_of(loss=lambda k: k.losses.MeanSquaredError()), FIVES),
    "absolute error": (model_of(loss="mae"), FIVES),
    "sum": (model_of(loss=lambda k: k.losses.MeanSquaredError(reduction="sum")), FIVES),
    "smoothed": (model_of(loss=lambda k: k.losses.BinaryCrossentropy(label_smoothing=0.2)), FIVES),
    "logits": (model_of(1, None, lambda k: k.losses.BinaryCrossentropy(from_logits=True)), FIVES),
    "smoothed logits": (
        model_of(1, None, lambda k: k.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)),
        FIVES,
    ),
    "classes": (
        model_of(U, "softmax", lambda k: k.losses.CategoricalCrossentropy(label_smoothing=0.1)),
        ONE_HOT,
    ),
    "logits of classes": (
        model_of(U, None, lambda k: k.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)),
        ONE_HOT,
    ),
}


@pytest.mark.parametrize(("build", "y"), LOSSES.values(), ids=LOSSES)
def test_a_loss_as_an_object_trains_as_keras_does(keras: Any, both_in: str, build: Build, y: Any) -> None:
    assert_same_fit(keras, build, y, epochs=2)


def test_logits_of_class_numbers_train_alike(keras: Any, both_in: str) -> None:
    def build(k: Any) -> Any:
        model = k.Sequential([k.Input((D,)), k.layers.Dense(U)])
        loss = k.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=k.optimizers.SGD(0.1), loss=loss, metrics=["accuracy"])
        return model

    assert_same_fit(keras, build, CLASSES, epochs=2)


HIDDEN: dict[str, dict[str, Any]] = {
    "no bias": {"use_bias": False},
    "l2": {"kernel_regularizer": lambda k: k.regularizers.L2(0.1)},
    "l1": {"kernel_regularizer": lambda k: k.regularizers.L1(0.05)},
    "both, on both": {
        "kernel_regularizer": lambda k: k.regularizers.L1L2(0.05, 0.1),
        "bias_regularizer": lambda k: k.regularizers.L2(0.2),
    },
    "no bias, l2": {"use_bias": False, "kernel_regularizer": "l2"},
    "frozen": {"trainable": False},
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_a_dense_layers_options_train_alike(keras: Any, both_in: str, hidden: dict[str, Any]) -> None:
    theirs, ours = assert_same_fit(keras, model_of(**hidden), FIVES, epochs=2, validation_split=0.2)
    assert [w.shape for w in theirs.trainable_weights] == [w.shape for w in ours.trainable_weights]
    assert len(theirs.non_trainable_weights) == len(ours.non_trainable_weights)
    assert close([float(cost) for cost in theirs.losses], ours.losses, 4)


def test_a_model_that_is_frozen_learns_nothing(keras: Any, both_in: str) -> None:
    def build(k: Any) -> Any:
        model = model_of()(k)
        model.trainable = False
        model.compile(optimizer="sgd", loss="mse")
        return model

    theirs, ours = assert_same_fit(keras, build, FIVES)
    assert len(theirs.trainable_weights) == len(ours.trainable_weights) == 0
    assert len(theirs.non_trainable_weights) == len(ours.non_trainable_weights) == 4


WEIGHTS = RNG.uniform(0.2, 3, N)
REDUCTIONS = ("sum_over_batch_size", "sum", "mean_with_sample_weight")


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_weights_of_rows_train_alike(keras: Any, both_in: str, reduction: str) -> None:
    build = model_of(loss=lambda k: k.losses.MeanSquaredError(reduction=reduction))
    assert_same_fit(keras, build, FIVES, epochs=2, sample_weight=WEIGHTS)
    assert_same_fit(keras, build, FIVES, sample_weight=WEIGHTS[:, None], validation_split=0.3)
    held = (X[:9], FIVES[:9], WEIGHTS[:9])
    assert_same_fit(keras, build, FIVES, validation_data=held, validation_batch_size=4)


@pytest.mark.parametrize("y", [CLASSES, CLASSES[:, None]])
def test_weights_of_classes_train_alike(keras: Any, both_in: str, y: Any) -> None:
    build = model_of(U, "softmax", "sparse_categorical_crossentropy", metrics=("accuracy",))
    assert_same_fit(keras, build, y, epochs=2, class_weight={0: 2.0, 2: 0.5})


def test_weights_of_one_hot_classes_train_alike(keras: Any, both_in: str) -> None:
    build = model_of(U, "softmax", "categorical_crossentropy")
    assert_same_fit(keras, build, ONE_HOT, class_weight={0: 2.0, 1: 0.0, 2: 0.5})


def test_both_weights_at_once_are_refused(keras: Any, both_in: str) -> None:
    for k in (keras, scratch):
        with pytest.raises(ValueError, match="`class_weight` and `sample_weight`"):
            model_of()(k).fit(X, FIVES, sample_weight=WEIGHTS, class_weight={0: 1.0}, verbose=0)
    with pytest.raises(ValueError, match="a number for each row"):
        model_of()(scratch).fit(X, FIVES, sample_weight=WEIGHTS[:3], verbose=0)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_epochs_of_some_steps_go_on_where_they_stopped(keras: Any, both_in: str, steps: int) -> None:
    assert_same_fit(keras, model_of(), FIVES, batch_size=8, epochs=4, steps_per_epoch=steps)


def test_later_epochs_and_rarer_validation_are_alike(keras: Any, both_in: str) -> None:
    theirs, ours = assert_same_fit(keras, model_of(), FIVES, epochs=5, initial_epoch=2)
    assert theirs.history.epoch == ours.history.epoch == [2, 3, 4]
    assert_same_fit(keras, model_of(), FIVES, epochs=4, validation_freq=2, validation_split=0.5)


def test_evaluate_and_a_step_on_a_batch_take_weights(keras: Any, both_in: str) -> None:
    theirs, ours = built(keras, model_of())
    for name in ("evaluate", "test_on_batch", "train_on_batch"):
        more = {"verbose": 0} if name == "evaluate" else {}
        results = [getattr(m, name)(X, FIVES, sample_weight=WEIGHTS, return_dict=True, **more) for m in (theirs, ours)]
        assert list(results[0]) == list(results[1])
        assert close(results[0]["loss"], results[1]["loss"], 2)
    assert close(theirs.predict_on_batch(X), ours.predict_on_batch(X), 2)


LAYERS: dict[str, Build] = {
    "relu": lambda k: k.layers.ReLU(),
    "leaky relu by relu": lambda k: k.layers.ReLU(negative_slope=0.25),
    "relu with ends": lambda k: k.layers.ReLU(max_value=0.25, negative_slope=0.125, threshold=0.0625),
    "leaky relu": lambda k: k.layers.LeakyReLU(0.25),
    "elu": lambda k: k.layers.ELU(alpha=0.5),
    "softmax": lambda k: k.layers.Softmax(),
    "activation": lambda k: k.layers.Activation("tanh"),
    "flatten": lambda k: k.layers.Flatten(),
}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_a_layer_between_trains_alike(keras: Any, both_in: str, layer: Build) -> None:
    def build(k: Any) -> Any:
        model = k.Sequential([k.Input((D,)), k.layers.Dense(4), layer(k), k.layers.Dense(1)])
        model.compile(optimizer=k.optimizers.SGD(0.1), loss="mse")
        return model

    assert_same_fit(keras, build, FIVES, epochs=2)


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_an_activation_of_its_own_gives_the_loss_its_logits_as_well(keras: Any, both_in: str, activation: str) -> None:
    def build(k: Any) -> Any:
        model = k.Sequential([k.Input((D,)), k.layers.Dense(U), k.layers.Activation(activation)])
        model.compile(optimizer=k.optimizers.SGD(0.1), loss="categorical_crossentropy")
        return model

    assert_same_fit(keras, build, ONE_HOT, epochs=2)


def test_a_line_of_layers_is_a_model_in_both(keras: Any, both_in: str) -> None:
    def build(k: Any) -> Any:
        inputs = k.Input(shape=(D,), name="rows")
        x = k.layers.Dense(4, activation="relu")(inputs)
        model = k.Model(inputs=inputs, outputs=k.layers.Dense(1, activation="sigmoid", name="top")(x), name="line")
        model.compile(optimizer=k.optimizers.RMSprop(0.01), loss="binary_crossentropy", metrics=["accuracy"])
        return model

    theirs, ours = assert_same_fit(keras, build, FIVES)
    assert [type(layer).__name__ for layer in theirs.layers] == [type(layer).__name__ for layer in ours.layers]
    assert (theirs.input_shape, theirs.output_shape) == (ours.input_shape, ours.output_shape)
    assert ours.get_layer("top") is ours.layers[-1] is ours.get_layer(index=2)
    assert ours.inputs[0].shape == ours.input.shape
    assert ours.outputs[0].shape == ours.output.shape


def test_a_part_of_a_model_is_a_model(keras: Any, both_in: str) -> None:
    theirs, ours = built(keras, model_of())
    parts = [k.Model(model.inputs, model.layers[0].output) for k, model in ((keras, theirs), (scratch, ours))]
    assert close(*(part.predict(X, verbose=0) for part in parts))


def test_dropout_trains_alike_under_the_same_masks(keras: Any, both_in: str) -> None:
    """Two libraries never draw the same masks: both are given these, and all else is their own."""
    masks = np.random.default_rng(0).random((2, 32, 4)) > 0.25

    class Given(keras.layers.Dropout):  # type: ignore[misc, name-defined]
        steps = 0

        def call(self, inputs: Any, training: bool = False) -> Any:
            if not training:
                return super().call(inputs, training=False)
            self.steps += 1
            return keras.ops.where(masks[self.steps - 1, : inputs.shape[0]], inputs / 0.75, 0.0)

    def build(k: Any) -> Any:
        out = Given(0.25) if k is keras else scratch.layers.Dropout(0.25)
        if k is scratch:
            given = iter(masks)
            out.draw = lambda shape: next(given)[: shape[0]]
        model = k.Sequential([k.Input((D,)), k.layers.Dense(4, activation="tanh"), out, k.layers.Dense(1)])
        model.compile(optimizer=k.optimizers.SGD(0.1), loss="mse", run_eagerly=True)
        return model

    assert_same_fit(keras, build, FIVES, validation_split=0.1)


def test_the_default_optimizer_is_keras_own(keras: Any, both_in: str) -> None:
    def build(k: Any) -> Any:
        model = k.Sequential([k.Input((D,)), k.layers.Dense(1)])
        model.compile(loss="mse")
        return model

    theirs, ours = assert_same_fit(keras, build, FIVES, epochs=2)
    assert type(theirs.optimizer).__name__ == type(ours.optimizer).__name__ == "RMSprop"


SCHEDULES: dict[str, Build] = {
    "exponential": lambda s: s.ExponentialDecay(0.1, 10, 0.5),
    "staircase": lambda s: s.ExponentialDecay(0.1, 10, 0.5, staircase=True),
    "inverse": lambda s: s.InverseTimeDecay(0.1, 10, 0.5),
    "inverse staircase": lambda s: s.InverseTimeDecay(0.1, 10, 0.5, staircase=True),
    "polynomial": lambda s: s.PolynomialDecay(0.1, 10, power=2.0),
    "cycle": lambda s: s.PolynomialDecay(0.1, 10, cycle=True),
    "cosine": lambda s: s.CosineDecay(0.1, 10, alpha=0.1),
    "warm": lambda s: s.CosineDecay(0.01, 10, warmup_target=0.1, warmup_steps=5),
    "pieces": lambda s: s.PiecewiseConstantDecay([5, 15], [0.1, 0.05, 0.01]),
}


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_a_schedule_is_keras_own(keras: Any, both_in: str, schedule: Build) -> None:
    theirs, ours = (schedule(k.optimizers.schedules) for k in (keras, scratch))
    for step in (0, 1, 5, 6, 9, 10, 11, 15, 16, 25):
        # TensorFlow keeps these numbers in float32, whatever floatx says: a dozen roundings of that
        assert abs(float(theirs(step)) - float(ours(step))) <= 12 * np.finfo(np.float32).eps * 0.1
    revived = scratch.optimizers.schedules.deserialize(scratch.optimizers.optimizer.serialized(ours))
    assert revived(7) == ours(7)


def test_a_schedule_sets_the_rate_of_every_step(keras: Any, both_in: str) -> None:
    optimizer = scratch.optimizers.SGD(scratch.optimizers.schedules.PiecewiseConstantDecay([0, 1], [0.5, 0.25, 0.125]))
    w, rates = np.zeros(1), []
    for _ in range(3):
        rates.append(float(optimizer.learning_rate.numpy()))
        optimizer.apply_gradients([(np.ones(1), w)])
    assert rates == [0.5, 0.25, 0.125]
    assert w[0] == -sum(rates)
    with pytest.raises(TypeError, match="created with a `LearningRateSchedule`"):
        optimizer.learning_rate = 0.1
    optimizer.learning_rate = lambda step: 0.75
    assert optimizer.learning_rate == 0.75
    with pytest.raises(ValueError, match="`decay_steps` must be > 0"):
        scratch.optimizers.schedules.CosineDecay(0.1, 0)
    with pytest.raises(ValueError, match="1 boundaries part 2 values, and there are 1"):
        scratch.optimizers.schedules.PiecewiseConstantDecay([1], [0.1])
    with pytest.raises(NotImplementedError):
        scratch.optimizers.schedules.LearningRateSchedule()(1)


def test_weights_may_be_left_out_of_the_decay(keras: Any, both_in: str) -> None:
    class Named(np.ndarray):
        name = "whole"

    optimizer = scratch.optimizers.SGD(1.0, weight_decay=0.5)
    w, kept, named = np.ones(2), np.ones(2), np.ones(2).view(Named)
    optimizer.exclude_from_weight_decay([kept], ["who"])
    optimizer.apply([np.zeros(2)] * 3, [w, kept, named])
    assert [a.tolist() for a in (w, kept, named)] == [[0.5, 0.5], [1, 1], [1, 1]]


METRICS = {
    "accuracy": lambda k: k.metrics.Accuracy(),
    "binary": lambda k: k.metrics.BinaryAccuracy(threshold=0.3),
    "categorical": lambda k: k.metrics.CategoricalAccuracy(),
    "squared": lambda k: k.metrics.MeanSquaredError(),
    "absolute": lambda k: k.metrics.MeanAbsoluteError(),
    "binary crossentropy": lambda k: k.metrics.BinaryCrossentropy(label_smoothing=0.1),
    "crossentropy": lambda k: k.metrics.CategoricalCrossentropy(),
}


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_as_an_object_is_keras_own(keras: Any, both_in: str, metric: Build) -> None:
    a = np.where(RNG.random((N, U)) > 0.3, RNG.dirichlet(np.ones(U), N), ONE_HOT)
    for weights in (None, WEIGHTS, WEIGHTS[:, None]):
        theirs, ours = metric(keras), metric(scratch)
        for rows in (slice(0, 30), slice(30, N)):
            theirs.update_state(ONE_HOT[rows], a[rows], sample_weight=None if weights is None else weights[rows])
            ours.update_state(ONE_HOT[rows], a[rows], sample_weight=None if weights is None else weights[rows])
        assert close(float(theirs.result()), ours.result(), 2)
    assert theirs.name == ours.name
    ours.reset_state()
    assert ours.result() == 0
    assert ours(ONE_HOT, a) == ours.result() > 0
    assert scratch.metrics.deserialize(scratch.metrics.serialize(ours)).get_config() == ours.get_config()


def test_a_sparse_metric_as_an_object_is_keras_own(keras: Any, both_in: str) -> None:
    a = RNG.dirichlet(np.ones(U), N)
    for name in ("SparseCategoricalAccuracy", "SparseCategoricalCrossentropy"):
        theirs, ours = (getattr(k.metrics, name)() for k in (keras, scratch))
        theirs.update_state(CLASSES, a)
        ours.update_state(CLASSES, a)
        assert close(float(theirs.result()), ours.result(), 2)


def test_a_metric_of_ones_own_is_computed_batch_by_batch(keras: Any, both_in: str) -> None:
    """Keras averages what it returns for each batch, a number for each or, as here, one for all its rows."""

    def largest(y_true: Any, y_pred: Any) -> Any:
        return y_pred.max() if isinstance(y_pred, np.ndarray) else keras.ops.max(y_pred)

    def build(k: Any) -> Any:
        model = k.Sequential([k.Input((D,)), k.layers.Dense(1)])
        model.compile(optimizer="sgd", loss="mse", metrics=[largest, k.metrics.binary_accuracy])
        return model

    assert_same_fit(keras, build, FIVES, epochs=2)
