import numpy as np
import matplotlib.pyplot as plt


class CurveFitter:
    def __init__(self, hidden=12, lr=0.01, beta=0.9):
        r = np.random.RandomState(30)
        self.W1, self.b1 = r.randn(1, hidden), r.randn(hidden) * 0.1
        self.W2, self.b2 = r.randn(hidden, 1) * 0.3, np.zeros(1)
        self.v = [0, 0, 0, 0]
        self.lr, self.beta = lr, beta

    def forward(self, X):
        self.z = X @ self.W1 + self.b1
        self.a = np.maximum(0, self.z)
        return self.a @ self.W2 + self.b2

    def step(self, X, y):
        out = self.forward(X)
        d = 2 * (out - y) / len(X)
        gW2, gb2 = self.a.T @ d, d.sum(axis=0)
        d = d @ self.W2.T
        d = d * (self.a >= 0)
        gW1, gb1 = X.T @ d, d.sum(axis=0)
        grads = [gW1, gb1, gW2, gb2]
        for i in range(4):
            self.v[i] = self.beta * self.v[i] + grads[i]
        self.W1 = self.W1 - self.lr * self.v[0]
        self.b1 = self.b1 - self.lr * self.v[1]
        self.W2 = self.W2 - self.lr * self.v[2]
        self.b2 = self.b2 - self.lr * grads[3]
        return np.mean((out - y) ** 2)


X = np.linspace(-2, 2, 64)[:, None]
y = np.cos(2 * X)
fitter = CurveFitter()
history = [fitter.step(X, y) for _ in range(1000)]
plt.semilogy(history)
plt.show()
print(history[0], history[-1])
