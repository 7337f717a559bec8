"""Logistic regression with closures instead of a class."""
import numpy as np
from sklearn.datasets import make_classification


def make_model(n_features, rate):
    state = {"w": np.zeros(n_features), "b": 0.0}

    def probability(X):
        return 1 / (1 + np.exp(-(X.dot(state["w"]) + state["b"])))

    def step(X, y):
        p = probability(X)
        state["w"] -= rate * X.T.dot(p - y)
        state["b"] -= rate * np.sum(p - y)
        return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))

    def score(X, y):
        return float(np.mean((probability(X) > 0.5) == y))

    return probability, step, score


if __name__ == "__main__":
    X, y = make_classification(n_samples=200, n_features=6, random_state=13)
    probability, step, score = make_model(6, rate=0.002)
    for epoch in range(1, 301):
        nll = step(X, y)
        if not epoch % 50:
            print("epoch", epoch, "nll", round(nll, 3), "accuracy", score(X, y))
