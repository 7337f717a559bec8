import math
import random

random.seed(42)

data = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
HIDDEN = 3
lr = 0.5

def sigmoid(x):
    return 1 / (1 + math.exp(-x))

w_hidden = [[random.uniform(-1, 1) for _ in range(2)] for _ in range(HIDDEN)]
b_hidden = [random.uniform(-1, 1) for _ in range(HIDDEN)]
w_out = [random.uniform(-1, 1) for _ in range(HIDDEN)]
b_out = random.uniform(-1, 1)

for epoch in range(5000):
    total = 0
    for x, target in data:
        # forward
        h = []
        for i in range(HIDDEN):
            s = b_hidden[i]
            for j in range(2):
                s += w_hidden[i][j] * x[j]
            h.append(sigmoid(s))
        out = sigmoid(sum(w * a for w, a in zip(w_out, h)) + b_out)
        total += 0.5 * (target - out) ** 2

        # backward
        d_out = (out - target) * out * (1 - out)
        for i in range(HIDDEN):
            w_out[i] -= lr * d_out * h[i]
        b_out -= lr * d_out
        for i in range(HIDDEN):
            d_h = d_out * w_out[i] * h[i] * (1 - h[i])
            for j in range(2):
                w_hidden[i][j] -= lr * d_h * x[j]
            b_hidden[i] -= lr * d_h
    if epoch % 1000 == 0:
        print(epoch, total)

for x, target in data:
    h = [sigmoid(sum(w * v for w, v in zip(w_hidden[i], x)) + b_hidden[i]) for i in range(HIDDEN)]
    print(x, target, round(sigmoid(sum(w * a for w, a in zip(w_out, h)) + b_out), 3))
