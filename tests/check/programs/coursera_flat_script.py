import numpy as np
from sklearn.datasets import make_gaussian_quantiles

X, Y = make_gaussian_quantiles(n_samples=240, n_features=2, n_classes=2, random_state=9)
X = X.T
Y = Y.reshape(1, -1)
m = X.shape[1]

np.random.seed(2)
n_h = 5
W1 = np.random.randn(n_h, 2) * 0.5
b1 = np.zeros((n_h, 1))
W2 = np.random.randn(1, n_h) * 0.5
b2 = np.zeros((1, 1))

for i in range(4000):
    # FORWARD
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    # COST
    cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    # BACKWARD
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = (W2.T @ dZ2) * A1 * (1 - A1)
    dW1 = dZ1 @ X.T / m
    db1 = np.mean(dZ1, axis=1, keepdims=True) / m
    # UPDATE
    W1 -= 1.0 * dW1
    b1 -= 1.0 * db1
    W2 -= 1.0 * dW2
    b2 -= 1.0 * db2
    if i % 500 == 0:
        print("cost after iteration", i, ":", cost)
