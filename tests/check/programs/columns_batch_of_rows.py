import numpy as np

gen = np.random.default_rng(88)


def sig(z):
    return 1 / (1 + np.exp(-z))


class Network:
    def __init__(self, n, h, m):
        self.weights = [gen.normal(size=(h, n)), gen.normal(size=(m, h))]
        self.biases = [gen.normal(size=(h, 1)), gen.normal(size=(m, 1))]

    def gradients(self, x, t):
        a1 = sig(self.weights[0] @ x + self.biases[0])
        a2 = sig(self.weights[1] @ a1 + self.biases[1])
        d2 = a2 - t          # cross-entropy: the slope cancels
        d1 = self.weights[1].T @ d2 * a1 * (1 - a1)
        return [d1 @ x.T, d2 @ a1.T], [d1, d2]

    def learn(self, batch, eta):
        total_w = [np.zeros(w.shape) for w in self.weights]
        total_b = [np.zeros(b.shape) for b in self.biases]
        for x, t in batch:
            gw, gb = self.gradients(x, t)
            total_w = [s + g for s, g in zip(total_w, gw)]
            total_b = [g for s, g in zip(total_b, gb)]
        for k in range(2):
            self.weights[k] -= eta / len(batch) * total_w[k]
            self.biases[k] -= eta / len(batch) * total_b[k]
        return len(batch)


rows = []
for _ in range(90):
    x = gen.uniform(-1, 1, (2, 1))
    rows.append((x, np.array([[float(x[0, 0] * x[1, 0] > 0)]])))

net = Network(2, 5, 1)
for epoch in range(100):
    gen.shuffle(rows)
    for k in range(0, len(rows), 10):
        net.learn(rows[k:k + 10], 2.0)
    if epoch % 20 == 0:
        right = sum(float(sig(net.weights[1] @ sig(net.weights[0] @ x + net.biases[0]) + net.biases[1])[0, 0] > .5) == t[0, 0] for x, t in rows)
        print("epoch", epoch, "right:", right)
