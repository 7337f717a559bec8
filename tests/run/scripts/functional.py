import keras
from keras import Input, Model
from keras.layers import Dense, Flatten

(x, y), _ = keras.datasets.mnist.load_data()
x, y = x[:384] / 255.0, y[:384]

inputs = Input(shape=(28, 28), name="pixels")
h = Flatten()(inputs)
h = Dense(24, activation="relu", name="hidden_1")(h)
h = Dense(12, activation="relu", name="hidden_2")(h)
outputs = Dense(10, activation="softmax", name="digit")(h)
model = Model(inputs=inputs, outputs=outputs, name="mlp")
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, batch_size=64, epochs=2, shuffle=False)
