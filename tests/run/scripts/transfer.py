import keras
from keras.layers import Dense, LeakyReLU
from keras.optimizers import Adam
import numpy as np

rng = np.random.default_rng(5)
x = rng.normal(size=(160, 10)).astype("float32")
y1, y2 = x[:, :2].sum(axis=1, keepdims=True), x[:, 1:3].sum(axis=1, keepdims=True)

base = keras.Sequential([keras.Input((10,)), Dense(12), LeakyReLU(negative_slope=0.1), Dense(6, activation="selu")])
first = keras.Sequential([base, Dense(1)])
first.compile(optimizer=Adam(0.01, clipnorm=1.0), loss="mae", metrics=["mse"])
first.fit(x, y1, epochs=2)

base.trainable = False  # keep what it has learned
second = keras.Sequential([base, Dense(1)])
second.compile(optimizer=Adam(0.01), loss="mean_squared_error", metrics=["mae"])
second.fit(x, y2, epochs=2)
print(second.evaluate(x, y2, verbose=0))
