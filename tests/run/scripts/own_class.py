import keras
import numpy as np
from keras import layers


class Classifier(keras.Model):
    def __init__(self, hidden, classes):
        super().__init__()
        self.flatten = layers.Flatten()
        self.hidden = layers.Dense(hidden, activation="relu")
        self.out = layers.Dense(classes, activation="softmax")

    def call(self, x):
        return self.out(self.hidden(self.flatten(x)))


(x, y), (xt, yt) = keras.datasets.mnist.load_data()
x, y = x[:320].astype(np.float32) / 255, y[:320]
model = Classifier(16, 10)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, batch_size=40)
model.evaluate(xt[:100] / 255, yt[:100])
