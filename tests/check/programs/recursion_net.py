import numpy as np

np.random.seed(64)


class Link:
    """A layer that knows the next one; learning goes down the chain and comes back."""

    def __init__(self, sizes):
        self.W = np.random.randn(sizes[0], sizes[1])
        self.b = np.random.randn(sizes[1]) * 0.1
        self.next = Link(sizes[1:]) if len(sizes) > 2 else None

    def learn(self, x, y, rate):
        a = 1 / (1 + np.exp(-(x @ self.W + self.b)))
        error = self.next.learn(a, y, rate) if self.next else a - y
        delta = error * a * (1 - a)
        passed = delta @ self.W.T
        self.W -= rate * x.T @ delta
        self.b -= rate * delta.sum(axis=0)
        return passed

    def __call__(self, x):
        a = 1 / (1 + np.exp(-(x @ self.W + self.b)))
        return self.next(a) if self.next else a


X = np.random.randint(0, 2, (30, 4)).astype(float)
Y = np.c_[X[:, 0] * X[:, 1], np.maximum(X[:, 2], X[:, 3])]
first = Link([4, 6, 5, 2])
for n in range(2000):
    first.learn(X, Y, 0.2)
    if n % 400 == 0:
        print(n, ((first(X) - Y) ** 2).sum())
