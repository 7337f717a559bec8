import numpy as np


class LinearSGD:

    def __init__(self, lr=0.005, epochs=20, batch_size=32):
        self.lr = lr
        self.epochs = epochs
        self.batch_size = batch_size

    def fit(self, X, Y):
        n = X.shape[0]
        self.W = np.zeros((X.shape[1], Y.shape[1]))
        self.b = np.zeros(Y.shape[1])
        rng = np.random.default_rng(0)
        for epoch in range(self.epochs):
            idx = rng.permutation(n)
            dW = np.zeros_like(self.W)
            db = np.zeros_like(self.b)
            rows = 0
            for s in range(0, n - self.batch_size, self.batch_size):
                xb, yb = X[idx[s:s + self.batch_size]], Y[idx[s:s + self.batch_size]]
                diff = xb @ self.W + self.b - yb
                dW += 2 * xb.T @ diff / diff.size
                db += 2 * diff.sum(axis=0) / diff.size
                self.W -= self.lr * dW
                self.b -= self.lr * db
                rows += len(xb)
            print(epoch, np.mean((X @ self.W + self.b - Y) ** 2))
        return self


rng = np.random.default_rng(55)
X = rng.normal(size=(210, 5))
Y = X @ rng.normal(size=(5, 2)) + [1.0, 2.0]
LinearSGD().fit(X, Y)
