import numpy as np
from sklearn import datasets


class Adaline:
    def __init__(self, rate, rounds, seed=None):
        self.rate = rate
        self.rounds = rounds
        self.rng = np.random.RandomState(seed)

    def fit(self, X, T):
        self.coef = 0.01 * self.rng.randn(X.shape[1])
        self.offset = 0.0
        self.losses = []
        for _ in range(self.rounds):
            order = self.rng.permutation(len(T))
            lost = [self._learn(x, t) for x, t in zip(X[order], T[order])]
            self.losses.append(np.mean(lost))
        return self

    def _learn(self, x, t):
        gap = t - (x @ self.coef + self.offset)
        self.coef += self.rate * gap * x
        self.offset += self.rate * gap
        return gap * gap / 2

    def classify(self, X):
        return np.sign(X @ self.coef + self.offset)


iris = datasets.load_iris()
X = iris.data[:100, (0, 2)]
X = (X - X.mean(axis=0)) / X.std(axis=0)
T = np.where(iris.target[:100] == 0, -1.0, 1.0)

unit = Adaline(0.01, 15, seed=1).fit(X, T)
print("loss by round:", np.round(unit.losses, 4))
print("wrong:", int((unit.classify(X) != T).sum()))
