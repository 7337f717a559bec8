import numpy as np
from sklearn.datasets import load_diabetes

X, y = load_diabetes(return_X_y=True)
y = y[:, None]
Xs = (X - X.mean(0)) / X.std(0)
ys = (y - y.mean()) / y.std()

r = np.random.RandomState(18)
W1, b1 = r.randn(10, 15) * 0.3, np.zeros(15)
W2, b2 = r.randn(15, 1) * 0.3, np.zeros(1)

for epoch in range(300):
    z = Xs @ W1 + b1
    h = np.maximum(z, 0)
    out = h @ W2 + b2
    e = 2 * (out - ys) / len(ys)
    dh = e @ W2.T * (z > 0)
    W2 = W2 - 0.05 * h.T @ e
    b2 = b2 - 0.05 * e.sum(0)
    W1 = W1 - 0.05 * Xs.T @ dh
    b1 = b1 - 0.05 * dh.sum(0)
    if epoch % 50 == 0:
        print("epoch", epoch, "scaled mse", np.mean((out - ys) ** 2))

predicted = (np.maximum(Xs @ W1 + b1, 0) @ W2 + b2) * y.std()
print("mean absolute error in real units:", np.abs(predicted - y).mean())
