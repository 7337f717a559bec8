from keras.datasets import mnist
import numpy as np

(x_train, y_train), (x_test, y_test) = mnist.load_data()

X = x_train[:800].reshape(800, -1).astype(np.float64) / 255
is_three = (y_train[:800] == 3).astype(np.uint8)
T = (is_three * 2 - 1).reshape(-1, 1)   # 1 for a three, -1 for the others

w = np.random.RandomState(0).randn(784, 1) * 0.01
b = np.zeros((1,))
lr = 0.05

for epoch in range(50):
    out = np.tanh(np.dot(X, w) + b)
    delta = (out - T) * (1 - out ** 2)
    w -= lr * np.dot(X.T, delta) / len(X)
    b -= lr * delta.sum() / len(X)
    if epoch % 10 == 0:
        print("epoch", epoch, "loss", np.mean((out - T) ** 2))
        print("   right:", np.mean((out > 0) == (T > 0)))
