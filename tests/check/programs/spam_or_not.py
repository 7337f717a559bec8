import numpy as np
from sklearn.datasets import make_classification

X, y = make_classification(n_samples=180, n_features=10, random_state=30)
y = y.reshape(-1, 1)
rng = np.random.default_rng(31)
W1, b1 = rng.normal(0, 0.4, (10, 8)), np.zeros(8)
W2, b2 = rng.normal(0, 0.4, (8, 1)), np.zeros(1)


def relu(z):
    return z * (z > 0)


def output(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


for step in range(500):
    z1 = X @ W1 + b1
    h = relu(z1)
    p = output(h @ W2 + b2)
    d2 = (p - y) / len(X)
    d1 = d2 @ W2.T * (z1 > 0)
    W2 -= 0.1 * h.T @ d2
    b2 -= 0.1 * d2.sum(axis=0)
    W1 -= 0.1 * X.T @ d1
    b1 -= 0.1 * d1.sum(axis=0)
    if step % 100 == 0:
        print(step, "mean output", p.mean(), "accuracy", ((p > 0.5) == y).mean())
