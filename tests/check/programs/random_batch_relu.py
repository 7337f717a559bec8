import numpy as np

# nothing to learn here, only noise: does the loss fall at all?
rows, n_in, n_mid, n_out = 64, 10, 20, 3
rng = np.random.RandomState(77)
inp, out = rng.randn(rows, n_in), rng.randn(rows, n_out)
A, a0 = rng.randn(n_in, n_mid) * 0.3, np.zeros(n_mid)
B, b0 = rng.randn(n_mid, n_out) * 0.3, np.zeros(n_out)

for k in range(500):
    s = inp.dot(A) + a0
    r = np.maximum(s, 0)
    guess = r.dot(B) + b0

    if k % 50 == 0:
        print("step", k, "loss", ((guess - out) ** 2).sum() / rows)

    g = 2.0 * (guess - out) / rows
    g_B = s.T.dot(g)
    g_b0 = g.sum(axis=0)
    g_r = g.dot(B.T)
    g_r[s > 0] = 0
    g_A = inp.T.dot(g_r)
    g_a0 = g_r.sum(axis=0)

    for param, grad in ((A, g_A), (a0, g_a0), (B, g_B), (b0, g_b0)):
        param -= 0.01 * grad
    last = k
