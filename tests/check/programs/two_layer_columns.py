import numpy as np


class TwoLayer:
    def __init__(self, n, h):
        self.w1 = np.zeros((h, n))
        self.b1 = np.zeros((h, 1))
        self.w2 = np.zeros((1, h))
        self.b2 = np.zeros((1, 1))

    def fit(self, X, T, lr=0.05, steps=4000):
        for s in range(steps):
            h = 1 / (1 + np.exp(-(self.w1 @ X + self.b1)))
            y = 1 / (1 + np.exp(-(self.w2 @ h + self.b2)))
            dy = y - T
            dh = (self.w2.T @ dy) * h * (1 - h)
            self.w2 -= lr * dy @ h.T
            self.b2 -= lr * dy.sum(1, keepdims=True)
            self.w1 -= lr * dh @ X.T
            self.b1 -= lr * dh.sum(1, keepdims=True)
        return y


X = np.array([[0, 0, 1, 1, .5, .5, .2], [0, 1, 0, 1, .4, .9, .7]])
T = np.array([[0, 1, 1, 0, 0, 1, 1]])
net = TwoLayer(2, 3)
print(net.fit(X, T).round(2))
