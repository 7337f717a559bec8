import csv
import os
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
rows = []
with open(os.path.join(here, "wheat.csv")) as f:
    for r in csv.DictReader(f):
        rows.append([float(r["length"]), float(r["width"]), float(r["healthy"])])
D = np.array(rows)
X = D[:, :2]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = D[:, 2]

np.random.seed(4)
w = np.random.randn(2) * 0.01
b = 0.0
bs = 8
n_batches = len(X) // bs

for epoch in range(50):
    order = np.random.permutation(len(X))
    loss_sum = 0.0
    seen = 0
    for k in range(n_batches):
        pick = order[k * bs:(k + 1) * bs]
        xb, yb = X[pick], y[pick]
        p = 1 / (1 + np.exp(-(xb @ w + b)))
        loss_sum -= np.sum(yb * np.log(p) + (1 - yb) * np.log(1 - p))
        grad = (p - yb) / len(pick)
        w = w - 0.3 * (xb.T @ grad)
        b = b - 0.3 * grad.sum()
        seen += len(pick)
    if epoch % 10 == 0:
        print(epoch, loss_sum / seen)
