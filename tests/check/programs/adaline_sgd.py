import numpy as np
from sklearn import datasets


class AdalineSGD:
    def __init__(self, eta=0.01, n_iter=10, shuffle=True, random_state=None):
        self.eta = eta
        self.n_iter = n_iter
        self.shuffle = shuffle
        self.rgen = np.random.RandomState(random_state)

    def fit(self, X, y):
        self.w = self.rgen.normal(0.0, 0.01, X.shape[1])
        self.b = 0.0
        self.cost_ = []
        for i in range(self.n_iter):
            if self.shuffle:
                X, y = self._shuffle(X, y)
            cost = []
            for xi, target in zip(X, y):
                cost.append(self._update_weights(xi, target))
            self.cost_.append(sum(cost) / len(y))
        return self

    def _shuffle(self, X, y):
        r = self.rgen.permutation(len(y))
        return X[r], y[r]

    def _update_weights(self, xi, target):
        output = self.net_input(xi)
        error = target - output
        self.w += self.eta * xi * error
        self.b += self.eta * error
        return 0.5 * error ** 2

    def net_input(self, X):
        return X @ self.w + self.b

    def predict(self, X):
        return np.where(self.net_input(X) >= 0.0, 1, -1)


iris = datasets.load_iris()
X = iris.data[:100, (0, 2)]
y = np.where(iris.target[:100] == 0, -1.0, 1.0)
X_std = (X - X.mean(axis=0)) / X.std(axis=0)

ada = AdalineSGD(n_iter=15, eta=0.01, random_state=1).fit(X_std, y)
print(ada.cost_)
print("errors:", (ada.predict(X_std) != y).sum())
