import numpy as np


class Net:
    def __init__(self, *sizes):
        rng = np.random.RandomState(66)
        self.weights = [rng.uniform(-0.5, 0.5, s) for s in zip(sizes[:-1], sizes[1:])]
        self.biases = [rng.uniform(-0.5, 0.5, n) for n in sizes[1:]]

    def activations(self, X):
        out = [X]
        for w, b in zip(self.weights, self.biases):
            out.append(np.tanh(out[-1] @ w + b))
        return out

    def train(self, X, y, eta=0.05, epochs=1000):
        for _ in range(epochs):
            acts = self.activations(X)
            delta = (acts[-1] - y) * (1 - acts[-1] ** 2)
            grads_w, grads_b = [], []
            for w, a in zip(self.weights[::-1], acts[-2::-1]):
                grads_w.insert(0, a.T @ delta)
                grads_b.insert(0, delta.sum(axis=0))
                delta = (delta @ w.T) * (1 - a ** 2)
            for w, g in zip(self.weights, grads_w):
                w = w - eta * g
            for b, g in zip(self.biases, grads_b):
                b -= eta * g
            self.error = float(np.sum((acts[-1] - y) ** 2))


X = np.array([[1., 1], [1, -1], [-1, 1], [-1, -1]])
y = np.array([[-1.], [1], [1], [-1]])
net = Net(2, 5, 1)
net.train(X, y)
print(net.error, net.activations(X)[-1].ravel())
