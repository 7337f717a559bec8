import numpy as np
from sklearn.datasets import load_iris


class Linear:
    def __init__(self, n_in, n_out, lr):
        self.W = np.random.randn(n_in, n_out) * 0.3
        self.b = np.zeros(n_out)
        self.lr = lr

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.W -= self.lr * (self.x.T @ grad)
        self.b -= self.lr * grad.sum(axis=0)
        return grad @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


class SoftmaxCrossEntropy:
    def loss(self, logits, t):
        s = logits - logits.max(axis=1, keepdims=True)
        self.p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        self.t = t
        return -np.log(self.p[np.arange(len(t)), t]).mean()

    def grad(self):
        g = self.p.copy()
        g[np.arange(len(self.t)), self.t] -= 1
        return g / len(self.t)


np.random.seed(11)
X, y = load_iris(return_X_y=True)
X = (X - X.mean(0)) / X.std(0)
net = [Linear(4, 10, 0.2), ReLU(), Linear(10, 3, 0.2)]
criterion = SoftmaxCrossEntropy()

for epoch in range(100):
    order = np.random.permutation(150)
    for i in range(0, 150, 30):
        x, t = X[order[i:i + 30]], y[order[i:i + 30]]
        out = x
        for l in net:
            out = l.forward(out)
        loss = criterion.loss(out, t)
        g = criterion.grad()
        for l in net[::-1]:
            g = l.backward(g)
    if epoch % 10 == 9:
        print("epoch", epoch + 1, "loss", round(loss, 4))
