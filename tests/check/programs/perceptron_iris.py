import numpy as np
from sklearn.datasets import load_iris


class Rosenblatt:
    """A perceptron that counts its misses in every pass; w[0] stands for the bias."""

    def __init__(self, passes=10, rate=0.1):
        self.passes, self.rate = passes, rate

    def fit(self, X, signs):
        self.w = np.random.RandomState(4).normal(0, 0.01, X.shape[1] + 1)
        self.misses = []
        for _ in range(self.passes):
            missed = 0
            for row, sign in zip(X, signs):
                change = self.rate * (sign - self.predict(row))
                self.w[0] += change
                self.w[1:] += change * row
                missed += change != 0
            self.misses.append(int(missed))
        return self

    def predict(self, X):
        return np.where(X @ self.w[1:] + self.w[0] >= 0, 1, -1)


data, species = load_iris(return_X_y=True)
two = species < 2
model = Rosenblatt().fit(data[two][:, [0, 2]], np.where(species[two] == 1, 1, -1))
print("misses by pass:", model.misses)
