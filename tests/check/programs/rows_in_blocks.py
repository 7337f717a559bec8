import numpy as np
import matplotlib.pyplot as plt

rng = np.random.default_rng(404)
x = rng.normal(size=(120, 3))
t = x @ np.array([[1.0], [-2.0], [0.5]]) + 3 + rng.normal(scale=0.1, size=(120, 1))
W = np.zeros((3, 1))
b = np.zeros(1)
batch_size = 20
n_batches = len(x) // batch_size
losses = []

for epoch in range(40):
    p = rng.permutation(len(x))
    x, t = x[p], t[p]
    for i in range(n_batches):
        batch_x = x[i:i + batch_size]
        batch_y = t[i:i + batch_size]
        out = batch_x @ W + b
        e = (out - batch_y) / batch_size
        losses.append(0.5 * batch_size * float((e ** 2).sum()))
        W -= 0.05 * batch_x.T @ e
        b -= 0.05 * e.sum(axis=0)
    if epoch % 10 == 0:
        print(epoch, losses[-1])

plt.plot(losses)
plt.title("loss")
plt.show()
