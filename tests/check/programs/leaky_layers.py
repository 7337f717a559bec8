import numpy as np
from sklearn.datasets import make_circles


def leaky(z):
    return np.maximum(0.01 * z, z)


def leaky_slope(z):
    return np.where(z > 0, 1, 0.01)


def init(sizes, rng):
    params = {}
    for i, (n, m) in enumerate(zip(sizes, sizes[1:]), start=1):
        params[f"W{i}"] = rng.standard_normal((n, m)) * np.sqrt(2 / n)
        params[f"b{i}"] = np.zeros(m)
    return params


def step(params, X, Y, lr):
    Z1 = X @ params["W1"] + params["b1"]
    A1 = leaky(Z1)
    Z2 = A1 @ params["W2"] + params["b2"]
    A2 = leaky(Z2)
    Z3 = A2 @ params["W3"] + params["b3"]
    P = 1 / (1 + np.exp(-Z3))

    grads = {}
    D3 = P - Y
    D2 = (D3 @ params["W3"].T) * leaky_slope(Z2)
    D1 = (D2 @ params["W2"].T) * leaky_slope(Z1)
    for i, (A, D) in enumerate(((X, D1), (A1, D2), (A2, D3)), start=1):
        grads[f"W{i}"] = A.T @ D
        grads[f"b{i}"] = np.sum(D, axis=0)
    for name in params:
        params[name] = params[name] - lr * grads[name]
    return -np.mean(Y * np.log(P + 1e-15) + (1 - Y) * np.log(1 - P + 1e-15))


X, y = make_circles(100, factor=0.5, noise=0.1, random_state=0)
Y = y.reshape(-1, 1)
params = init([2, 8, 8, 1], np.random.default_rng(1))
for epoch in range(2000):
    loss = step(params, X, Y, 0.002)
    if epoch % 200 == 0:
        print(epoch, loss)
