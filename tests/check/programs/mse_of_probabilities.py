import numpy as np
from sklearn.datasets import make_circles


class Net:
    def __init__(self, sizes=(2, 8, 1)):
        np.random.seed(7)
        self.W = [np.random.randn(n, m) for m, n in zip(sizes, sizes[1:])]
        self.b = [np.zeros((n, 1)) for n in sizes[1:]]

    def predict(self, A):
        self.A = [A]
        for W, b in zip(self.W, self.b):
            A = 1 / (1 + np.exp(-(W @ A + b)))
            self.A.append(A)
        return A

    def fit(self, X, Y, rate=0.5, epochs=3000):
        m = X.shape[1]
        for epoch in range(epochs):
            error = self.predict(X) - Y
            hidden_error = self.W[1].T @ error * self.A[1] * (1 - self.A[1])
            for k, d in enumerate((hidden_error, error)):
                self.W[k] = self.W[k] - rate / m * d @ self.A[k].T
                self.b[k] = self.b[k] - rate / m * d.sum(axis=1, keepdims=True)
            if epoch % 500 == 0:
                print("epoch", epoch, "mean squared error", np.mean(error ** 2))


X, Y = make_circles(200, noise=0.05, factor=0.5, random_state=1)
X, Y = X.T, Y[np.newaxis, :]
net = Net()
net.fit(X, Y)
print(((net.predict(X) > 0.5) == Y).mean())
