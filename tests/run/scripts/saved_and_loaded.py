import os
import tempfile

import keras
import numpy as np

x = np.linspace(-2, 2, 120).reshape(-1, 1)
y = x**2
place = os.path.join(tempfile.mkdtemp(), "square.keras")

model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(10, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, epochs=3, batch_size=20)
model.save(place)

again = keras.models.load_model(place)
print(np.abs(again.predict(x) - model.predict(x)).max())
again.save_weights(place.replace(".keras", ".weights.h5"))
again.load_weights(place.replace(".keras", ".weights.h5"))
again.fit(x, y, epochs=1)
