"""A net of any depth. Vectors are columns; one example at a time."""
from random import Random

import numpy as np


def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))


def logistic_slope(z):
    s = logistic(z)
    return s * (1 - s)


class AnyDepth:
    def __init__(self, widths, seed=0):
        r = np.random.RandomState(seed)
        self.depth = len(widths) - 1
        self.W = [r.randn(widths[k + 1], widths[k]) for k in range(self.depth)]
        self.B = [r.randn(widths[k + 1], 1) for k in range(self.depth)]

    def answer(self, x):
        for W, B in zip(self.W, self.B):
            x = logistic(W.dot(x) + B)
        return x

    def slopes(self, x, want):
        """Return the derivatives by W and by B, as lists."""
        a, z = [x], []
        for W, B in zip(self.W, self.B):
            z.append(W.dot(a[-1]) + B)
            a.append(logistic(z[-1]))
        d = (a[-1] - want) * logistic_slope(z[-1])
        by_W, by_B = [d.dot(a[-2].T)], [d]
        for k in range(self.depth - 1, 0, -1):
            d = self.W[k].T.dot(d) * logistic_slope(a[k])
            by_W.insert(0, d.dot(a[k - 1].T))
            by_B.insert(0, d)
        return by_W, by_B

    def learn(self, examples, rounds, rate):
        mixer = Random(1)
        for n in range(rounds):
            mixer.shuffle(examples)
            for x, want in examples:
                by_W, by_B = self.slopes(x, want)
                self.W = [W - rate * g for W, g in zip(self.W, by_W)]
                self.B = [B - rate * g for B, g in zip(self.B, by_B)]
            print("round", n, "done")


def demo():
    r = np.random.RandomState(2)
    examples = []
    for _ in range(60):
        x = r.rand(3, 1)
        examples.append((x, np.array([[float(x.sum() > 1.5)], [float(x[0, 0] > x[1, 0])]])))
    AnyDepth([3, 5, 4, 2]).learn(examples, 20, 1.0)
