import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
X = iris.data / iris.data.max(axis=0)
labels = iris.target
T = np.zeros((150, 3))
for i in range(150):
    T[i, (labels[i] + 1) % 3] = 1

rng = np.random.default_rng(17)
W1 = rng.normal(0, 1, (4, 6))
b1 = np.zeros(6)
W2 = rng.normal(0, 1, (6, 3))
b2 = np.zeros(3)
eta0 = eta = 0.8
decay = 0.02

for epoch in range(60):
    eta = eta / (1 + decay * epoch)   # eta0, eta0 / (1 + decay), eta0 / (1 + 2 decay), ...
    order = rng.permutation(150)
    for k in range(0, 150, 25):
        xb, Tb = X[order[k:k + 25]], T[order[k:k + 25]]
        H = 1 / (1 + np.exp(-(xb @ W1 + b1)))
        Z = H @ W2 + b2
        Y = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        D2 = (Y - Tb) / 25
        D1 = D2 @ W2.T * H * (1 - H)
        W2 -= eta * H.T @ D2
        b2 -= eta * D2.sum(axis=0)
        W1 -= eta * xb.T @ D1
        b1 -= eta * D1.sum(axis=0)
    if epoch % 10 == 0:
        hits = (np.argmax(Y, axis=1) == np.argmax(Tb, axis=1)).mean()
        print(epoch, hits)
