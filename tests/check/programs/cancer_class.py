import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler


class LogisticRegression:
    def __init__(self, lr=0.1, n_iters=300, verbose=False):
        self.lr = lr
        self.n_iters = n_iters
        self.verbose = verbose
        self.weights = None
        self.bias = None

    def _sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def _log_loss(self, y, p):
        p = np.clip(p, 1e-9, 1 - 1e-9)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for i in range(self.n_iters):
            linear_pred = np.dot(X, self.weights) + self.bias
            predictions = self._sigmoid(linear_pred)
            delta = (predictions - y) * predictions * (1 - predictions)
            dw = (1 / n_samples) * np.dot(X.T, delta)
            db = (1 / n_samples) * np.sum(delta)
            self.weights = self.weights - self.lr * dw
            self.bias = self.bias - self.lr * db
            if self.verbose and i % 50 == 0:
                print(f"iteration {i}: log loss {self._log_loss(y, predictions):.4f}")

    def predict(self, X):
        y_pred = self._sigmoid(np.dot(X, self.weights) + self.bias)
        return [0 if p <= 0.5 else 1 for p in y_pred]


bc = load_breast_cancer()
X = StandardScaler().fit_transform(bc.data)
clf = LogisticRegression(verbose=True)
clf.fit(X, bc.target)
print("accuracy", np.sum(np.array(clf.predict(X)) == bc.target) / len(X))
