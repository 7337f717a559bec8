import math
import random


class Neuron:
    def __init__(self, n, rnd):
        self.w = [rnd.gauss(0, 1) for _ in range(n)]
        self.b = rnd.gauss(0, 1)

    def out(self, x):
        self.x = x
        self.a = 1 / (1 + math.exp(-sum(w * v for w, v in zip(self.w, x)) - self.b))
        return self.a

    def adjust(self, grad, lr):
        d = grad * self.a * (1 - self.a)
        for i, v in enumerate(self.x):
            self.w[i] -= lr * d * v
        self.b -= lr * grad
        return [d * w for w in self.w]


class Layer:
    def __init__(self, n, m, rnd):
        self.neurons = [Neuron(n, rnd) for _ in range(m)]

    def out(self, x):
        return [n.out(x) for n in self.neurons]

    def adjust(self, grads, lr):
        parts = [n.adjust(g, lr) for n, g in zip(self.neurons, grads)]
        return [sum(col) for col in zip(*parts)]


class Network:
    def __init__(self, shape, seed=0):
        rnd = random.Random(seed)
        self.layers = [Layer(n, m, rnd) for n, m in zip(shape, shape[1:])]

    def predict(self, x):
        for layer in self.layers:
            x = layer.out(x)
        return x

    def train(self, data, lr, epochs):
        for _ in range(epochs):
            for x, t in data:
                y = self.predict(x)
                grads = [a - b for a, b in zip(y, t)]
                grads = self.layers[1].adjust(grads, lr)
                self.layers[0].adjust(grads, lr)


def demo():
    # half adder
    data = [([0, 0], [0, 0]), ([0, 1], [1, 0]), ([1, 0], [1, 0]), ([1, 1], [0, 1])]
    net = Network([2, 4, 2])
    net.train(data, 0.5, 2000)
    for x, t in data:
        print(x, [round(v, 2) for v in net.predict(x)], t)
