import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
A = iris.data[50:]
A = (A - A.mean(axis=0)) / A.std(axis=0)
t = (iris.target[50:] == 2).astype(float).reshape(-1, 1)

w, b = np.zeros((4, 1)), np.zeros((1, 1))
vel_w, vel_b = np.zeros((4, 1)), np.zeros((1, 1))
rate, mom = 0.1, 0.8

for n in range(300):
    y_hat = 1.0 / (1.0 + np.exp(-(A @ w + b)))
    g = y_hat - t
    gw = A.T @ g / 100
    gb = g.mean(axis=0, keepdims=True)
    vel_w = mom * vel_w - rate * gw
    vel_b = mom * vel_b - rate * gb
    # Nesterov: one look ahead along the new velocity
    w = w + mom * vel_w - rate * gw
    b = b + mom * vel_b - rate * gb

nll = -np.mean(t * np.log(y_hat) + (1 - t) * np.log(1 - y_hat))
print("log loss %.4f, accuracy %.2f" % (nll, np.mean((y_hat > 0.5) == t)))
