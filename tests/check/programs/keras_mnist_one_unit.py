import numpy as np
from tensorflow.keras.datasets import mnist

# is it a five?
(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train[:1000].reshape(1000, 784) / 255.0
y_train = (y_train[:1000] == 5).astype(float).reshape(-1, 1)
x_test = x_test[:200].reshape(200, 784)
y_test = (y_test[:200] == 5).astype(float).reshape(-1, 1)

rng = np.random.RandomState(3)
W = rng.normal(0, 0.05, (784, 1))
b = np.zeros(1)
eta = 0.5

for epoch in range(20):
    a = 1 / (1 + np.exp(-(x_train @ W + b)))
    dz = (a - y_train) * a * (1 - a) / len(x_train)
    W -= eta * x_train.T @ dz
    b -= eta * dz.sum(axis=0)

p = 1 / (1 + np.exp(-(x_test @ W + b)))
print("test accuracy:", np.mean((p > 0.5) == y_test))
