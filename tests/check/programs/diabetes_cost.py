import numpy as np
from sklearn.datasets import load_diabetes

bunch = load_diabetes()
A = np.c_[np.ones(442), bunch.data[:, 2] * 10, bunch.data[:, 8] * 10]
t = bunch.target / 100.


def half_mse(A, t, coef):
    return ((A.dot(coef) - t) ** 2).mean() / 2


def descend(A, t, rate, times):
    coef = np.zeros((3, 1))
    curve = []
    for n in range(times):
        off = A.dot(coef).flatten() - t
        coef = coef - rate * A.T.dot(off).reshape(-1, 1) / len(t)
        curve.append(half_mse(A, t, coef))
        last = n
    return coef, curve


coef, curve = descend(A, t, 0.1, 300)
print("cost: first %.3f, last %.3f" % (curve[0], curve[-1]))
print("coefficients:", coef.ravel())
