import numpy as np

rng = np.random.RandomState(71)
X = rng.randn(3, 90)
Y = ((X ** 2).sum(axis=0, keepdims=True) < 2.5).astype(float)
sizes = [3, 6, 6, 1]
Ws = [rng.randn(n, m) / np.sqrt(m) for m, n in zip(sizes, sizes[1:])]
bs = [np.zeros((n, 1)) for n in sizes[1:]]


def forward(X):
    outs = [X]
    for k in range(3):
        z = Ws[k] @ outs[-1] + bs[k]
        outs.append(np.tanh(z) if k < 2 else 1 / (1 + np.exp(-z)))
    return outs


def backward(outs, Y):
    delta = outs[-1] - Y
    grads = []
    for k in (2, 1, 0):
        grads.append((delta @ outs[k].T, delta.sum(axis=1, keepdims=True)))
        if k:
            delta = (Ws[k].T @ delta) * (1 - outs[k + 1] ** 2)
    return grads[::-1]


for it in range(2000):
    outs = forward(X)
    for k, (gW, gb) in enumerate(backward(outs, Y)):
        Ws[k] -= 0.01 * gW
        bs[k] -= 0.01 * gb.mean()
    if it % 400 == 0:
        print(it, -np.log(np.where(Y == 1, outs[-1], 1 - outs[-1])).mean())
