# HW3 - two layer network, no libraries except numpy
import numpy as np
from sklearn.datasets import make_circles


class NN:
    def __init__(self, n_features, n_hidden=6):
        g = np.random.default_rng(21)
        self.w1 = g.standard_normal((n_features, n_hidden))
        self.b1 = np.zeros((1, n_hidden))
        self.w2 = g.standard_normal((n_hidden, 1))
        self.b2 = np.zeros((1, 1))

    @staticmethod
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def predict_proba(self, X):
        self.a1 = self.sigmoid(X @ self.w1 + self.b1)
        self.a2 = self.sigmoid(self.a1 @ self.w2 + self.b2)
        return self.a2

    def fit(self, X, y, lr=1.0, n_iter=3000):
        n = X.shape[0]
        for i in range(n_iter):
            self.predict_proba(X)
            # backward pass
            err2 = self.a2 - y
            dw2 = self.a1.T @ err2 / n
            db2 = err2.sum() / n
            err1 = err2 @ self.w2.T
            dw1 = X.T @ err1 / n
            db1 = err1.sum() / n
            # gradient step
            self.w1 -= lr * dw1
            self.b1 -= lr * db1
            self.w2 -= lr * dw2
            self.b2 -= lr * db2
            if i % 500 == 0:
                ll = -np.mean(y * np.log(self.a2) + (1 - y) * np.log(1 - self.a2))
                print(i, ll)


X, y = make_circles(160, factor=0.4, noise=0.08, random_state=2)
net = NN(2)
net.fit(X, y.reshape(-1, 1))
print(np.mean((net.predict_proba(X) > 0.5).ravel() == y))
