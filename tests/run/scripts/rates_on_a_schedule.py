import math
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(3)
x_train = rng.random((200, 5)).astype("float32")
y_train = x_train.sum(axis=1) ** 2


def step_decay(epoch, lr):
    return 0.05 * math.pow(0.5, math.floor(epoch / 2))


model = keras.Sequential()
model.add(keras.layers.Dense(8, activation="relu", input_shape=(5,)))
model.add(keras.layers.Dense(1))
model.compile(loss="mse", optimizer=keras.optimizers.SGD(momentum=0.9))
model.fit(x_train, y_train, epochs=3, callbacks=[keras.callbacks.LearningRateScheduler(step_decay)])

decay = keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=5, decay_rate=0.9)
model.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate=decay))
model.fit(x_train, y_train, epochs=2)
