import numpy as np

rng = np.random.default_rng(33)
X = rng.uniform(-1, 1, (50, 4))
T = X[:, [1, 0, 3, 2]] * 0.8           # swap the neighbours

W1 = rng.normal(0, 0.5, (4, 4))
b1 = np.zeros(4)
W2 = rng.normal(0, 0.5, (4, 4))
b2 = np.zeros(4)

for epoch in range(200):
    loss = 0
    for x, t in zip(X, T):
        h = np.tanh(x @ W1 + b1)
        y = h @ W2 + b2
        dy = y - t
        loss += 0.5 * dy @ dy
        dh = W2 @ dy * (1 - h ** 2)
        W2 -= 0.05 * np.outer(dy, h)
        b2 -= 0.05 * dy
        W1 -= 0.05 * np.outer(x, dh)
        b1 -= 0.05 * dy
    if epoch % 40 == 0:
        print("epoch", epoch, "loss", loss / 50)
