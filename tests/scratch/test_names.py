"""Is what scratch does not have named, with what it has, and is nothing heavy loaded?"""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratch
from scratch.layers import Dense, Flatten, Input
from tests.scratch.small_models import X, model_of, y

KEYWORD = "unexpected keyword argument"

UNKNOWN: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "activation": (
        lambda: Dense(1, activation="mish"),
        ValueError,
        "unknown activation 'mish': scratch has elu, exponential, gelu, leaky_relu, linear, relu",
    ),
    "function": (lambda: Dense(1, activation=np.tanh), ValueError, "linear, relu, selu, sigmoid"),
    "loss": (
        lambda: scratch.losses.get("huber"),
        ValueError,
        "unknown loss 'huber': scratch has .*, bce, binary_crossentropy, categorical_crossentropy, mae, ",
    ),
    "function as a loss": (
        lambda: model_of().compile("sgd", lambda y, a: y - a),
        ValueError,
        "unknown loss <function.*: scratch has BinaryCrossentropy",
    ),
    "loss of one's own": (
        lambda: model_of().compile("sgd", scratch.losses.Loss()),
        ValueError,
        "no gradient for Loss: to train there is",
    ),
    "loss without a number": (
        lambda: model_of().compile("sgd", scratch.losses.MeanSquaredError(reduction=None)),
        ValueError,
        "reduction=None has none",
    ),
    "vague loss": (lambda: model_of().compile("sgd", "crossentropy"), ValueError, "name the one that is meant"),
    "reduction": (lambda: scratch.losses.MeanSquaredError("any"), ValueError, "Invalid value for argument `reduction`"),
    "axis": (lambda: scratch.losses.BinaryCrossentropy(axis=1), ValueError, "on the last axis, -1, not 1"),
    "lists": (lambda: scratch.losses.mean_squared_error([1], [2]), TypeError, "arrays, not lists"),  # type: ignore[arg-type]
    "optimizer": (
        lambda: scratch.optimizers.get("nadam"),
        ValueError,
        "unknown optimizer 'nadam': scratch has adam, rmsprop, sgd",
    ),
    "metric": (lambda: scratch.metrics.get("auc"), ValueError, "unknown metric 'auc': scratch has Accuracy"),
    "metrics": (lambda: model_of().compile("sgd", "mse", metrics="mse"), ValueError, "to be a list, tuple"),
    "metric of no rows": (
        lambda: model_of().compile("sgd", "mse", metrics=[scratch.metrics.Mean()]),
        ValueError,
        "means over rows, and Mean is none",
    ),
    "threshold": (lambda: scratch.metrics.BinaryAccuracy(threshold=2), ValueError, "between 0 and 1, unlike 2"),
    "initializer": (
        lambda: Dense(1, kernel_initializer="twos"),
        ValueError,
        "unknown initializer 'twos': scratch has Constant, GlorotNormal",
    ),
    "bias": (lambda: Dense(1, bias_initializer="twos"), ValueError, "unknown initializer 'twos'"),
    "scale": (lambda: scratch.initializers.VarianceScaling(-1), ValueError, "`scale` must be positive"),
    "mode": (lambda: scratch.initializers.VarianceScaling(mode="out"), ValueError, "It is one of fan_in, fan_out"),
    "distribution": (
        lambda: scratch.initializers.VarianceScaling(distribution="cubic"),
        ValueError,
        "It is one of truncated_normal",
    ),
    "matrix": (lambda: scratch.initializers.Identity()((3,)), ValueError, "the shape of none"),
    "columns": (lambda: scratch.initializers.Orthogonal()((3,)), ValueError, "the shape of none"),
    "regularizer": (lambda: Dense(1, kernel_regularizer="l3"), ValueError, "unknown regularizer 'l3': scratch has L1"),
    "factor": (lambda: scratch.regularizers.L2(-1), ValueError, "`l2`: a factor of at least 0 is due, not -1"),
    "floatx": (
        lambda: scratch.config.set_floatx("float16"),
        ValueError,
        "unknown floatx 'float16': scratch has float32, float64",
    ),
    "argument": (lambda: Dense(1, lora=4), TypeError, f"Dense.*{KEYWORD} 'lora'"),
    "input argument": (lambda: Input((2,), dims=3), TypeError, f"Input.*{KEYWORD} 'dims'"),  # type: ignore[call-arg]
    "input without a shape": (lambda: Input(), ValueError, "You must pass a `shape`"),
    "shape": (lambda: Input(2), ValueError, "such as .2,., not 2"),  # type: ignore[arg-type]
    "float type of one layer": (lambda: Dense(1, dtype="float16"), ValueError, "computes in float32, not 'float16'"),
    "model argument": (
        lambda: scratch.Sequential(layer=[]),  # type: ignore[call-arg]
        TypeError,
        f"Sequential.*{KEYWORD} 'layer'",
    ),
    "add argument": (
        lambda: model_of().add(),  # type: ignore[call-arg]
        TypeError,
        "Sequential.add.*missing 1 required positional argument: 'layer'",
    ),
    "compile argument": (
        lambda: model_of().compile("sgd", "mse", loss_weights=[1]),
        TypeError,
        f"Sequential.compile.*{KEYWORD} 'loss_weights'",
    ),
    "evaluate argument": (
        lambda: model_of().evaluate(X, y, steps=1),  # type: ignore[call-arg]
        TypeError,
        f"evaluate.*{KEYWORD} 'steps'",
    ),
    "predict argument": (
        lambda: model_of().predict(X, steps=1),  # type: ignore[call-arg]
        TypeError,
        f"predict.*{KEYWORD} 'steps'",
    ),
    "sgd argument": (lambda: scratch.optimizers.SGD(lr=1), TypeError, f"SGD.*{KEYWORD} 'lr'"),  # type: ignore[call-arg]
    "adam argument": (
        lambda: scratch.optimizers.Adam(amsgrad=True),  # type: ignore[call-arg]
        TypeError,
        f"Adam.*{KEYWORD} 'amsgrad'",
    ),
    "two limits": (lambda: scratch.optimizers.SGD(clipnorm=1, clipvalue=1), ValueError, "Only one of `clipnorm`"),
    "fit argument": (
        lambda: model_of().fit(X, y, validation_steps=1),  # type: ignore[call-arg]
        TypeError,
        f"fit.*{KEYWORD} 'validation_steps'",
    ),
    "attribute": (
        lambda: scratch.layers.Conv2D,
        ImportError,
        "scratch.layers has no 'Conv2D', a convolution layer: scratch is networks of Dense layers: it has Activation",
    ),
    "room": (lambda: scratch.applications, ImportError, "scratch has no 'applications': it has Callback"),
    "schedule": (lambda: scratch.optimizers.schedules.Sine, ImportError, "it has CosineDecay"),
    "units": (lambda: Dense(0), ValueError, "at least one unit, not 0"),
    "half a unit": (lambda: Dense(2.5), ValueError, "a positive integer: at least one unit, not 2.5"),  # type: ignore[arg-type]
    "no units": (lambda: Dense(None), ValueError, "a positive integer: at least one unit, not None"),  # type: ignore[arg-type]
    "rate": (lambda: scratch.layers.Dropout(2), ValueError, "between 0 and 1, not 2"),
    "channels": (lambda: Flatten(data_format="channels_first"), ValueError, "channels last, not 'channels_first'"),
    "slope": (lambda: scratch.layers.LeakyReLU(-1), ValueError, "at least 0, not -1"),
    "end": (lambda: scratch.layers.ReLU(max_value=-6), ValueError, "max_value of a ReLU layer cannot be a negative"),
    "axis of shares": (lambda: scratch.layers.Softmax(axis=0), ValueError, "the last axis, -1, not 0"),
    "momentum": (lambda: scratch.optimizers.SGD(momentum=2), ValueError, "between .0, 1.. It is 2"),
    "layer": (lambda: model_of().add("Dense"), ValueError, "Only instances of.*'Dense' is none"),  # type: ignore[arg-type]
    "dict": (lambda: model_of().add({}), ValueError, "Only instances of.*{} is none"),  # type: ignore[arg-type]
    "late input": (lambda: model_of().add(Input((2,))), ValueError, "Input comes first"),
    "second input": (lambda: scratch.Sequential([Input((2,)), Input((2,))]), ValueError, "already been configured"),
    "same name": (
        lambda: scratch.Sequential([Dense(1, name="one"), Dense(1, name="one")]),
        ValueError,
        "should have unique names. Name 'one'",
    ),
    "another shape": (lambda: model_of().build((None, 9)), ValueError, "has already been configured for inputs"),
    "layers": (
        lambda: setattr(model_of(), "layers", []),
        AttributeError,
        r"Use `add\(\)` and `pop\(\)`",
    ),
    "method": (lambda: model_of().to_json, AttributeError, "Sequential has no 'to_json': it has add, backward, build"),
    "no layer to take": (lambda: scratch.Sequential().pop(), TypeError, "no layers in the model"),
    "layer of a name": (lambda: model_of().get_layer("x"), ValueError, "No such layer: x. Existing layers are"),
    "layer of no name": (lambda: model_of().get_layer(), ValueError, "a layer name or layer index"),
    "callback": (
        lambda: model_of().fit(X, y, callbacks=[3], verbose=0),
        TypeError,
        "instances of keras.callbacks.Callback, and 3 is none",
    ),
    "validation": (
        lambda: model_of().fit(X, y, validation_data=(X,), verbose=0),
        ValueError,
        r"validation_data is \(x_val, y_val\)",
    ),
    "no loss": (lambda: _without_loss().fit(X, y), ValueError, "No loss to compute"),
    "subclass": (lambda: scratch.Model(), TypeError, "it has no subclasses"),
    "model as a layer": (lambda: model_of()(Input((2, 2))), TypeError, "not layers of other models"),
    "model in a model": (lambda: scratch.Sequential([model_of()]), ValueError, "Only instances of"),  # type: ignore[list-item]
}


def _without_loss() -> scratch.Sequential:
    model = scratch.Sequential([Flatten(), Dense(1)])
    model.compile(optimizer="sgd")
    return model


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
    with pytest.raises(ImportError, match="it has Activation, Dense, Dropout"):
        exec("from scratch.layers import Conv2D")


def test_a_private_name_is_an_ordinary_attribute_error() -> None:
    assert not hasattr(scratch.layers, "_nothing")


def test_import_scratch_loads_numpy_and_nothing_heavy() -> None:
    code = (
        "import sys, scratch; print(*({'tensorflow', 'keras', 'sklearn', 'pooch', 'rich', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
