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
    "argument": (lambda: Dense(1, use_bias=False), TypeError, f"Dense.*{KEYWORD} 'use_bias'"),
    "input argument": (lambda: Input((2,), dims=3), TypeError, f"Input.*{KEYWORD} 'dims'"),
    "model argument": (
        lambda: scratch.Sequential(layer=[]),
        TypeError,
        f"Sequential.*{KEYWORD} 'layer'",
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
        f"Sequential.evaluate.*{KEYWORD} 'steps'",
    ),
    "predict argument": (
        lambda: model_of().predict(X, steps=1),
        TypeError,
        f"Sequential.predict.*{KEYWORD} 'steps'",
    ),
    "sgd argument": (lambda: scratch.optimizers.SGD(lr=1), TypeError, f"SGD.*{KEYWORD} 'lr'"),
    "adam argument": (
        lambda: scratch.optimizers.Adam(amsgrad=True),
        TypeError,
        f"Adam.*{KEYWORD} 'amsgrad'",
    ),
    "too many": (
        lambda: Flatten(1, 2, 3),
        TypeError,
        "Flatten.* takes from 1 to 3 positional arguments but 4 were given",
    ),
    "fit argument": (
        lambda: model_of().fit(X, y, class_weight={}),
        TypeError,
        f"Sequential.fit.*{KEYWORD} 'class_weight'",
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


def test_import_scratch_loads_numpy_and_nothing_heavy() -> None:
    code = (
        "import sys, scratch; print(*({'tensorflow', 'keras', 'sklearn', 'pooch', 'rich', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
