import numpy as np


class Brain:

    def __init__(self, shape):
        a, b, c = shape
        np.random.seed(44)
        self.hidden = np.random.uniform(-1, 1, (a, b))
        self.out = np.random.uniform(-1, 1, (b, c))

    def squash(self, v, derivative=False):
        if derivative:
            return v * (1.0 - v)
        return 1.0 / (1.0 + np.exp(-v))

    def think(self, inputs):
        self.l1 = self.squash(inputs @ self.hidden)
        self.l2 = self.squash(self.l1 @ self.out)
        return self.l2

    def train(self, inputs, targets, speed, rounds):
        for r in range(rounds):
            miss = targets - self.think(inputs)
            # the speed is already in here, so it reaches both layers
            gradient = speed * miss * self.squash(self.l2, True)
            gradient_hidden = gradient @ self.out.T * self.squash(self.l1, True)
            self.out += self.l1.T @ gradient
            self.hidden += inputs.T @ gradient_hidden


def train(brain, rounds=5000):
    x = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    t = np.array([[1, 0], [0, 1], [0, 1], [1, 0]])
    brain.train(x, t, 0.5, rounds)
    return brain.think(x)


print(train(Brain((3, 6, 2))).round(2))
