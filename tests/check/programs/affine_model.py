import numpy as np

rng = np.random.default_rng(99)


class Affine:
    def __init__(self, i, o):
        self.w = rng.normal(size=(i, o)) / np.sqrt(i)
        self.b = np.zeros(o)
        self.gw = np.zeros_like(self.w)
        self.gb = np.zeros_like(self.b)

    def __call__(self, x):
        self.x = x
        return x @ self.w + self.b

    def back(self, g):
        self.gw += self.x.T @ g
        self.gb += g.sum(0)
        return g @ self.w.T


class Model:
    def __init__(self):
        self.l1, self.l2 = Affine(2, 12), Affine(12, 1)

    def __call__(self, x):
        self.h = 1 / (1 + np.exp(-self.l1(x)))
        return self.l2(self.h)

    def back(self, g):
        g = self.l2.back(g)
        self.l1.back(g * self.h * (1 - self.h))

    def zero_grad(self):
        for l in (self.l1, self.l2):
            l.gw[:] = 0
            l.gb[:] = 0

    def step(self, lr):
        for l in (self.l1, self.l2):
            l.w -= lr * l.gw
            l.b -= lr * l.gb


x = rng.uniform(-1, 1, (96, 2))
y = x[:, :1] * x[:, 1:]
model = Model()
model.zero_grad()
for epoch in range(40):
    for k in range(0, 96, 32):
        xb, yb = x[k:k + 32], y[k:k + 32]
        out = model(xb)
        loss = ((out - yb) ** 2).mean()
        model.back(2 * (out - yb) / len(xb))
        model.step(0.1)
    print(epoch, loss)
