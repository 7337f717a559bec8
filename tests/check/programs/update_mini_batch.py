"""Digits with stochastic gradient descent; the gradient of a batch is added up row by row."""
import random

import numpy as np
from sklearn.datasets import load_digits


class Net:
    def __init__(self, sizes):
        rs = np.random.RandomState(12)
        self.L = len(sizes)
        self.b = [rs.randn(n, 1) for n in sizes[1:]]
        self.w = [rs.randn(n, m) / np.sqrt(m) for m, n in zip(sizes, sizes[1:])]

    def output(self, a):
        for b, w in zip(self.b, self.w):
            a = sigmoid(w @ a + b)
        return a

    def sgd(self, data, epochs, size, eta, test=None):
        for j in range(epochs):
            random.shuffle(data)
            for k in range(0, len(data), size):
                self.update(data[k:k + size], eta)
            if test:
                print("epoch", j, ":", self.evaluate(test), "/", len(test))

    def update(self, batch, eta):
        sum_b = [np.zeros_like(b) for b in self.b]
        sum_w = [np.zeros_like(w) for w in self.w]
        for x, y in batch:
            delta_b, delta_w = self.backprop(x, y)
            sum_b = [s + d for s, d in zip(sum_b, delta_b)]
            sum_w = [s + d for s, d in zip(sum_w, delta_w)]
        self.w = [w - eta / len(batch) * s for w, s in zip(self.w, sum_w)]
        self.b = [b - eta / len(batch) * s for b, s in zip(self.b, sum_b)]

    def backprop(self, x, y):
        acts, zs = [x], []
        for b, w in zip(self.b, self.w):
            zs.append(w @ acts[-1] + b)
            acts.append(sigmoid(zs[-1]))
        grad_b, grad_w = [None] * (self.L - 1), [None] * (self.L - 1)
        delta = (acts[-1] - y) * sigmoid_slope(zs[-1])
        for l in range(1, self.L):
            if l > 1:
                delta = (self.w[-l + 1].T @ delta) * sigmoid_slope(zs[-l])
            grad_b[-l] = delta
            grad_w[-l] = delta @ acts[-l - 1].T
        return grad_b, grad_w

    def evaluate(self, test):
        return sum(int(np.argmax(self.output(x)) == y) for x, y in test)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_slope(z):
    return sigmoid(z) * (1 - sigmoid(z))


def vectorized(j):
    e = np.zeros((10, 1))
    e[j] = 1.0
    return e


if __name__ == "__main__":
    d = load_digits()
    rows = [x.reshape(64, 1) / 16 for x in d.data[:600]]
    train = [(x, vectorized(t)) for x, t in zip(rows[:500], d.target)]
    test = list(zip(rows[500:], d.target[500:600]))
    Net([64, 20, 10]).sgd(train, 10, 10, 3.0, test)
