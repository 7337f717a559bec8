import numpy as np
from sklearn.datasets import load_wine
from tqdm import tqdm


class SGDMomentum:
    """Logistic regression, mini-batch SGD with momentum."""

    def __init__(self, lr=0.01, momentum=0.9, epochs=30, batch_size=16):
        self.lr, self.momentum = lr, momentum
        self.epochs, self.batch_size = epochs, batch_size

    def fit(self, X, y):
        n, d = X.shape
        self.W = np.zeros((d, 1))
        self.b = np.zeros((1, 1))
        vW, vb = np.zeros_like(self.W), np.zeros_like(self.b)
        for epoch in tqdm(range(self.epochs)):
            perm = np.random.permutation(n)
            for i in range(0, n, self.batch_size):
                xb, yb = X[perm[i:i + self.batch_size]], y[perm[i:i + self.batch_size]]
                p = self.predict_proba(xb)
                gW = xb.T @ (p - yb) / len(xb)
                gb = np.mean(p - yb, axis=0, keepdims=True)
                vW = self.momentum * vW + self.lr * gW
                vb = self.momentum * vb + self.lr * gb
                self.W -= vW
                self.b -= self.lr * gb
        return self

    def predict_proba(self, X):
        return 1 / (1 + np.exp(-(X @ self.W + self.b)))


wine = load_wine()
X = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = (wine.target == 1).astype(float)[:, None]
model = SGDMomentum().fit(X, y)
print(np.mean((model.predict_proba(X) > .5) == y))
