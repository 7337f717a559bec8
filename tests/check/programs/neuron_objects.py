from math import exp
from random import random, seed

seed(3)


class Neuron:
    def __init__(self, n_inputs):
        self.weights = [random() - 0.5 for _ in range(n_inputs)]
        self.bias = random() - 0.5
        self.output = 0.0
        self.delta = 0.0

    def activate(self, inputs):
        total = self.bias
        for w, i in zip(self.weights, inputs):
            total += w * i
        self.output = 1.0 / (1.0 + exp(-total))
        return self.output

    def learn(self, inputs, rate):
        for k in range(len(self.weights)):
            self.weights[k] -= rate * self.delta * inputs[k]
        self.bias = self.bias - self.delta


hidden = [Neuron(3), Neuron(3)]
output = Neuron(2)


def train_one(inputs, target, rate=0.4):
    h = [n.activate(inputs) for n in hidden]
    guess = output.activate(h)
    output.delta = (guess - target) * guess * (1 - guess)
    for k, n in enumerate(hidden):
        n.delta = output.delta * output.weights[k] * n.output * (1 - n.output)
    output.learn(h, rate)
    for n in hidden:
        n.learn(inputs, rate)
    return 0.5 * (guess - target) ** 2


# majority vote of three switches
table = [([a, b, c], int(a + b + c >= 2)) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
for round_ in range(3000):
    err = 0
    for inputs, target in table:
        err += train_one(inputs, target)
    if round_ % 500 == 0:
        print("round", round_, "error", err)
