import numpy as np
from sklearn.datasets import load_breast_cancer


class Classifier:
    def __init__(self, n):
        self.W = np.zeros((n, 1))
        self.b = np.zeros(1)

    def proba(self, X):
        return 1 / (1 + np.exp(-(X @ self.W + self.b)))

    def fit(self, X, y, rate=0.001, rounds=200):
        for _ in range(rounds):
            d = self.proba(X) - y
            self.W -= rate * X.T @ d
            self.b -= rate * d.sum(axis=0)

    def predict(self, X):
        return self.proba(X).argmax(axis=1)


data = load_breast_cancer()
X = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
labels = data.target
model = Classifier(X.shape[1])
model.fit(X, labels[:, None])
score = np.mean(model.predict(X) == labels)
print(f"score: {score:.3f}")
