import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split


class OnlineLogistic(ClassifierMixin, BaseEstimator):
    def __init__(self, eta0=0.05, max_iter=5, random_state=None):
        self.eta0 = eta0
        self.max_iter = max_iter
        self.random_state = random_state

    def _row(self, x, target):
        p = self._sigmoid(self.decision_function(x))[0]
        self.coef_ += self.eta0 * (target - p) * x
        self.intercept_ += self.eta0 * (target - p)

    def partial_fit(self, X, y):
        if not hasattr(self, "coef_"):
            self.coef_ = np.zeros((1, X.shape[1]))
            self.intercept_ = np.zeros(1)
            self.classes_ = np.array([0, 1])
        for x, target in zip(X, y):
            self._row(x[np.newaxis], target)
        return self

    def fit(self, X, y):
        rng = np.random.RandomState(self.random_state)
        for _ in range(self.max_iter):
            p = rng.permutation(len(X))
            self.partial_fit(X[p], y[p])
        return self

    def decision_function(self, X):
        return (X @ self.coef_.T + self.intercept_).ravel()

    @staticmethod
    def _sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def predict_proba(self, X):
        p = self._sigmoid(self.decision_function(X))
        return np.c_[1 - p, p]

    def predict(self, X):
        return (self.decision_function(X) > 0).astype(int)


X, y = make_classification(300, 5, random_state=20)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = OnlineLogistic(random_state=1).fit(X_train, y_train)
print(model.score(X_test, y_test), model.predict_proba(X_test[:3]))
