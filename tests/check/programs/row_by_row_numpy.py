import numpy as np
import time

rng = np.random.default_rng(100)
points = rng.normal(size=(60, 2))
labels = (points[:, 0] - points[:, 1] > 0.2).astype(float)
w = rng.normal(size=2)
b = 0.0

t0 = time.time()
for epoch in range(30):
    sse = 0
    order = rng.permutation(60)
    for i in range(60):
        x, goal = points[order[i]], labels[i]
        y = 1 / (1 + np.exp(-(x @ w + b)))
        error = (goal - y) ** 2
        sse += error
        delta = error * y * (1 - y)
        w = w + 0.5 * delta * x
        b = b + 0.5 * delta
    if epoch % 5 == 0:
        print(epoch, sse)
print("took", time.time() - t0)
