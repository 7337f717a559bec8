import numpy as np


class Unit:
    def __init__(self, n):
        rs = np.random.RandomState(n)
        self.w = rs.uniform(-.5, .5, n)
        self.threshold = rs.uniform(-.5, .5)

    def respond(self, X):
        return np.tanh(X @ self.w - self.threshold)

    def teach(self, X, d, rate=0.02, epochs=200):
        errors = []
        for _ in range(epochs):
            y = self.respond(X)
            diff = y - d
            errors.append((diff ** 2).sum())
            local = diff * (1 - y * y)
            self.w -= rate * (local @ X)
            self.threshold -= rate * local.sum()
        return errors


rs = np.random.RandomState(1)
X = rs.randn(50, 3)
d = np.where(X @ [1, -2, 1] > 0.5, 1.0, -1.0)
unit = Unit(3)
errors = unit.teach(X, d)
print(errors[0], "->", errors[-1])
