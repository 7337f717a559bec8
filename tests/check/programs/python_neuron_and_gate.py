import math, random

random.seed(0)
samples = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
labels = [-1, -1, -1, 1]
weights = [random.uniform(-1, 1), random.uniform(-1, 1)]
bias = random.uniform(-1, 1)
step = 0.1

def output(s):
    return math.tanh(sum(w * v for w, v in zip(weights, s)) + bias)

for loop in range(1000):
    for sample, label in zip(samples, labels):
        guess = output(sample)
        error = label - guess
        slope = 1 + guess ** 2
        for i in range(len(weights)):
            weights[i] += step * error * slope * sample[i]
        bias -= step * error * slope

for sample, label in zip(samples, labels):
    print(sample, label, output(sample))
