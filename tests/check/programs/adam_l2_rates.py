import numpy as np

rng = np.random.default_rng(2)
x = rng.uniform(-2, 2, (100, 1))
y = np.exp(-x ** 2)
theta = [rng.normal(0, 1, (1, 10)), rng.normal(0, 1, 10), rng.normal(0, 0.5, (10, 1)), np.zeros(1)]
M = [0 * p for p in theta]
V = [0 * p for p in theta]
B1, B2, EPS, LR, WD = 0.8, 0.99, 1e-7, 0.01, 1e-3
tick = 0

for epoch in range(100):
    order = rng.permutation(100)
    for s in range(0, 100, 20):
        xb, yb = x[order[s:s + 20]], y[order[s:s + 20]]
        tick += 1
        h = np.tanh(xb @ theta[0] + theta[1])
        out = h @ theta[2] + theta[3]
        d = 2 * (out - yb) / 20
        dh = (d @ theta[2].T) * (1 - h ** 2)
        grads = [xb.T @ dh + 2 * WD * theta[0], dh.sum(0), h.T @ d + 2 * WD * theta[2], d.sum(0)]
        M = [B1 * m + (1 - B1) * g for m, g in zip(M, grads)]
        V = [B2 * v + (1 - B2) * g * g for v, g in zip(V, grads)]
        theta = [p - LR * (m / (1 - B1 ** tick)) / (np.sqrt(v / (1 - B2 ** tick)) + EPS)
                 for p, m, v in zip(theta, M, V)]
    if epoch % 20 == 0:
        print(epoch, np.mean((np.tanh(x @ theta[0] + theta[1]) @ theta[2] + theta[3] - y) ** 2))
