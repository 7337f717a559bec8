"""The usual first network with a hidden layer: Fashion-MNIST's ten kinds of clothes, as tutorials write it."""

from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.datasets import mnist

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255
x_train, y_train = x_train[:600], y_train[:600]
x_test, y_test = x_test[:200], y_test[:200]

model = keras.Sequential()
model.add(keras.Input(shape=(784,)))
model.add(layers.Dense(32, activation="relu"))
model.add(layers.Dense(10, activation="softmax"))
model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
model.summary()

history = model.fit(x_train, y_train, epochs=2, batch_size=32, validation_data=(x_test, y_test))
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print("Test accuracy:", accuracy)
probabilities = model.predict(x_test[:5])
print(probabilities.argmax(axis=1), y_test[:5])
