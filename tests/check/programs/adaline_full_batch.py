import numpy as np
from sklearn.datasets import load_iris


class LinearNeuron(object):
    # bias is element 0 of w

    def __init__(self, rate=0.0005, rounds=60):
        self.rate = rate
        self.rounds = rounds

    def total(self, X):
        return X.dot(self.w[1:]) + self.w[0]

    def activation(self, z):
        # nothing happens here, but the drawing has a box for it
        return z

    def fit(self, X, T):
        self.w = np.full(1 + X.shape[1], 0.01)
        self.sse = []
        for i in range(self.rounds):
            gap = T - self.activation(self.total(X))
            self.w[0] += self.rate * gap.sum()
            self.w[1:] += self.rate * gap.dot(X)
            self.sse.append(0.5 * gap.dot(gap))
        return self

    def predict(self, X):
        return 2 * (self.activation(self.total(X)) >= 0) - 1


X = load_iris().data[:100, [0, 2]]
X = (X - X.mean(axis=0)) / X.std(axis=0)
T = np.repeat([-1, 1], 50)
neuron = LinearNeuron().fit(X, T)
print(neuron.sse[::10], (neuron.predict(X) == T).all())
