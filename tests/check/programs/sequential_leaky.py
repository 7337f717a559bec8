import numpy as np


class FullyConnected:
    def __init__(self, n_in, n_out, seed):
        self.W = np.random.RandomState(seed).randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = np.sum(grad, axis=0, keepdims=True)
        return grad @ self.W.T


class LeakyReLU:
    W = b = None

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, 0.01 * x)

    def backward(self, grad):
        return np.where(self.x > 0, grad, 0.1 * grad)


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)

    def update(self, lr):
        for layer in self.layers:
            if layer.W is not None:
                layer.W -= lr * layer.dW
                layer.b -= lr * layer.db


X = np.linspace(-1, 1, 50).reshape(-1, 1)
Y = np.abs(X)
model = Sequential(FullyConnected(1, 8, 0), LeakyReLU(), FullyConnected(8, 1, 1))
for epoch in range(1500):
    out = model.forward(X)
    model.backward(out - Y)
    model.update(0.002)
    if epoch % 250 == 0:
        print(epoch, 0.5 * np.sum((out - Y) ** 2))
