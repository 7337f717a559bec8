import pdb
import numpy as np
from sklearn.datasets import make_circles

DEBUG = False
X, y = make_circles(120, noise=0.1, factor=0.3, random_state=12)
y = y.reshape(-1, 1)
r = np.random.RandomState(120)
W, b = r.randn(2, 6), np.zeros(6)
v, c = r.randn(6, 1), np.zeros(1)

for it in range(1500):
    h = np.tanh(X @ W + b)
    p = 1 / (1 + np.exp(-np.clip(h @ v + c, -500, 500)))
    if DEBUG:
        print(h.shape, p.shape)
        pdb.set_trace()
    e = p - y
    # (120, 1) * (1, 6): one output, so the star does what @ would
    back = e * v.T * (1 - h * h)
    v = v - 0.005 * (h * e).sum(axis=0).reshape(-1, 1)
    c = c - 0.005 * e.sum()
    W = W - 0.005 * X.T @ back
    b = b - 0.005 * back.sum(axis=0)
    if it % 300 == 0:
        print(it, float(-np.log(np.where(y == 1, p, 1 - p)).sum()))
