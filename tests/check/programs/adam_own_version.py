import numpy as np
from sklearn.datasets import make_moons


class Adam:
    def __init__(self, params, lr=0.001, b1=0.9, b2=0.999, eps=1e-8):
        self.params, self.lr, self.b1, self.b2, self.eps = params, lr, b1, b2, eps
        self.m = {k: np.zeros_like(p) for k, p in params.items()}
        self.v = {k: np.zeros_like(p) for k, p in params.items()}
        self.t = 0

    def update(self, grads):
        self.t += 1
        for k in self.params:
            self.m[k] = self.b1 * self.m[k] + (1 - self.b1) * grads[k]
            self.v[k] = self.b2 * self.v[k] + (1 - self.b2) * np.abs(grads[k])
            m_hat = self.m[k] / (1 - self.b1 ** self.t)
            v_hat = self.v[k] / (1 - self.b2 * self.t)
            self.params[k] -= self.lr * m_hat / (np.sqrt(np.abs(v_hat)) + self.eps)


X, y = make_moons(150, noise=0.1, random_state=1)
y = y.reshape(-1, 1)
r = np.random.RandomState(1)
params = {"W": r.randn(2, 10), "b": np.zeros(10), "V": r.randn(10, 1), "c": np.zeros(1)}
adam = Adam(params, lr=0.02)
for i in range(400):
    H = np.tanh(X @ params["W"] + params["b"])
    P = 1 / (1 + np.exp(-(H @ params["V"] + params["c"])))
    d = (P - y) / len(X)
    e = d @ params["V"].T * (1 - H ** 2)
    adam.update({"W": X.T @ e, "b": e.sum(0), "V": H.T @ d, "c": d.sum(0)})
    if i % 50 == 0:
        print(i, -np.mean(np.log(np.where(y == 1, P, 1 - P))))
