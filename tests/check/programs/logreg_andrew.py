import numpy as np
from sklearn.datasets import load_breast_cancer

bunch = load_breast_cancer()
split = 400
X_all = (bunch.data - bunch.data[:split].mean(axis=0)) / bunch.data[:split].std(axis=0)
X_all, Y_all = X_all.T, bunch.target[np.newaxis, :]
X_tr, Y_tr, X_te, Y_te = X_all[:, :split], Y_all[:, :split], X_all[:, split:], Y_all[:, split:]


def sigm(z):
    return 1 / (1 + np.exp(-z))


def forward_and_backward(weights, bias, X, Y):
    """cost and gradients for all m examples (columns of X)"""
    m = X.shape[1]
    A = sigm(weights.T @ X + bias)
    cost = -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum() / m
    dZ = A - Y
    dw = (X @ dZ.T) / m
    db = np.sum(dZ)
    return cost, dw, db


def gradient_descent(X, Y, alpha, iters, verbose=True):
    weights = np.zeros((X.shape[0], 1))
    bias = 0.0
    curve = []
    for it in range(iters):
        cost, dw, db = forward_and_backward(weights, bias, X, Y)
        weights = weights - alpha * dw
        bias = bias - alpha * db
        if it % 100 == 0:
            curve.append(cost)
            if verbose:
                print("after %d iterations the cost is %.5f" % (it, cost))
    return weights, bias, curve


weights, bias, curve = gradient_descent(X_tr, Y_tr, 0.05, 500)
for name, X, Y in (("train", X_tr, Y_tr), ("test", X_te, Y_te)):
    guess = sigm(weights.T @ X + bias) > 0.5
    print(name, "accuracy:", round(100 * float((guess == Y).mean()), 1), "%")
