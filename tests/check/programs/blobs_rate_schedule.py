import numpy as np
from sklearn.datasets import make_blobs

X, y = make_blobs(256, centers=[[-1, -1], [1, 1]], cluster_std=1.1, random_state=4)
y = y.reshape(-1, 1)
w = np.zeros((2, 1))
b = np.zeros((1, 1))
lr = 1.0
batch = 32

for epoch in range(20):
    order = np.random.permutation(256)
    losses = []
    for k in range(0, 256, batch):
        xb = X[order[k:k + batch]]
        yb = y[order[k:k + batch]]
        p = 1 / (1 + np.exp(-(xb @ w + b)))
        losses.append(-np.mean(yb * np.log(p + 1e-12) + (1 - yb) * np.log(1 - p + 1e-12)))
        g = (p - yb) / batch
        w -= lr * xb.T @ g
        b -= lr * g.sum()
        lr = lr * 0.9          # smaller steps every epoch
    print(epoch, np.mean(losses))
