import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
m = 1000
X = digits.data[:m].T / 16
labels = digits.target[:m]
Y = np.zeros((10, m))
Y[labels, np.arange(m)] = 1
lambd = 1.0


def init_params(n_x, n_h, n_y):
    rng = np.random.RandomState(1)
    return {
        "W1": rng.randn(n_h, n_x) * np.sqrt(2 / n_x), "b1": np.zeros((n_h, 1)),
        "W2": rng.randn(n_y, n_h) * np.sqrt(2 / n_h), "b2": np.zeros((n_y, 1)),
    }


def forward_prop(X, params):
    cache = {}
    cache["Z1"] = params["W1"].dot(X) + params["b1"]
    cache["A1"] = np.maximum(cache["Z1"], 0)
    Z2 = params["W2"].dot(cache["A1"]) + params["b2"]
    e = np.exp(Z2 - Z2.max(axis=0))
    cache["A2"] = e / e.sum(axis=0)
    return cache


def cost(cache, params):
    data_term = -np.sum(Y * np.log(cache["A2"])) / m
    penalty = lambd / (2 * m) * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
    return data_term + penalty


def back_prop(X, cache, params):
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T.dot(dZ2) * (cache["Z1"] > 0)
    return {
        "W2": dZ2.dot(cache["A1"].T) / m + lambd / m * params["W2"], "b2": dZ2.sum(axis=1, keepdims=True) / m,
        "W1": dZ1.dot(X.T) / m + lambd / m * params["W1"], "b1": dZ1.sum(axis=1, keepdims=True) / m,
    }


params = init_params(64, 25, 10)
for i in range(150):
    cache = forward_prop(X, params)
    grads = back_prop(X, cache, params)
    params = {k: params[k] - 0.3 * grads[k] for k in params}
    if i % 25 == 0:
        print("Iteration", i, "cost", cost(cache, params))
predicted = forward_prop(X, params)["A2"].argmax(axis=0)
print("training accuracy", (predicted == labels).mean())
