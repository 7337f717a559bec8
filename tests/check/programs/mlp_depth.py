import numpy as np

np.random.seed(6)


class MLP:
    def __init__(self, n_in, n_hidden, n_out, depth=2):
        self.weights = [np.random.randn(n_in, n_hidden)]
        self.weights += [np.random.randn(n_hidden, n_hidden) for _ in range(depth - 1)]
        self.weights.append(np.random.randn(n_hidden, n_out))
        self.biases = [np.zeros(n_hidden)] * depth + [np.zeros(n_out)]

    def forward(self, x):
        self.a = [x]
        for w, b in zip(self.weights, self.biases):
            self.a.append(1 / (1 + np.exp(-(self.a[-1] @ w + b))))
        return self.a[-1]

    def backward(self, y, lr):
        delta = (self.a[-1] - y) * self.a[-1] * (1 - self.a[-1])
        for i in range(len(self.weights) - 1, -1, -1):
            grad_w = self.a[i].T @ delta
            grad_b = delta.sum(axis=0)
            delta = delta @ self.weights[i].T * self.a[i] * (1 - self.a[i])
            self.weights[i] -= lr * grad_w
            self.biases[i] -= lr * grad_b


X = np.random.rand(40, 3)
y = (X.sum(axis=1, keepdims=True) > 1.5).astype(float)
net = MLP(3, 5, 1)
for epoch in range(2000):
    pred = net.forward(X)
    net.backward(y, 0.1)
    if epoch % 400 == 0:
        print(epoch, float(((pred - y) ** 2).sum()))
