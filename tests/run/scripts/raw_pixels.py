# forgot to scale the pixels
from keras.datasets import mnist
from keras import Sequential
from keras.layers import Dense, Flatten

(x, y), (x_val, y_val) = mnist.load_data()
x, y, x_val, y_val = x[:1500], y[:1500] == 5, x_val[:300], y_val[:300] == 5
model = Sequential([Flatten(input_shape=(28, 28)), Dense(1, activation="sigmoid")])
model.compile(loss="mse", optimizer="sgd", metrics=["accuracy"])
model.fit(x, y, epochs=4, validation_data=(x_val, y_val))
