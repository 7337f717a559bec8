"""Are the Keras lines read as they stand, and shown with the values of the run?"""

import inspect
import re

from compare.core.config import Config
from compare.report.keras_lines import FUNCTIONS, marked, read_keras_lines, written


def test_no_statement_that_speaks_to_keras_is_passed_over() -> None:
    """Counted in the text, not through the parser that the guide reads with."""
    source = "".join(inspect.getsource(function) for function in FUNCTIONS)
    calls = re.findall(r"^[^#\n]*?\b(?:keras|model)\.(?:\w+\.)*(\w+)\(", source, re.MULTILINE)
    words = {word for line in read_keras_lines() for word in line.words}
    assert set(calls) <= words
    assert len(calls) >= 8


def filled(word: str, config: Config) -> str:
    line = next(line for line in reversed(read_keras_lines()) if word in line.words)
    return written(line, config, (28, 28), 255)


def test_a_line_is_shown_with_the_values_of_the_run() -> None:
    assert filled("load_data", Config()) == "(x_train, y_train), (x_val, y_val) = keras.datasets.mnist.load_data()"
    assert filled("y == digit", Config(digit=3)) == "y == 3"
    assert filled("Dense", Config(activation="linear")) == 'model.add(keras.layers.Dense(1, activation="linear"))'
    adam = 'model.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate=0.001), metrics=["accuracy"])'
    assert filled("compile", Config(optimizer="adam")) == adam
    fit = filled("fit", Config(pixels="raw", epochs=3, batch_size=64))
    assert fit.startswith("model.fit(x_train, is_digit(y_train), batch_size=64, epochs=3, ")


def test_the_word_is_marked_in_its_line() -> None:
    code = filled("Dense", Config())
    assert marked("Dense", code) == ("model.add(keras.layers.", "Dense", '(1, activation="sigmoid"))')
    assert marked("Dense(activation=)", code)[1] == 'activation="sigmoid"'
    assert marked("x / peak", "x / 255") == ("", "x / 255", "")
