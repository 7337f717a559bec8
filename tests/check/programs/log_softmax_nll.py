"""Wine cultivars with log-softmax and negative log-likelihood."""
import numpy as np
from sklearn.datasets import load_wine

rng = np.random.default_rng(2024)
wine = load_wine()
inputs = (wine.data - wine.data.mean(0)) / wine.data.std(0)
labels = wine.target

theta = dict(
    W=rng.normal(0, 0.3, (13, 6)), b=np.zeros(6),
    V=rng.normal(0, 0.3, (6, 3)), c=np.zeros(3),
)


def logsumexp(s):
    top = np.max(s, axis=1, keepdims=True)
    return top + np.log(np.sum(np.exp(s - top), axis=1, keepdims=True))


def log_probabilities(x):
    h = np.tanh(x @ theta["W"] + theta["b"])
    s = h @ theta["V"] + theta["c"]
    return h, s - logsumexp(s)


def batches(n, size):
    idx = rng.permutation(n)
    for k in range(0, n, size):
        yield idx[k:k + size]


for epoch in range(40):
    nll = 0.0
    for pick in batches(len(inputs), 20):
        xb, tb = inputs[pick], labels[pick]
        h, logp = log_probabilities(xb)
        nll -= logp[np.arange(len(tb)), tb].sum()

        ds = np.exp(logp)
        ds[np.arange(len(tb)), tb] -= 1.0
        ds /= len(tb)
        dh = (ds @ theta["V"].T) * (1.0 - h ** 2)
        grad = dict(W=xb.T @ dh, b=dh.sum(0), V=h.T @ ds, c=ds.sum(0))
        for k in grad:
            theta[k] -= 0.1 * grad[k]
    if epoch % 10 == 0:
        print(f"{epoch=} {nll / len(inputs):.4f}")
