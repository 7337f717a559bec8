import numpy as np


class Net3:
    """Three layers, written out one after the other."""

    def __init__(self, n, h1, h2, m, rng):
        self.rng = rng
        self.W1, self.b1 = rng.normal(0, 1 / np.sqrt(n), (n, h1)), np.zeros(h1)
        self.W2, self.b2 = rng.normal(0, 1 / np.sqrt(h1), (h1, h2)), np.zeros(h2)
        self.W3, self.b3 = rng.normal(0, 1 / np.sqrt(h2), (h2, m)), np.zeros(m)

    def run(self, x):
        self.a1 = np.tanh(x @ self.W1 + self.b1)
        self.a2 = np.tanh(self.a1 @ self.W2 + self.b2)
        return self.a2 @ self.W3 + self.b3

    def sample(self, X, T, k=10):
        i = self.rng.choice(len(X), k)
        self.x, self.t = X[i], T[i]

    def one_step(self, eta):
        y = self.run(self.x)
        m = len(self.x)
        d3 = (y - self.t) / m
        d2 = (d3 @ self.W3.T) * (1 - self.a2 ** 2)
        d1 = (d2 @ self.W2.T) * (1 - self.a1 ** 2)
        # all deltas are known, the order of the updates is free
        self.W3 -= eta * self.a2.T @ d3
        self.b3 -= eta * d3.sum(0)
        self.W2 -= eta * self.a1.T @ d2
        self.b2 -= eta * d2.sum(0)
        self.W1 -= eta * self.x.T @ d1
        self.b1 -= eta * d1.sum(0)
        return 0.5 * np.sum((y - self.t) ** 2) / m


rng = np.random.default_rng(321)
X = rng.uniform(-1, 1, (300, 2))
T = np.c_[np.sin(3 * X[:, 0]), X[:, 0] * X[:, 1]]
net = Net3(2, 10, 8, 2, rng)
smooth = None
for it in range(3000):
    net.sample(X, T)
    loss = net.one_step(0.1)
    smooth = loss if smooth is None else 0.99 * smooth + 0.01 * loss
    if it % 300 == 0:
        print(it, smooth)
