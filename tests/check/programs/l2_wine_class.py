from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
import numpy as np


class SoftmaxRegression:
    def __init__(self, lr=0.1, reg=0.1, epochs=200):
        self.lr, self.reg, self.epochs = lr, reg, epochs

    def fit(self, X, labels):
        n, d = X.shape
        Y = np.eye(labels.max() + 1)[labels]
        rng = np.random.RandomState(0)
        self.W = 0.1 * rng.randn(d, Y.shape[1])
        self.b = np.zeros(Y.shape[1])
        for epoch in range(self.epochs):
            P = self.probabilities(X)
            # cross-entropy + reg/2 * sum(W^2)
            dW = X.T @ (P - Y) / n - self.reg * self.W
            db = (P - Y).mean(axis=0) / n
            self.W -= self.lr * dW
            self.b -= self.lr * db
        return self

    def probabilities(self, X):
        Z = X @ self.W + self.b
        E = np.exp(Z - Z.max(axis=1, keepdims=True))
        return E / E.sum(axis=1, keepdims=True)

    def score(self, X, labels):
        return np.mean(self.probabilities(X).argmax(axis=1) == labels)


X, labels = load_wine(return_X_y=True)
X = scale(X)
print(SoftmaxRegression().fit(X, labels).score(X, labels))
