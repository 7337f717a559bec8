import numpy as np

g = np.random.default_rng(15)
x = g.uniform(0, 1, (70, 2))
y = np.stack([x[:, 0] * x[:, 1], np.maximum(x[:, 0], x[:, 1])], axis=1)

U, u = g.normal(size=(2, 6)), np.zeros(6)
V, v = g.normal(size=(6, 6)), np.zeros(6)
R, r = g.normal(size=(6, 2)), np.zeros(2)
sig = lambda s: 1 / (1 + np.exp(-s))

for it in range(2500):
    a = sig(np.einsum("ni,ij->nj", x, U) + u)
    c = sig(np.einsum("nj,jk->nk", a, V) + v)
    o = np.einsum("nk,km->nm", c, R) + r

    do = (o - y) / len(x)
    dc = np.einsum("nm,km->nk", do, R) * c * (1 - c)
    da = np.einsum("nk,kj->nj", dc, V) * a * (1 - a)

    R -= 0.5 * np.einsum("nk,nm->km", c, do)
    r -= 0.5 * do.sum(0)
    V -= 0.5 * np.einsum("nj,nk->jk", a, dc)
    v -= 0.5 * dc.sum(0)
    U -= 0.5 * np.einsum("ni,nj->ij", x, da)
    u -= 0.5 * da.sum(0)
    if it % 500 == 0:
        print(it, float(np.mean((o - y) ** 2)))
