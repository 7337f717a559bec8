"""Does Keras open what scratch saves, and scratch what Keras saves, with nothing lost?"""

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratch
from tests.scratch.both import CLASSES, FIVES, D, U, X, close

pytestmark = pytest.mark.parametrize("both_in", ["float64"], indirect=True)
Build = Callable[[Any], Any]


def stack(k: Any) -> Any:
    layers = k.layers
    model = k.Sequential(
        [k.Input((2, 3)), layers.Flatten(), layers.Dense(4, activation="relu", kernel_regularizer="l2")]
    )
    model.add(layers.Dropout(0.25, seed=1))
    model.add(layers.Dense(4, use_bias=False, kernel_initializer=k.initializers.HeNormal(seed=3)))
    model.add(layers.LeakyReLU(negative_slope=0.25))
    model.add(layers.ReLU(max_value=6.0))
    model.add(layers.ELU(alpha=0.5))
    model.add(layers.Activation("tanh"))
    model.add(layers.Dense(U, name="top"))
    model.add(layers.Softmax())
    loss = k.losses.SparseCategoricalCrossentropy(from_logits=False)
    metrics = ["accuracy", k.metrics.SparseCategoricalAccuracy(name="again")]
    model.compile(optimizer=k.optimizers.SGD(0.1, momentum=0.9, nesterov=True), loss=loss, metrics=metrics)
    return model


def line(k: Any) -> Any:
    inputs = k.Input((2, 3))
    outputs = k.layers.Dense(1, activation="sigmoid")(k.layers.Flatten()(inputs))
    model = k.Model(inputs, outputs)
    schedule = k.optimizers.schedules.ExponentialDecay(0.01, 100, 0.9)
    model.compile(optimizer=k.optimizers.Adam(schedule), loss="binary_crossentropy")
    return model


MODELS: dict[str, tuple[Build, Any]] = {"stack": (stack, CLASSES), "line": (line, FIVES)}
IMAGES = X.reshape(-1, 2, D // 2)


@pytest.mark.parametrize(("build", "y"), MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("saved_by", ["scratch", "Keras"])
def test_a_saved_model_goes_on_in_the_other_library(
    keras: Any, both_in: str, tmp_path: Path, build: Build, y: Any, saved_by: str
) -> None:
    one, other = (scratch, keras) if saved_by == "scratch" else (keras, scratch)
    model, path = build(one), tmp_path / "model.keras"
    model.fit(IMAGES, y, verbose=0)
    model.save(str(path))
    loaded = other.models.load_model(str(path))
    assert close(model.predict(IMAGES, verbose=0), loaded.predict(IMAGES, verbose=0))
    assert [layer.name for layer in model.layers if layer.weights] == [
        layer.name for layer in loaded.layers if layer.weights
    ]
    assert int(loaded.optimizer.iterations) == int(model.optimizer.iterations) == 2
    scores = [m.evaluate(IMAGES, y, verbose=0, return_dict=True) for m in (model, loaded)]
    assert list(scores[0]) == list(scores[1])
    if build is line:  # no Dropout: the next step is the same, momenta and rate included
        for m in (model, loaded):
            m.fit(IMAGES, y, verbose=0, shuffle=False)
        for w, v in zip(model.get_weights(), loaded.get_weights(), strict=True):
            assert close(w, v, 4)


@pytest.mark.parametrize("saved_by", ["scratch", "Keras"])
def test_saved_weights_are_read_by_the_other_library(keras: Any, both_in: str, tmp_path: Path, saved_by: str) -> None:
    one, other = (scratch, keras) if saved_by == "scratch" else (keras, scratch)
    path, model, reading = str(tmp_path / "model.weights.h5"), stack(one), stack(other)
    model.save_weights(path)
    reading.load_weights(path)
    assert all(np.array_equal(w, v) for w, v in zip(model.get_weights(), reading.get_weights(), strict=True))


def test_scratch_opens_its_own(keras: Any, both_in: str, tmp_path: Path) -> None:
    model, path = stack(scratch), tmp_path / "model.keras"
    scratch.saving.save_model(model, path)
    loaded = scratch.saving.load_model(path)
    assert loaded.get_config() == model.get_config()
    assert not scratch.saving.load_model(path, compile=False).compiled
    again = stack(scratch)
    again.load_weights(path)
    assert all(np.array_equal(w, v) for w, v in zip(model.get_weights(), again.get_weights(), strict=True))
    plain = scratch.Sequential([scratch.layers.Dense(1)])
    plain.build((None, 3))
    plain.save(path)
    assert scratch.models.load_model(path).output_shape == (None, 1)
    lambdas = scratch.Sequential([scratch.Input((2,)), scratch.layers.Dense(1)])
    lambdas.compile(loss=scratch.losses.mean_squared_error, metrics=[scratch.metrics.binary_accuracy])
    lambdas.save(path)
    assert scratch.models.load_model(path).loss == "mean_squared_error"


def test_what_cannot_be_saved_or_opened_says_so(keras: Any, both_in: str, tmp_path: Path, monkeypatch: Any) -> None:
    model, path = stack(scratch), tmp_path / "model.keras"
    with pytest.raises(ValueError, match=r"must end in `\.keras`"):
        model.save(tmp_path / "model.h5")
    with pytest.raises(ValueError, match="no weights to save yet"):
        scratch.Sequential([scratch.layers.Dense(1)]).save(path)
    model.save(path)
    with pytest.raises(FileExistsError, match="is there already"):
        model.save(path, overwrite=False)
    (tmp_path / "no.keras").write_text("no zip")
    with pytest.raises(ValueError, match="no file of Keras's"):
        scratch.models.load_model(tmp_path / "no.keras")
    weights = tmp_path / "other.weights.h5"
    scratch.Sequential([scratch.Input((2,)), scratch.layers.Dense(1)]).save_weights(weights)
    with pytest.raises(ValueError, match="do not fit"):
        model.load_weights(weights)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match="pip install h5py"):
        model.save(path)


OTHERS: dict[str, tuple[Build, str]] = {
    "convolution": (lambda k: k.Sequential([k.Input((4, 4, 1)), k.layers.Conv2D(1, 2)]), "unknown layer 'Conv2D'"),
    "model of another kind": (
        lambda k: type("Own", (k.Model,), {"call": lambda self, x: x, "get_config": lambda self: {}})(),
        "not Own",
    ),
    "constraint": (
        lambda k: k.Sequential([k.Input((4,)), k.layers.Dense(1, kernel_constraint="non_neg")]),
        "Dense has no kernel_constraint",
    ),
}


@pytest.mark.parametrize(("build", "sentence"), OTHERS.values(), ids=OTHERS)
def test_a_model_of_other_parts_is_refused(
    keras: Any, both_in: str, tmp_path: Path, build: Build, sentence: str
) -> None:
    path = tmp_path / "model.keras"
    model = build(keras)
    if not model.built:
        model.build((None, 4))
    model.save(path)
    with pytest.raises(ValueError, match=sentence):
        scratch.models.load_model(path)


def test_a_model_that_is_no_line_is_refused(keras: Any, both_in: str, tmp_path: Path) -> None:
    inputs = keras.Input((4,))
    one, other = keras.layers.Dense(2)(inputs), keras.layers.Dense(2)(inputs)
    branches = keras.Model(inputs, keras.layers.Dense(1)(other))
    branches = keras.Model(inputs, [one, other])
    path = tmp_path / "model.keras"
    branches.save(path)
    with pytest.raises(ValueError, match="no single line of layers"):
        scratch.models.load_model(path)
    two = keras.Input((4,))
    keras.Model([inputs, two], [one, keras.layers.Dense(1)(two)]).save(path)
    with pytest.raises(ValueError, match="no single line of layers"):
        scratch.models.load_model(path)
    written = path.read_bytes()
    assert zipfile.is_zipfile(path)
    assert written


OPTIMIZERS: dict[str, tuple[Build, str]] = {
    "averaged": (lambda k: k.optimizers.SGD(use_ema=True), "no use_ema"),
    "amsgrad": (lambda k: k.optimizers.Adam(amsgrad=True), "no amsgrad"),
}


@pytest.mark.parametrize(("optimizer", "sentence"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_an_optimizer_that_scratch_lacks_is_refused(
    keras: Any, both_in: str, tmp_path: Path, optimizer: Build, sentence: str
) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer=optimizer(keras), loss="mse")
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=sentence):
        scratch.models.load_model(tmp_path / "model.keras")
