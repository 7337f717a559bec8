import numpy as np
from tensorflow import keras
import matplotlib.pyplot as plt

# y = 3x + 2 with some noise
rng = np.random.RandomState(0)
x = rng.uniform(-1, 1, 200)
y = 3 * x + 2 + 0.1 * rng.randn(200)

model = keras.Sequential([keras.Input(shape=(1,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.1), loss="mean_squared_error")
history = model.fit(x, y, epochs=5, verbose=0)
w, b = model.get_weights()
print("slope %.2f, intercept %.2f" % (w[0, 0], b[0]))

plt.plot(history.history["loss"])
plt.xlabel("epoch")
plt.show()
plt.scatter(x, y)
plt.plot(x, model.predict(x), "r")
plt.show()
