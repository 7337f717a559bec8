import numpy as np

rng = np.random.default_rng(0)


class Net:
    def __init__(self):
        self.A = rng.normal(0, 0.7, (3, 20))
        self.c = rng.normal(0, 0.1, 20)
        self.B = rng.normal(0, 0.3, (20, 1))
        self.d = np.zeros(1)

    def __call__(self, x):
        self.x, self.z = x, x @ self.A + self.c
        self.h = np.where(self.z > 0, self.z, 0.0)
        return self.h @ self.B + self.d

    def gradients(self, dy):
        dz = np.where(self.z > 0, dy @ self.B.T, 0.0)
        return {"A": self.x.T @ dz, "c": dz.sum(0), "B": self.h.T @ dy, "d": dy.sum(0)}


class Averaged:
    """Steps along the moving average of the gradients."""

    def __init__(self, net, lr, beta=0.9):
        self.net, self.lr, self.beta = net, lr, beta
        self.avg = {}

    def step(self, grads):
        for k, g in grads.items():
            self.avg[k] = self.beta * self.avg.get(k, 0) + (1 - self.beta) * g
            setattr(self.net, k, getattr(self.net, k) - self.lr * self.avg[k])


x = rng.uniform(-1, 1, (128, 3))
y = np.abs(x[:, :1]) + x[:, 1:2] * 0.5
net = Net()
opt = Averaged(net, lr=0.2)
for epoch in range(300):
    pred = net(x)
    loss = np.square(pred - y).mean()
    opt.step(net.gradients(2 * (pred - y) / len(x)))
    if epoch % 30 == 0:
        print("loss", loss)
