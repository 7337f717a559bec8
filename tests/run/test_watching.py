"""Does a script get what Keras itself gives, while what it asks for is held against scratch, or said not to be?"""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.common.errors import BadInput
from compare.run.following import Masks
from compare.run.outcome import Outcome

RanText = Callable[..., Outcome]

MODEL = """
import numpy as np, keras
rng = np.random.default_rng(0)
x, y = rng.random((60, 4)).astype("float32"), (rng.random(60) > 0.5).astype("float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["accuracy"])
"""


def test_fewer_epochs_and_rows_take_the_place_of_what_the_script_says(ran_text: RanText) -> None:
    (fit,) = ran_text(MODEL + "model.fit(x, y, epochs=7)", epochs=2, train_size=40).calls
    assert fit.rows == (40, 0)
    assert len(fit.apart) == 2


def test_the_guide_alone_trains_on_a_few_batches(ran_text: RanText) -> None:
    (fit,) = ran_text(MODEL + "model.fit(x, y, epochs=7, batch_size=8)", brief=True).calls
    assert fit.rows == (20, 0)
    assert len(fit.apart) == 1


def test_a_mistake_in_scratch_s_hidden_layer_is_named_by_its_rung(
    ran_text: RanText, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = scratch.layers.Dense.backward

    def halved(layer: scratch.layers.Dense, da: np.ndarray, from_logits: bool = False) -> object:
        return original(layer, da / 2 if layer.units == 3 else da, from_logits)

    monkeypatch.setattr(scratch.layers.Dense, "backward", halved)
    verdict = ran_text(MODEL + "model.fit(x, y)").verdict()
    assert verdict.word == "mismatched"
    assert "the first rung that fails is layer 1, backward: dz1" in verdict.sentence


def test_weights_that_the_script_sets_are_taken_over(ran_text: RanText) -> None:
    text = "model.fit(x, y)\nmodel.set_weights([w * 0 + 0.1 for w in model.get_weights()])\nmodel.predict(x)"
    _, predict = ran_text(MODEL + text).calls
    assert any("the weights were changed" in note for note in predict.notes)
    assert predict.verdict
    assert predict.verdict.word == "matched"


def test_a_callback_that_goes_back_to_the_best_weights_is_followed(ran_text: RanText) -> None:
    text = """
best = keras.callbacks.EarlyStopping(monitor="loss", mode="max", patience=2, restore_best_weights=True)
model.fit(x, y, epochs=9, callbacks=[best])
model.predict(x)
"""
    fit, predict = ran_text(MODEL + text).calls
    assert fit.notes == ["a callback went back to the weights after epoch 1, and scratch to its own of that epoch"]
    assert predict.verdict
    assert predict.verdict.word == "matched"


def test_steps_that_are_not_followed_are_listed_and_the_rest_goes_on_from_keras(ran_text: RanText) -> None:
    step, predict = ran_text(MODEL + "model.train_on_batch(x, y)\nmodel.predict(x)").calls
    assert step.reason == "train_on_batch is not followed; what it does to the weights is taken over from Keras"
    assert predict.compared


TRAINED_ON = {
    "a Series, of which Keras makes a column": "import pandas\nmodel.fit(pandas.DataFrame(x), pandas.Series(y))",
    "a generator": "model.fit(((x, y) for _ in range(9)), steps_per_epoch=3, epochs=2)",
    "a data set of TensorFlow's": (
        "import tensorflow as tf\nmodel.fit(tf.data.Dataset.from_tensor_slices((x, y)).shuffle(60).batch(16), epochs=2)"
    ),
}


@pytest.mark.parametrize("text", TRAINED_ON.values(), ids=TRAINED_ON)
def test_data_in_whatever_form_are_handed_to_both_sides(ran_text: RanText, text: str) -> None:
    outcome = ran_text(MODEL + text + "\nmodel.evaluate(x, y[:, None])")
    assert outcome.error is None
    assert outcome.not_compared == []
    assert outcome.verdict().word == "matched"


def test_an_activation_of_tensorflow_s_own_is_the_one_of_that_name(ran_text: RanText) -> None:
    text = """
import tensorflow as tf
model = keras.Sequential([keras.layers.Dense(3, activation=tf.nn.tanh), keras.layers.Dense(2, tf.nn.softmax)])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y)
"""
    (fit,) = ran_text(MODEL + text).calls
    assert fit.recipe
    assert [layer.activation for layer in fit.recipe.layers] == ["tanh", "softmax"]
    assert fit.verdict
    assert fit.verdict.word == "matched"


def test_both_sides_drop_the_same_inputs(ran_text: RanText, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5), keras.layers.Dense(1)])\n"
    text += "model.compile('sgd', 'mse')\nmodel.fit(x, y, epochs=2, batch_size=16)"
    assert ran_text(MODEL + text).verdict().word == "matched"
    monkeypatch.setattr(Masks, "hand_to", lambda self, model, turned: None)  # masks of its own
    assert ran_text(MODEL + text).verdict().word == "mismatched"


def test_a_layer_that_does_not_train_stays_as_it_is_on_both_sides(ran_text: RanText) -> None:
    text = "model.layers[0].trainable = False\nmodel.compile('sgd', 'mse')\nmodel.fit(x, y)"
    (fit,) = ran_text(MODEL + text).calls
    assert fit.verdict
    assert fit.verdict.word == "matched"
    assert not {"dz1", "dW1"} & {check.quantity for check in fit.checks}


def test_the_script_s_random_numbers_are_those_of_a_plain_run(ran_text: RanText) -> None:
    text = MODEL + "np.random.seed(3)\nmodel.fit(x, y)\nassert np.random.random() == {}"
    expected = np.random.RandomState(3).random_sample()
    assert ran_text(text.format(repr(float(expected)))).error is None


def test_rows_that_count_more_are_either_followed_or_said_not_to_be(ran_text: RanText) -> None:
    (fit,) = ran_text(MODEL + "model.fit(x, y, sample_weight=np.linspace(0, 1, 60))").calls
    assert fit.compared or "sample_weight" in (fit.reason or "")


def test_a_loss_of_the_script_s_own_is_refused_clearly(ran_text: RanText) -> None:
    text = "model.compile('sgd', lambda y, a: (y - a) ** 2)\nmodel.fit(x, y)"
    with pytest.raises(BadInput, match="a function of the script's own; scratch needs its derivative"):
        ran_text(MODEL + text).verdict()


def test_layers_that_do_not_stand_in_a_row_are_refused_clearly(ran_text: RanText) -> None:
    text = """
i = keras.Input((4,))
h = keras.layers.Dense(4)(i)
model = keras.Model(i, keras.layers.Add()([i, h]))
model.compile("sgd", "mse")
model.fit(x, x)
"""
    with pytest.raises(BadInput, match="do not follow one another in a straight line"):
        ran_text(MODEL + text).verdict()


def test_a_script_that_fails_says_where(ran_text: RanText) -> None:
    outcome = ran_text(MODEL + "model.fit(x, y)\nraise ValueError('no such thing')")
    assert outcome.error == "line 8: ValueError: no such thing"
    assert len(outcome.compared) == 1


def test_a_script_without_keras_has_nothing_to_compare(ran_text: RanText) -> None:
    with pytest.raises(BadInput, match="calls neither fit nor evaluate nor predict"):
        ran_text("print(1)").verdict()


def test_what_is_asked_after_the_script_is_keras_s_own_again(ran_text: RanText) -> None:
    import keras

    before = keras.Model.fit, keras.Model.compile, keras.Layer.__new__, keras.utils.to_categorical
    ran_text(MODEL)
    assert before == (keras.Model.fit, keras.Model.compile, keras.Layer.__new__, keras.utils.to_categorical)
