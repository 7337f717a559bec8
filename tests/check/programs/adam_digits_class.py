import numpy as np
from sklearn.datasets import load_digits


class MLPClassifier:
    """One hidden layer, trained with Adam on mini-batches."""

    def __init__(self, hidden=24, lr=5e-3, epochs=15, batch=100, seed=0):
        self.hidden, self.lr, self.epochs, self.batch = hidden, lr, epochs, batch
        self.rng = np.random.default_rng(seed)

    def _forward(self, X):
        self.h = 1 / (1 + np.exp(-(X @ self.p["W1"] + self.p["b1"])))
        logits = self.h @ self.p["W2"] + self.p["b2"]
        logits -= logits.max(axis=1, keepdims=True)
        return np.exp(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))

    def _backward(self, X, Y, P):
        g = {}
        d = (P - Y) / len(X)
        g["W2"], g["b2"] = self.h.T @ d, d.sum(0)
        d = d @ self.p["W2"].T * self.h * (1 - self.h)
        g["W1"], g["b1"] = X.T @ d, d.sum(0)
        return g

    def fit(self, X, y):
        n, k = X.shape[1], y.max() + 1
        Y = np.eye(k)[y]
        self.p = {
            "W1": self.rng.normal(0, 0.3, (n, self.hidden)),
            "b1": np.zeros(self.hidden),
            "W2": self.rng.normal(0, 0.3, (self.hidden, k)),
            "b2": np.zeros(k),
        }
        first = {name: 0.0 for name in self.p}
        second = {name: 0.0 for name in self.p}
        step = 0
        for _ in range(self.epochs):
            idx = self.rng.permutation(len(X))
            for s in range(0, len(X), self.batch):
                Xb, Yb = X[idx[s:s + self.batch]], Y[idx[s:s + self.batch]]
                step += 1
                g = self._backward(Xb, Yb, self._forward(Xb))
                for name in self.p:
                    first[name] = 0.9 * first[name] + 0.1 * g[name]
                    second[name] = 0.999 * second[name] + 0.001 * g[name] ** 2
                    rate = self.lr * np.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
                    self.p[name] -= rate * first[name] / (np.sqrt(second[name]) + 1e-8 * np.sqrt(1 - 0.999 ** step))
        return self

    def predict(self, X):
        return self._forward(X).argmax(axis=1)


X, y = load_digits(return_X_y=True)
X = X / 16.0
clf = MLPClassifier().fit(X[:1400], y[:1400])
print("accuracy:", np.mean(clf.predict(X[1400:]) == y[1400:]))
