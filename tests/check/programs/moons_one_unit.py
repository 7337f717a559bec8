import numpy as np
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split

X, y = make_moons(400, noise=0.25, random_state=8)
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=0.25, random_state=8)
ytr = ytr.reshape(-1, 1)

W = np.zeros((2, 1))
b = np.zeros(1)
for i in range(200):
    A = 1 / (1 + np.exp(-(Xtr @ W + b)))
    dZ = A - ytr
    dW = Xtr.T @ dZ / len(Xtr)
    db = np.mean(dZ)
    W -= 0.5 * dW
    b -= 0.5 * db

pred = (1 / (1 + np.exp(-(Xte @ W + b))) > 0.5)
acc = (pred == yte).mean()
print("test accuracy %.3f" % acc)
