import numpy as np
from sklearn.datasets import load_digits


def get_batch(X, t, number, size):
    start = number * size
    return X[:size], t[start:start + size]


def predict(P, x):
    s = x @ P['W'] + P['b']
    s -= s.max(axis=1, keepdims=True)
    return np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)


digits = load_digits()
X, t = digits.data[:1600] / 16, digits.target[:1600]
P = {'W': np.zeros((64, 10)), 'b': np.zeros(10)}
size = 100

for epoch in range(20):
    for number in range(len(X) // size):
        xb, tb = get_batch(X, t, number, size)
        g = predict(P, xb)
        g[np.arange(size), tb] -= 1
        g /= size
        P['W'] -= 0.2 * xb.T @ g
        P['b'] -= 0.2 * g.sum(axis=0)
    print(epoch, (predict(P, X).argmax(axis=1) == t).mean())
