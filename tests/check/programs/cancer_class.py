import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler


class Logit:
    def __init__(self, rate=0.1, rounds=300):
        self.rate = rate
        self.rounds = rounds

    def probability(self, X):
        return 1 / (1 + np.exp(-(X @ self.w + self.w0)))

    def log_loss(self, X, y):
        p = self.probability(X).clip(1e-9, 1 - 1e-9)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def fit(self, X, y, verbose=False):
        self.w, self.w0 = np.zeros(X.shape[1]), 0.0
        for k in range(self.rounds):
            p = self.probability(X)
            slope = (p - y) * p * (1 - p)
            self.w = self.w - self.rate * (slope @ X) / len(X)
            self.w0 = self.w0 - self.rate * slope.mean()
            if verbose and k % 50 == 0:
                print(f"round {k}: log loss {self.log_loss(X, y):.4f}")

    def predict(self, X):
        return [int(p > 0.5) for p in self.probability(X)]


X, y = load_breast_cancer(return_X_y=True)
X = StandardScaler().fit_transform(X)
model = Logit()
model.fit(X, y, verbose=True)
print("correct:", sum(int(a == b) for a, b in zip(model.predict(X), y)), "of", len(y))
