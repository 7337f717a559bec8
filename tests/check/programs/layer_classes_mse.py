import numpy as np

rs = np.random.RandomState(13)


class Module:
    def forward(self, v):
        raise NotImplementedError

    def backward(self, g, rate):
        raise NotImplementedError


class Affine(Module):
    def __init__(self, n, m):
        self.M = rs.standard_normal((m, n))
        self.shift = rs.standard_normal((m, 1))

    def forward(self, v):
        self.v = v
        return self.M @ v + self.shift

    def backward(self, g, rate):
        back = self.M.T @ g
        self.M -= rate * (g @ self.v.T)
        self.shift -= rate * g
        return back


class Tanh(Module):
    def forward(self, v):
        self.t = np.tanh(v)
        return self.t

    def backward(self, g, rate):
        return g * (1 - self.t ** 2)


stack = [Affine(2, 3), Tanh(), Affine(3, 1), Tanh()]
truth = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}

for sweep in range(8000):
    squared = 0
    for pair, bit in truth.items():
        signal_in, due = np.array(pair, float).reshape(2, 1), np.array([[float(bit)]])
        signal = signal_in
        for module in stack:
            signal = module.forward(signal)
        squared += ((signal - due) ** 2).item()
        g = 2 * (signal - due)
        for module in stack[::-1]:
            g = module.backward(g, 0.1)
    if sweep % 1000 == 0:
        print(f"sweep {sweep}: {squared / 4:.5f}")
