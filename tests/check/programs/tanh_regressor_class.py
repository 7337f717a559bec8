import numpy as np


class Regressor:
    def __init__(self, n_in, n_hidden, eta=0.002):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, 1)
        self.b2 = np.zeros(1)
        self.eta = eta

    def forward(self, X):
        self.H = np.tanh(X @ self.W1 + self.b1)
        return self.H @ self.W2 + self.b2

    def fit(self, X, y, epochs):
        for epoch in range(epochs):
            out = self.forward(X)
            delta = out - y
            dW2 = self.H.T @ delta
            db2 = delta.sum(axis=0)
            dH = delta @ self.W2.T
            dZ = dH * (1 - self.H)
            dW1 = X.T @ dZ
            db1 = dZ.sum(axis=0)
            self.W1 -= self.eta * dW1
            self.b1 -= self.eta * db1
            self.W2 -= self.eta * dW2
            self.b2 -= self.eta * db2
            if epoch % 100 == 0:
                print(epoch, 0.5 * np.sum(delta ** 2))


if __name__ == '__main__':
    np.random.seed(1)
    X = np.random.uniform(-2, 2, size=(60, 2))
    y = (X[:, :1] ** 2 - X[:, 1:]) / 4
    Regressor(2, 10).fit(X, y, 800)
