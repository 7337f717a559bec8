from scipy.special import expit
from sklearn.datasets import load_iris
import numpy as np


def standard(A):
    return (A - A.mean(axis=0)) / A.std(axis=0)


def sweep(A, t, w, w0, rate):
    a = expit(A @ w + w0)
    g = (a - t) * a * (1 - a)
    w, w0 = w - rate * (g @ A) / t.size, w0 - rate * g.mean()
    return w, w0, ((a - t) ** 2).mean() / 2


iris = load_iris()
A = standard(iris.data)
t = np.where(iris.target == 1, 1.0, 0.0)
w, w0 = np.zeros(4), 0.0
for n in range(400):
    w, w0, half = sweep(A, t, w, w0, 2.0)
    if n % 80 == 0:
        print(n, half)
