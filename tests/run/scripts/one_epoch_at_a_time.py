import numpy as np
import keras

(x, y), _ = keras.datasets.mnist.load_data()
x = x[:256].reshape(-1, 784) / 255
y = (y[:256] % 2).reshape(-1, 1)

losses = {}
for learning_rate in [0.01, 0.1]:
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(learning_rate), "mse", metrics=["accuracy"])
    losses[learning_rate] = []
    for epoch in range(2):
        h = model.fit(x, y, batch_size=64, epochs=1, verbose=0)
        losses[learning_rate].append(h.history["loss"][0])
print({rate: np.round(values, 3) for rate, values in losses.items()})
