import numpy as np


def fit_line(xs, ys, rate=0.03, rounds=800):
    """y = k x + q by gradient descent on the mean squared error"""
    k, q = 0.0, 0.0
    n = xs.size
    for r in range(rounds):
        off = ys - (k * xs + q)
        mse = np.dot(off, off) / n
        slope_k = -2 / n * off.sum()
        slope_q = 2 / n * off.sum()
        k -= rate * slope_k
        q -= rate * slope_q
        if r % 100 == 0:
            print("round {:4d}: k={:.3f} q={:.3f} mse={:.4f}".format(r, k, q, mse))
    return k, q
