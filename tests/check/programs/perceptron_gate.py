import numpy as np


class Perceptron:
    def __init__(self, n, rate=0.1):
        self.w = np.zeros(n)
        self.b = 0.0
        self.rate = rate

    def fire(self, x):
        s = self.w @ x + self.b
        return 1 if s >= 0 else 0

    def learn(self, X, T, epochs=20):
        for e in range(epochs):
            wrong = 0
            for x, t in zip(X, T):
                o = self.fire(x)
                if o != t:
                    wrong += 1
                self.w = self.w + self.rate * (t - o) * x
                self.b = self.b + self.rate * t
            print("epoch", e, "wrong", wrong)
            if wrong == 0:
                break


# NAND
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
T = np.array([1, 1, 1, 0])
p = Perceptron(2)
p.learn(X, T)
print([p.fire(x) for x in X])
