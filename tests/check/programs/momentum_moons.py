import numpy as np
from sklearn.datasets import make_moons

X, y = make_moons(200, noise=0.15, random_state=0)
y = y[:, np.newaxis]
rs = np.random.RandomState(0)
W1, b1 = rs.randn(2, 8) * 0.5, np.zeros((1, 8))
W2, b2 = rs.randn(8, 1) * 0.5, np.zeros((1, 1))
vW1, vb1, vW2, vb2 = np.zeros_like(W1), np.zeros_like(b1), np.zeros_like(W2), np.zeros_like(b2)
lr, mu = 0.05, 0.9
N = len(X)

for step in range(1500):
    h = np.tanh(X @ W1 + b1)
    p = 1 / (1 + np.exp(-(h @ W2 + b2)))
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

    d2 = (p - y) / N
    d1 = (d2 @ W2.T) * (1 - h ** 2)

    vW2 = mu * vW2 - lr * (h.T @ d2)
    vb2 = mu * vb2 - lr * d2.sum(0, keepdims=True)
    vW1 = mu * vW1 - lr * (X.T @ d1)
    vb1 = mu * vb2 - lr * d1.sum(0, keepdims=True)
    W2 += vW2
    b2 += vb2
    W1 += vW1
    b1 += vb1
    if step % 300 == 0:
        print(step, loss)
print("acc:", ((p > .5) == y).mean())
