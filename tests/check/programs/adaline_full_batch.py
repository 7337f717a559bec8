import numpy as np
from sklearn.datasets import load_iris


class AdalineGD(object):
    """ADAptive LInear NEuron; w_[0] is the bias unit."""

    def __init__(self, eta=0.0005, n_iter=60, random_state=1):
        self.eta = eta
        self.n_iter = n_iter
        self.random_state = random_state

    def fit(self, X, y):
        rgen = np.random.RandomState(self.random_state)
        self.w_ = rgen.normal(loc=0.0, scale=0.01, size=1 + X.shape[1])
        self.cost_ = []
        for i in range(self.n_iter):
            output = self.activation(self.net_input(X))
            errors = y - output
            self.w_[1:] += self.eta * X.T.dot(errors)
            self.w_[0] += self.eta * errors.sum()
            self.cost_.append((errors ** 2).sum() / 2.0)
        return self

    def net_input(self, X):
        return np.dot(X, self.w_[1:]) + self.w_[0]

    def activation(self, X):
        # identity, kept so that the picture in the book fits
        return X

    def predict(self, X):
        return np.where(self.activation(self.net_input(X)) >= 0.0, 1, -1)


X = load_iris().data[:100, [0, 2]]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.repeat([-1, 1], 50)
ada = AdalineGD().fit(X, y)
print(ada.cost_[::10])
