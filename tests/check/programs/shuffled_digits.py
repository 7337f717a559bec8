import numpy as np
from sklearn.datasets import load_digits
from sklearn.utils import shuffle

d = load_digits()
X, t = d.data / 16., d.target
W = np.zeros((64, 10))
b = np.zeros((1, 10))


def onehot(labels):
    out = np.zeros((labels.size, 10))
    out[range(labels.size), labels] = 1
    return out


for epoch in range(10):
    X = shuffle(X, random_state=epoch)
    t = shuffle(t, random_state=epoch + 1)
    total = 0
    for s in range(0, len(X), 128):
        xb, tb = X[s:s + 128], onehot(t[s:s + 128])
        z = xb @ W + b
        p = np.exp(z) / np.exp(z).sum(axis=1)[:, None]
        total += -np.sum(tb * np.log(p))
        dz = (p - tb) / len(xb)
        W = W - 0.5 * xb.T @ dz
        b = b - 0.5 * dz.sum(axis=0)
    print('epoch', epoch, 'cross-entropy', total / len(X))
