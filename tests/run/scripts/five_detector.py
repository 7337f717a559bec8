"""The tutorial's perceptron as it is run in class, with the class's logging service."""

import numpy
from keras.datasets import mnist
from keras.layers import Dense, Flatten
from keras.models import Sequential
import wandb
from wandb.keras import WandbCallback

run = wandb.init()
config = run.config
config.epochs = 2
config.batch_size = 32

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train, y_train, X_test, y_test = X_train[:500], y_train[:500], X_test[:200], y_test[:200]
is_five_train = y_train == 5
is_five_test = y_test == 5
labels = ["Not Five", "Is Five"]

img_width = X_train.shape[1]
img_height = X_train.shape[2]
X_train = X_train / 255
X_test = X_test / 255

model = Sequential()
model.add(Flatten(input_shape=(img_width, img_height)))
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="mse", optimizer="adam", metrics=["accuracy"])

model.fit(
    X_train,
    is_five_train,
    epochs=config.epochs,
    validation_data=(X_test, is_five_test),
    callbacks=[WandbCallback(data_type="image", labels=labels, save_model=False)],
)
print(numpy.round(model.predict(X_test[:3]), 2))
