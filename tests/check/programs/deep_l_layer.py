import numpy as np
from sklearn.datasets import make_classification

RELU, SIGMOID = "relu", "sigmoid"


def init_deep(dims, seed=3):
    gen = np.random.default_rng(seed)
    P = {}
    for l, (n_prev, n) in enumerate(zip(dims[:-1], dims[1:]), start=1):
        P[f"W{l}"] = gen.standard_normal((n, n_prev)) / np.sqrt(n_prev)
        P[f"b{l}"] = np.zeros((n, 1))
    return P


def activate(Z, kind):
    return np.maximum(Z, 0) if kind == RELU else 1 / (1 + np.exp(-Z))


def unactivate(dA, Z, kind):
    if kind == RELU:
        dZ = dA.copy()
        dZ[Z <= 0] = 0
        return dZ
    S = activate(Z, SIGMOID)
    return dA * S * (1 - S)


def layer_kinds(P):
    L = len(P) // 2
    return [RELU] * (L - 1) + [SIGMOID]


def model_forward(X, P):
    A, memory = X, []
    for l, kind in enumerate(layer_kinds(P), start=1):
        Z = P[f"W{l}"] @ A + P[f"b{l}"]
        memory.append((A, Z))
        A = activate(Z, kind)
    return A, memory


def model_backward(AL, Y, P, memory):
    m = Y.shape[1]
    grads = {}
    # derivative of the cross-entropy, output by output
    dA = (1 - Y) / (1 - AL) - Y / AL
    for l, kind in reversed(list(enumerate(layer_kinds(P), start=1))):
        A_prev, Z = memory[l - 1]
        dZ = unactivate(dA, Z, kind)
        grads[f"W{l}"] = dZ @ A_prev.T / m
        grads[f"b{l}"] = dZ.sum(axis=1, keepdims=True) / m
        dA = P[f"W{l}"].T @ dZ
    return grads


def cross_entropy(AL, Y):
    return -np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))


X, y = make_classification(n_samples=150, n_features=8, random_state=1)
X, Y = X.T, y[np.newaxis]
P = init_deep([8, 6, 4, 1])
alpha = 0.075

for i in range(1000):
    AL, memory = model_forward(X, P)
    grads = model_backward(AL, Y, P, memory)
    for name in P:
        P[name] -= alpha * grads[name]
    if i % 100 == 0:
        print(i, cross_entropy(AL, Y))
