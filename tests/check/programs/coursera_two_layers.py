# One hidden layer on two half moons
import numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import make_moons

points, group = make_moons(n_samples=300, noise=0.2, random_state=3)
X = points.T                 # (2, 300)
Y = group[None, :]           # (1, 300)


def make_params(n_x, n_h, n_y, seed=5):
    r = np.random.RandomState(seed)
    return dict(W1=0.1 * r.randn(n_h, n_x), b1=np.zeros((n_h, 1)), W2=0.1 * r.randn(n_y, n_h), b2=np.zeros((n_y, 1)))


def forward(X, params):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {"Z1": Z1, "A1": A1, "A2": A2}


def cost_of(A2, Y):
    return float(-np.where(Y == 1, np.log(A2), np.log(1 - A2)).mean())


def backward(X, Y, params, cache):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    grads = {}
    dZ2 = A2 - Y
    grads["W2"] = dZ2 @ A1.T / m
    grads["b2"] = dZ2.mean(axis=1, keepdims=True)
    dZ1 = params["W2"].T @ dZ2 * (1 - A1 * A1)
    grads["W1"] = dZ1 @ X.T / m
    grads["b1"] = dZ1.mean(axis=1, keepdims=True)
    return grads


def fit(X, Y, n_h=4, iterations=5000, alpha=1.1):
    params = make_params(X.shape[0], n_h, Y.shape[0])
    for i in range(iterations + 1):
        A2, cache = forward(X, params)
        grads = backward(X, Y, params, cache)
        for key, value in grads.items():
            params[key] = params[key] - alpha * value
        if i % 1000 == 0:
            print("cost", cost_of(A2, Y), "at iteration", i)
    return params


params = fit(X, Y)
guess = forward(X, params)[0] > 0.5
print("correct: %d of %d" % ((guess == Y).sum(), Y.size))
plt.scatter(X[0], X[1], c=guess[0])
plt.show()
