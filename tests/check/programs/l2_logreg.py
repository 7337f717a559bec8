import numpy as np

LAMBDA = 0.01
ETA = 0.2


def make_data(n=150, d=5):
    r = np.random.RandomState(8)
    X = r.randn(n, d)
    y = (X @ r.randn(d) + 0.3 * r.randn(n) > 0).astype(int)
    return X, y


def sigm(s):
    return 1 / (1 + np.exp(-s))


def objective(X, y, w, b):
    p = sigm(X @ w + b)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + LAMBDA / 2 * np.dot(w, w)


def train(X, y, iters):
    w = np.ones(X.shape[1]) * 0.1
    b = 0
    for i in range(iters):
        r = sigm(X @ w + b) - y
        gw = X.T @ r / len(y) - LAMBDA * w
        gb = np.mean(r)
        w = w - ETA * gw
        b = b - ETA * gb
        if i % 50 == 0:
            print(i, objective(X, y, w, b))
    return w, b


X, y = make_data()
w, b = train(X, y, 400)
print(w, b)
