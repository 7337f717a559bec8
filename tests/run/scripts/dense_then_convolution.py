"""A baseline of one layer, then something larger: the first can be compared, the second cannot."""

import keras
from keras import layers

(x, y), _ = keras.datasets.mnist.load_data()
x, y = x[:128] / 255.0, y[:128]

baseline = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
baseline.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
baseline.fit(x, y, epochs=1)

larger = keras.Sequential(
    [keras.Input((28, 28, 1)), layers.Conv2D(2, 5, activation="relu"), layers.Flatten(), layers.Dense(10, "softmax")]
)
larger.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
larger.fit(x[..., None], y, epochs=1)
