"""Is every Keras call of a script found, whatever it is imported as?"""

from pathlib import Path

import pytest

from compare.run.keras_calls import keras_calls
from compare.run.source import Source


def words(text: str) -> list[str]:
    return [call.word for call in keras_calls(Source(Path("a.py"), text))]


@pytest.mark.parametrize(
    "text",
    [
        "import keras\nkeras.layers.Dense(1)",
        "import keras as K\nK.layers.Dense(1)",
        "import tensorflow as tf\ntf.keras.layers.Dense(1)",
        "from tensorflow import keras\nkeras.layers.Dense(1)",
        "from tensorflow.keras import layers as L\nL.Dense(1)",
        "from tensorflow.keras.layers import Dense as Units\nUnits(1)",
        "import tensorflow as tf\nlayers = tf.keras.layers\nlayers.Dense(1)",
    ],
)
def test_a_layer_is_found_under_every_name(text: str) -> None:
    assert words(text) == ["layers.Dense"]


def test_what_is_not_keras_s_is_no_call_of_keras_s() -> None:
    assert words("import numpy as np\nnp.zeros(3)\nprint(len([1]))") == []


def test_calls_come_in_the_order_of_their_lines() -> None:
    text = "from keras import Sequential\nmodel = Sequential()\nmodel.compile('sgd', 'mse')\nmodel.fit(x, y)"
    assert words(text) == ["Sequential", ".compile", ".fit"]


def test_an_argument_is_found_by_its_name_and_by_its_place() -> None:
    text = "model.compile('sgd', loss='mse')"
    (call,) = keras_calls(Source(Path("a.py"), text))
    assert call.argument("optimizer", 0) == "'sgd'"
    assert call.argument("loss", 1) == "loss='mse'"
    assert call.argument("metrics", 3) is None
    assert call.cut("loss='mse'") == ("model.compile('sgd', ", "loss='mse'", ")")
