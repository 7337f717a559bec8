"""Does the text of a Keras script run on scratch by changing its imports, and report the same numbers?"""

import re
from typing import Any

import numpy as np
import pytest

import scratch
from tests.scratch.rounding import Watched, assert_same

PERCEPTRON = """
import keras
from keras.models import Sequential
from keras.layers import Dense, Flatten, Input

x_train, x_val = x_train / 16, x_val / 16
y_train, y_val = y_train == 5, y_val == 5

model = Sequential()
model.add(Input(shape=(8, 8)))
model.add(Flatten())
model.add(Dense(1, activation="sigmoid"))
model.set_weights(weights)
model.compile(loss="mean_squared_error", optimizer=keras.optimizers.SGD(learning_rate=0.1), metrics=["accuracy"])

history = model.fit(
    x_train, y_train, batch_size=32, epochs=2, shuffle=False, verbose=0, validation_data=(x_val, y_val)
)
"""

PERCEPTRON_IN_FEWEST_WORDS = """
import keras

model = keras.Sequential([keras.layers.Flatten(input_shape=(8, 8)), keras.layers.Dense(1)])
model.set_weights(weights)
model.compile("sgd", "mse", metrics=["accuracy"])
history = model.fit(x_train / 16, (y_train == 5).astype("float32"), shuffle=False, verbose=0, validation_split=0.2)
"""

PERCEPTRON_OF_ONE_ROW_A_BATCH = """
from keras import Input, Sequential, layers, losses, optimizers

x_train = x_train[:12].reshape(-1, 64).astype("float32") / 16.0
y_train = (y_train[:12] == 5).astype(int).reshape(-1, 1)

model = Sequential([Input((64,)), layers.Dense(1, activation="sigmoid", name="five")], name="perceptron")
model.set_weights(weights)
model.compile(
    optimizer=optimizers.SGD(0.01, momentum=0.5, nesterov=True), loss=losses.binary_crossentropy, metrics=["acc"]
)
history = model.fit(x_train, y_train, batch_size=1, epochs=1, shuffle=False, verbose=0)
"""

TEN_CLASSES = """
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Flatten, Input
from keras.optimizers import SGD
from keras.utils import to_categorical

num_classes = 10
x_train = x_train.astype("float32") / 16
x_val = x_val.astype("float32") / 16
y_train = to_categorical(y_train, num_classes)
y_val = to_categorical(y_val, num_classes)

model = Sequential([Input((8, 8)), Flatten(), Dense(num_classes, activation="softmax")])
model.set_weights(weights)
model.compile(loss="categorical_crossentropy", optimizer=SGD(learning_rate=0.1), metrics=["accuracy"])
history = model.fit(
    x_train, y_train, batch_size=32, epochs=2, shuffle=False, verbose=0, validation_data=(x_val, y_val)
)

scores = model.evaluate(x_val, y_val, verbose=0)
labels = np.argmax(model.predict(x_val, verbose=0), axis=1)
"""

TEN_CLASSES_WITH_HIDDEN_UNITS = """
from keras import activations, layers, models
from keras.optimizers import Adam

network = models.Sequential()
network.add(layers.Dense(8, activation=activations.relu, input_shape=(8 * 8,)))
network.add(layers.Dense(10, activation="softmax"))
network.set_weights(weights)
network.compile(optimizer=Adam(), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = network.fit(
    x_train.reshape((len(x_train), 8 * 8)) / 16, y_train, epochs=1, batch_size=64, shuffle=False, verbose=0
)

model = network
scores = model.evaluate(x_val.reshape((len(x_val), 64)) / 16, y_val, verbose=0)
labels = model.predict(x_val.reshape((len(x_val), 64)) / 16, verbose=0).argmax(axis=-1)
"""

SCRIPTS = {
    "perceptron": (PERCEPTRON, (1,)),
    "perceptron in fewest words": (PERCEPTRON_IN_FEWEST_WORDS, (1,)),
    "perceptron of one row a batch": (PERCEPTRON_OF_ONE_ROW_A_BATCH, (1,)),
    "ten classes": (TEN_CLASSES, (10,)),
    "ten classes with hidden units": (TEN_CLASSES_WITH_HIDDEN_UNITS, (8, 10)),
}


def on_scratch(script: str) -> str:
    """Change the imports, and nothing else."""
    script = re.sub(r"^import keras$", "import scratch as keras", script, flags=re.MULTILINE)
    return re.sub(r"^from keras\b", "from scratch", script, flags=re.MULTILINE)


def run(script: str, digits: Any, units: tuple[int, ...]) -> dict[str, Any]:
    """Run the text as a script with digits and initial weights at hand; return its variables."""
    draw = np.random.default_rng(1).uniform
    widths = (64, *units)
    shapes = [shape for i, o in zip(widths, units, strict=False) for shape in ((i, o), (o,))]
    names = {
        "x_train": digits.x_train[:70],
        "y_train": digits.y_train[:70],
        "x_val": digits.x_test[-41:],
        "y_val": digits.y_test[-41:],
        "weights": [draw(-0.05, 0.05, shape).astype("float32") for shape in shapes],
    }
    exec(compile(script, "script", "exec"), names)
    return names


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")
@pytest.mark.parametrize(("script", "units"), SCRIPTS.values(), ids=SCRIPTS)
def test_the_same_script_reports_the_same_numbers(
    keras: Any, monkeypatch: pytest.MonkeyPatch, digits: Any, script: str, units: tuple[int, ...]
) -> None:
    theirs = run(script, digits, units)
    assert type(theirs["model"]).__module__.startswith("keras.")

    monkeypatch.setattr(scratch, "Sequential", Watched)
    monkeypatch.setattr(scratch.models, "Sequential", Watched)
    ours = run(on_scratch(script), digits, units)
    model = ours["model"]
    assert "keras" not in on_scratch(script).replace("as keras", "").replace("keras.", "")

    history, mine = theirs["history"].history, ours["history"].history
    assert list(history) == list(mine)
    assert theirs["history"].epoch == ours["history"].epoch
    for name in history:
        for epoch, (their, our) in enumerate(zip(history[name], mine[name], strict=True)):
            assert_same(f"{name} of epoch {epoch}", their, our, model.bounds[name][epoch])
    for their, our, bound in zip(
        theirs["model"].get_weights(), model.get_weights(), model.bounded_weights, strict=True
    ):
        assert_same("weights", their, our, bound)
    if "scores" in theirs:
        x, y = (ours[name] for name in ("x_val", "y_val"))
        bounds = model.bounded_evaluate(x.reshape(-1, *model.input_shape[1:]) / (16 if x.max() > 1 else 1), y)
        for their, our, name in zip(theirs["scores"], ours["scores"], ("loss", "accuracy"), strict=True):
            assert_same(f"{name} of evaluate", their, our, bounds[name])
        assert theirs["labels"].tolist() == ours["labels"].tolist()


def test_the_history_s_keys_come_sorted_in_both(keras: Any, digits: Any) -> None:
    for script in (PERCEPTRON, on_scratch(PERCEPTRON)):
        assert list(run(script, digits, (1,))["history"].history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
