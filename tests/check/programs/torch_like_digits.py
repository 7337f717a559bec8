import numpy as np
from sklearn.datasets import load_digits
from tqdm import trange

digits = load_digits()
images = digits.images.reshape(len(digits.images), -1) / 16
onehot = np.identity(10)[digits.target]

rng = np.random.default_rng(0)
w1 = rng.normal(0, 0.2, (64, 32)); c1 = np.zeros(32)
w2 = rng.normal(0, 0.2, (32, 16)); c2 = np.zeros(16)
w3 = rng.normal(0, 0.2, (16, 10)); c3 = np.zeros(10)
params = [w1, c1, w2, c2, w3, c3]
buffers = [np.zeros_like(p) for p in params]
lr, momentum = 0.02, 0.9

bar = trange(300)
for it in bar:
    pick = rng.choice(len(images), size=64, replace=False)
    inputs = images[pick]
    a1 = np.maximum(inputs @ w1 + c1, 0)
    a2 = np.maximum(a1 @ w2 + c2, 0)
    out = a2 @ w3 + c3
    e = np.exp(out - out.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)

    g3 = (p - onehot[pick]) / 64
    g2 = (g3 @ w3.T) * (a2 > 0)
    g1 = (g2 @ w2.T) * (a1 > 0)
    grads = [inputs.T @ g1, g1.sum(0), a1.T @ g2, g2.sum(0), a2.T @ g3, g3.sum(0)]
    for p_, buf, g in zip(params, buffers, grads):
        buf *= momentum
        buf += g
        p_ -= lr * buf      # in place, so w1 ... c3 move too
    loss = -(onehot[pick] * np.log(p + 1e-9)).sum() / 64
