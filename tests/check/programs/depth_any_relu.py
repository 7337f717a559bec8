import numpy as np
from sklearn.datasets import load_iris

np.random.seed(14)


class DeepNet:
    def __init__(self, dims):
        self.W = [np.random.randn(a, b) * np.sqrt(2. / a) for a, b in zip(dims, dims[1:])]
        self.B = [np.zeros(b) for b in dims[1:]]

    def forward(self, X):
        self.Z, self.A = [], [X]
        for i, (W, B) in enumerate(zip(self.W, self.B)):
            Z = self.A[-1] @ W + B
            self.Z.append(Z)
            if i < len(self.W) - 1:
                self.A.append(np.maximum(0, Z))
            else:
                E = np.exp(Z - Z.max(axis=1, keepdims=True))
                self.A.append(E / E.sum(axis=1, keepdims=True))
        return self.A[-1]

    def backward(self, Y):
        D = (self.A[-1] - Y) / len(Y)
        dW, dB = [None] * len(self.W), [None] * len(self.B)
        for i in reversed(range(len(self.W))):
            dW[i] = self.A[i].T @ D
            dB[i] = D.sum(axis=0)
            if i > 0:
                D = D @ self.W[i].T
                D[self.A[i] < 0] = 0
        return dW, dB

    def update(self, dW, dB, lr):
        for i in range(len(self.W)):
            self.W[i] -= lr * dW[i]
            self.B[i] -= lr * dB[i].mean()


iris = load_iris()
X = (iris.data - iris.data.mean(axis=0)) / iris.data.std(axis=0)
Y = np.eye(3)[iris.target]
net = DeepNet([4, 8, 8, 3])
for epoch in range(300):
    P = net.forward(X)
    net.update(*net.backward(Y), lr=0.1)
    if epoch % 50 == 0:
        print(epoch, -np.log(P[range(150), iris.target]).mean())
