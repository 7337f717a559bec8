import numpy as np
from sklearn.datasets import load_digits

DATA = load_digits()
order = np.random.RandomState(5).permutation(1797)
X_all, T_all = DATA.data[order] / 16.0, DATA.target[order]
X_train, T_train = X_all[:1500], T_all[:1500]
X_val, T_val = X_all[1500:], T_all[1500:]

r = np.random.RandomState(6)
W1 = r.randn(64, 30) / 8
b1 = np.zeros(30)
W2 = r.randn(30, 10) / np.sqrt(30)
b2 = np.zeros(10)


def forward(x):
    h = np.tanh(x @ W1 + b1)
    s = h @ W2 + b2
    s = s - s.max(axis=1)[:, None]
    return h, np.exp(s) / np.exp(s).sum(axis=1)[:, None]


def quick_accuracy(n=100):
    # the first hundred are enough to see whether it learns
    return (forward(X_val[:n])[1].argmax(axis=1) == T_val[:n]).mean()


for it in range(600):
    i = r.choice(1500, 50, replace=False)
    x, t = X_train[i], T_train[i]
    h, p = forward(x)
    p[np.arange(50), t] -= 1
    p /= 50
    dh = p @ W2.T * (1 - h * h)
    W2 -= 0.3 * h.T @ p
    b2 -= 0.3 * p.sum(axis=0)
    W1 -= 0.3 * x.T @ dh
    b1 -= 0.3 * dh.sum(axis=0)
    if it % 100 == 0:
        print(it, quick_accuracy())
print("all of the validation rows:", (forward(X_val)[1].argmax(axis=1) == T_val).mean())
