# Softmax regression on clothes, with one-hot labels
import numpy as np
import tensorflow as tf
from tensorflow.keras.datasets import fashion_mnist
from tensorflow.keras.utils import to_categorical

NUM_CLASSES = 10
np.random.seed(7)
tf.random.set_seed(7)


def load(n_train=400, n_test=150):
    (x, y), (xt, yt) = fashion_mnist.load_data()
    x, xt = x.astype("float32") / 255.0, xt.astype("float32") / 255.0
    return (x[:n_train], to_categorical(y[:n_train], NUM_CLASSES)), (
        xt[:n_test],
        to_categorical(yt[:n_test], NUM_CLASSES),
    )


def build():
    return tf.keras.Sequential(
        [
            tf.keras.layers.Flatten(input_shape=(28, 28)),
            tf.keras.layers.Dense(NUM_CLASSES, activation="softmax"),
        ]
    )


if __name__ == "__main__":
    (x_train, y_train), (x_test, y_test) = load()
    net = build()
    net.compile(optimizer=tf.keras.optimizers.Adam(0.002), loss="categorical_crossentropy", metrics=["accuracy"])
    net.fit(x_train, y_train, epochs=2, batch_size=50, validation_split=0.2, verbose=2)
    print(net.evaluate(x_test, y_test, verbose=0, return_dict=True))
